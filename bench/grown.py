"""A database as months of work leave it, made by bulk statements: rows, counters and money as the use cases keep them.

Work is replayed in the order of time, in chunks: rows are written as they begin (offered, pending) and then closed as
the product closes them, because where a row stands and how full its page is decide what a database weighs. The ledger's
triggers rest meanwhile; balances are summed up in the end. `tests/bench/test_grown.py` recounts everything and compares
the rows with those that use cases leave. It is one long file because one order of time runs through it.
"""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.crowd import ids
from bench.grown_counters import count
from bench.grown_quality import fit
from domain.kinds.base import BatchFace
from domain.people import CONSENT_VERSION
from domain.rules import DAY, HOUR, SECOND, Rules
from storage.cipher import Cipher
from storage.database import Tx
from storage.migrate import migrate
from tests import builders

OVERLAP = 5
SLOTS = 7
"""Of each task: five answers, now and then a skip and a lease that ended."""
TOGETHER = 16
"""So many batches run at the same time: 12 with photos, 3 with texts, 1 to write for."""
OWNER, REVIEWER = 999, 998
PRICE, WRITTEN_PRICE = 50_000, 500_000
CHUNK = 2_000
REVIEW, REVIEW_WRITTEN = DAY, 3 * DAY
ANSWERS = ("Cat", "Dog", "Something else")
HORIZON = 48 * HOUR
NEWEST = 2 * DAY
"""So long the last group of batches has been open."""


