"""News of payout methods: a change that waits or counts, who is asked for one, and what coordinators look into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Message, Nothing, Renderer
from bot.rendering.payout_methods import Shown, masked_method, method_name, not_me
from domain import ledger
from domain.payout_methods import STOPPED_FOR
from domain.periods import next_payout
from domain.rules import HOUR
from handlers.buttons import encode
from locales.words import Words
from storage import method_requests, people
from storage import payout_methods as methods
from storage.database import Tx
from storage.ledger import balance
from usecases import payout_methods as usecase


@dataclass(frozen=True, slots=True)
class Change:
    """A method that was given, and what is used until it counts."""

    at: int
    shown: Shown
    until_then: Shown | None


def first(view: Change, words: Words) -> Action:
    """The first method: it counts at once."""
    if view.shown.method.state != "active":
        return Nothing()
    at = words.day_and_time(next_payout(words.rules, view.at).due_at)
    return Message(
        words.html(
            "Saved: <b>{method}</b>. Your next payout goes there: {at}.\nA later change waits a day before it counts,"
            " so that nobody else can make one unseen. /payout shows and changes it.",
            method=method_name(view.shown, words),
            at=at,
        )
    )


def changing(view: Change, words: Words) -> Action:
    """A change is told, and waits."""
    if view.shown.method.state != "waiting" or view.shown.method.active_from is None:
        return Nothing()
    at = words.day_and_time(view.shown.method.active_from)
    text: str = words.html("Saved. <b>{method}</b> counts from {at} on.", method=method_name(view.shown, words), at=at)
    if view.until_then is not None:
        text += "\n" + words.html("Until then your money goes to {method}.", method=method_name(view.until_then, words))
    else:
        text += "\n" + words.html("What you have earned stays yours until then.")
    text += "\n\n" + words.html("If you did not change it, tell me: one tap undoes it.")
    return Message(text, not_me(view.shown, words))


def active(view: Change, words: Words) -> Action:
    """A change has taken effect."""
    if view.shown.method.state != "active":
        return Nothing()
    text = words.html(
        "Your payouts now go to <b>{method}</b>, as you asked. /payout shows and changes it.",
        method=method_name(view.shown, words),
    )
    return Message(text, not_me(view.shown, words))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Why somebody is asked, what they have, what was wrong with their last method, and whether a new one waits."""

    why: str
    available: int
    still: bool
    problem: str | None
    waits: bool


def wanted(view: Wanted, words: Words) -> Action:
    """Where shall the money go? Not asked any more once they have said."""
    if not view.still:
        return Nothing()
    amount = words.money(view.available)
    if view.why == "money":
        text = words.html(
            "Your first money is there: {amount} is accepted and yours. Where shall it go? It takes a minute, and"
            " until you choose, it stays in your balance.",
            amount=amount,
        )
    elif view.problem is not None:
        text = words.html(
            "Payday is near: {amount} is yours. I cannot send it yet: your last payout came back, and I have no other"
            " number. If you give one now, it counts a day later; what is not sent stays yours for the next payday.",
            amount=amount,
        )
    elif view.waits:
        text = words.html(
            "Payday is near: {amount} is yours. I cannot send it, because I do not know where to. A method you give now"
            " counts a day later; what is not sent stays yours for the next payday.",
            amount=amount,
        )
    else:
        text = words.html(
            "Payday is near: {amount} is yours. I cannot send it yet, because I do not know where to. If you choose"
            " by the time the payout is put together, it is in; otherwise it stays yours for the next one.",
            amount=amount,
        )
    return Message(text, ((Button(words.plain("Payout method"), encode("pm"), style="primary"),),))


@dataclass(frozen=True, slots=True)
class Hint:
    """Names, opened for staff, and whether a disowned method had been in use."""

    worker: str
    other: str = ""
    used: bool = False


def shared(view: Hint, words: Words) -> Action:
    """Two people gave the same number; people decide what that means."""
    return Message(
        words.html(
            "Worth a look: {worker} gave a payout number that {other} has given too. It was not taken, and neither was"
            " told about the other. It may be a family's account, a mistake, or one person twice; what it means is for"
            " you to find out.",
            worker=view.worker,
            other=view.other,
        )
    )


def disowned(view: Hint, words: Words) -> Action:
    """Somebody else may have a worker's account."""
    hours = STOPPED_FOR // HOUR
    told = words.html(
        "{worker} says that a change of their payout method was not theirs. It is undone, and nothing can be changed"
        " for {hours} hours. Somebody else may have their phone or account: please get in touch.",
        worker=view.worker,
        hours=hours,
    )
    if not view.used:
        return Message(told)
    more = words.html("The new method was in use already: look at payouts that are under way to them, /payouts.")
    return Message(f"{told}\n\n{more}")


def _change_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Change:
    shown = masked_method(tx, methods.by_id(tx, params["method"]))
    assert shown is not None
    return Change(params.get("at", 0), shown, masked_method(tx, methods.active(tx, person_id)))


def _wanted_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Wanted:
    return Wanted(
        params["why"],
        balance(tx, ledger.available(person_id)),
        usecase.wanted(tx, person_id),
        method_requests.problem(tx, person_id),
        methods.ever(tx, person_id),
    )


def _hint_view(tx: Tx, _: int, params: dict[str, Any]) -> Hint:
    other = people.name(tx, params["other"]) if "other" in params else ""
    return Hint(people.name(tx, params["worker"]), other, params.get("used", False))


RENDERERS = {
    "payout_method_set": Renderer(first, _change_view),
    "payout_method_changing": Renderer(changing, _change_view),
    "payout_method_active": Renderer(active, _change_view),
    "payout_method_wanted": Renderer(wanted, _wanted_view),
    "payout_method_shared": Renderer(shared, _hint_view),
    "payout_method_disowned": Renderer(disowned, _hint_view),
}
