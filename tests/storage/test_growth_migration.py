"""What 0001 made is kept: 0002 every transfer, balance, count and end of a lease, 0003 who was offered what."""

from __future__ import annotations

import sqlite3

from domain.rules import Rules
from storage import ledger
from storage.cipher import Cipher
from storage.database import Tx
from storage.migrate import migrate, migrations

BEFORE = 1
FUNDS = "funds:1:1790000000000000:55"
TRANSFERS = [
    (FUNDS, 5, "world", "funds", 900, "USD"),
    ("funds:1:1790000000000001", 6, "world", "funds", 50, "USD"),
    ("funds:1:1790000000000001:7", 6, "world", "funds", 50, "USD"),
    ("batch:7:reserved", 10, "funds", "batch:7:reserve", 600, "USD"),
    ("submission:881:credited", 20, "batch:7:reserve", "worker:12:review", 100, "USD"),
    ("submission:881:sent_back:2", 21, "worker:12:review", "batch:7:reserve", 100, "USD"),
    ("submission:882:credited", 22, "batch:7:reserve", "worker:12:review", 100, "USD"),
    ("submission:883:credited", 23, "batch:7:reserve", "worker:3:review", 100, "USD"),
    ("submission:883:undone", 24, "worker:3:review", "batch:7:reserve", 100, "USD"),
    ("submission:882:accepted", 25, "worker:12:review", "worker:12:available", 100, "USD"),
    ("payout:1:reserved", 26, "worker:12:available", "worker:12:transit", 90, "USD"),
    ("payout:1:paid", 27, "worker:12:transit", "worker:12:paid", 90, "USD"),
    ("batch:7:released", 28, "batch:7:reserve", "funds", 300, "USD"),
    ("batch:7:released:2", 29, "batch:7:reserve", "funds", 100, "USD"),
]


def _old() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma foreign_keys = on")
    for number, path in migrations():
        if number <= BEFORE:
            connection.executescript(path.read_text(encoding="utf-8"))
    connection.execute(f"pragma user_version = {BEFORE}")
    for person in (1, 3, 12):
        connection.execute(
            "insert into people (id, telegram_id, name, created_at) values (?, ?, x'00', 1)", (person, person)
        )
    for batch in (7, 8):
        connection.execute(
            "insert into batches (id, kind, state, title, face, price, seconds, review_seconds, lease_seconds,"
            " created_by, created_at, published_at)"
            " values (?, 'choose_one', 'open', '', '{}', 100, 10, 10, 10, 1, 1, 1)",
            (batch,),
        )
    connection.execute(
        "insert into tasks (id, batch_id, name, content, payload, wanted) values (4, 7, '', '', '{}', 5)"
    )
    connection.execute(
        "insert into assignments (id, task_id, batch_id, worker_id, state, offered_at, expires_at)"
        " values (5, 4, 7, 12, 'offered', 1, 2)"
    )
    connection.execute("insert into sessions (worker_id, batch_id, assignment_id, touched_at) values (12, 7, 5, 1)")
    connection.execute("insert into sessions (worker_id, batch_id, touched_at) values (3, 7, 1)")
    connection.execute(
        "insert into worker_days values (12, 20700, 2, 200, 40), (3, 20700, 0, 0, 10), (3, 20701, 1, 100, 5)"
    )
    connection.execute(
        "insert into outbox (person_id, lane, key, params, not_before, dedupe, state, created_at)"
        " values (1, 1, 'batch_done', '{}', 1, 'batch_done:8', 'sent', 1)"
    )
    connection.execute(
        "insert into assignments (id, task_id, batch_id, worker_id, state, offered_at, expires_at, closed_at)"
        " values (6, 4, 7, 3, 'submitted', 1, 9, 3)"
    )
    connection.execute("update batches set state = 'closed', offers = 2 where id = 8")
    connection.execute(
        "insert into outbox (person_id, lane, key, params, not_before, dedupe, state, created_at) values"
        """ (3, 2, 'offer', '{"batch":7}', 1, 'offer:7:3', 'waiting', 1),"""
        """ (3, 2, 'offer', '{"batch":8}', 1, 'offer:8:3', 'waiting', 1),"""
        " (12, 2, 'offer', '{}', 1, 'offer:8:12', 'sent', 1)"
    )
    connection.executemany("insert into transfers values (?, ?, ?, ?, ?, ?)", TRANSFERS)
    return connection


def test_every_transfer_and_balance_is_kept_under_its_name() -> None:
    connection = _old()
    accounts = {tuple(row) for row in connection.execute("select id, balance from accounts")}
    migrate(connection)
    named = [(cause.replace("funds:1:", "funds:1:recorded:"), *rest) for cause, *rest in TRANSFERS]
    kept = connection.execute("select id, at, debit, credit, amount, currency from transfers")
    assert sorted(tuple(row) for row in kept) == sorted(named)
    assert {tuple(row) for row in connection.execute("select id, balance from accounts")} == accounts
    tx = Tx(connection, Cipher(b"test"), Rules())
    assert {name: balance for name, balance in ledger.replay(tx).items() if balance} == {
        name: balance for name, balance in ledger.cached(tx).items() if balance
    }
    assert ledger.total(tx) == 0
    assert ledger.moved(tx, "batch:7:released:2") == 100


def test_the_new_counters_are_what_was_counted_before() -> None:
    connection = _old()
    migrate(connection)
    batches = connection.execute("select id, released, releases, working, done_told from batches order by id")
    assert [tuple(row) for row in batches] == [(7, 400, 2, 1, 0), (8, 0, 0, 0, 1)]
    days = connection.execute("select day, workers, submissions, earned, active_micros from days order by day")
    assert [tuple(row) for row in days] == [(20700, 1, 2, 200, 50), (20701, 1, 1, 100, 5)]


def test_a_lease_that_ended_says_when() -> None:
    connection = _old()
    migrate(connection)
    ends = connection.execute("select id, expires_at from assignments order by id")
    assert [tuple(row) for row in ends] == [(5, 2), (6, 3)]


def test_offers_on_their_way_go_on_but_those_of_closed_batches() -> None:
    connection = _old()
    migrate(connection)
    waiting = connection.execute("select campaign, person_id, dedupe from outbox where key = 'offer'")
    assert [tuple(row) for row in waiting] == [(7, 3, None)]
    offered = connection.execute("select worker_id, batch_id, state from enrolments order by 1, 2")
    assert [tuple(row) for row in offered] == [(3, 7, "offered"), (12, 8, "offered")]
    assert connection.execute("select offers from batches where id = 8").fetchone()[0] == 1
    assert not connection.execute("pragma foreign_key_check").fetchall()


def test_the_kinds_of_causes_are_those_of_the_code() -> None:
    connection = _old()
    migrate(connection)
    kinds = connection.execute("select noun, event, id from transfer_kinds")
    assert {(noun, event): number for noun, event, number in kinds} == ledger.KINDS


def test_transfers_are_never_changed_or_deleted() -> None:
    connection = _old()
    migrate(connection)
    for sql in ("update ledger set amount = 1", "delete from ledger", "delete from transfers"):
        try:
            connection.execute(sql)
        except sqlite3.Error:
            continue
        raise AssertionError(sql)
