"""What must hold in any database at rest, whatever happened to the processes that wrote it. Reads only.

Everything is counted anew from single rows and compared with what is kept beside them; on a database of a run, some
seconds.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.soak import quality_books
from domain.rules import Rules
from storage import facts
from storage.reading import Reader
from usecases import verifying

LIVE = "('pending', 'accepted', 'sent_back')"


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold, and where."""

    rule: str
    where: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.where}"


Rule = Callable[[sqlite3.Connection], Iterator[str]]


def violations(data_dir: Path) -> list[Violation]:
    """Every rule that the database of this folder breaks; of one rule, at most ten places."""
    return [Violation(rule.__name__, where) for rule in RULES for where in _at_most(rule, data_dir / "tallyhand.db")]


def _at_most(rule: Rule, database: Path, most: int = 10) -> Iterator[str]:
    with closing(connect(database)) as connection:
        try:
            if rule is not the_ledger_is_right:  # which sees to it itself
                connection.execute("begin")  # all of a rule sees one instant, beside a running bot too
            for number, where in enumerate(rule(connection)):
                if number == most:
                    yield "…"
                    return
                yield where
        except sqlite3.DatabaseError as error:
            yield f"cannot be read: {error}"


def connect(database: Path) -> sqlite3.Connection:
    """The database, to read from."""
    connection = sqlite3.connect(
        f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0, isolation_level=None
    )
    connection.row_factory = sqlite3.Row
    return connection


