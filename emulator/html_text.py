"""HTML as the Bot API reads it: TDLib's own small grammar and its exact error texts, not a browser's."""

from __future__ import annotations

import re
from typing import Any, NoReturn

from emulator.errors import bad
from emulator.utf16 import units

TAGS = {
    "a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins", "tg-spoiler", "tg-emoji", "tg-time", "span", "pre",
    "code", "blockquote",
}  # fmt: skip
STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "s": "strikethrough", "strike": "strikethrough",
    "del": "strikethrough", "u": "underline", "ins": "underline", "tg-spoiler": "spoiler", "span": "spoiler",
    "blockquote": "blockquote",
}  # fmt: skip
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPECIAL = re.compile("[<&]")
SPACES = " \t\r\n\0\v"


class _Open:
    """A tag that waits for its end."""

    __slots__ = ("arguments", "offset", "start", "tag")

    def __init__(self, tag: str, arguments: dict[str, str], offset: int, start: int) -> None:
        self.tag = tag
        self.arguments = arguments
        self.offset = offset
        self.start = start


def parse_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The plain text and its entities in UTF-16 units; raises the 400 with TDLib's text."""
    if "<" not in text and "&" not in text:
        return text, []
    out: list[str] = []
    entities: list[dict[str, Any]] = []
    nested: list[_Open] = []
    offset = 0
    i = 0
    size = len(text)
    while i < size:
        char = text[i]
        if char == "&":
            char, i = _character(text, i)
        elif char == "<":
            if text[i + 1 : i + 2] == "/":
                i = _end_tag(text, i, nested, entities, out, offset)
            else:
                tag, arguments, i = _start_tag(text, i)
                nested.append(_Open(tag, arguments, offset, len(out)))
            continue
        else:
            special = _SPECIAL.search(text, i)
            stop = special.start() if special else size
            char, i = text[i:stop], stop
        out.append(char)
        offset += units(char)
    if nested:
        fail(f'Can\'t find end tag corresponding to start tag "{nested[-1].tag}"')
    return "".join(out), entities


def fail(text: str) -> NoReturn:
    """Raise the 400 of markup that does not parse."""
    raise bad(f"can't parse entities: {text}")


def _at(text: str, i: int) -> int:
    """Telegram counts bytes in its error texts."""
    return len(text[:i].encode())


def _character(text: str, i: int) -> tuple[str, int]:
    """The character that an HTML entity at `i` means and where it ends; an unknown one is itself."""
    end = i + 1
    if text[end : end + 1] == "#":
        end += 1
        base = 10
        if text[end : end + 1] in ("x", "X"):
            end, base = end + 1, 16
        start = end
        digits = "0123456789abcdefABCDEF" if base == 16 else "0123456789"
        while end < len(text) and text[end] in digits:
            end += 1
        code = int(text[start:end], base) if end > start else 0
        if code == 0 or code >= 0x10FFFF or 0xD800 <= code <= 0xDFFF or end - i >= 10:
            return "&", i + 1
        found = chr(code)
    else:
        while end < len(text) and text[end].isascii() and text[end].isalpha():
            end += 1
        named = NAMED.get(text[i + 1 : end])
        if named is None:
            return "&", i + 1
        found = named
    if text[end : end + 1] == ";":
        end += 1
    return found, end


def _skip_spaces(text: str, i: int) -> int:
    while i < len(text) and text[i] in SPACES:
        i += 1
    return i


def _start_tag(text: str, begin: int) -> tuple[str, dict[str, str], int]:
    size = len(text)
    i = begin + 1
    while i < size and text[i] not in SPACES and text[i] != ">":
        i += 1
    if i >= size:
        fail(f"Unclosed start tag at byte offset {_at(text, begin)}")
    tag = text[begin + 1 : i].lower()
    if tag not in TAGS:
        fail(f'Unsupported start tag "{tag}" at byte offset {_at(text, begin)}')
    arguments: dict[str, str] = {}
    while True:
        i = _skip_spaces(text, i)
        if i >= size:
            fail(f"Unclosed start tag at byte offset {_at(text, begin)}")
        if text[i] == ">":
            break
        name, value, i = _attribute(text, i, begin, tag)
        arguments.setdefault(name, value)
    if tag == "span" and arguments.get("class") != "tg-spoiler":
        fail(f'Tag "span" must have class "tg-spoiler" at byte offset {_at(text, begin)}')
    return tag, arguments, i + 1


