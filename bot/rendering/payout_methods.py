"""Where a worker's money goes, as they read and choose it: what is asked, what is wrong with it.

Numbers are opened here to be masked; a whole one is in no message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Deletion, Keyboard, Message, Nothing, Renderer
from bot.rendering.number_problems import sentence
from domain import ledger
from domain.money import minor_digits
from domain.payout_methods import BY_HAND, IBAN, KINDS, MOBILE, PAYPAL, SHOWN, masked
from domain.payouts import minimum
from domain.periods import next_payout
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import payout_methods as methods
from storage.database import Tx
from storage.ledger import balance
from storage.payout_methods import Method
from usecases import payout_methods as usecase
from usecases.payout_methods import Standing


@dataclass(frozen=True, slots=True)
class Shown:
    """A method with what may be seen of its number."""

    method: Method
    mask: str


@dataclass(frozen=True, slots=True)
class View:
    """How a worker is paid at an instant, and what was just done ("same", "removed", "disowned")."""

    at: int
    standing: Standing
    active: Shown | None
    waiting: Shown | None
    available: int
    said: str | None


def screen(view: View, words: Words) -> Action:
    """Where the money goes, what may be chosen instead."""
    standing = view.standing
    parts = [_said(view, words), _now(view, words)]
    if view.waiting is not None and view.waiting.method.active_from is not None:
        parts.append(
            words.html(
                "From {at} on: <b>{method}</b>",
                at=words.day_and_time(view.waiting.method.active_from),
                method=method_name(view.waiting, words),
            )
        )
    parts.append(_payday(view, words))
    rows: list[tuple[Button, ...]] = []
    if standing.stopped_until is not None and standing.kinds:
        parts.append(words.html("It cannot be changed until {at}.", at=words.day_and_time(standing.stopped_until)))
    elif standing.kinds:
        rows += [(Button(kind_name(kind, words), encode("pm_choose", KINDS.index(kind))),) for kind in standing.kinds]
    if view.waiting is not None:
        rows += not_me(view.waiting, words)
    if (view.active or view.waiting) and standing.stopped_until is None:
        rows.append((Button(words.plain("Remove"), encode("pm_remove")),))
    return Message("\n\n".join(part for part in parts if part), tuple(rows))


def _said(view: View, words: Words) -> Markup:
    if view.said == "same":
        return words.html("That is your payout method already. It stays.")
    if view.said == "removed":
        return words.html("Removed. The number is erased after 60 days; until then nobody can see it here.")
    if view.said == "disowned":
        return words.html(
            "Thank you for telling me. The change is undone, and your coordinators know. If somebody else has your"
            " phone or your account, end their sessions in Telegram: Settings, Devices."
        )
    return Markup("")


def _now(view: View, words: Words) -> Markup:
    if not view.standing.kinds:
        by_hand = words.html(
            "<b>How you are paid</b>\nEverybody here is paid by hand: you and {who} agree how, and every payment comes"
            " with a receipt from me. There is nothing to choose.",
            who=words.plain(words.rules.work_for),
        )
        if view.active is None:
            return by_hand
        kept = words.html(
            "I still keep {method}; nothing is paid that way now.", method=method_name(view.active, words)
        )
        return Markup(f"{by_hand}\n{kept}")
    if view.active is None and view.waiting is not None:
        return words.html("<b>How you are paid</b>\nNothing is paid out before your new method counts.")
    if view.active is None:
        return words.html(
            "<b>How shall you be paid?</b>\nI do not know yet where your money shall go. What you have earned stays"
            " yours until you choose."
        )
    lines = [words.html("<b>How you are paid</b>"), method_name(view.active, words)]
    rail = view.standing.rail(words.rules)
    if rail is None or view.active.method.kind not in view.standing.kinds:
        lines.append(words.html("Nothing can be paid that way at the moment. Please choose another one."))
    else:
        smallest = words.money(minimum(words.rules, rail))
        if rail.digits(words.rules.currency) < minor_digits(words.rules.currency):
            text = words.html("Payouts begin at {minimum}, in whole amounts; the rest stays yours.", minimum=smallest)
        else:
            text = words.html("Payouts begin at {minimum}.", minimum=smallest)
        lines.append(text)
    return Markup("\n".join(lines))


def _payday(view: View, words: Words) -> Markup:
    at = words.day_and_time(next_payout(words.rules, view.at).due_at)
    if view.available:
        return words.html("Next payday: {at}. Available now: {amount}.", at=at, amount=words.money(view.available))
    return words.html("Next payday: {at}.", at=at)


def kind_name(kind: str, words: Words) -> str:
    """A kind of method as its button says it."""
    return {
        IBAN: words.plain("IBAN"),
        PAYPAL: words.plain("PayPal e-mail"),
        MOBILE: words.plain("Mobile money number"),
        BY_HAND: words.plain("Paid by hand"),
    }[kind]


def method_name(shown: Shown, words: Words) -> Markup:
    """A method as people know theirs: "IBAN •••• 3000"."""
    kind = kind_name(shown.method.kind, words)
    return words.html("{kind} {number}", kind=kind, number=shown.mask) if shown.mask else Markup(kind)


def ask_number(params: dict[str, Any], words: Words) -> Action:
    """What is to be sent, how it is kept, and what was wrong with what came before."""
    what = {
        IBAN: words.html(
            "<b>Your IBAN</b>\nSend it to me as a message, as it stands on your bank card or in your bank's app."
        ),
        PAYPAL: words.html("<b>Your PayPal e-mail</b>\nSend me the e-mail address of your PayPal account."),
        MOBILE: words.html(
            "<b>Your mobile money number</b>\nSend it to me with + and the country code, such as +254 712 345678."
        ),
    }[params["kind"]]
    kept = words.html(
        "I take your message out of this chat, keep the number encrypted, and show at most {count} characters of it.",
        count=SHOWN,
    )
    problem = params["problem"]
    parts = [what, kept] if problem is None else [sentence(problem, params["facts"], words), what]
    return Message("\n\n".join(parts), _back(words))


@dataclass(frozen=True, slots=True)
class HolderView:
    """Whose name is asked for, and what was wrong with what came before."""

    shown: Shown | None
    problem: str | None
    facts: dict[str, Any]


def ask_holder(view: HolderView, words: Words) -> Action:
    """The name the account is in."""
    if view.shown is None:
        return Nothing()
    what = words.html(
        "{method}: got it.\n<b>In whose name is the account?</b> Send it as your bank writes it; a bank may send money"
        " back when the name is another one.",
        method=method_name(view.shown, words),
    )
    problem = Markup("") if view.problem is None else sentence(view.problem, view.facts, words)
    return Message("\n\n".join(part for part in (problem, what) if part), _back(words))


def _back(words: Words) -> Keyboard:
    return ((Button(words.plain("Back"), encode("pm_back")),),)


def not_me(shown: Shown, words: Words) -> Keyboard:
    """The button below a change: one tap undoes it."""
    return ((Button(words.plain("That was not me"), encode("pm_not_me", shown.method.id), style="danger"),),)


def ask_remove(view: View, words: Words) -> Action:
    """What removing means, asked once more."""
    found = [one for one in (view.active, view.waiting) if one is not None]
    if not found:
        return Nothing()
    text = words.html(
        "<b>Remove {method}?</b>\nThen nothing is paid out to you until you give another one, and that one waits a"
        " day. What you have earned stays yours.",
        method=Markup(", ".join(method_name(one, words) for one in found)),
    )
    return Message(
        text,
        (
            (
                Button(
                    words.plain("Yes, remove"),
                    encode("pm_remove_yes", max(one.method.id for one in found)),
                    style="danger",
                ),
            ),
            (Button(words.plain("Keep it"), encode("pm_back")),),
        ),
    )


def taken_out(params: dict[str, Any], _: Words) -> Action:
    """The message that carried a number."""
    return Deletion(params["message_id"])


def masked_method(tx: Tx, method: Method | None) -> Shown | None:
    """A method with what may be seen of it, if there is one."""
    return None if method is None else Shown(method, masked(method.kind, methods.details(tx, method.id).number))


def _view(tx: Tx, person_id: int, params: dict[str, Any]) -> View:
    at = params.get("at", 0)
    standing = usecase.standing(tx, person_id, at=at)
    available = balance(tx, ledger.available(person_id))
    shown = (masked_method(tx, standing.active), masked_method(tx, standing.waiting))
    return View(at, standing, *shown, available, params.get("said"))


def _holder_view(tx: Tx, person_id: int, params: dict[str, Any]) -> HolderView:
    begun = methods.begun(tx, person_id)
    asked = begun if begun is not None and begun.id == params["method"] else None
    return HolderView(masked_method(tx, asked), params["problem"], params["facts"])


RENDERERS = {
    "payout_method": Renderer(screen, _view),
    "payout_number": Renderer(ask_number),
    "payout_holder": Renderer(ask_holder, _holder_view),
    "payout_method_remove": Renderer(ask_remove, _view),
    "taken_out": Renderer(taken_out),
}
