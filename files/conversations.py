"""One row of a file, however it was written down, as turns of (role, text).

Understood: a bare string; an object with a text (`prompt` and its synonyms, Alpaca's `instruction` + `input`); the chat
format {"messages": [{"role", "content"}]} and ShareGPT's {"conversations": [{"from", "value"}]}; Open Assistant's
message trees {"prompt": {"text", "role", "replies"}}, of which the first message is taken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from files.texts import clean_text, is_blank

Message = tuple[str, str]

TEXTS = frozenset({"prompt", "text", "instruction", "question"})
TURNS = frozenset({"messages", "conversations", "conversation"})
_ROLES = {
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "bot": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "system": "system",
    "developer": "system",
}


class BadRow(Exception):
    """This row is left out: `reason` is a code of REASONS, `detail` fills its sentence."""

    def __init__(self, reason: str, **detail: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def messages_of(value: object, longest: int) -> tuple[Message, ...]:
    """Turns with roles user, assistant or system, texts clean and not blank, the last by the user.

    `longest` bounds the characters of all turns together. Raises `BadRow`; a value that is one already is raised.
    """
    messages = tuple(_turns(value))
    if not messages or any(is_blank(text) for _, text in messages):
        raise BadRow("empty")
    if sum(len(text) for _, text in messages) > longest:
        raise BadRow("too_long", limit=longest)
    if messages[-1][0] != "user":
        raise BadRow("not_users_turn")
    return messages


def _turns(value: object) -> list[Message]:
    if isinstance(value, BadRow):
        raise value
    if isinstance(value, str):
        return [("user", clean_text(value))]
    if not isinstance(value, Mapping):
        raise BadRow("no_text")
    row = {str(key).strip().casefold(): content for key, content in value.items()}
    for key in ("messages", "conversations", "conversation"):
        if row.get(key):
            return _conversation(row[key])
    for key in ("prompt", "instruction", "question", "text"):
        text = row.get(key)
        if isinstance(text, Mapping):
            return [_turn(text)]
        if isinstance(text, list):
            return _conversation(text)
        if isinstance(text, str) and text:
            more = row.get("input") if key == "instruction" else None
            return [("user", clean_text(f"{text}\n\n{more}" if isinstance(more, str) and more.strip() else text))]
    raise BadRow("empty" if row.keys() & (TEXTS | TURNS) or not row else "no_text")


def _conversation(value: object) -> list[Message]:
    """A list of turns, in a CSV cell as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise BadRow("not_json") from None
    if not isinstance(value, list):
        raise BadRow("bad_messages")
    return [_turn(turn) for turn in value]


def _turn(turn: object) -> Message:
    if not isinstance(turn, Mapping):
        raise BadRow("bad_messages")
    role = turn.get("role", turn.get("from"))
    text = next((turn[key] for key in ("content", "value", "text") if key in turn), None)
    if isinstance(text, list):
        text = "\n".join(_part(part) for part in text)
    if not isinstance(role, str) or not isinstance(text, str):
        raise BadRow("bad_messages")
    known = _ROLES.get(role.strip().casefold())
    if known is None:
        raise BadRow("unknown_role", role=clean_text(role)[:40])
    return known, clean_text(text)


def _part(part: object) -> str:
    """A text part of the chat format's content lists; pictures and sounds among them cannot be shown."""
    text = part.get("text") if isinstance(part, Mapping) else part
    if not isinstance(text, str):
        raise BadRow("bad_messages")
    return text
