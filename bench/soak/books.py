"""What must hold in any database at rest, whatever happened to the processes that wrote it. Reads only.

Everything is counted anew from single rows and compared with what is kept beside them; on a database of a run, some
seconds.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

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
            for number, where in enumerate(rule(connection)):
                if number == most:
                    yield "…"
                    return
                yield where
        except sqlite3.DatabaseError as error:
            yield f"cannot be read: {error}"


def connect(database: Path) -> sqlite3.Connection:
    """The database, to read from."""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)
    connection.row_factory = sqlite3.Row
    return connection


def waiting(data_dir: Path) -> dict[str, int]:
    """How many rows wait to be handled, done or sent.

    Offers of a batch that is not open, or has no place left, wait for that; those queued while the clock was ahead wait
    until it is there again.
    """
    with closing(connect(data_dir / "tallyhand.db")) as db:
        row = db.execute(
            "select (select count(*) from inbox where state = 'waiting') as inbox,"
            " (select count(*) from jobs where state = 'waiting') as jobs,"
            " (select count(*) from outbox o left join batches b on b.id = o.campaign where o.state = 'waiting'"
            " and (o.lane < 2 or (o.not_before <= :now and b.state = 'open'"
            " and b.tasks * b.overlap > b.submissions + b.leased))) as outbox",
            {"now": time.time_ns() // 1000},
        ).fetchone()
        return dict(row)


def the_file_is_sound(db: sqlite3.Connection) -> Iterator[str]:
    """SQLite finds nothing wrong with its file."""
    yield from (row[0] for row in db.execute("pragma integrity_check") if row[0] != "ok")


def every_reference_leads_somewhere(db: sqlite3.Connection) -> Iterator[str]:
    """No row names a row that is not there."""
    yield from (f"{row['table']} row {row['rowid']}" for row in db.execute("pragma foreign_key_check"))


def balances_are_the_sum_of_transfers(db: sqlite3.Connection) -> Iterator[str]:
    """Each account's balance is its replay; together they are zero; only the world owes."""
    replay: Counter[str] = Counter()
    for row in db.execute("select debit, credit, amount from transfers"):
        replay[row["debit"]] -= row["amount"]
        replay[row["credit"]] += row["amount"]
    kept = {row["id"]: row["balance"] for row in db.execute("select id, balance from accounts")}
    for account in sorted(replay.keys() | kept.keys()):
        if replay[account] != kept.get(account, 0):
            yield f"{account} has {kept.get(account, 0)}, its transfers make {replay[account]}"
        if kept.get(account, 0) < 0 and account != "world":
            yield f"{account} owes {-kept[account]}"
    if sum(kept.values()):
        yield f"all balances together are {sum(kept.values())}"


def each_submission_is_credited_once(db: sqlite3.Connection) -> Iterator[str]:
    """The price of each submission was credited, once, to its worker; nothing else was."""
    credits = {
        row["id"].split(":")[1]: (row["credit"], row["amount"])
        for row in db.execute("select id, credit, amount from transfers where id like 'submission:%:credited'")
    }
    for row in db.execute("select id, worker_id, price from submissions"):
        found = credits.pop(str(row["id"]), None)
        if found != (f"worker:{row['worker_id']}:review", row["price"]):
            yield f"submission {row['id']} of {row['price']} to worker {row['worker_id']} was credited as {found}"
    yield from (f"submission {number}, which is not there, was credited" for number in credits)


def workers_have_what_they_earned(db: sqlite3.Connection) -> Iterator[str]:
    """In review is what waits; available, in transit and paid together are what was accepted."""
    owed: dict[str, int] = defaultdict(int)
    for row in db.execute(
        "select worker_id, state, sum(price) as amount from submissions where state in ('pending', 'accepted')"
        " group by worker_id, state"
    ):
        owed[f"worker:{row['worker_id']}:{'review' if row['state'] == 'pending' else 'accepted'}"] += row["amount"]
    had: dict[str, int] = defaultdict(int)
    for row in db.execute("select id, balance from accounts where id like 'worker:%'"):
        _, worker, use = row["id"].split(":")
        had[f"worker:{worker}:{'review' if use == 'review' else 'accepted'}"] += row["balance"]
    for account in sorted(owed.keys() | had.keys()):
        if owed[account] != had[account]:
            yield f"{account}: submissions make {owed[account]}, the ledger has {had[account]}"


