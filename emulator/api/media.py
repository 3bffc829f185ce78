"""Photos, documents, albums, voices, stickers, and getting files."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from emulator import keyboards, pictures
from emulator.api import compose
from emulator.api.method import EPHEMERAL, SENDING, SUGGESTED, Call, Method
from emulator.errors import ApiError, bad
from emulator.files import StoredFile
from emulator.parameters import Decoder, Upload, boolean, decode_all, integer, string, structure, structures

ALBUM_LIMIT = 10
KIND_NAMES = {
    "photo": "Photo", "document": "Document", "voice": "Voice", "sticker": "Sticker", "thumbnail": "Thumbnail",
}  # fmt: skip
_ITEM: dict[str, Decoder] = {
    "type": string, "media": string, "caption": string, "parse_mode": string, "caption_entities": structures,
}  # fmt: skip
ITEM_FIELDS: dict[str, dict[str, Decoder]] = {
    "photo": {**_ITEM, "show_caption_above_media": boolean, "has_spoiler": boolean},
    "document": {**_ITEM, "thumbnail": string, "disable_content_type_detection": boolean},
}


async def send_photo(call: Call) -> dict[str, Any]:
    """Send an uploaded photo or one known by its file_id."""
    return await _send_one(call, "photo")


async def send_document(call: Call) -> dict[str, Any]:
    """Send a document as it is."""
    return await _send_one(call, "document")


async def send_voice(call: Call) -> dict[str, Any]:
    """Send a voice message; its sound is not looked at."""
    return await _send_one(call, "voice")


async def send_sticker(call: Call) -> dict[str, Any]:
    """Send a sticker; its picture is not looked at."""
    return await _send_one(call, "sticker")


async def send_media_group(call: Call) -> list[dict[str, Any]]:
    """Send two to ten photos, or two to ten documents, as one album: all of it or nothing."""
    args = call.args
    chat = call.world.chat(call.bot, args.get("chat_id"))
    items = args.get("media", [])
    if not items:
        raise bad("there are no messages to send")
    if len(items) > ALBUM_LIMIT:
        raise bad("too many messages to send as an album")
    if len(items) < 2:
        raise bad("too few messages to send as an album")
    if len({str(item.get("type")) for item in items}) > 1:
        raise bad("document can't be mixed with other media types")
    bodies = []
    for item in items:
        fields = await _item_fields(call, item)
        bodies.append({**compose.opening(call, chat, args), **fields})
    chat = call.world.chat(call.bot, args.get("chat_id"))
    call.world.limiter.count_send(call.bot.id, chat.id, call.world.clock.now())
    group = str(secrets.randbits(53))
    return [compose.put(call, chat, {**body, "media_group_id": group}, None).body for body in bodies]


async def edited_media(call: Call) -> dict[str, Any]:
    """The fields that editMessageMedia puts."""
    if "media" not in call.args:
        raise bad("media is not specified")
    return await _item_fields(call, call.args["media"])


def get_file(call: Call) -> dict[str, Any]:
    """Where to download a file of at most 20 MB."""
    return call.world.files.described(call.bot.id, call.args.get("file_id", ""))


async def _send_one(call: Call, kind: str) -> dict[str, Any]:
    args = call.args
    chat = call.world.chat(call.bot, args.get("chat_id"))
    if kind not in args and kind not in call.uploads:
        raise bad(f"there is no {kind} in the request")
    fields = compose.caption_fields(call, args)
    keyboards.checked(args.get("reply_markup"))  # before a file is stored in vain
    media = await _media(call, kind, args.get(kind), call.uploads.get(kind), args)
    chat = call.world.chat(call.bot, args.get("chat_id"))
    body = compose.opening(call, chat, args)
    body.update(media)
    body.update(fields)
    return compose.send(call, chat, body, args.get("reply_markup")).body


async def _item_fields(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    """Media and caption of one InputMedia."""
    kind = item.get("type")
    if not isinstance(kind, str) or kind not in ITEM_FIELDS:
        raise bad(f"can't parse InputMedia: type {kind} is not supported by this server")
    item = decode_all(ITEM_FIELDS[kind], item, {})
    if not item.get("media"):
        raise bad("can't parse InputMedia: media not found")
    media = await _media(call, kind, item["media"], None, item)
    return {**media, **compose.caption_fields(call, item)}


async def _media(
    call: Call, kind: str, value: str | None, upload: Upload | None, args: dict[str, Any]
) -> dict[str, Any]:
    """The media fields of a Message for a file_id, an attach:// name or an upload."""
    files = call.world.files
    if upload is None and value is not None and value.startswith("attach://"):
        upload = call.uploads.get(value[9:])
        if upload is None:
            raise bad(f"attached file {value[9:]} not found in the request")
    if upload is None:
        if value is None or not value:
            raise bad(f"there is no {kind} in the request")
        if value.startswith(("http://", "https://")):
            raise bad("failed to get HTTP URL content")
        stored = files.find(call.bot.id, value)
        if stored.kind != kind:
            raise bad(f"can't use file of type {KIND_NAMES[stored.kind]} as {KIND_NAMES[kind]}")
    elif kind == "photo":
        stored = files.add_photo(call.bot.id, await picture_sizes(upload.data))[-1]
    else:
        if not upload.data:
            raise bad("file must be non-empty")
        stored = files.add(call.bot.id, kind, upload.data, mime=upload.content_type, file_name=_base_name(upload.name))
        await _thumbnail(call, stored, args)
    return media_fields(call, kind, stored, args)


