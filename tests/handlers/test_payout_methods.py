"""Payout methods through the real routes: every screen Telegram takes, in every language, whatever anybody taps."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bot.rendering.message import Message
from domain import ledger as accounts
from domain.payout_methods import KINDS
from domain.people import LANGUAGES
from domain.rules import DAY, HOUR, SECOND, Rules
from handlers.buttons import LARGEST, encode
from storage import ledger
from storage import payout_methods as methods
from storage.database import Database, Tx
from tests.builders import NOON, make_owner, make_worker
from tests.handlers.phone import Phone
from tests.handlers.world import render_waiting
from usecases import method_requests, payout_methods

IBANS = ("DE89370400440532013000", "FR1420041010050500013M02606", "NL91ABNA0417164300")
TEXTS = (
    *IBANS, "ana@example.org", "+254 712 345678", "Ana García", "<b>Ana</b>", "DE88370400440532013000", "", "🙂",
    "0712", "x" * 4_000, "‮DE٨٩", "4111111111111111", "BR1800360305000010009795493C1", "+43 1 5123456", "a@b",
)  # fmt: skip


@pytest.fixture
def rules() -> Rules:
    return Rules(bot_username="tallyhand_bot", currency="EUR", rails=("by_hand", "sepa", "csv"), quiet_hours=False)


def _build(tx: Tx) -> None:
    make_owner(tx)
    for number in range(3):
        make_worker(tx, 100 + number, f"W{number}")


async def shown(db: Database, key: str, language: str = "en") -> list[Message]:
    """The messages of a key that wait, taken out as if they were sent."""
    found = await db.write(render_waiting, language=language)
    return [action for one, action in found if one == key and isinstance(action, Message)]


def _texts(messages: list[Message]) -> str:
    return "\n".join(message.text for message in messages)


async def test_a_first_day_of_typing_and_second_thoughts(db: Database) -> None:
    await db.write(_build)
    ana = Phone(db, 100, "Ana", NOON)
    await ana.command("/payout")
    (screen,) = await shown(db, "payout_method")
    names = {button.text: button.data or "" for row in screen.keyboard for button in row}
    assert list(names) == ["IBAN", "PayPal e-mail", "Mobile money number", "Paid by hand"]
    await ana.tap(names["Mobile money number"])
    await ana.write("0712 345 678")
    assert "begin with +" in _texts(await shown(db, "payout_number"))
    await ana.tap(encode("pm_back"))
    assert "How shall you be paid?" in _texts(await shown(db, "payout_method"))
    await ana.tap(names["IBAN"])
    await ana.write("my iban: de89 3704 0044 0532 0130 00")
    assert "3000: got it" in _texts(await shown(db, "payout_holder"))
    await ana.write("Ana García")
    assert "IBAN •••• 3000" in _texts(await shown(db, "payout_method_set"))
    await ana.tap(encode("pm_remove"))
    (ask,) = await shown(db, "payout_method_remove")
    await ana.tap(ask.keyboard[0][0].data or "")
    assert "Removed" in _texts(await shown(db, "payout_method"))
    await ana.tap(ask.keyboard[0][0].data or "")
    assert await db.read(lambda tx: tx.value("select count(*) from inbox where state <> 'done'")) == 0
    assert await db.read(lambda tx: tx.value("select count(*) from inbox where payload is not null")) == 0


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_is_tapped_and_typed_nobody_touches_anybody_elses_method(db: Database, seed: int) -> None:
    await db.write(_build)
    pick = random.Random(seed)
    people = await db.read(lambda tx: {row["telegram_id"]: row["id"] for row in tx.all("select * from people")})
    phones = [Phone(db, 100 + number, f"W{number}", NOON) for number in range(3)]
    before = await db.read(_rows)
    for step in range(120):
        phone = pick.choice(phones)
        for one in phones:
            one.now += pick.choice((SECOND, SECOND, HOUR, 5 * HOUR))
        await _act(phone, pick)
        if pick.random() < 0.1:
            await db.write(_tick, now=phone.now)
            before = await db.read(_rows)
            continue
        after = await db.read(_rows)
        assert {one[1] for one in before ^ after} <= {people[phone.telegram_id]}, step
        before = after
        if step % 20 == 0:
            await db.write(render_waiting, language=pick.choice(LANGUAGES))
    await db.write(render_waiting, language=pick.choice(LANGUAGES))
    await db.read(_each_number_is_one_persons)


def _rows(tx: Tx) -> set[tuple[object, ...]]:
    """What is kept about methods; the second value of each row is whose it is."""
    kept = tx.all("select 'method', worker_id, * from payout_methods")
    return {tuple(row) for row in [*kept, *tx.all("select 'request', worker_id, * from method_requests")]}


async def _act(phone: Phone, pick: random.Random) -> None:
    number = pick.choice((pick.randint(0, 12), LARGEST))
    kind = pick.randrange(len(KINDS))
    choices: list[tuple[Any, str]] = [
        (phone.command, "/payout"),
        (phone.tap, encode("pm_choose", pick.choice((kind, kind, number)))),
        (phone.tap, encode("pm_back")),
        (phone.tap, encode("pm_remove")),
        (phone.tap, encode("pm_remove_yes", number)),
        (phone.tap, encode("pm_not_me", number)),
    ]
    if pick.random() < 0.2:
        await _give(phone, pick.choice(IBANS))
        return
    call, data = pick.choice([*choices, *[(phone.write, pick.choice(TEXTS))] * 6])
    await call(data)


async def _give(phone: Phone, iban: str) -> None:
    await phone.tap(encode("pm_choose", 0))
    await phone.write(iban)
    await phone.write(phone.name)


def _tick(tx: Tx, *, now: int) -> None:
    while method_requests.run_due(tx, now=now):
        pass


def _each_number_is_one_persons(tx: Tx) -> None:
    rows = tx.all("select id, worker_id, state from payout_methods where number is not null and state <> 'begun'")
    assert rows
    owner: dict[str, int] = {}
    for row in rows:
        number = methods.details(tx, row["id"]).number
        assert owner.setdefault(number, row["worker_id"]) == row["worker_id"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_screen_is_one_telegram_takes(db: Database, language: str) -> None:
    await db.write(_build)
    ana, ben = Phone(db, 100, "Ana", NOON), Phone(db, 101, "Ben & <Co>", NOON)
    keys: set[str] = set()

    async def see() -> None:
        keys.update(key for key, _ in await db.write(render_waiting, language=language))

    for kind in range(len(KINDS)):
        await ana.tap(encode("pm_choose", kind))
        await see()
        for text in TEXTS:
            await ana.write(text)
            await see()
    for _ in range(2):
        await _give(ben, IBANS[0])
        await see()
    await db.write(_give_money)
    ana.now += 2 * DAY
    await db.write(_tick, now=ana.now)
    await ana.command("/payout")
    await ana.tap(encode("pm_remove"))
    await see()
    for method in range(1, 12):
        await ana.tap(encode("pm_not_me", method))
    await see()
    assert {"payout_method", "payout_number", "payout_holder", "payout_method_changing", "payout_method_set",
            "payout_method_remove", "taken_out", "payout_method_wanted", "payout_method_active",
            "payout_method_disowned", "payout_method_shared"} <= keys  # fmt: skip


def _give_money(tx: Tx) -> None:
    """Somebody who has given no number has money."""
    worker = tx.value("select max(id) from people")
    for cause, debit, credit in (
        (f"funds:{worker}:recorded:1", accounts.WORLD, accounts.FUNDS),
        (f"funds:{worker}:recorded:2", accounts.FUNDS, accounts.available(worker)),
    ):
        ledger.transfer(tx, cause=cause, debit=debit, credit=credit, amount=1_500_000, currency="EUR", now=NOON)


async def test_nobody_who_has_no_work_here_has_a_method_here(db: Database) -> None:
    await db.write(_build)
    sam = Phone(db, 50, "Sam", NOON)
    await sam.command("/payout")
    for action in ("pm_choose", "pm_remove_yes", "pm_not_me"):
        await sam.tap(encode(action, 0))
    await sam.write(IBANS[0])
    assert await db.read(lambda tx: tx.value("select count(*) from payout_methods")) == 0
    assert payout_methods.open_kinds(db.rules) == KINDS
