"""MarkdownV2 and the old Markdown as the Bot API reads them, with TDLib's error texts."""

from __future__ import annotations

import re
from typing import Any

from emulator.html_text import fail
from emulator.utf16 import units

_PLAIN = re.compile(r"[^\\_*\[\]()~`>#+\-=|{}.!\n]+")
RESERVED = "_*[]()~`>#+-=|{}.!"
NAMES = {
    "bold": "Bold", "italic": "Italic", "underline": "Underline", "strikethrough": "Strikethrough",
    "spoiler": "Spoiler", "code": "Code", "pre": "Pre", "pre_code": "PreCode", "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji", "blockquote": "BlockQuote",
}  # fmt: skip


class _Open:
    """An entity that waits for its end."""

    __slots__ = ("begin", "kind", "language", "offset", "start")

    def __init__(self, kind: str, offset: int, start: int, begin: int, language: str = "") -> None:
        self.kind = kind
        self.offset = offset
        self.start = start
        self.begin = begin
        self.language = language


def parse_markdown_v2(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The plain text and its entities in UTF-16 units; raises the 400 with TDLib's text."""
    return _Reader(text).read()


class _Reader:
    """One reading of a MarkdownV2 text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.i = 0
        self.out: list[str] = []
        self.offset = 0
        self.nested: list[_Open] = []
        self.entities: list[dict[str, Any]] = []

    def read(self) -> tuple[str, list[dict[str, Any]]]:
        text = self.text
        size = len(text)
        in_quote = False
        while self.i < size:
            plain = _PLAIN.match(text, self.i)
            if plain is not None:
                self._put(plain.group())
                self.i = plain.end()
                continue
            char = text[self.i]
            following = text[self.i + 1 : self.i + 2]
            if char == "\\" and following and 0 < ord(following) <= 126:
                self._put(following)
                self.i += 2
                continue
            top = self.nested[-1] if self.nested else None
            if top is not None and top.kind in ("code", "pre", "pre_code"):
                reserved = "`"
            else:
                reserved = RESERVED
                if char == ">" and (not self.out or self.out[-1].endswith("\n")):
                    if not in_quote:
                        self.nested.append(_Open("blockquote", self.offset, len(self.out), self.i))
                        in_quote = True
                    self.i += 1
                    continue
                if in_quote and char == "\n" and text[self.i + 1 : self.i + 2] != ">":
                    self._end_quote()
                    in_quote = False
                    self._put(char)
                    self.i += 1
                    continue
                if in_quote and self._ends_expandable():
                    self.i += 2
                    self._end_quote(expandable=True)
                    in_quote = False
                    continue
            if char not in reserved:
                self._put(char)
                self.i += 1
                continue
            if top is not None and self._ends(top, char):
                self._end(top)
            else:
                self._begin(char)
        if in_quote:
            self._end_quote()
        if self.nested:
            top = self.nested[-1]
            fail(f"Can't find end of {NAMES[top.kind]} entity at byte offset {self._at(top.begin)}")
        return "".join(self.out), self.entities

    def _put(self, char: str) -> None:
        self.out.append(char)
        self.offset += units(char)

    def _at(self, i: int) -> int:
        return len(self.text[:i].encode())

    def _inside(self, kind: str) -> bool:
        return any(opened.kind == kind for opened in self.nested)

    def _ends_expandable(self) -> bool:
        """Whether `||` here ends an expandable quote: at the end of its last line, no spoiler being open."""
        if not self.text.startswith("||", self.i) or self._inside("spoiler"):
            return False
        rest = self.text[self.i + 2 : self.i + 4]
        return rest == "" or (rest[0] == "\n" and rest[1:] != ">")

    def _end_quote(self, expandable: bool = False) -> None:
        top = self.nested[-1]
        if top.kind != "blockquote":
            fail(f"Can't find end of {NAMES[top.kind]} entity at byte offset {self._at(top.begin)}")
        self.nested.pop()
        self._emit(top, {"type": "expandable_blockquote" if expandable else "blockquote"})

    def _ends(self, top: _Open, char: str) -> bool:
        rest = self.text[self.i : self.i + 3]
        match top.kind:
            case "bold":
                return char == "*"
            case "italic":
                return char == "_" and rest[:2] != "__"
            case "underline":
                return rest[:2] == "__"
            case "strikethrough":
                return char == "~"
            case "spoiler":
                return rest[:2] == "||"
            case "code":
                return char == "`"
            case "pre" | "pre_code":
                return rest == "```"
            case "text_link" | "custom_emoji":
                return char == "]"
        return False

    def _begin(self, char: str) -> None:
        text, begin = self.text, self.i
        language = ""
        if text.startswith("```", begin):
            kind = "pre"
            self.i += 3
            end = self.i
            while end < len(text) and not text[end].isspace() and text[end] != "`":
                end += 1
            if end != self.i and end < len(text) and text[end] != "`":
                kind, language = "pre_code", text[self.i : end]
                self.i = end
            if text[self.i : self.i + 1] == "\n":
                self.i += 1
        elif text.startswith("__", begin):
            kind, self.i = "underline", begin + 2
        elif text.startswith("||", begin):
            kind, self.i = "spoiler", begin + 2
        elif text.startswith("![", begin):
            kind, self.i = "custom_emoji", begin + 2
        elif char in "_*~[`":
            kind = {"_": "italic", "*": "bold", "~": "strikethrough", "[": "text_link", "`": "code"}[char]
            self.i = begin + 1
        else:
            fail(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        self.nested.append(_Open(kind, self.offset, len(self.out), begin, language))

    def _end(self, top: _Open) -> None:
        self.nested.pop()
        self.i += {"underline": 2, "spoiler": 2, "pre": 3, "pre_code": 3}.get(top.kind, 1)
        if top.kind == "text_link":
            url = self._url("URL") if self.text[self.i : self.i + 1] == "(" else ""
            self._emit(top, {"type": "text_link", "url": url or "".join(self.out[top.start :])})
        elif top.kind == "custom_emoji":
            if self.text[self.i : self.i + 1] != "(":
                fail("Custom emoji entity must contain a tg://emoji URL")
            self._emit(top, _linked_emoji(self._url("custom emoji URL")))
        elif top.kind == "pre_code":
            self._emit(top, {"type": "pre", "language": top.language})
        else:
            self._emit(top, {"type": top.kind})

    def _url(self, what: str) -> str:
        begin = self.i
        self.i += 1
        url: list[str] = []
        text = self.text
        while self.i < len(text) and text[self.i] != ")":
            following = text[self.i + 1 : self.i + 2]
            if text[self.i] == "\\" and following and 0 < ord(following) <= 126:
                self.i += 1
            url.append(text[self.i])
            self.i += 1
        if self.i >= len(text):
            fail(f"Can't find end of a {what} at byte offset {self._at(begin)}")
        self.i += 1
        return "".join(url)

    def _emit(self, top: _Open, entity: dict[str, Any]) -> None:
        if self.offset > top.offset:
            self.entities.append({"offset": top.offset, "length": self.offset - top.offset, **entity})


def _linked_emoji(url: str) -> dict[str, Any]:
    """`tg://emoji?id=…` is a custom emoji, `tg://time?unix=…&format=…` a date."""
    if url.startswith("tg://emoji?id=") and url[14:].isdigit():
        return {"type": "custom_emoji", "custom_emoji_id": url[14:]}
    if url.startswith("tg://time?unix="):
        unix, _, form = url[15:].partition("&format=")
        if unix.isdigit():
            found: dict[str, Any] = {"type": "date_time", "unix_time": int(unix)}
            return {**found, "date_time_format": form} if form else found
    return fail("Custom emoji URL must have scheme tg")


def parse_markdown(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The old Markdown: no nesting, no underline; kept because bots still use it."""
    out: list[str] = []
    entities: list[dict[str, Any]] = []
    offset = 0
    i = 0
    size = len(text)

    def put(char: str) -> None:
        nonlocal offset
        out.append(char)
        offset += units(char)

    while i < size:
        char = text[i]
        if char == "\\" and text[i + 1 : i + 2] in ("_", "*", "`", "["):
            put(text[i + 1])
            i += 2
            continue
        if char not in "_*`[":
            put(char)
            i += 1
            continue
        begin = i
        language = ""
        end = "```" if text.startswith("```", i) else ("]" if char == "[" else char)
        i += len(end)
        if end == "```":
            stop = i
            while stop < size and not text[stop].isspace() and text[stop] != "`":
                stop += 1
            if stop != i and stop < size and text[stop] != "`":
                language, i = text[i:stop], stop
            if text[i : i + 1] == "\n":
                i += 1
        start, first = offset, len(out)
        while i < size and not text.startswith(end, i):
            put(text[i])
            i += 1
        if i >= size:
            fail(f"Can't find end of the entity starting at byte offset {len(text[:begin].encode())}")
        i += len(end)
        entity: dict[str, Any] = {"type": {"_": "italic", "*": "bold", "`": "code", "[": "text_link"}[char]}
        if end == "```":
            entity = {"type": "pre", "language": language} if language else {"type": "pre"}
        elif char == "[":
            entity["url"] = "".join(out[first:])
            if text[i : i + 1] == "(":
                stop = text.find(")", i)
                stop = size if stop < 0 else stop
                entity["url"] = text[i + 1 : stop]
                i = min(size, stop + 1)
        if offset > start:
            entities.append({"offset": start, "length": offset - start, **entity})
    return "".join(out), entities
