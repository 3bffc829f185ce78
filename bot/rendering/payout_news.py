"""What workers read about their pay: receipts, what did not arrive and why, what stays, what takes longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Message, Nothing, Renderer
from domain import ledger
from domain.bank_answers import PAYERS, group_of
from domain.payout_methods import masked
from domain.payouts import OPEN, Payout, PayoutRun, minimum
from domain.rails import BY_HAND
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import payout_methods, payouts
from storage.database import Tx
from storage.ledger import balance


@dataclass(frozen=True, slots=True)
class PayoutView:
    """A payout of the reader, its run, and what is shown of where it went."""

    payout: Payout
    run: PayoutRun
    kind: str
    mask: str


def receipt(view: PayoutView | None, words: Words) -> Action:
    """What a worker was paid, for when, and how."""
    if view is None:
        return Nothing()
    one = view.payout
    return Message(
        "\n\n".join(
            [
                words.html(
                    "💸 <b>{amount}</b> paid to you, for everything accepted until {at}.",
                    amount=words.money(one.amount),
                    at=words.day_and_time(view.run.created_at),
                ),
                _how(view, words)
                + " "
                + words.html(
                    "If it has not arrived, ask your coordinator for receipt {number}.",
                    number=f"{view.run.period}/{one.id}",
                ),
                words.html("/earnings shows the rest."),
            ]
        )
    )


def _how(view: PayoutView, words: Words) -> Markup:
    if view.payout.rail == BY_HAND:
        return words.html("It was paid by hand.")
    if view.kind == "iban":
        return words.html("It went to your account {number}; a bank may take a working day.", number=view.mask)
    if view.kind == "paypal":
        return words.html("It went to your PayPal {number}.", number=view.mask)
    if view.kind == "mobile":
        return words.html("It went to your mobile money {number}.", number=view.mask)
    return words.html("It has been sent to you.")


def failed(view: PayoutView | None, words: Words) -> Action:
    """Money that did not go through: it is theirs still, why, and what to do."""
    return _back(view, words, came_back=False)


def returned(view: PayoutView | None, words: Words) -> Action:
    """Money that was sent and came back."""
    return _back(view, words, came_back=True)


def _back(view: PayoutView | None, words: Words, *, came_back: bool) -> Action:
    if view is None:
        return Nothing()
    amount = words.money(view.payout.amount)
    said = (
        words.html("<b>{amount}</b> came back from {where}.", amount=amount, where=_where(view, words))
        if came_back
        else words.html(
            "Your payout of <b>{amount}</b> to {where} did not go through.", amount=amount, where=_where(view, words)
        )
    )
    problem = view.payout.problem or ""
    blamed = group_of(problem) not in PAYERS
    kept = words.html("The money is on your balance again, nothing is lost, and it goes out with the next payout.")
    again = words.html("Please say where it shall go then:") if blamed and view.payout.rail != BY_HAND else Markup("")
    buttons = ((Button(words.plain("Payout method"), encode("pm")),),) if again else ()
    return Message("\n\n".join(part for part in (said + " " + _why(problem, words), kept, again) if part), buttons)


def _where(view: PayoutView, words: Words) -> str:
    names = {
        "iban": words.plain("your account {number}", number=view.mask),
        "paypal": words.plain("your PayPal {number}", number=view.mask),
        "mobile": words.plain("your mobile money {number}", number=view.mask),
    }
    return names.get(view.kind, words.plain("you"))


def _why(problem: str, words: Words) -> Markup:
    """The reason in words; a code nobody knows is shown as it is, for the bank can explain it."""
    group = group_of(problem)
    known = {
        "account": words.html("The bank knows no account with that number."),
        "closed": words.html("The account is closed."),
        "blocked": words.html("The account cannot receive money at the moment."),
        "name": words.html("The name does not fit the account."),
        "bank": words.html("The bank cannot be reached that way."),
        "rules": words.html("Your bank or your country’s rules did not let it through."),
        "refused": words.html("Your bank or provider sent it back without saying why."),
        "unclaimed": words.html("Nobody claimed it there in time. Does an account with that address exist?"),
        "receiver": words.html("There is no account with that address or number."),
        "payer_funds": words.html("That was on our side: there was not enough money on the paying account."),
        "denied": words.html("That was on our side: the payment as a whole was refused."),
        "no_method": words.html("There was nowhere to send it to any more."),
    }
    if group in known:
        return known[group]
    if problem in ("", "failed", "waiting"):
        return words.html("The bank gave no reason.")
    return words.html("The reason given is “{code}”.", code=problem.replace("_", " "))


def late(view: PayoutView | None, words: Words) -> Action:
    """Pay that takes longer than promised; nothing is said when it has ended meanwhile."""
    if view is None or view.payout.state not in OPEN:
        return Nothing()
    return Message(
        words.html(
            "Your pay is late: <b>{amount}</b> from the payout of {at} has not reached its end yet. The money is yours"
            " and set aside. Your coordinators are told each day until it is done, and you get a receipt.",
            amount=words.money(view.payout.amount),
            at=words.day(view.run.cutoff),
        )
    )


def kept(view: tuple[str, int], words: Words) -> Action:
    """Why the payout went out without somebody, and what would change that."""
    why, available = view
    if available <= 0:
        return Nothing()
    amount = words.money(available)
    button = ((Button(words.plain("Payout method"), encode("pm")),),)
    if why == "minimum":
        return Message(
            words.html(
                "Today’s payout began at {least}, so your {amount} stay on your balance. They are paid as soon as there"
                " is enough; nothing is lost.",
                least=words.money(minimum(words.rules)),
                amount=amount,
            )
        )
    if why == "waiting":
        return Message(
            words.html(
                "Today’s payout went out while your new payout method waits, so your {amount} stay on your balance"
                " until the next one.",
                amount=amount,
            )
        )
    if why == "not_paid":
        return Message(
            words.html(
                "Today’s payout could not go the way you chose, so your {amount} stay on your balance. Please choose"
                " another way to be paid:",
                amount=amount,
            ),
            button,
        )
    return Message(
        words.html(
            "No payout method yet: your {amount} stay on your balance until you say where they shall go.", amount=amount
        ),
        button,
    )


def _view(tx: Tx, person_id: int, params: dict[str, Any]) -> PayoutView | None:
    one = payouts.payout(tx, params["payout"])
    found = None if one is None else payouts.by_id(tx, one.run_id)
    if one is None or found is None or one.worker_id != person_id:
        return None
    method = None if one.method_id is None else payout_methods.by_id(tx, one.method_id)
    if method is None:
        return PayoutView(one, found, "", "")
    return PayoutView(one, found, method.kind, masked(method.kind, payout_methods.details(tx, method.id).number))


def _kept_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[str, int]:
    return params["why"], balance(tx, ledger.available(person_id))


RENDERERS = {
    "payout_paid": Renderer(receipt, _view),
    "payout_failed": Renderer(failed, _view),
    "payout_returned": Renderer(returned, _view),
    "payout_late": Renderer(late, _view),
    "payout_kept": Renderer(kept, _kept_view),
}
