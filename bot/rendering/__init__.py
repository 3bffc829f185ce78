"""Notice → text, keyboard, picture, in the receiver's language. One file per topic; each lists its keys."""

from __future__ import annotations

from bot.rendering import (
    appeals,
    batches,
    briefs,
    budgets,
    common,
    earnings,
    fairness,
    history,
    inspecting,
    inviting,
    joining,
    menus,
    payout_methods,
    payout_news,
    payouts,
    pilots,
    rejecting,
    rejections,
    reported,
    review,
    sendings,
    settings,
    statements,
    summary,
    topups,
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
    history,
    inspecting,
    rejecting,
    rejections,
    reported,
    appeals,
    earnings,
    topups,
    payout_methods,
    payouts,
    payout_news,
    sendings,
    statements,
    fairness,
    summary,
    briefs,
    batches,
    budgets,
    pilots,
    work,
    writing,
]

RENDERERS: dict[str, Renderer] = {key: renderer for topic in TOPICS for key, renderer in topic.RENDERERS.items()}
"""Every notice there is, by key; a test sees to it that no key is taken twice."""
