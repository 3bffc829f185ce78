"""Add budget in words: how much, and what became of it."""

from __future__ import annotations

from typing import Any

from bot.rendering.message import Action, Button, Message, Nothing, Renderer
from domain import ledger as accounts
from domain.batches import Batch
from domain.costs import Cost
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, ledger
from storage.database import Tx


def ask(view: tuple[Batch | None, int], words: Words) -> Action:
    """How much shall be added; the next message is the answer."""
    found, free = view
    if found is None:
        return Nothing()
    lines = [
        words.html("How much shall be added to <b>{title}</b>? Write an amount, for example 50", title=found.title),
        words.html(
            "{free} is free. A part of it is kept back for top-ups and fees, as when it was published; what is not"
            " needed comes back.",
            free=words.money(max(0, free)),
        ),
    ]
    cancel = Button(words.plain("Cancel"), encode("b_cancel", found.id))
    return Message(Markup("\n\n".join(lines)), ((cancel,),))


def added(view: tuple[Batch | None, Cost], words: Words) -> Action:
    """What was added, and how it is divided."""
    found, cost = view
    if found is None or not found.price:
        return Nothing()
    lines = [
        words.html("{amount} added to <b>{title}</b>:", amount=words.money(cost.total), title=found.title),
        words.html_many(
            "• {amount} for answers, enough for {count} more",
            "• {amount} for answers, enough for {count} more",
            cost.pay // found.price,
            amount=words.money(cost.pay),
        ),
    ]
    if cost.topups:
        lines.append(words.html("• {amount} kept back for top-ups", amount=words.money(cost.topups)))
    if cost.fees:
        lines.append(words.html("• {amount} for what paying out costs", amount=words.money(cost.fees)))
    return Message(Markup("\n".join(lines)))


def _ask_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, int]:
    return batches.by_id(tx, params["batch"]), ledger.balance(tx, accounts.FUNDS)


def _added_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, Cost]:
    return batches.by_id(tx, params["batch"]), Cost(params["pay"], params["topups"], params["fees"])


RENDERERS = {"budget_ask": Renderer(ask, _ask_view), "budget_added": Renderer(added, _added_view)}