def each_worker_is_paid_once_a_run(db: sqlite3.Connection) -> Iterator[str]:
    """One payout a worker and run, reserved once and paid at most once; a run's total and count are theirs."""
    moved = Counter(
        tuple(row["id"].split(":")[1:3]) for row in db.execute("select id from transfers where id like 'payout:%'")
    )
    runs: dict[int, list[int]] = defaultdict(list)
    pairs: Counter[tuple[int, int]] = Counter()
    for row in db.execute("select id, run_id, worker_id, amount, state from payouts"):
        runs[row["run_id"]].append(row["amount"])
        pairs[row["run_id"], row["worker_id"]] += 1
        number = str(row["id"])
        reserved, paid = moved[number, "reserved"], moved[number, "paid"]
        if (reserved, paid) != (1, int(row["state"] == "paid")):
            yield f"payout {number} is {row['state']}, was reserved {reserved} times and paid {paid} times"
    yield from (f"run {run} pays worker {worker} {n} times" for (run, worker), n in pairs.items() if n > 1)
    for row in db.execute("select id, state, total, count from payout_runs where state <> 'gathering'"):
        if (row["total"], row["count"]) != (sum(runs[row["id"]]), len(runs[row["id"]])):
            yield f"run {row['id']} says {row['total']} for {row['count']}, its payouts {sum(runs[row['id']])}"


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
        f"select b.id, b.submissions, b.leased, b.accepted, b.done,"
        f" (select count(*) from submissions s where s.batch_id = b.id and s.state in {LIVE}) as now_submissions,"
        " (select count(*) from assignments a where a.batch_id = b.id and a.state = 'offered') as now_leased,"
        " (select count(*) from submissions s where s.batch_id = b.id and s.state = 'accepted') as now_accepted,"
        " (select count(*) from tasks t where t.batch_id = b.id and t.answered >= t.wanted) as now_done"
        " from batches b where b.state in ('open', 'paused', 'closed')"
    )
    for row in db.execute(recount):
        for name in ("submissions", "leased", "accepted", "done"):
            if row[name] != row[f"now_{name}"]:
                yield f"batch {row['id']} counts {row[name]} {name}, has {row[f'now_{name}']}"


def reserves_cover_what_is_open(db: sqlite3.Connection) -> Iterator[str]:
    """A batch's reserve pays for every card that is out."""
    balances = {row["id"]: row["balance"] for row in db.execute("select id, balance from accounts")}
    for row in db.execute("select id, price, leased from batches where price is not null"):
        held = balances.get(f"batch:{row['id']}:reserve", 0)
        if held < row["price"] * row["leased"]:
            yield f"batch {row['id']} has {row['leased']} cards out for {row['price']} each and {held} left"


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
    for row in db.execute("select worker_id, sum(submissions) as n, sum(earned) as p from worker_days group by 1"):
        found = workers.get(row["worker_id"], (0, 0))
        if found != (row["n"], row["p"]):
            yield f"worker {row['worker_id']} over all days: {(row['n'], row['p'])}, has {found}"


RULES: tuple[Rule, ...] = (
    the_file_is_sound,
    every_reference_leads_somewhere,
    balances_are_the_sum_of_transfers,
    each_submission_is_credited_once,
    workers_have_what_they_earned,
    each_worker_is_paid_once_a_run,
    an_assignment_has_one_answer,
    places_are_counted_right,
    nobody_has_a_task_twice,
    batches_are_counted_right,
    reserves_cover_what_is_open,
    workers_are_counted_right,
)