def waiting(data_dir: Path, *, ahead: int = 0) -> dict[str, int]:
    """How many rows wait to be handled, done or sent, by a clock that is `ahead` by so many seconds.

    Offers of a batch that is not open, or has no place left, wait for that; those queued while the clock was ahead wait
    until it is there again.
    """
    with closing(connect(data_dir / "tallyhand.db")) as db:
        row = db.execute(
            "select (select count(*) from inbox where state = 'waiting') as inbox,"
            " (select count(*) from jobs where state = 'waiting') as jobs,"
            " (select count(*) from outbox o left join batches b on b.id = o.campaign where o.state = 'waiting'"
            " and (o.lane < 2 or (o.not_before <= :now and b.state = 'open'"
            " and b.wanted > b.submissions + b.leased))) as outbox",
            {"now": time.time_ns() // 1000 + ahead * 1_000_000},
        ).fetchone()
        return dict(row)


def the_file_is_sound(db: sqlite3.Connection) -> Iterator[str]:
    """SQLite finds nothing wrong with its file."""
    yield from (row[0] for row in db.execute("pragma integrity_check") if row[0] != "ok")


def every_reference_leads_somewhere(db: sqlite3.Connection) -> Iterator[str]:
    """No row names a row that is not there."""
    yield from (f"{row['table']} row {row['rowid']}" for row in db.execute("pragma foreign_key_check"))


def the_ledger_is_right(db: sqlite3.Connection) -> Iterator[str]:
    """What `python -m bot ledger verify` holds: balances, credits, payouts, reserves."""
    books = Reader(db, Rules())
    currency = books.read(lambda tx: facts.get(tx, "currency"))
    work, found = books.read(verifying.begin, currency=(currency or b"USD").decode())
    while not work.done:
        yield from map(str, found)
        found = books.read(verifying.step, work)
    yield from map(str, found)


def every_cause_moves_money_once(db: sqlite3.Connection) -> Iterator[str]:
    """No cause has two transfers; what stands on an account is what its transfers sum to."""
    causes = Counter(row[0] for row in db.execute("select id from transfers"))
    yield from (f"{cause} {count} times" for cause, count in causes.items() if count > 1)
    moved = Counter[str]()
    for row in db.execute("select debit, credit, amount from transfers"):
        moved[row["debit"]] -= row["amount"]
        moved[row["credit"]] += row["amount"]
    kept = {row["id"]: row["balance"] for row in db.execute("select id, balance from accounts")}
    for account in sorted(kept.keys() | moved.keys()):
        if kept.get(account, 0) != moved[account]:
            yield f"{account} has {kept.get(account, 0)}, its transfers sum to {moved[account]}"
        if moved[account] < 0 and account not in ("world", "funds"):
            yield f"{account} is {moved[account]}"


def held_is_what_open_rejections_hold(db: sqlite3.Connection) -> Iterator[str]:
    """The account of held money is the sum of the prices of rejections that are open or appealed."""
    held = db.execute("select coalesce(sum(balance), 0) from accounts where id = 'held'").fetchone()[0]
    wanted = db.execute(
        "select coalesce(sum(s.price), 0) from rejections r join submissions s on s.id = r.submission_id"
        " where r.state in ('open', 'appealed')"
    ).fetchone()[0]
    if held != wanted:
        yield f"{held} is held, open rejections are of {wanted}"


def a_rejection_ends_in_one_way(db: sqlite3.Connection) -> Iterator[str]:
    """Its transfers are those of its state; nobody rejected, agreed to or decided on their own work."""
    ends = {"open": "rejected", "appealed": "rejected", "upheld": "rejected upheld"}
    events: dict[int, set[str]] = {}
    for row in db.execute("select id from transfers where id like 'submission:%'"):
        _, subject, event = row["id"].split(":")[:3]
        if event in ("rejected", "upheld", "forfeited"):
            events.setdefault(int(subject), set()).add(event)
    rows = db.execute("select submission_id, worker_id, state, by, seconded_by, decided_by from rejections").fetchall()
    for row in rows:
        number, wanted = row["submission_id"], set(ends.get(row["state"], "rejected forfeited").split())
        if events.pop(number, set()) != wanted:
            yield f"rejection of submission {number} is {row['state']} and its transfers are others"
        if row["worker_id"] in (row["by"], row["seconded_by"], row["decided_by"]):
            yield f"submission {number} was judged by who wrote it"
    yield from (f"submission {number} has transfers of a rejection that is not there" for number in events)


def a_day_is_topped_up_once(db: sqlite3.Connection) -> Iterator[str]:
    """Each top-up is one transfer of its amount, to who worked that day; each worker and day has one evidence."""
    booked = {row["id"]: (row["amount"], row["credit"]) for row in db.execute(
        "select id, amount, credit from transfers where id like 'topup:%'"
    )}  # fmt: skip
    at: dict[tuple[int, int], set[int]] = {}
    for row in db.execute("select id, worker_id, day, amount, at from topups"):
        at.setdefault((row["worker_id"], row["day"]), set()).add(row["at"])
        wanted = (row["amount"], f"worker:{row['worker_id']}:available")
        if booked.pop(f"topup:{row['id']}:credited", None) != wanted:
            yield f"top-up {row['id']} is not what was booked"
    yield from (f"{cause} is of no top-up" for cause in booked)
    yield from (
        f"worker {who} was topped up {len(n)} times for day {day}" for (who, day), n in at.items() if len(n) > 1
    )


def every_payout_is_known(db: sqlite3.Connection) -> Iterator[str]:
    """None is unknown; what is on its way and what was paid, of each worker, are the sums of their payouts."""
    yield from (f"payout {row['id']}" for row in db.execute("select id from payouts where state = 'unknown'"))
    sums = Counter[str]()
    for row in db.execute("select worker_id, state, amount from payouts"):
        account = {"reserved": "transit", "sending": "transit", "paid": "paid"}.get(row["state"])
        if account is not None:
            sums[f"worker:{row['worker_id']}:{account}"] += row["amount"]
    kept = {
        row["id"]: row["balance"]
        for row in db.execute("select id, balance from accounts where id like '%:transit' or id like '%:paid'")
    }
    for account in sorted(sums.keys() | kept.keys()):
        if sums[account] != kept.get(account, 0):
            yield f"{account} has {kept.get(account, 0)}, payouts say {sums[account]}"


def an_assignment_has_one_answer(db: sqlite3.Connection) -> Iterator[str]:
    """One live submission an assignment at most, exactly one when it is submitted; one of a worker to a task."""
    live = Counter(
        row["assignment_id"] for row in db.execute(f"select assignment_id from submissions where state in {LIVE}")
    )
    yield from (f"assignment {number} has {count} answers" for number, count in live.items() if count > 1)
    for row in db.execute("select id, state from assignments"):
        if row["state"] in ("offered", "skipped", "reported") and live[row["id"]]:
            yield f"assignment {row['id']} is {row['state']} and answered"
    twice = db.execute(
        f"select task_id, worker_id from submissions where state in {LIVE} group by task_id, worker_id"
        " having count(*) > 1"
    )
    yield from (f"worker {row['worker_id']} has two answers to task {row['task_id']}" for row in twice)


def places_are_counted_right(db: sqlite3.Connection) -> Iterator[str]:
    """A task's places: taken = open assignments + live answers ≤ wanted; answered = live answers."""
    offered = Counter(row[0] for row in db.execute("select task_id from assignments where state = 'offered'"))
    live = Counter(row[0] for row in db.execute(f"select task_id from submissions where state in {LIVE}"))
    for row in db.execute("select id, wanted, taken, answered from tasks"):
        number = row["id"]
        if row["taken"] > row["wanted"]:
            yield f"task {number} is with {row['taken']} workers and wants {row['wanted']}"
        if (row["taken"], row["answered"]) != (offered[number] + live[number], live[number]):
            yield (
                f"task {number} counts {row['taken']} taken and {row['answered']} answered,"
                f" has {offered[number] + live[number]} and {live[number]}"
            )


def nobody_has_a_task_twice(db: sqlite3.Connection) -> Iterator[str]:
    """Of one task a worker has one open assignment at most."""
    rows = db.execute(
        "select task_id, worker_id from assignments where state = 'offered' group by task_id, worker_id"
        " having count(*) > 1"
    )
    yield from (f"worker {row['worker_id']} has task {row['task_id']} twice" for row in rows)


def batches_are_counted_right(db: sqlite3.Connection) -> Iterator[str]:
    """A batch's counters are a recount."""
    recount = (
        f"select b.id, b.submissions, b.leased, b.accepted, b.done, b.working,"
        f" (select count(*) from submissions s where s.batch_id = b.id and s.state in {LIVE}) as now_submissions,"
        " (select count(*) from assignments a where a.batch_id = b.id and a.state = 'offered') as now_leased,"
        " (select count(*) from submissions s where s.batch_id = b.id and s.state = 'accepted') as now_accepted,"
        " (select count(*) from tasks t where t.batch_id = b.id and t.answered >= t.wanted) as now_done,"
        " (select count(*) from sessions x where x.batch_id = b.id and x.assignment_id is not null) as now_working"
        " from batches b where b.state in ('open', 'paused', 'closed')"
    )
    for row in db.execute(recount):
        for name in ("submissions", "leased", "accepted", "done", "working"):
            if row[name] != row[f"now_{name}"]:
                yield f"batch {row['id']} counts {row[name]} {name}, has {row[f'now_{name}']}"


def workers_are_counted_right(db: sqlite3.Connection) -> Iterator[str]:
    """Done and earned, of a worker in a batch and of a worker over all days, are a recount."""
    places: dict[tuple[int, int], tuple[int, int]] = {}
    workers: dict[int, tuple[int, int]] = {}
    for row in db.execute(
        f"select worker_id, batch_id, count(*) as n, sum(price) as p from submissions where state in {LIVE}"
        " group by worker_id, batch_id"
    ):
        places[row["worker_id"], row["batch_id"]] = (row["n"], row["p"])
        done, earned = workers.get(row["worker_id"], (0, 0))
        workers[row["worker_id"]] = (done + row["n"], earned + row["p"])
    for row in db.execute("select worker_id, batch_id, done, earned from enrolments"):
        found = places.get((row["worker_id"], row["batch_id"]), (0, 0))
        if found != (row["done"], row["earned"]):
            yield f"worker {row['worker_id']} in batch {row['batch_id']}: {(row['done'], row['earned'])}, has {found}"
    paid_reports = "select worker_id, sum(amount) as p from reports where state = 'agreed' group by 1"
    for row in db.execute(paid_reports):  # on the day of the report, as work is
        done, earned = workers.get(row["worker_id"], (0, 0))
        workers[row["worker_id"]] = (done, earned + row["p"])
    for row in db.execute("select worker_id, sum(submissions) as n, sum(earned) as p from worker_days group by 1"):
        found = workers.get(row["worker_id"], (0, 0))
        if found != (row["n"], row["p"]):
            yield f"worker {row['worker_id']} over all days: {(row['n'], row['p'])}, has {found}"


def days_are_counted_right(db: sqlite3.Connection) -> Iterator[str]:
    """A day's sums over all workers are a recount of what each did on it."""
    sums = "sum(submissions > 0), sum(submissions), sum(earned), sum(active_micros)"
    recount = {row[0]: tuple(row)[1:] for row in db.execute(f"select day, {sums} from worker_days group by day")}
    kept = {
        row[0]: tuple(row)[1:]
        for row in db.execute("select day, workers, submissions, earned, active_micros from days")
    }
    for day in sorted(recount.keys() | kept.keys()):
        if kept.get(day) != recount.get(day):
            yield f"day {day} counts {kept.get(day)}, has {recount.get(day)}"


RULES: tuple[Rule, ...] = (
    the_file_is_sound,
    every_reference_leads_somewhere,
    the_ledger_is_right,
    every_cause_moves_money_once,
    held_is_what_open_rejections_hold,
    a_rejection_ends_in_one_way,
    a_day_is_topped_up_once,
    every_payout_is_known,
    an_assignment_has_one_answer,
    places_are_counted_right,
    nobody_has_a_task_twice,
    batches_are_counted_right,
    workers_are_counted_right,
    days_are_counted_right,
    *quality_books.RULES,
)
