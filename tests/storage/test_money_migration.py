"""Weeks of work from version 3 (version_3.sql), brought to the newest: nobody's money changes and every payout ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.rules import DAY, HOUR, MINUTE, Rules
from storage import people, sessions
from storage.cipher import Cipher
from storage.database import Tx
from storage.migrate import migrate, migrations
from tests.builders import NOON
from tests.steps import books_are_right, money, render, violations, waiting, write_again
from usecases import answering, leases, payouts, publishing, reported, reviews, topups

BEFORE = 3
ROWS = Path(__file__).parent / "version_3.sql"
LATER = NOON + 42 * DAY + 5 * HOUR + MINUTE
"""A minute after the last of what is told in it."""
ANA, BEN, CLEO, DAN = 3, 4, 5, 6


def _old() -> sqlite3.Connection:
    """The database of version 3. Its triggers are put aside while rows are loaded: what they count is loaded too."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    for number, path in migrations():
        if number <= BEFORE:
            connection.executescript(path.read_text(encoding="utf-8"))
    triggers = connection.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
    for trigger in triggers:
        connection.execute(f"drop trigger {trigger['name']}")
    connection.executescript(ROWS.read_text(encoding="utf-8"))
    for trigger in triggers:
        connection.execute(trigger["sql"])
    connection.execute(f"pragma user_version = {BEFORE}")
    connection.execute("pragma foreign_keys = on")
    return connection


@pytest.fixture
def old() -> Iterator[sqlite3.Connection]:
    """As it was."""
    connection = _old()
    yield connection
    connection.close()


@pytest.fixture
def tx(old: sqlite3.Connection) -> Tx:
    """As it is when the new version has started."""
    migrate(old)
    old.execute("begin")
    return Tx(old, Cipher(b"test"), Rules(bot_username="tallyhand_bot"))


def _runs(tx: Tx) -> dict[int, tuple[str, list[str]]]:
    found = tx.all("select id, state from payout_runs order by id")
    states = "select state from payouts where run_id = :id order by worker_id"
    return {row["id"]: (row["state"], [one["state"] for one in tx.all(states, id=row["id"])]) for row in found}


def _tick(tx: Tx, *, now: int) -> None:
    """What the clock does about money, until nothing is left to do."""
    for step in (payouts.run_due, reviews.accept_due, reviews.expire_sent_back, leases.expire, topups.run_due):
        steps = 0
        while step(tx, now=now):
            steps += 1
            assert steps < 100, "it never ends"


def test_nobodys_money_changes_and_verify_finds_nothing(old: sqlite3.Connection) -> None:
    before = {tuple(row) for row in old.execute("select id, balance from accounts")}
    transfers = {tuple(row)[:6] for row in old.execute("select * from transfers")}
    migrate(old)
    assert {tuple(row) for row in old.execute("select id, balance from accounts")} == before
    assert {tuple(row)[:6] for row in old.execute("select * from transfers")} == transfers
    assert not old.execute("pragma foreign_key_check").fetchall()
    assert [tuple(row) for row in old.execute("pragma integrity_check")] == [("ok",)]
    old.execute("begin")
    assert violations(Tx(old, Cipher(b"test"), Rules())) == []


def test_what_is_counted_now_is_counted_for_old_batches(tx: Tx) -> None:
    counted = "select coalesce(sum(t.wanted), 0) from tasks t where t.batch_id = b.id"
    published = "select id from batches b where state not in ('draft', 'discarded')"
    assert tx.all(f"{published} and wanted <> ({counted})") == []
    asked = {row["worker_id"] for row in tx.all("select worker_id from method_requests")}
    assert asked == {row["id"] for row in tx.all("select id >> 3 as id from balances where id & 7 = 4 and balance > 0")}


def test_runs_are_where_they_were(tx: Tx) -> None:
    assert _runs(tx) == {
        1: ("settled", ["paid"] * 3),
        2: ("approved", ["paid", "sending", "sending"]),  # marked paid: the clock closes the rest
        3: ("settled", ["paid"] * 3),  # of these the last was closed, and the run was not yet
        4: ("approved", ["reserved"] * 3),
        5: ("proposed", ["reserved"] * 3),
        6: ("gathering", ["reserved"] * 3),
    }
    times = tx.all("select id, settled_at from payout_runs where state = 'settled' or id = 2 order by id")
    assert [row["settled_at"] is not None for row in times] == [True, False, True]


def test_every_payout_ends_once(tx: Tx) -> None:
    owner = people.by_id(tx, 1)
    _tick(tx, now=LATER)
    assert [state for state, _ in _runs(tx).values()] == ["settled"] * 3 + ["approved", "proposed", "proposed"]
    transit = {worker: money(tx, people.by_id(tx, worker)).transit for worker in (ANA, BEN, CLEO)}
    assert transit == dict.fromkeys((ANA, BEN, CLEO), 7_500_000)
    for run in (5, 6):
        payouts.approve(tx, by=owner, run_id=run, now=LATER)
    for run in (4, 5, 6):
        payouts.mark_paid(tx, by=owner, run_id=run, now=LATER)
    _tick(tx, now=LATER)
    assert list(_runs(tx).values()) == [("settled", ["paid"] * 3)] * 6
    causes = [row["id"] for row in tx.all("select id from transfers where id like 'payout:%:paid'")]
    assert len(causes) == 18
    books_are_right(tx)


def test_work_begun_before_is_answered_reviewed_and_paid(tx: Tx) -> None:
    cleo = people.by_id(tx, CLEO)
    card = sessions.of(tx, CLEO).assignment_id
    assert card is not None
    answering.submit(tx, by=cleo, assignment=card, answer_index=0, now=LATER)
    write_again(tx, people.by_id(tx, BEN), "A longer reply", now=LATER + HOUR)
    publishing.close(tx, by=people.by_id(tx, 1), batch=1, now=LATER + 2 * HOUR)
    for day in range(1, 8):
        _tick(tx, now=LATER + day * DAY)
    states = {row["state"] for row in tx.all("select distinct state from submissions")}
    assert states == {"accepted", "withdrawn"}
    books_are_right(tx)


def test_a_report_from_before_pays_when_it_is_agreed_to(tx: Tx) -> None:
    found = tx.one("select r.id, r.task_id, r.worker_id, b.price from reports r join batches b on b.id = r.batch_id")
    assert found is not None
    before = money(tx, people.by_id(tx, DAN)).available
    assert (
        reported.agree(tx, by=people.by_id(tx, 1), task=found["task_id"], upto=found["id"], now=LATER) == found["price"]
    )
    assert money(tx, people.by_id(tx, DAN)).available == before + found["price"]
    books_are_right(tx)


def test_days_from_before_the_floor_rule_are_not_lifted(tx: Tx) -> None:
    for day in range(8):
        _tick(tx, now=LATER + day * DAY)
    assert tx.value("select count(*) from unsettled") == 0
    assert tx.all("select * from topups where day <= :day", day=NOON // DAY + 41) == []
    books_are_right(tx)


def test_what_waited_to_be_sent_can_still_be_read(tx: Tx) -> None:
    rows = [(row, person) for person in (people.by_id(tx, one) for one in range(1, 7)) for row in waiting(tx, person)]
    assert rows
    for row, person in rows:
        assert render(tx, row.key, row.params, person) is not None
