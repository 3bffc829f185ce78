"""Notice → text, keyboard, picture, in the receiver's language. One file per topic; each lists its keys."""

from __future__ import annotations

from bot.rendering import (
    batches,
    briefs,
    common,
    earnings,
    fairness,
    inviting,
    joining,
    menus,
    payouts,
    review,
    settings,
    statements,
    summary,
    work,
    writing,
)
from bot.rendering.message import Renderer

TOPICS = [
    common,
    menus,
    joining,
    inviting,
    settings,
    review,
    earnings,
    payouts,
    statements,
    fairness,
    summary,
    briefs,
    batches,
    work,
    writing,
]

RENDERERS: dict[str, Renderer] = {key: renderer for topic in TOPICS for key, renderer in topic.RENDERERS.items()}
"""Every notice there is, by key; a test sees to it that no key is taken twice."""
