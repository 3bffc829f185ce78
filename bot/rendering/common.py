"""Notices every topic uses: refusals, failures, reactions."""

from __future__ import annotations

from typing import Any

from bot.rendering.message import Action, Message, Reaction, Renderer
from locales.words import Words


def refusal(params: dict[str, Any], words: Words) -> Action:
    """What was asked for cannot be done, and what to do instead."""
    return Message(words.html("{sentence}", sentence=words.filled(params["text"], params["params"])))


def failed(params: dict[str, Any], words: Words) -> Action:
    """Our own fault, with the number to tell us."""
    return Message(
        words.html(
            "Something went wrong on our side, and your message was not taken in. Please try again; if it happens"
            " once more, tell your coordinator the number <code>{reference}</code>.",
            reference=params["reference"],
        )
    )


def job_failed(params: dict[str, Any], words: Words) -> Action:
    """Long work that could not be finished, with the number to tell us."""
    return Message(
        words.html(
            "This could not be finished, for a reason on our side. What was done so far is kept. Please try once more;"
            " if it happens again, look for <code>{reference}</code> in the log.",
            reference=params["reference"],
        )
    )


def reaction(params: dict[str, Any], words: Words) -> Action:
    """An emoji on their message says that an edit was taken in."""
    return Reaction(params["message_id"], params["emoji"])


RENDERERS = {
    "refusal": Renderer(refusal),
    "failed": Renderer(failed),
    "job_failed": Renderer(job_failed),
    "reaction": Renderer(reaction),
}
