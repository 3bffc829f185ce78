"""What PayPal makes people wait for: a payout that its receiver has to claim, and what staff must see to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Message, Nothing, Renderer
from bot.rendering.payouts import period_name
from domain.payouts import Payout, PayoutRun
from locales.words import Markup, Words
from storage import payouts, sendings
from storage.database import Tx

LOST = ("too_late", "no_link", "refused_in_doubt", "missing", "mismatch", "not_ours")
"""What nobody can tell without looking at PayPal's own pages."""


@dataclass(frozen=True, slots=True)
class TroubleView:
    """A sending that does not go on by itself, or not yet."""

    run: PayoutRun
    key: str
    why: str


def unclaimed(view: Payout | None, words: Words) -> Action:
    """The worker has to do something at PayPal. Nothing is said when it has been settled meanwhile."""
    if view is None or view.state not in ("sending", "unknown"):
        return Nothing()
    return Message(
        words.html(
            "💸 <b>{amount}</b> is at PayPal and waits for you to claim it. PayPal has written to the e-mail address"
            " you gave us: open that message, or make a PayPal account with that address and confirm it.\n\nYou have 30"
            " days. After that the money comes back to your balance here.",
            amount=words.money(view.amount),
        )
    )


def trouble(view: TroubleView | None, words: Words) -> Action:
    """What keeps a payout from being made, and what to do; nobody is paid twice whatever is done."""
    if view is None:
        return Nothing()
    period = period_name(view.run, words)
    return Message("\n\n".join([words.html("⚠️ <b>Payout {period}: PayPal</b>", period=period), _what(view, words)]))


def _what(view: TroubleView, words: Words) -> Markup:
    if view.why == "credentials":
        return words.html(
            "PayPal does not take our credentials, so the payouts wait. Put PAYPAL_CLIENT_ID and PAYPAL_SECRET right;"
            " <code>python -m bot check</code> says whether they work. It then goes on by itself, and nobody is paid"
            " twice."
        )
    if view.why == "INSUFFICIENT_FUNDS":
        return words.html(
            "The PayPal balance does not cover the payouts, so they wait. Add money there. It then goes on by itself,"
            " and nobody is paid twice."
        )
    if view.why == "paid_after_all":
        return words.html(
            "PayPal now says that a payout arrived which it had called failed, so that its money is on the worker’s"
            " balance, too. Compare {key} in PayPal’s activity with /payouts.",
            key=view.key,
        )
    if view.why in LOST:
        return words.html(
            "Of some payouts I cannot find out whether they arrived ({why}). Look for {key} in PayPal’s activity and"
            " send me PayPal’s report of it as a file: that settles them. Until then their money is neither paid nor"
            " back.",
            why=view.why,
            key=view.key,
        )
    return words.html(
        "PayPal refuses the payouts: {why}. Nothing was paid. It is tried again every hour, under the same key"
        " {key}, so nobody is paid twice.",
        why=view.why,
        key=view.key,
    )


def _unclaimed_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Payout | None:
    payout = payouts.payout(tx, params["payout"])
    return payout if payout is not None and payout.worker_id == person_id else None


def _trouble_view(tx: Tx, person_id: int, params: dict[str, Any]) -> TroubleView | None:
    one = sendings.by_id(tx, params["sending"])
    run = None if one is None else payouts.by_id(tx, one.run_id)
    return None if one is None or run is None else TroubleView(run, one.key, params["why"])


RENDERERS = {
    "payout_unclaimed": Renderer(unclaimed, _unclaimed_view),
    "sending_trouble": Renderer(trouble, _trouble_view),
}
