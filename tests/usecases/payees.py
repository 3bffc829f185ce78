"""People who choose how they are paid, at a desk with rails for it: what they do, and what they see."""

from __future__ import annotations

from bot.rendering.message import Message
from domain.ledger import FUNDS, ROUNDING, WORLD, available, in_review, reserve
from domain.payout_methods import KINDS
from domain.people import Person
from files.account_numbers import read
from storage import ledger
from tests.steps import screen
from tests.usecases.desk import Desk
from usecases import method_requests, payout_methods, typed

IBAN, OTHER_IBAN, OUTSIDE = "DE89370400440532013000", "FR1420041010050500013M02606", "BR1800360305000010009795493C1"
RAILS = ("by_hand", "sepa", "csv_paypal", "csv_mobile")
DAY_SECONDS = 86_400


def say(desk: Desk, by: Person, text: str) -> int:
    """Send a text as the handler hands it in."""
    desk.messages += 1
    desk.do(typed.text, by, text=text, message_id=desk.messages, read=read)
    return desk.messages


def choose(desk: Desk, by: Person, kind: str) -> None:
    desk.do(payout_methods.choose, by, kind=KINDS.index(kind))


def give(desk: Desk, by: Person, number: str = IBAN, name: str = "Ana García") -> None:
    """Choose an IBAN and answer both questions."""
    choose(desk, by, "iban")
    say(desk, by, number)
    say(desk, by, name)


def seen(desk: Desk, by: Person, key: str = "payout_method") -> str:
    return screen(desk.tx, by, key).text


def shown_now(desk: Desk, by: Person) -> Message:
    """What /payout shows."""
    desk.sent(by)
    desk.do(payout_methods.show, by)
    return screen(desk.tx, by, "payout_method")


def tick(desk: Desk) -> None:
    for _ in range(20):
        if not method_requests.run_due(desk.tx, now=desk.now):
            return
    raise AssertionError("it never ends")


def earn(desk: Desk, worker: Person, amount: int = 5_000_000) -> None:
    """Money becomes available, by the transfers of an accepted answer."""
    number = desk.value("select count(*) from ledger") + 1
    for cause, debit, credit in (
        (f"funds:{worker.id}:recorded:{number}", WORLD, FUNDS),
        (f"batch:{number}:reserved", FUNDS, reserve(number)),
        (f"submission:{number}:credited", reserve(number), in_review(worker.id)),
        (f"submission:{number}:accepted", in_review(worker.id), available(worker.id)),
    ):
        ledger.transfer(desk.tx, cause=cause, debit=debit, credit=credit, amount=amount, currency="EUR", now=desk.now)


def pay_out(desk: Desk, worker: Person) -> None:
    """All that is available leaves."""
    left = ledger.balance(desk.tx, available(worker.id))
    ledger.transfer(
        desk.tx,
        cause=f"worker:{worker.id}:rounded:{desk.now}",
        debit=available(worker.id),
        credit=ROUNDING,
        amount=left,
        currency="EUR",
        now=desk.now,
    )