def media_fields(call: Call, kind: str, stored: StoredFile, args: dict[str, Any]) -> dict[str, Any]:
    """A stored file as the fields of a Message."""
    files = call.world.files
    if kind == "photo":
        fields: dict[str, Any] = {"photo": [size.photo_size() for size in files.photo(stored)]}
        if args.get("has_spoiler"):
            fields["has_media_spoiler"] = True
        return fields
    if kind == "document":
        return {"document": files.document(stored)}
    common = {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "file_size": stored.size}
    if kind == "voice":
        return {"voice": {**common, "duration": max(0, args.get("duration", 1)), "mime_type": "audio/ogg"}}
    sticker = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    return {"sticker": {**common, **sticker, **({"emoji": args["emoji"]} if args.get("emoji") else {})}}


async def picture_sizes(data: bytes) -> list[pictures.Size]:
    """The sizes of a photo, made in a thread; raises the 400."""
    try:
        return await asyncio.to_thread(pictures.sizes, data)
    except pictures.PictureError as error:
        raise bad(str(error)) from None


async def _thumbnail(call: Call, stored: StoredFile, args: dict[str, Any]) -> None:
    """A document's own thumbnail, when one came with it; a broken one is left out, as Telegram does."""
    upload = call.uploads.get("thumbnail")
    named = args.get("thumbnail")
    if isinstance(named, str) and named.startswith("attach://"):
        upload = call.uploads.get(named[9:])
    if upload is not None:
        try:
            call.world.files.set_thumbnail(stored, await picture_sizes(upload.data))
        except ApiError:
            return


def _base_name(name: str) -> str:
    """A file's name without folders; Telegram shows nothing else."""
    return name.replace("\\", "/").rsplit("/", 1)[-1][:255] or "file"


_CAPTION = {"caption": string, "parse_mode": string, "caption_entities": structures}
_ONE = {**SENDING, **EPHEMERAL, **SUGGESTED, "reply_markup": structure}

METHODS = (
    Method(
        "sendPhoto",
        send_photo,
        {**_ONE, **_CAPTION, "photo": string, "show_caption_above_media": boolean, "has_spoiler": boolean},
    ),
    Method(
        "sendDocument",
        send_document,
        {
            **_ONE, **_CAPTION, "document": string, "thumbnail": string, "disable_content_type_detection": boolean,
        },
    ),
    Method("sendVoice", send_voice, {**_ONE, **_CAPTION, "voice": string, "duration": integer}),
    Method("sendSticker", send_sticker, {**_ONE, "sticker": string, "emoji": string}),
    Method("sendMediaGroup", send_media_group, {**SENDING, "media": structures}),
    Method("getFile", get_file, {"file_id": string}),
)  # fmt: skip
