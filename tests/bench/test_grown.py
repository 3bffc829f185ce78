"""That a grown database is what work leaves behind: a recount gives its counters, its rows look like real ones.

Nothing here looks at how fast anything is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.crowd import ids
from bench.grown import Size, fill
from domain.pay import bucket
from domain.rules import DAY, SECOND, Rules
from storage import inbox, ledger, people, sessions
from storage.books import NAMES
from storage.cipher import Cipher
from storage.database import Tx
from tests.builders import NOON, make_batch, make_worker
from tests.steps import answer, books_are_right, hand_in, make_reviewer, take
from tests.usecases.desk import Desk
from usecases import answering, leases, payouts, reporting, reviews, work

SIZE = Size(tasks=400, room=3, days=20)
LIVE = "('pending', 'accepted', 'sent_back')"
RECOUNTS = {
    "places of tasks": f"""select count(*) from tasks t where taken <> (select count(*) from assignments a
        where a.task_id = t.id and a.state = 'offered') + (select count(*) from submissions s where s.task_id = t.id
        and s.state in {LIVE}) or answered <> (select count(*) from submissions s where s.task_id = t.id
        and s.state in {LIVE}) or (state = 'done') <> (answered >= wanted)""",
    "counts of batches": f"""select count(*) from batches b where (submissions, accepted, active_micros, measured)
        <> (select count(*), sum(state = 'accepted'), sum(active_micros), count(*) from submissions s
        where s.batch_id = b.id and s.state in {LIVE})
        or done <> (select count(*) from tasks t where t.batch_id = b.id and t.state = 'done')
        or tasks <> (select count(*) from tasks t where t.batch_id = b.id)
        or leased <> (select count(*) from assignments a where a.batch_id = b.id and a.state = 'offered')
        or frees <> (select count(*) from assignments a where a.batch_id = b.id and a.state in ('skipped', 'expired'))
        or frees <> (select max(freed) from tasks t where t.batch_id = b.id)
        or working <> (select count(*) from sessions s where s.batch_id = b.id and s.assignment_id is not null)""",
    "pairs": f"""select count(*) from batches b where kind = 'choose_one' and (pairs, pairs_same) <> (select count(*),
        sum(one.answer = two.answer) from submissions one join submissions two on two.task_id = one.task_id
        and two.id > one.id and two.state in {LIVE} where one.batch_id = b.id and one.state in {LIVE})""",
    "places of workers": f"""select count(*) from enrolments e where (done, earned) <> (select count(*),
        coalesce(sum(price), 0) from submissions s where s.worker_id = e.worker_id and s.batch_id = e.batch_id
        and s.state in {LIVE})""",
    "days of workers": f"""select count(*) from worker_days d where (submissions, earned, active_micros) <>
        (select count(*), sum(price), sum(active_micros) from submissions s where s.worker_id = d.worker_id
        and s.submitted_at / {DAY} = d.day and s.state in {LIVE})""",
    "days": """select count(*) from days d where (workers, submissions, earned, active_micros) <> (select count(*),
        sum(submissions), sum(earned), sum(active_micros) from worker_days w where w.day = d.day)""",
    "reserves": """select count(*) from batches b where price * (tasks * overlap - submissions + (select count(*)
        from submissions s where s.batch_id = b.id and s.state = 'sent_back')) <> (select balance from balances
        where id = b.id * 8 + 2)""",
    "answers twice": f"""select count(*) from (select 1 from submissions where state in {LIVE}
        group by task_id, worker_id having count(*) > 1)""",
    "payouts of runs": """select count(*) from payout_runs r where (count, total) <> (select count(*), sum(amount)
        from payouts p where p.run_id = r.id)""",
}


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tx]:
    path: Path = tmp_path_factory.mktemp("grown") / "grown.db"
    fill(path, SIZE, seed=7, now=NOON)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma foreign_keys = on")
    connection.execute("begin")
    yield Tx(connection, Cipher(b"bench"), Rules(quick_tap_millis=0))
    connection.close()


def recount(tx: Tx) -> dict[str, int]:
    return {name: tx.value(sql) for name, sql in RECOUNTS.items() if tx.value(sql)}


def test_every_counter_is_what_a_recount_gives(grown: Tx) -> None:
    assert recount(grown) == {}
    assert grown.value("select sum(submissions) from batches") == SIZE.tasks * 5
    assert grown.all("pragma foreign_key_check") == []


def test_the_histogram_of_times_has_every_answer(grown: Tx) -> None:
    rows = grown.all(f"select batch_id, active_micros from submissions where state in {LIVE}")
    counted: dict[tuple[int, int], int] = {}
    for batch, active in rows:
        counted[batch, bucket(active)] = counted.get((batch, bucket(active)), 0) + 1
    kept = {(row[0], row[1]): row[2] for row in grown.all("select batch_id, bucket, count from timings")}
    assert kept == counted


def test_the_books_are_right(grown: Tx) -> None:
    books_are_right(grown)
    assert ledger.shortfall(grown) == 0
    moved = {NAMES[row[0]] for row in grown.all("select distinct kind from ledger")}
    assert {event for noun, event in moved if noun == "submission"} == {"credited", "undone", "sent_back", "accepted"}
    assert moved >= {("funds", "recorded"), ("batch", "reserved"), ("payout", "reserved"), ("payout", "paid")}


def test_its_rows_look_like_those_of_use_cases(grown: Tx) -> None:
    desk = Desk(Rules(quick_tap_millis=0))
    desk.make(_story)
    for name, sql in LOOKS.items():
        made = {tuple(row) for row in grown.all(sql)}
        assert made, name
        assert made - {tuple(row) for row in desk.tx.all(sql)} == set(), name


def test_work_goes_on_in_it(grown: Tx) -> None:
    with grown.savepoint():
        person = people.by_telegram_id(grown, ids(3)[2])
        assert person is not None
        batch = grown.value("select id from batches where state = 'open' order by tasks desc limit 1")
        work.start(grown, by=person, batch=batch, now=NOON + SECOND)
        for number in range(3):
            assignment = sessions.of(grown, person.id).assignment_id
            assert assignment is not None
            now = NOON + (number + 2) * 9 * SECOND
            answering.submit(grown, by=person, assignment=assignment, answer_index=0, now=now)
        while reviews.accept_due(grown, now=NOON + 9 * DAY):
            pass
        books_are_right(grown)
        assert {name for name in recount(grown) if name != "pairs"} == set()


def _types(table: str, *columns: str, extra: str = "") -> str:
    return f"select distinct {', '.join(f'typeof({column})' for column in columns)} {extra} from {table}"


LOOKS = {
    "submissions": _types(
        "submissions",
        "answer", "shown_at", "submitted_at", "active_micros", "review_started_at", "decided_at", "decided_by",
        extra=", state, review_until = 0, version",
    ) + " where state <> 'sent_back'",
    "assignments": _types(
        "assignments", "shown_at", "expires_at", extra=", state, warned, draft_version > 0"
    ) + " where state in ('submitted', 'skipped')",
    "transfers": "select distinct kind, number > 0, part > 0, debit & 7, credit & 7, currency from ledger"
    " where kind not in (1, 6)",
    "photos": _types("photos", "width", "file_id", "light_file_id", extra=", length(sha256)"),
    "tasks": _types("tasks", "payload", extra=", state, wanted, taken, answered, reports, freed > 0, length(content)")
    + " where state = 'done' and freed = 0",
    "inbox": _types("inbox", "payload", "reference", extra=", state, attempts"),
    "payouts": _types("payouts", "sent_at", "closed_at", extra=", state"),
    "enrolments": _types("enrolments", "instructions_at", "draft_assignment_id", extra=", state") + " where done > 0",
}  # fmt: skip


def _story(tx: Tx) -> None:
    """What the generator makes, done by use cases: answers, Undo, a skip, written work, the clock's reviews, payday."""
    workers = [make_worker(tx, 100 + number, f"W{number}") for number in range(6)]
    make_reviewer(tx)
    batch = make_batch(tx, "choose_one", 40, 50_000, 5)
    second = make_batch(tx, "choose_one", 40, 50_000, 5)
    written = make_batch(tx, "write_reply", 3, 500_000, 5)
    tx.run("update photos set file_id = 'known'")
    for number, worker in enumerate(workers[:5]):
        for step in range(25):
            answer(tx, worker, batch, now=NOON + (number * 30 + step) * 10 * SECOND)
            _shown(tx)
        last = sessions.of(tx, worker.id).undo_submission_id
        assert last is not None
        answering.undo(tx, by=worker, submission=last, now=NOON + number * 300 * SECOND + 260 * SECOND)
        hand_in(tx, worker, take(tx, worker, written, now=NOON), "Hello there", now=NOON + 60 * SECOND)
        _shown(tx)
    card = take(tx, workers[5], batch, now=NOON)
    _shown(tx)
    reporting.skip(tx, by=workers[5], assignment=card, now=NOON + 3_000 * SECOND)
    while leases.expire(tx, now=NOON + DAY):
        pass
    while reviews.accept_due(tx, now=NOON + 4 * DAY):
        pass
    while payouts.run_due(tx, now=NOON + 8 * DAY):
        pass
    run = tx.value("select id from payout_runs")
    owner = people.by_telegram_id(tx, 1)
    assert owner is not None
    while payouts.run_due(tx, now=NOON + 8 * DAY):
        pass
    for step in range(24):
        answer(tx, workers[5], second, now=NOON + 9 * DAY + step * 20 * SECOND)
    payouts.approve(tx, by=owner, run_id=run, now=NOON + 9 * DAY)
    payouts.mark_paid(tx, by=owner, run_id=run, now=NOON + 9 * DAY)
    while reviews.accept_due(tx, now=NOON + 11 * DAY):
        pass
    while payouts.run_due(tx, now=NOON + 15 * DAY):
        pass
    answer(tx, workers[5], second, now=NOON + 16 * DAY)
    hand_in(tx, workers[5], take(tx, workers[5], written, now=NOON + 16 * DAY), "Hello", now=NOON + 16 * DAY)
    _shown(tx)
    seq = inbox.add(tx, bot=1, update_id=1, payload=b"{}", now=NOON)
    assert seq is not None
    inbox.close(tx, seq)


def _shown(tx: Tx) -> None:
    tx.run("update assignments set shown_at = offered_at + 150000 where shown_at is null")