def _attribute(text: str, i: int, begin: int, tag: str) -> tuple[str, str, int]:
    size = len(text)
    start = i
    while i < size and text[i] not in SPACES and text[i] not in "=>/\"'":
        i += 1
    name = text[start:i].lower()
    if not name:
        fail(f'Empty attribute name in the tag "{tag}" at byte offset {_at(text, begin)}')
    i = _skip_spaces(text, i)
    if text[i : i + 1] != "=":
        return name, "", i
    i = _skip_spaces(text, i + 1)
    if i >= size:
        fail(f'Unclosed start tag "{tag}" at byte offset {_at(text, begin)}')
    if text[i] not in "\"'":
        start = i
        while i < size and text[i].isascii() and (text[i].isalnum() or text[i] in ".-"):
            i += 1
        if i < size and text[i] not in SPACES and text[i] != ">":
            fail(f"Unexpected end of name token at byte offset {_at(text, start)}")
        return name, text[start:i].lower(), i
    quote = text[i]
    i += 1
    value: list[str] = []
    while i < size and text[i] != quote:
        if text[i] == "&":
            char, i = _character(text, i)
        else:
            char, i = text[i], i + 1
        value.append(char)
    if i >= size:
        fail(f"Unclosed start tag at byte offset {_at(text, begin)}")
    return name, "".join(value), i + 1


def _end_tag(
    text: str, begin: int, nested: list[_Open], entities: list[dict[str, Any]], out: list[str], offset: int
) -> int:
    if not nested:
        fail(f"Unexpected end tag at byte offset {_at(text, begin)}")
    size = len(text)
    i = begin + 2
    while i < size and text[i] not in SPACES and text[i] != ">":
        i += 1
    name = text[begin + 2 : i].lower()
    i = _skip_spaces(text, i)
    if text[i : i + 1] != ">":
        fail(f"Unclosed end tag at byte offset {_at(text, begin)}")
    opened = nested.pop()
    if name and name != opened.tag:
        fail(f'Unmatched end tag at byte offset {_at(text, begin)}, expected "</{opened.tag}>", found "</{name}>"')
    if offset > opened.offset:
        entity = _entity(opened, "".join(out[opened.start :]))
        if entity is not None:
            _add(entities, {"offset": opened.offset, "length": offset - opened.offset, **entity})
    return i + 1


def _entity(opened: _Open, inner: str) -> dict[str, Any] | None:
    tag, arguments = opened.tag, opened.arguments
    if tag == "a":
        return {"type": "text_link", "url": arguments.get("href") or inner}
    if tag == "pre":
        return {"type": "pre"}
    if tag == "code":
        language = arguments.get("class", "")
        return {"type": "code", "language": language[9:]} if language.startswith("language-") else {"type": "code"}
    if tag == "tg-emoji":
        number = arguments.get("emoji-id", "")
        if not number.isdigit():
            fail("Invalid custom emoji identifier specified")
        return {"type": "custom_emoji", "custom_emoji_id": number}
    if tag == "tg-time":
        unix = arguments.get("unix", "")
        if not unix.isdigit():
            fail("Invalid date-time specified")
        found: dict[str, Any] = {"type": "date_time", "unix_time": int(unix)}
        if arguments.get("format"):
            found["date_time_format"] = arguments["format"]
        return found
    if tag == "blockquote" and "expandable" in arguments:
        return {"type": "expandable_blockquote"}
    return {"type": STYLES[tag]}


def _add(entities: list[dict[str, Any]], entity: dict[str, Any]) -> None:
    """Put an entity; `<pre><code class="language-x">` is one pre with a language, a bare code has none."""
    last = entities[-1] if entities else None
    if (
        entity["type"] == "pre"
        and last is not None
        and last["type"] == "code"
        and (last["offset"], last["length"]) == (entity["offset"], entity["length"])
    ):
        entities.pop()
        if last.get("language"):
            entity["language"] = last["language"]
    entities.append(entity)
