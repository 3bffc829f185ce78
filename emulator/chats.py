"""People, chats and messages: the real state that every method reads and changes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from emulator.events import Event

ACTION_SECONDS = 5.0


class Stored:
    """A message with what the Bot API does not say about it.

    `body` is the Bot API `Message`. It is never changed in place: an edit puts a new dict, so that answers, updates and
    transcripts can share the old one without copies.
    """

    __slots__ = (
        "body",
        "changed",
        "deleted",
        "editable",
        "edited",
        "from_bot",
        "keyboard",
        "reactions",
        "sent_at",
        "silent",
    )

    def __init__(self, body: dict[str, Any], from_bot: bool, sent_at: float) -> None:
        self.body = body
        self.from_bot = from_bot
        self.sent_at = sent_at
        self.deleted = False
        self.edited = False
        self.editable = from_bot
        self.keyboard: dict[str, Any] | None = None  # a reply keyboard, its removal or a forced reply
        self.reactions: list[str] = []
        self.silent = False  # sent with disable_notification, which a Message does not show
        self.changed = 0  # the number of the last event about it

    def view(self) -> dict[str, Any]:
        """As the page and tests see it: the Message and our own fields."""
        view = {
            **self.body,
            "from_bot": self.from_bot,
            "deleted": self.deleted,
            "edited": self.edited,
            "reactions": self.reactions,
        }
        if self.silent:
            view["silent"] = True
        if self.keyboard is not None:
            view["keyboard"] = self.keyboard
        return view


@dataclass(slots=True)
class Person:
    """A synthetic person with a Telegram account."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    deactivated: bool = False
    user: dict[str, Any] = field(default_factory=dict)
    chat: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = {"first_name": self.first_name, "last_name": self.last_name, "username": self.username}
        known = {key: value for key, value in names.items() if value}
        self.user = {"id": self.id, "is_bot": False, **known}
        if self.language_code:
            self.user["language_code"] = self.language_code
        self.chat = {"id": self.id, "type": "private", **known}


class Chat:
    """One bot's chat with one person, or one bot's group."""

    __slots__ = (
        "action", "blocked", "group", "history", "id", "info", "keyboard", "members", "menu_button", "messages",
        "person", "pinned", "started",
    )  # fmt: skip

    def __init__(self, info: dict[str, Any], person: Person | None) -> None:
        self.id: int = info["id"]
        self.info = info  # the Bot API `Chat`
        self.person = person
        self.group = person is None
        self.started = person is None  # a private chat exists for the bot once the person wrote first
        self.blocked = False
        self.members: set[int] = set()  # of a group
        self.messages: dict[int, Stored] = {}
        self.history: deque[Event] = deque()
        self.pinned: list[int] = []
        self.action: tuple[str, float] | None = None
        self.keyboard: dict[str, Any] | None = None
        self.menu_button: dict[str, Any] | None = None

    def live(self, message_id: int) -> Stored | None:
        """The message, unless it was deleted or never was."""
        stored = self.messages.get(message_id)
        return None if stored is None or stored.deleted else stored

    def action_now(self, now: float) -> str | None:
        """The chat action that the person's phone shows now."""
        if self.action is None or now > self.action[1]:
            return None
        return self.action[0]
