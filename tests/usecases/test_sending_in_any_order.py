"""Any order of whatever can happen to a sending, against a provider in a few lines that keeps its own count."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.bank_answers import key_of
from domain.rules import DAY, MINUTE, SECOND
from domain.sendings import Line, Look, Sending, Standing
from storage import ledger, sendings
from tests import paydays
from tests.usecases.desk import Desk
from tests.usecases.sendings import ADDRESSES, PRICE, RULES, copy_of
from usecases import sending
from usecases.payout_files import installation


@pytest.fixture(scope="module")
def paid_day() -> Iterator[sqlite3.Connection]:
    """A database with an approved run, made once; each test gets a copy."""
    desk = Desk(RULES)
    paydays.payday(desk.tx, ADDRESSES, price=PRICE, now=desk.now)
    desk.connection.execute("commit")
    yield desk.connection
    desk.connection.close()


class Provider:
    """Takes a key once in 30 days, refuses `wrong` receivers, pays what it took; requests may still be on their way."""

    def __init__(self, wrong: set[str]) -> None:
        self.wrong = wrong
        self.batches: dict[str, tuple[str, int, list[str]]] = {}
        self.payments: dict[str, int] = {}
        self.on_their_way: list[tuple[int, bytes]] = []

    def receive(self, body: bytes, now: int, *, looks: bool = True) -> tuple[str, object]:
        """What it answers, and does; receivers are looked at as a request comes in, not as it is worked off."""
        sent = json.loads(body)
        key = sent["sender_batch_header"]["sender_batch_id"]
        wrong = {number: "receiver" for number, item in enumerate(sent["items"]) if item["receiver"] in self.wrong}
        if wrong and looks:
            return "refused", wrong
        reference, since, _ = self.batches.get(key, ("", -31 * DAY, []))
        if now - since <= 30 * DAY:
            return "taken", reference
        reference = f"B{len(self.payments)}-{now}"
        keys = [item["sender_item_id"] for item in sent["items"]]
        self.batches[key] = (reference, now, keys)
        for one in keys:
            self.payments[one] = self.payments.get(one, 0) + 1
        return "taken", reference

    def arrive(self, now: int) -> None:
        """What was on its way and is due by now."""
        due = [one for one in self.on_their_way if one[0] <= now]
        self.on_their_way = [one for one in self.on_their_way if one[0] > now]
        for at, body in due:
            self.receive(body, at, looks=False)

    def look(self, reference: str, value: str) -> Look:
        """A batch as it is shown: all paid."""
        keys = next(keys for known, _, keys in self.batches.values() if known == reference)
        return Look(True, False, tuple(Line(key, value, "USD", Standing.PAID, "T") for key in keys), ("0.25", "USD"))


CALLS = ("answered", "lost before", "lost after", "killed before", "killed after", "late", "told later")
ACTS = st.lists(
    st.tuples(
        st.sampled_from(CALLS), st.sampled_from([1, 60, 400, 3_600, 86_400, 8 * 86_400, 31 * 86_400]), st.integers(0, 4)
    ),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(acts=ACTS, wrong=st.sets(st.sampled_from(ADDRESSES), max_size=2), most=st.integers(1, 4))
def test_any_order_of_answers_losses_and_kills_pays_nobody_twice(
    paid_day: sqlite3.Connection, acts: list[tuple[str, int, int]], wrong: set[str], most: int
) -> None:
    desk, provider = copy_of(paid_day), Provider(wrong)
    desk.now += SECOND
    for how, wait, part in [*acts, *[("answered", 3_601, 4)] * 14]:
        while sending.begin(desk.tx, now=desk.now, most=most):
            pass
        one = sendings.next_due(desk.tx)
        if one is not None and one.next_at <= desk.now:
            if one.state == "written":
                _call(desk, provider, one, how)
            else:
                _look(desk, provider, one, part)
        desk.pass_time(wait)
        provider.arrive(desk.now)
    own = installation(desk.tx)
    assert all(times == 1 for times in provider.payments.values()), "nobody is paid twice"
    for row in desk.tx.all("select id, state from payouts"):
        payments = provider.payments.get(key_of(own, row["id"]), 0)
        assert (row["state"], payments) in {("paid", 1), ("failed", 0), ("unknown", 0), ("unknown", 1)}
        lost = desk.value("select count(*) from sendings where state = 'lost'")
        assert row["state"] != "unknown" or lost, "unknown is only what nobody can know any more"
    assert ledger.total(desk.tx) == 0


def _call(desk: Desk, provider: Provider, one: Sending, how: str) -> None:
    body = sending.call(desk.tx, sending_id=one.id, now=desk.now)
    if body is None:
        return
    about = {"sending_id": one.id, "now": desk.now}
    if how == "told later":
        sending.put_off(desk.tx, **about, why="too_many", wait=None)
        return
    if how == "late":
        provider.on_their_way.append((desk.now + 8 * MINUTE, body))
    kind, answer = ("", None) if "before" in how or how == "late" else provider.receive(body, desk.now)
    if "killed" in how:
        return
    if how != "answered":
        sending.doubted(desk.tx, **about)
    elif kind == "taken":
        sending.taken(desk.tx, **about, reference=str(answer))
    else:
        assert isinstance(answer, dict)
        sending.refused(desk.tx, **about, name="VALIDATION_ERROR", items=answer)


def _look(desk: Desk, provider: Provider, one: Sending, part: int) -> None:
    assert one.reference is not None
    look = provider.look(one.reference, "1.50")
    sending.settle(desk.tx, sending_id=one.id, lines=look.lines[:part], denied=False, now=desk.now)
    if part >= len(look.lines):  # else the process died between two steps
        sending.looked(desk.tx, sending_id=one.id, look=look, now=desk.now)
