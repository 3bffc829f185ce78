"""The engine, PayPal's stand-in, a real database: every fate of a payout, accounts without money or access."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from bot import checks, paying
from bot.paying import Paying
from bot.paypal import PayPal
from bot.settings import Settings
from domain import sendings as waits
from domain.rules import DAY, SECOND, Rules
from emulator.paypal.server import PayPal as StandIn
from storage import outbox, people
from storage.database import Database, Tx
from tests import paydays
from tests.steps import violations

Pay = Callable[..., Awaitable[Paying]]


class Clock:
    """Of the bot and of PayPal; both are moved together."""

    def __init__(self, standin: StandIn) -> None:
        self.ahead = 0
        self._standin = standin

    def __call__(self) -> int:
        return time.time_ns() // 1000 + self.ahead

    def forward(self, days: float) -> None:
        """Let days pass."""
        self.ahead += int(days * DAY)
        self._standin.book.advance(days * 86_400)


@pytest.fixture
def rules() -> Rules:
    return Rules(bot_username="tallyhand_bot", rails=("paypal",), floor=0, quiet_hours=False)


@pytest.fixture
async def standin(tmp_path: Path) -> AsyncIterator[StandIn]:
    async with StandIn(settle=0.05, lag=0.05) as standin:
        yield standin


@pytest.fixture
def clock(standin: StandIn) -> Clock:
    return Clock(standin)


@pytest.fixture
async def pay(db: Database, standin: StandIn, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pay]:
    """Workers with these addresses are to be paid, and the engine runs; waits of seconds are some hundredths."""
    for name in ("AGAIN", "SOON", "LATEST"):
        monkeypatch.setattr(waits, name, SECOND // 20)
    monkeypatch.setattr(paying, "MEASURES", paying.Measures(items=3, step=2, look=0.02))
    made: list[Paying] = []

    async def begin(addresses: Sequence[str] = (), secret: str = "secret") -> Paying:
        if addresses:
            await db.write(paydays.payday, addresses, now=clock())
        made.append(Paying(db, PayPal(standin.address, "client", secret, timeout=0.3), clock=clock))
        await made[-1].start()
        return made[-1]

    yield begin
    for one in made:
        await one.stop()


def standing(tx: Tx) -> dict[str, int]:
    return Counter(
        f"{row['state']} {row['problem'] or ''}".strip() for row in tx.all("select state, problem from payouts")
    )


def told_staff(tx: Tx) -> list[str]:
    """What waits for those who coordinate, of troubles."""
    rows = [outbox.load(tx, row.id) for row in outbox.pending(tx, after=0, limit=1_000)]
    staff = {person.id for person in people.coordinators(tx)}
    return [row.params["why"] for row in rows if row and row.key == "sending_trouble" and row.person_id in staff]


async def comes_to(db: Database, expected: dict[str, int], clock: Clock | None = None) -> None:
    """Wait until the payouts stand so; of a clock hours go by meanwhile, so that PayPal is asked again."""
    found: dict[str, int] = {}
    for turn in range(1, 601):
        found = await db.read(standing)
        if found == expected:
            return
        if clock is not None and turn % 50 == 0:
            clock.forward(1 / 24)
        await asyncio.sleep(0.02)
    raise AssertionError(found)


async def test_each_payout_ends_as_paypal_ends_it_and_the_books_agree(
    db: Database, standin: StandIn, clock: Clock, pay: Pay
) -> None:
    fates = ("ana", "ben", "unclaimed.cleo", "claimed.dan", "failed.eve", "blocked.fay", "reversed.gus", "onhold.hal")
    await pay([*(f"{name}@example.org" for name in fates), "ida@nowhere"])
    await comes_to(
        db,
        {
            "paid": 3,
            "sending unclaimed": 2,
            "failed receiver_account_invalid": 1,
            "failed risk_decline": 1,
            "failed receiver_invalid": 1,
            "sending": 1,
        },
        clock,
    )
    clock.forward(6)
    await comes_to(
        db,
        {
            "paid": 3,
            "sending unclaimed": 1,
            "failed receiver_account_invalid": 1,
            "failed risk_decline": 1,
            "failed receiver_invalid": 1,
            "sending": 1,
            "returned reversed": 1,
        },
        clock,
    )
    clock.forward(26)
    await comes_to(
        db,
        {
            "paid": 3,
            "failed receiver_unregistered": 1,
            "failed receiver_account_invalid": 1,
            "failed risk_decline": 1,
            "failed receiver_invalid": 1,
            "sending": 1,
            "returned reversed": 1,
        },
        clock,
    )
    assert await db.read(violations) == []
    assert standin.book.summary(standin.now())["paid_twice_or_more"] == 0


async def test_without_money_the_payouts_wait_and_go_when_there_is_some(
    db: Database, standin: StandIn, pay: Pay
) -> None:
    standin.book.balance = Decimal("1.00")
    await pay(["ana@example.org", "ben@example.org"])
    for _ in range(100):
        if await db.read(told_staff):
            break
        await asyncio.sleep(0.02)
    assert set(await db.read(told_staff)) == {"INSUFFICIENT_FUNDS"}
    await comes_to(db, {"sending": 2})
    standin.book.balance = None
    await comes_to(db, {"paid": 2})


async def test_wrong_credentials_are_told_and_pay_nobody_until_they_are_right(
    db: Database, standin: StandIn, pay: Pay
) -> None:
    wrong = await pay(["ana@example.org"], secret="Secret")
    for _ in range(100):
        if await db.read(told_staff):
            break
        await asyncio.sleep(0.02)
    assert set(await db.read(told_staff)) == {"credentials"}
    assert standin.book.batches == {}
    await wrong.stop()
    await pay()
    await comes_to(db, {"paid": 1})


async def test_a_stop_in_the_middle_of_a_call_loses_nothing(db: Database, standin: StandIn, pay: Pay) -> None:
    standin.faults.replace({"create": {"timeout_after": 1}, "seconds": {"hang": 5}})
    first = await pay(["ana@example.org", "ben@example.org"])
    while not standin.book.batches:
        await asyncio.sleep(0.005)
    await first.stop()
    standin.faults.replace({})
    await pay()
    await comes_to(db, {"paid": 2})
    assert len(standin.book.batches) == 1


async def test_a_duplicate_that_leads_nowhere_is_unknown_and_told(db: Database, standin: StandIn, pay: Pay) -> None:
    standin.links = False
    standin.faults.replace({"create": {"error_after": 1}})
    await pay(["ana@example.org"])
    while not standin.book.batches:
        await asyncio.sleep(0.005)
    standin.faults.replace({})
    await comes_to(db, {"unknown": 1})
    assert set(await db.read(told_staff)) == {"no_link"}
    assert len(standin.book.batches) == 1


async def test_check_says_whether_paypal_takes_the_credentials(standin: StandIn, tmp_path: Path) -> None:
    values = {"data_dir": tmp_path, "rails": "paypal", "paypal_url": standin.address, "paypal_client_id": "client"}

    async def said(**more: str) -> list[str]:
        settings = Settings(_env_file=None, **(values | more))  # type: ignore[call-arg, arg-type]
        return [sentence for sentence in await checks.problems(settings) if "PAYPAL" in sentence]

    assert await said(paypal_secret="secret") == []
    assert "not known to PayPal" in (await said(paypal_secret="Secret"))[0]
    assert "are not both set" in (await said())[0]
    assert "no PayPal answers" in (await said(paypal_secret="secret", paypal_url="http://127.0.0.1:9"))[0]
