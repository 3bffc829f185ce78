"""What the peers have in common: where the server is, and a card as long as ours with as many buttons."""

from __future__ import annotations

import os
import sys

BUTTONS = (("Cat", "Dog"), ("Something else",), ("Skip", "Report a problem"), ("Instructions", "Stop for now"))


def token() -> str:
    """The bot's token."""
    return os.environ["BOT_TOKEN"]


def address() -> str:
    """The Bot API server."""
    return os.environ["BOT_API_URL"]


def at_once(default: int) -> int:
    """How many updates may be in hand at once: the first argument."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else default


def card(number: int) -> str:
    """The text of card `number`: another one each time, because an edit that changes nothing is refused."""
    promise = "Saved: $0.05. This one pays $0.05, about 10 s: $18.00 an hour."
    return f"<b>What is this about?</b>\n\nPrompt {number}\n\n{promise}"


def buttons(number: int) -> list[list[tuple[str, str]]]:
    """Rows of (text, data); the data names the card, as ours does."""
    return [
        [(text, f"a:{number}:{row}{column}") for column, text in enumerate(texts)] for row, texts in enumerate(BUTTONS)
    ]


def next_number(data: str | None) -> int:
    """The number of the card after the one that was tapped."""
    return int((data or "a:0").split(":")[1]) + 1
