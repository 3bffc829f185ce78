"""What the people saw and the server did, as it happened: the truth that the bot's database is held against."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.buttons import decode

SAVED = ("Saved · +", "Enregistré · +")
"""How the answer to a tap begins that says that work is kept, in each language."""
Button = tuple[str, str]
"""Text and data."""


@dataclass(slots=True)
class Put:
    """An update the server queued for the bot; `confirmed` once the bot has moved its offset behind it."""

    id: int
    kind: str
    person: int
    at: float
    confirmed: bool = False


@dataclass(slots=True)
class Tapped:
    """A tap: when, on what, when it was answered and when the chat next showed something new."""

    at: float
    person: int
    data: str
    said: str | None = None
    answered: float | None = None
    shown: float | None = None


@dataclass(slots=True)
class Silence:
    """Somebody wants nothing: since they were told so (or blocked the bot), until they act again (None: still)."""

    person: int
    since: float
    until: float | None = None


@dataclass(slots=True)
class Witness:
    """All that is to be compared in the end. Times are the server's clock, in seconds."""

    puts: dict[int, Put] = field(default_factory=dict)
    taps: list[Tapped] = field(default_factory=list)
    saved: dict[int, int] = field(default_factory=dict)
    """Assignment → the person whose tap was answered with "Saved"."""
    undoable: dict[int, int] = field(default_factory=dict)
    """Submission named by an Undo button → whose card had it: so it was there."""
    received: list[tuple[int, int]] = field(default_factory=list)
    """(update, micro-units) of each `/funds` that the owner said."""
    banked: dict[int, list[str]] = field(default_factory=dict)
    """Payout → what the bank's answers that were sent said of it, in order."""
    numbers: set[str] = field(default_factory=set)
    """Of accounts, as they were typed: in no log, and in no row as it is."""
    missed: dict[int, set[tuple[int, int]]] = field(default_factory=dict)
    """Submission to gold that a worker was told is wrong → the chats and messages that said so."""
    stopped: list[Silence] = field(default_factory=list)
    blocked: list[Silence] = field(default_factory=list)

    def answered(self, tap: Tapped, text: str, at: float) -> None:
        """The bot answered a tap."""
        tap.answered, tap.said = at, text
        action, numbers = decode(tap.data)
        if action in ("answer", "submit") and text.startswith(SAVED):
            self.saved[numbers[0]] = tap.person

    def saw(self, person: int, buttons: list[Button], message: int = 0) -> None:
        """A message with these buttons came, or an older one has them now."""
        for _, data in buttons:
            action, _, rest = data.partition(":")
            if action == "undo":
                self.undoable[int(rest, 36)] = person
            elif action == "gold_object":
                self.missed.setdefault(int(rest, 36), set()).add((person, message))