@dataclass(frozen=True, slots=True)
class Size:
    """`tasks` that are answered, five times each; `room` tasks that are still free, in the largest batch."""

    tasks: int
    room: int = 400
    days: int = 60

    @property
    def workers(self) -> int:
        """A tenth of the tasks: 100,000 workers with 1,000,000 tasks."""
        return max(100, self.tasks // 10)


@dataclass(frozen=True, slots=True)
class Group:
    """Batches that run at the same time from `begins` on, for `lasts` microseconds; `n` tasks each are answered."""

    first: int
    count: int
    n: int
    room: int
    begins: int
    lasts: int
    open: bool


def fill(path: Path, size: Size, *, seed: int, now: int) -> None:
    """Make the database at `path`, its last work at `now`."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    try:
        connection.executescript("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -600000;")
        migrate(connection)
        connection.execute("pragma temp_store = memory")
        connection.create_function("sha256", 1, _sha256, deterministic=True)
        connection.create_function("file_id", 1, _file_id, deterministic=True)
        resting = ("ledger_moves", "ledger_funds")
        made = "select sql from sqlite_master where name = ?"
        triggers = [connection.execute(made, (name,)).fetchone()[0] for name in resting]
        for name in resting:
            connection.execute(f"drop trigger {name}")
        connection.execute("begin")
        Grower(connection, size, seed, now).grow()
        for trigger in triggers:
            connection.execute(trigger)
        # Its days were settled long ago, and all at the floor.
        connection.execute("update walks set submission_id = (select coalesce(max(id), 0) from submissions)")
        connection.execute("commit")
        connection.execute("pragma journal_mode = wal")
    finally:
        connection.close()


class Grower:
    """One database being filled."""

    def __init__(self, connection: sqlite3.Connection, size: Size, seed: int, now: int) -> None:
        self._db = connection
        self._size = size
        self._chance = Random(seed)
        self._now = now
        self._begins = now - size.days * DAY
        self._first_worker = 0
        self._next_payday = self._begins + 7 * DAY
        self._paid_up_to = 0

    def grow(self) -> None:
        """People, then the work in order of time, then what follows from it."""
        self._people()
        self._db.execute(
            "create temp table chunk (id integer primary key, t integer, k integer, batch_id integer, task_id integer,"
            " worker_id integer, at integer, written integer)"
        )
        self._db.execute("create temp table slots (k integer primary key)")
        self._db.executemany("insert into slots values (?)", [(k,) for k in range(SLOTS)])
        for group in self._groups():
            self._publish(group)
            self._work(group)
            if not group.open:
                self._db.execute(
                    "update batches set state = 'closed', closed_at = ? where id between ? and ?",
                    (group.begins + group.lasts, group.first, group.first + group.count - 1),
                )
        self._send_back()
        count(self._db, workers=self._size.workers, first_worker=self._first_worker)
        fit(self._db, now=self._now)
        self._traffic()
        self._books()

    def _people(self) -> None:
        tx = Tx(self._db, Cipher(b"bench"), Rules(bot_username="tallyhand_bot"))
        builders.make_owner(tx, telegram_id=OWNER, now=self._begins)
        reviewer = builders.make_person(tx, REVIEWER, "Rita", now=self._begins)
        self._db.execute("update people set is_reviewer = 1 where id = ?", (reviewer.id,))
        self._first_worker = reviewer.id + 1
        names = Cipher(b"bench")
        self._db.executemany(
            "insert into people (telegram_id, name, username, is_worker, last_message_id, created_at)"
            " values (?, ?, ?, 1, ?, ?)",
            (
                (
                    number,
                    names.seal(f"Worker {number}".encode(), b"people.name"),
                    names.seal(f"worker_{number}".encode(), b"people.username"),
                    self._chance.randrange(100, 60_000),
                    self._begins,
                )
                for number in ids(self._size.workers)
            ),
        )
        workers = {"first": self._first_worker, "begins": self._begins, "version": CONSENT_VERSION}
        for sql in (
            "insert into consents (person_id, version, agreed_at)"
            " select id, :version, :begins from people where id >= :first",
            "insert into people_languages (person_id, language) select id, 'en' from people where id >= :first",
            "insert into slots (person_id, slot, message_id, media)"
            " select id, 'card', last_message_id, 1 from people where id >= :first"
            " union all select id, 'earnings', last_message_id - 1, 1 from people where id >= :first and id % 2 = 0",
        ):
            self._db.execute(sql.replace("into slots", "into main.slots"), workers)

    def _groups(self) -> Iterator[Group]:
        """A quarter of the tasks in one large batch with room, the others in groups; the last one is some days old."""
        large = max(1, self._size.tasks // 4)
        rest = self._size.tasks - large
        groups = max(1, round(rest / TOGETHER / 2_000))
        n = max(1, rest // (groups * TOGETHER))
        large += rest - n * groups * TOGETHER
        newest = self._now - NEWEST
        lasts = (newest - self._begins) // (groups + 1)
        for number in range(groups - 1):
            yield Group(1 + number * TOGETHER, TOGETHER, n, 0, self._begins + number * lasts, lasts, open=False)
        first = 1 + (groups - 1) * TOGETHER
        begins = self._begins + (groups - 1) * lasts
        yield Group(first, 1, large, self._size.room, begins, newest - begins, open=True)
        yield Group(first + 1, TOGETHER, n, 0, newest, self._now - newest, open=True)

    def _publish(self, group: Group) -> None:
        faces = {
            "choose_one": BatchFace("What is in the photo?", ANSWERS).to_json(),
            "write_reply": BatchFace("Write a helpful reply.").to_json(),
        }
        for batch in range(group.first, group.first + group.count):
            written, texts = batch % TOGETHER == 8, batch % TOGETHER in (2, 6, 11)
            kind, price = ("write_reply", WRITTEN_PRICE) if written else ("choose_one", PRICE)
            cost = (group.n + group.room) * OVERLAP * price
            values: dict[str, int | str] = {
                "id": batch, "kind": kind, "face": faces[kind], "price": price, "begins": group.begins,
                "title": f"Batch {batch}", "seconds": 180 if written else 10, "overlap": OVERLAP,
                "review": (REVIEW_WRITTEN if written else REVIEW) // SECOND, "lease": 3600 if written else 600,
                "tasks": group.n + group.room, "data": "texts" if written or texts else "photos",
                "cost": cost,
            }  # fmt: skip
            self._db.execute(
                "insert into batches (id, kind, state, title, face, price, overlap, seconds, review_seconds,"
                " lease_seconds, created_by, created_at, published_at, tasks, wanted, data) values (:id, :kind, 'open',"
                " :title, :face, :price, :overlap, :seconds, :review, :lease, 1, :begins, :begins, :tasks,"
                " :tasks * :overlap, :data)",
                values,
            )
            payload = (
                "json_object('photo', sha256(:id || ':' || t))"
                if not (written or texts)
                else "json_object('messages', json_array(json_array('user', 'Prompt ' || t || ': ' || :prompt)))"
            )
            values["prompt"] = "How would you answer a customer who asks for this? " * 3
            series = "with recursive series (t) as (select 0 union all select t + 1 from series where t < :tasks - 1)"
            self._db.execute(
                "insert into tasks (batch_id, name, content, payload, wanted)"
                f" {series} select :id, 'photo-' || (t + 1) || '.jpg', sha256(:id || ':' || t), {payload}, 1"
                " from series",
                values,
            )
            if not (written or texts):
                self._db.execute(
                    "insert into photos (sha256, width, height, size, file_id, created_at)"
                    f" {series} select sha256(:id || ':' || t), 1280, 960, 180000 + t % 70000,"
                    " file_id(sha256(:id || ':' || t)), :begins from series",
                    values,
                )
            self._db.execute("update tasks set wanted = :overlap where batch_id = :id", values)
            self._transfer("funds", 1, group.begins, batch, 0, 1, cost, group.begins)
            self._transfer("batch", batch, 0, 0, 1, batch * 8 + 2, cost, group.begins)
            self._db.execute(
                "insert into audit (at, person_id, action, subject, details) values (:begins, 1, 'batch.published',"
                " 'batch:' || :id, json_object('tasks', :tasks, 'amount', :cost))",
                values,
            )
            self._db.execute(
                "insert into jobs (kind, params, person_id, batch_id, state, created_at, closed_at)"
                " values ('import', json_object('batch', :id), 1, :id, 'done', :begins, :begins)",
                values,
            )

    def _transfer(
        self, noun: str, subject: int, number: int, part: int, debit: int, credit: int, amount: int, at: int
    ) -> None:
        self._db.execute(
            "insert into ledger (kind, subject, number, part, at, debit, credit, amount, currency) values"
            " (?, ?, ?, ?, ?, ?, ?, ?, 'USD')",
            ({"funds": 1, "batch": 2}[noun], subject, number, part, at, debit, credit, amount),
        )

    def _work(self, group: Group) -> None:
        """Every batch of the group has its own workers; they go through its tasks in order, some steps apart."""
        workers = self._size.workers
        crew = min(workers, max(SLOTS * 2, group.n // 10))
        places = [
            (
                batch,
                int(self._value("select min(id) from tasks where batch_id = ?", batch)),
                self._chance.randrange(workers),
                int(batch % TOGETHER == 8),
            )
            for batch in range(group.first, group.first + group.count)
        ]
        self._db.execute(
            "create temp table running (batch_id integer, first_task integer, base integer, written integer)"
        )
        self._db.executemany("insert into running values (?, ?, ?, ?)", places)
        step = max(1, CHUNK // (group.count * OVERLAP))
        for first in range(0, group.n, step):
            last = min(group.n, first + step)
            self._chunk(group, first, last, crew)
        self._db.execute("drop table running")

    def _chunk(self, group: Group, first: int, last: int, crew: int) -> None:
        self._db.execute("delete from chunk")
        begun = int(self._value("select coalesce(max(id), 0) from assignments"))
        begun_submissions = int(self._value("select coalesce(max(id), 0) from submissions"))
        ends = group.begins + group.lasts * last // group.n
        values = {
            "first": first, "last": last, "crew": crew, "apart": max(1, crew // SLOTS), "stride": self._stride(),
            "workers": self._size.workers, "first_worker": self._first_worker, "begins": group.begins,
            "lasts": group.lasts, "n": group.n, "begun": begun, "begun_submissions": begun_submissions,
            "now": ends, "review": REVIEW, "review_written": REVIEW_WRITTEN, "price": PRICE,
            "written_price": WRITTEN_PRICE, "reply": "Thank you for asking. " * 8,
        }  # fmt: skip
        for sql in STEPS:
            self._db.execute(sql, {name: value for name, value in values.items() if f":{name}" in sql})
        self._accept(ends)
        if ends >= self._next_payday:
            self._pay(ends)

    def _stride(self) -> int:
        """Spreads a crew over all workers; prime, so that no two of a crew are the same person."""
        return 1_000_003 if self._size.workers % 1_000_003 else 1

    def _accept(self, now: int) -> None:
        self._db.execute(
            "insert into ledger (kind, subject, at, debit, credit, amount, currency)"
            " select 7, id, ?, worker_id * 8 + 3, worker_id * 8 + 4, price, 'USD' from submissions"
            " where state = 'pending' and review_until <= ? order by review_until",
            (now, now),
        )
        self._db.execute(
            "update submissions set state = 'accepted', review_until = 0, decided_at = ?"
            " where state = 'pending' and review_until <= ?",
            (now, now),
        )

    def _pay(self, now: int) -> None:
        """A run over what was accepted since the last one: whole cents, a dollar at least; the rest stays."""
        self._next_payday += 7 * DAY
        state = "settled" if self._next_payday < self._now else "proposed"
        run = self._db.execute(
            "insert into payout_runs (period, state, cutoff, created_at) values (?, ?, ?, ?)",
            (f"week-{now}", state, now, now),
        ).lastrowid
        self._db.execute(
            "insert into payouts (run_id, worker_id, amount, state, sent_at, closed_at)"
            " select ?, debit >> 3, sum(amount) / 10000 * 10000, ?, ?, ? from ledger"
            " where kind = 7 and at > ? and at <= ? group by debit having sum(amount) >= 1000000",
            (
                run,
                "paid" if state == "settled" else "reserved",
                *[now if state == "settled" else None] * 2,
                self._paid_up_to,
                now,
            ),
        )
        self._paid_up_to = now
        for kind, source, target in ((8, 4, 5), (9, 5, 6))[: 2 if state == "settled" else 1]:
            self._db.execute(
                "insert into ledger (kind, subject, at, debit, credit, amount, currency)"
                " select ?, id, ?, worker_id * 8 + ?, worker_id * 8 + ?, amount, 'USD' from payouts where run_id = ?",
                (kind, now, source, target, run),
            )
        self._db.execute(
            "update payout_runs set (count, total) = (select count(*), coalesce(sum(amount), 0) from payouts"
            " where run_id = :run), approved_at = :paid, approved_by = :by, settled_at = :paid"
            " where id = :run",
            {"run": run, "paid": now if state == "settled" else None, "by": 1 if state == "settled" else None},
        )

    def _send_back(self) -> None:
        """Some of the newest written replies went back to their writers."""
        waiting = "select count(*) from submissions s join batches b on b.id = s.batch_id and b.kind = 'write_reply'"
        few = self._value(f"{waiting} where s.state = 'pending'") // 4
        values = {"now": self._now, "few": min(20, few)}
        found = "select s.id from submissions s join batches b on b.id = s.batch_id where b.kind = 'write_reply'"
        back = f"id in ({found} and s.state = 'pending' order by s.id desc limit :few)"
        self._db.execute(
            "insert into ledger (kind, subject, number, at, debit, credit, amount, currency)"
            " select 6, id, version, :now, worker_id * 8 + 3, batch_id * 8 + 2, price, 'USD'"
            f" from submissions where {back}",
            values,
        )
        self._db.execute(
            "update submissions set state = 'sent_back', review_until = 0, decided_at = :now, decided_by = 2,"
            f" reason = '#short' where {back}",
            values,
        )

    def _traffic(self) -> None:
        """Updates of the last 48 hours, handled; messages that wait; receipts whose key is remembered; past periods."""
        newest = int(self._value("select count(*) from submissions where submitted_at > ?", self._now - HORIZON))
        taps = newest * 115 // 100
        apart = HORIZON // max(1, taps)
        for first in range(0, taps, 64):
            rows = range(first, min(taps, first + 64))
            self._db.executemany(
                "insert into inbox (bot, update_id, received_at, payload) values (1000001, ?, ?, zeroblob(430))",
                [(700_000_000 + number, self._now - HORIZON + number * apart) for number in rows],
            )
            self._db.execute("update inbox set state = 'done', payload = null where state = 'waiting'")
        self._db.execute(
            "insert into outbox (person_id, lane, key, params, not_before, dedupe, state, created_at)"
            " select worker_id, 1, 'payout_paid', '{}', :now, 'payout:' || id || ':paid', 'sent', :now from payouts"
            " where state = 'paid' and closed_at > :now - :kept",
            {"now": self._now, "kept": HORIZON},
        )
        self._db.execute(
            "insert into waves (batch_id, due_at, began_at) select id, ?, published_at from batches"
            " where state = 'open'",
            (self._now + DAY,),
        )
        for day in range(self._size.days):
            at = self._begins + day * DAY
            self._db.execute(
                "insert into job_runs (name, period, due_at, started_at, closed_at) values ('summary', ?, ?, ?, ?)",
                (f"day-{day}", at, at, at),
            )

    def _books(self) -> None:
        self._db.execute(
            "insert into balances (id, balance) select account, sum(amount) from (select credit as account, amount"
            " from ledger union all select debit, -amount from ledger) group by account"
        )

    def _value(self, sql: str, *values: object) -> int:
        row = self._db.execute(sql, values).fetchone()
        return row[0]  # type: ignore[no-any-return]


STEPS = (
    # Who does what when: seven slots a task, of which the last two are a skip and an ended lease of now and then.
    "insert into chunk (t, k, batch_id, task_id, worker_id, at, written)"
    " with recursive series (t) as (select :first union all select t + 1 from series where t < :last - 1)"
    " select t, k, batch_id, first_task + t,"
    " :first_worker + (base + (t + k * :apart) % :crew * :stride) % :workers,"
    " :begins + :lasts * (t * 5 + min(k, 4) + 1) / (:n * 5), written"
    " from series cross join temp.slots cross join running"
    " where k < 5 or (k = 5 and t % 10 = 0) or (k = 6 and t % 20 = 0)",
    "insert into assignments (id, task_id, batch_id, worker_id, state, offered_at, expires_at)"
    " select :begun + id, task_id, batch_id, worker_id, 'offered', at - 12000000 - id % 97 * 1000, at + 600000000"
    " from chunk order by id",
    "update assignments set shown_at = offered_at + 150000,"
    " (state, expires_at) = (select case k when 5 then 'skipped' when 6 then 'expired' else 'submitted' end, at"
    " from chunk c where c.id = assignments.id - :begun) where id > :begun",
    "insert into submissions (assignment_id, task_id, batch_id, worker_id, state, answer, price, shown_at,"
    " submitted_at, active_micros, review_until)"
    " select :begun + id, task_id, batch_id, worker_id, case when undone then 'withdrawn' else 'pending' end,"
    " case when written then json_object('text', 'Reply ' || t || '.' || k || ': ' || :reply)"
    ' else case (t + ((t * 5 + k) % 11 = 0)) % 3 when 0 then \'{"choice": 0, "label": "Cat"}\''
    ' when 1 then \'{"choice": 1, "label": "Dog"}\' else \'{"choice": 2, "label": "Something else"}\' end end,'
    " iif(written, :written_price, :price), at - 11850000 - id % 97 * 1000, at - undone * 2000000,"
    " 4000000 + (t * 7 + k * 3) % 160 * 100000, at - undone * 2000000 + iif(written, :review_written, :review)"
    " from (select c.*, 1 as undone from chunk c where k = 2 and t % 20 = 3 union all"
    " select c.*, 0 from chunk c where k < 5) order by id, undone desc",
    "insert into ledger (kind, subject, at, debit, credit, amount, currency)"
    " select 4, id, submitted_at, batch_id * 8 + 2, worker_id * 8 + 3, price, 'USD' from submissions"
    " where id > :begun_submissions order by id",
    "insert into ledger (kind, subject, at, debit, credit, amount, currency)"
    " select 5, id, submitted_at + 1000000, worker_id * 8 + 3, batch_id * 8 + 2, price, 'USD' from submissions"
    " where id > :begun_submissions and state = 'withdrawn' order by id",
    "insert into parts (assignment_id, message_id, worker_id, text)"
    " select :begun + id, 100000 + :begun + id, worker_id, 'Reply ' || t || '.' || k || ': ' || :reply from chunk"
    " where written and k < 5 order by id",
)
"""One chunk, in the order in which it happens."""


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _file_id(digest: str) -> str:
    """As long as Telegram's ids of photos: 83 characters."""
    return ("AgACAgIAAxkDAAI" + base64.urlsafe_b64encode(bytes.fromhex(digest) * 2).decode())[:83]
