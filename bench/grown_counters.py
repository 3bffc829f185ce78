"""The counters of a grown database, computed from its rows; the use cases keep the same ones step by step."""

from __future__ import annotations

import sqlite3
from collections import Counter
from itertools import groupby
from operator import itemgetter

from domain.kinds import KINDS
from domain.pay import bucket, median_from_histogram

DAY_MICROS = 86_400_000_000
ANSWERS, DISSENT = 5, 11
"""Of a task's answers the one with (5 × its place + slot) divisible by DISSENT is another one (bench/grown.py)."""


def count(db: sqlite3.Connection, *, workers: int, first_worker: int) -> None:
    """Fill in tasks, batches, timings, enrolments, days and sessions."""
    for sql in STEPS:
        db.execute(sql)
    sums = db.execute(
        "select batch_id, active_micros, count(*), sum(state = 'accepted') from submissions"
        " where state in ('pending', 'accepted', 'sent_back') group by 1, 2"
    ).fetchall()
    for batch, rows in groupby(sums, key=itemgetter(0)):
        _batch(db, batch, [tuple(row)[1:] for row in rows])
    for batch in db.execute("select batch_id, count(*) from enrolments group by 1").fetchall():
        _offered(db, *batch, workers=workers, first_worker=first_worker)
    db.execute(
        "update batches set opened = (select count(*) from enrolments e where e.batch_id = id and e.state = 'working'),"
        " offers = (select count(*) from enrolments e where e.batch_id = id)"
    )


STEPS = (
    "create temp table freed as select task_id, row_number() over (partition by batch_id order by id) as number"
    " from assignments where state in ('skipped', 'expired')",
    "create index temp.freed_of_task on freed (task_id)",
    "update tasks set taken = 5, answered = 5, state = 'done',"
    " freed = coalesce((select max(number) from freed f where f.task_id = tasks.id), 0)"
    " where exists (select 1 from submissions s where s.task_id = tasks.id"
    " and s.state in ('pending', 'accepted', 'sent_back'))",
    "create temp table freed_of_batch as select t.batch_id, count(*) as number from freed f join tasks t"
    " on t.id = f.task_id group by 1",
    "update batches set frees = coalesce((select number from freed_of_batch f where f.batch_id = id), 0)",
    f"create temp table worked as select worker_id, batch_id, submitted_at / {DAY_MICROS} as day, count(*) as count,"
    " sum(price) as earned, sum(active_micros) as active, max(task_id) as cursor, max(submitted_at) as last"
    " from submissions where state in ('pending', 'accepted', 'sent_back') group by 1, 2, 3",
    "insert into worker_days (worker_id, day, submissions, earned, active_micros)"
    " select worker_id, day, sum(count), sum(earned), sum(active) from worked group by 1, 2",
    "insert into enrolments (worker_id, batch_id, state, cursor, done, earned)"
    " select worker_id, batch_id, 'working', max(cursor), sum(count), sum(earned) from worked group by 1, 2",
    "insert into sessions (worker_id, batch_id, touched_at)"
    " select worker_id, max(batch_id), max(last) from worked group by 1",
    "drop table worked",
    "drop table freed",
    "drop table freed_of_batch",
)


def _batch(db: sqlite3.Connection, batch: int, rows: list[tuple[int, int, int]]) -> None:
    """`rows`: active time, how many live answers took it, how many of those are accepted."""
    timings: Counter[int] = Counter()
    for active, number, _ in rows:
        timings[bucket(active)] += number
    db.executemany(
        "insert into timings (batch_id, bucket, count) values (?, ?, ?)",
        [(batch, index, number) for index, number in sorted(timings.items())],
    )
    live = sum(number for _, number, _ in rows)
    tasks = live // ANSWERS
    tap = KINDS[db.execute("select kind from batches where id = ?", (batch,)).fetchone()[0]].input == "tap"
    split = sum(any((5 * t + k) % DISSENT == 0 for k in range(ANSWERS)) for t in range(tasks))
    db.execute(
        "update batches set done = :tasks, submissions = :live, measured = :live, accepted = :accepted,"
        " active_micros = :active, median_micros = :median, pairs = :pairs, pairs_same = :same where id = :batch",
        {
            "batch": batch,
            "tasks": tasks,
            "live": live,
            "accepted": sum(accepted for _, _, accepted in rows),
            "active": sum(active * number for active, number, _ in rows),
            "median": median_from_histogram({str(index): number for index, number in timings.items()}),
            "pairs": tasks * 10 * tap,
            "same": (tasks * 10 - split * 4) * tap,
        },
    )


def _offered(db: sqlite3.Connection, batch: int, crew: int, *, workers: int, first_worker: int) -> None:
    """As many others were offered the batch and did not answer."""
    db.execute(
        "insert into enrolments (worker_id, batch_id, state) with recursive series (x) as"
        " (select 0 union all select x + 1 from series where x < :crew - 1)"
        " select :first + (:batch * 7919 + x * 104729) % :workers, :batch, 'offered' from series where true"
        " on conflict (worker_id, batch_id) do nothing",
        {"crew": crew, "batch": batch, "first": first_worker, "workers": workers},
    )
