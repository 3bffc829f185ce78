"""Formatted text: from what a bot sent to the text and entities that a Message carries.

Offsets and lengths are UTF-16 code units. The rules are those of TDLib: entities sorted by offset, longer first; code
and pre hold no others; text trimmed; links, mentions, hashtags and commands found in plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from emulator.errors import bad
from emulator.html_text import parse_html
from emulator.links import checked_url
from emulator.markdown_text import parse_markdown, parse_markdown_v2
from emulator.utf16 import units

Entity = dict[str, Any]
FindUser = Callable[[int], dict[str, Any] | None]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITIES_LIMIT = 100

# Outer before inner where offset and length are the same
ORDER = (
    "blockquote", "expandable_blockquote", "text_link", "text_mention", "custom_emoji", "date_time", "bold", "italic",
    "underline", "strikethrough", "spoiler", "pre", "code",
)  # fmt: skip
PRIORITY = {name: number for number, name in enumerate(ORDER)}
FOUND_ANYWAY = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card"}
EXPLICIT = {*PRIORITY, *FOUND_ANYWAY}
LINKS = ("text_link", "text_mention", "custom_emoji")
SPLITTABLE = {"bold", "italic", "underline", "strikethrough", "spoiler"}

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # TDLib makes spaces of them, and nothing of \r
_HINT = re.compile(r"[/@#$.:]")
_AUTOMATIC = re.compile(
    r"(?P<email>(?<![\w.@-])[\w.+-]{1,64}@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(?![\w@]))"
    r"|(?P<url>(?:https?://|tg://|ton://)[^\s<>\"'«»]+[^\s<>\"'«».,:;!?)\]}]"
    r"|(?<![\w@./])(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+(?:com|org|net|io|me|dev|app|info|eu|de|uk|ru|example)"
    r"(?:/[^\s<>\"']*[^\s<>\"'.,:;!?)\]}]|/)?(?![\w@]))"
    r"|(?P<bot_command>(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/<>@]))"
    r"|(?P<mention>(?<![\w@/])@[a-zA-Z][a-zA-Z0-9_]{3,31}(?![\w@]))"
    r"|(?P<hashtag>(?<![\w#&])#(?=\w*[^\W\d])\w{1,256}(?![\w#]))"
    r"|(?P<cashtag>(?<![\w$])\$[A-Z]{1,8}(?![\w$]))"
)


def formatted(
    text: str, mode: str | None, explicit: list[Entity] | None, find_user: FindUser
) -> tuple[str, list[Entity]]:
    """The clean text and its entities; raises the 400 that Telegram gives for markup that does not parse."""
    if _CONTROL.search(text) is not None:
        text = _CONTROL.sub(" ", text.replace("\r", ""))
    entities: list[Entity] = []
    lowered = mode.lower() if mode else ""
    if lowered in ("", "none"):
        if explicit:
            entities = [_explicit(item, units(text), find_user) for item in explicit]
    elif lowered == "html":
        text, entities = parse_html(text)
    elif lowered == "markdownv2":
        text, entities = parse_markdown_v2(text)
    elif lowered == "markdown":
        text, entities = parse_markdown(text)
    else:
        raise bad("unsupported parse_mode")
    if entities:
        entities = _resolved(entities, find_user)
    text, entities = _trimmed(text, entities)
    found = automatic(text)
    if found:
        entities = entities + [item for item in found if not _touches(item, entities)]
    if len(entities) > 1:
        entities = _ordered(entities)
    return text, entities[:ENTITIES_LIMIT]


def automatic(text: str) -> list[Entity]:
    """Commands, mentions, links, addresses, hashtags and cashtags that Telegram marks in any text by itself."""
    if _HINT.search(text) is None:
        return []
    ascii_only = text.isascii()
    found = []
    for match in _AUTOMATIC.finditer(text):
        start = match.start() if ascii_only else units(text[: match.start()])
        kind = match.lastgroup
        found.append({"offset": start, "length": units(match.group()), "type": kind})
    return found


def _explicit(item: Any, size: int, find_user: FindUser) -> Entity:
    """One entity of the `entities` parameter, checked."""
    if not isinstance(item, dict):
        raise bad("can't parse MessageEntity: expected an Object")
    kind, offset, length = item.get("type"), item.get("offset"), item.get("length")
    if not isinstance(kind, str) or kind not in EXPLICIT:
        raise bad("can't parse MessageEntity: unsupported type specified")
    if type(offset) is not int or type(length) is not int:
        raise bad('can\'t parse MessageEntity: Field "offset" must be of type Number')
    if offset < 0 or length <= 0 or offset + length > size:
        raise bad("entity is out of the text's bounds: ENTITY_BOUNDS_INVALID")
    entity: Entity = {"offset": offset, "length": length, "type": kind}
    if kind == "text_link":
        entity["url"] = str(item.get("url", ""))
    elif kind == "text_mention":
        user = item.get("user")
        entity["user_id"] = user.get("id") if isinstance(user, dict) else None
    elif kind == "pre" and item.get("language"):
        entity["language"] = str(item["language"])
    elif kind == "custom_emoji":
        entity["custom_emoji_id"] = str(item.get("custom_emoji_id", ""))
    elif kind == "date_time":
        entity["unix_time"] = item.get("unix_time", 0)
        if item.get("date_time_format"):
            entity["date_time_format"] = item["date_time_format"]
    return entity


def _resolved(entities: list[Entity], find_user: FindUser) -> list[Entity]:
    """Links checked, mentions of people looked up (unknown ones vanish), automatic kinds left to `automatic`."""
    kept = []
    for entity in entities:
        kind = entity["type"]
        if kind in FOUND_ANYWAY:
            continue
        if kind == "text_link":
            url = entity["url"]
            if url.startswith("tg://user?id=") and url[13:].isdigit():
                entity = {"offset": entity["offset"], "length": entity["length"], "type": "text_mention"}
                entity["user_id"] = int(url[13:])
                kind = "text_mention"
            else:
                checked = checked_url(url)
                if checked is None:
                    continue
                entity = {**entity, "url": checked}
        if kind == "text_mention":
            user = find_user(entity.pop("user_id")) if isinstance(entity.get("user_id"), int) else None
            if user is None:
                continue
            entity = {"offset": entity["offset"], "length": entity["length"], "type": kind, "user": user}
        elif kind == "code":
            entity.pop("language", None)  # only a pre around it makes use of one
        kept.append(entity)
    return _without_overlap(_cut_by_code(kept))


def _cut_by_code(entities: list[Entity]) -> list[Entity]:
    """Code and pre hold no other entity: styles are cut at their edges, everything else inside them goes."""
    codes = [(e["offset"], e["offset"] + e["length"]) for e in entities if e["type"] in ("code", "pre")]
    if not codes:
        return entities
    kept: list[Entity] = []
    for entity in entities:
        kind = entity["type"]
        if kind in ("code", "pre"):
            twin = any(other["type"] in ("code", "pre") and _same(entity, other) for other in kept)
            if not twin and not _strictly_inside(entity, entities):
                kept.append(entity)
        elif kind in SPLITTABLE:
            kept.extend(_pieces(entity, codes))
        elif kind in ("blockquote", "expandable_blockquote") or not any(
            _overlap((entity["offset"], entity["offset"] + entity["length"]), code) for code in codes
        ):
            kept.append(entity)
    return kept


def _pieces(entity: Entity, codes: list[tuple[int, int]]) -> list[Entity]:
    pieces = [(entity["offset"], entity["offset"] + entity["length"])]
    for start, end in codes:
        rest = []
        for a, b in pieces:
            if not _overlap((a, b), (start, end)):
                rest.append((a, b))
                continue
            if a < start:
                rest.append((a, start))
            if end < b:
                rest.append((end, b))
        pieces = rest
    return [{**entity, "offset": a, "length": b - a} for a, b in pieces]


def _without_overlap(entities: list[Entity]) -> list[Entity]:
    """The same kind twice over the same text is one; of two links the outer one stays."""
    kept: list[Entity] = []
    for entity in _ordered(entities):
        if any(_same(entity, other) and entity["type"] == other["type"] for other in kept):
            continue
        if entity["type"] in LINKS and any(other["type"] in LINKS and _touches(entity, [other]) for other in kept):
            continue
        kept.append(entity)
    return kept


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without spaces at both ends; entities follow, and those left empty go."""
    right = text.rstrip()
    clean = right.lstrip()
    if clean == text:
        return text, entities
    shift = units(right) - units(clean)
    size = units(clean)
    moved = []
    for entity in entities:
        start = max(0, entity["offset"] - shift)
        end = min(size, entity["offset"] + entity["length"] - shift)
        if end > start:
            moved.append({**entity, "offset": start, "length": end - start})
    return clean, moved


def _ordered(entities: list[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda e: (e["offset"], -e["length"], PRIORITY.get(e["type"], 99)))


def _touches(entity: Entity, others: list[Entity]) -> bool:
    """Whether an automatic entity meets one that excludes it: links, code; styles and quotes do not."""
    span = (entity["offset"], entity["offset"] + entity["length"])
    return any(
        other["type"] not in SPLITTABLE
        and other["type"] not in ("blockquote", "expandable_blockquote")
        and _overlap(span, (other["offset"], other["offset"] + other["length"]))
        for other in others
    )


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _same(one: Entity, other: Entity) -> bool:
    return bool(one["offset"] == other["offset"] and one["length"] == other["length"])


def _within(one: Entity, other: Entity) -> bool:
    return bool(other["offset"] <= one["offset"] and one["offset"] + one["length"] <= other["offset"] + other["length"])


def _strictly_inside(entity: Entity, entities: list[Entity]) -> bool:
    return any(
        other is not entity and other["type"] in ("code", "pre") and _within(entity, other) and not _same(entity, other)
        for other in entities
    )
