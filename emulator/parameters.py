"""What a call brings: from query, form, JSON or multipart to typed values, strictly.

Each method lists the parameters that it knows with a decoder for each. Decoders take what Telegram takes: numbers as
strings, "true"/"1"/"yes" for booleans, objects as JSON text. A name that is not listed is refused: a real server would
ignore it in silence, and the slip would be found by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from emulator.codec import decode
from emulator.errors import ApiError, bad

Decoder = Callable[[str, Any], Any]

UPLOAD_LIMIT = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart request."""

    name: str
    data: bytes
    content_type: str


# Decoders


def integer(name: str, value: Any) -> int:
    """An integer or its digits."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise bad(f'parameter "{name}" must be of type Integer')
    try:
        return int(value)
    except ValueError:
        raise bad(f'parameter "{name}" must be of type Integer') from None


def string(name: str, value: Any) -> str:
    """Text; numbers are taken as their digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise bad(f'parameter "{name}" must be of type String')


def boolean(name: str, value: Any) -> bool:
    """true, 1 and yes are true in any case; all other text is false, as on the real server."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, str)):
        return str(value).lower() in ("true", "1", "yes")
    raise bad(f'parameter "{name}" must be of type Boolean')


def chat_id(name: str, value: Any) -> int | str | None:
    """A chat's number, or @name as it stands. Empty text is no chat."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value == "":
            return None
        try:
            return int(value)
        except ValueError:
            return value
    raise bad(f'parameter "{name}" must be of type Integer or String')


def structure(name: str, value: Any) -> dict[str, Any]:
    """An object, or its JSON text."""
    found = _json(name, value)
    if not isinstance(found, dict):
        raise bad(f"can't parse {name} JSON object: object expected")
    return found


def array(name: str, value: Any) -> list[Any]:
    """An array, or its JSON text."""
    found = _json(name, value)
    if not isinstance(found, list):
        raise bad(f"can't parse {name} JSON object: array expected")
    return found


def structures(name: str, value: Any) -> list[dict[str, Any]]:
    """An array of objects, or its JSON text."""
    found = array(name, value)
    for item in found:
        if not isinstance(item, dict):
            raise bad(f"can't parse {name} JSON object: array of objects expected")
    return found


def strings(name: str, value: Any) -> list[str]:
    """An array of strings, or its JSON text."""
    found = array(name, value)
    for item in found:
        if not isinstance(item, str):
            raise bad(f"can't parse {name} JSON object: array of strings expected")
    return found


def integers(name: str, value: Any) -> list[int]:
    """An array of integers, or its JSON text."""
    return [integer(name, item) for item in array(name, value)]


def unsupported(name: str, value: Any) -> Any:
    """A parameter of the real Bot API that has no meaning here; saying so beats pretending."""
    raise bad(f'parameter "{name}" is not supported by this server')


def _json(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return decode(value)
    except ValueError:
        raise bad(f"can't parse {name} JSON object") from None


# Reading a request


async def read(request: web.BaseRequest, query: str) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The raw parameters and uploads of a request, whatever form they come in. The body goes before the query."""
    raw: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
    uploads: dict[str, Upload] = {}
    if not request.body_exists:
        return raw, uploads
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        await _read_multipart(request, raw, uploads)
        return raw, uploads
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    if not body:
        return raw, uploads
    if kind == "application/json":
        try:
            found = decode(body)
        except ValueError:
            raise bad("can't parse JSON object") from None
        if not isinstance(found, dict):
            raise bad("object expected as request body")
        raw.update(found)
    elif kind == "application/x-www-form-urlencoded":
        try:
            raw.update(parse_qsl(body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            raise bad("strings must be encoded in UTF-8") from None
    else:
        raise bad("unsupported Content-Type of the request")
    return raw, uploads


async def _read_multipart(request: web.BaseRequest, raw: dict[str, Any], uploads: dict[str, Upload]) -> None:
    try:
        form = await request.post()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError(413, "Request Entity Too Large") from None
    except ValueError:
        raise bad("can't parse multipart/form-data") from None
    for name, value in form.items():
        if isinstance(value, web.FileField):
            data = value.file.read()
            value.file.close()
            if len(data) > UPLOAD_LIMIT:
                raise ApiError(413, "Request Entity Too Large")
            uploads[name] = Upload(value.filename, data, value.content_type)
        elif isinstance(value, (bytes, bytearray)):
            uploads[name] = Upload(name, bytes(value), "application/octet-stream")
        else:
            raw[name] = value


def decode_all(known: Mapping[str, Decoder], raw: Mapping[str, Any], uploads: Mapping[str, Upload]) -> dict[str, Any]:
    """Typed values by name; a null is as if it were not there. Raises the 400 for an unknown name or a wrong value."""
    values: dict[str, Any] = {}
    for name, value in raw.items():
        decoder = known.get(name)
        if decoder is None:
            raise bad(f'parameter "{name}" is not known to this server')
        if value is not None:
            values[name] = decoder(name, value)
    if uploads:
        _check_uploads(known, raw, uploads)
    return values


def _check_uploads(known: Mapping[str, Decoder], raw: Mapping[str, Any], uploads: Mapping[str, Upload]) -> None:
    """A file's name is a parameter, or something in the request says `attach://` and that name."""
    texts = [value if isinstance(value, str) else repr(value) for value in raw.values()]
    for name in uploads:
        if name not in known and not any(f"attach://{name}" in text for text in texts):
            raise bad(f'parameter "{name}" is not known to this server')
