"""A worker's place in a batch: what they answered to its offer, how far they are, what they did and earned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from storage.database import Tx


class Enrolment(NamedTuple):
    """`done` and `earned` (micro-units) count submissions that stand; see the table for the cursors.

    `gold_seen` counts the gold they were given; `gold_due`: answers to some may not be judged yet.
    `stage` is "training", "testing", "failed" or "working" (usecases/training.py), as the migration tells.
    `reliance` is how likely an answer of theirs is right (1/10,000), by which it weighs (domain.inference.streaming);
    None while nothing is known.
    """

    worker_id: int
    batch_id: int
    state: str = "offered"
    cursor: int = 0
    freed_seen: int = 0
    done: int = 0
    earned: int = 0
    instructions_at: int | None = None
    draft_assignment_id: int | None = None
    gold_seen: int = 0
    gold_due: int = 0
    stage: str = "working"
    staged_at: int | None = None
    retry_at: int | None = None
    trained_upto: int | None = None
    test_after: int = 0
    reliance: int | None = None


NAMES = Enrolment._fields
COLUMNS = ", ".join(NAMES)
VALUES = ", ".join(f":{name}" for name in NAMES)
CHANGES = ", ".join(f"{name} = excluded.{name}" for name in NAMES[2:])


def of(tx: Tx, worker_id: int, batch_id: int) -> Enrolment | None:
    """The worker's place in the batch, if they were ever offered it."""
    row = tx.one(
        f"select {COLUMNS} from enrolments where worker_id = :worker_id and batch_id = :batch_id",
        worker_id=worker_id,
        batch_id=batch_id,
    )
    return None if row is None else Enrolment(*tuple(row))


def put(tx: Tx, enrolment: Enrolment) -> None:
    """Store the whole row (there is one writer: what was read in this transaction still holds)."""
    tx.run(
        f"insert into enrolments ({COLUMNS}) values ({VALUES})"
        f" on conflict (worker_id, batch_id) do update set {CHANGES}",
        **{name: getattr(enrolment, name) for name in NAMES},
    )


def keep(tx: Tx, was: Enrolment, mine: Enrolment) -> None:
    """Store what has changed of a row that was read as `was` in this transaction; the whole row where there was none.

    An answer changes three or four of its columns. Setting all of them would also have SQLite write each partial index
    over one of them anew: four times as much.
    """
    changed = [name for name, old, new in zip(NAMES, was, mine, strict=True) if old != new]
    if changed and not tx.run(_keeping(tuple(changed)), **mine._asdict()).rowcount:
        put(tx, mine)


@lru_cache(256)
def _keeping(changed: tuple[str, ...]) -> str:
    sets = ", ".join(f"{name} = :{name}" for name in changed)
    return f"update enrolments set {sets} where worker_id = :worker_id and batch_id = :batch_id"


def offer(tx: Tx, worker_id: int, batch_id: int) -> bool:
    """Note that the batch was offered to the worker; False when it was before."""
    sql = (
        "insert into enrolments (worker_id, batch_id, state) values (:worker_id, :batch_id, 'offered')"
        " on conflict (worker_id, batch_id) do nothing"
    )
    return tx.run(sql, worker_id=worker_id, batch_id=batch_id).rowcount == 1


def set_state(tx: Tx, worker_id: int, batch_id: int, state: str) -> bool:
    """Note the answer to an offer; False when it changes nothing. Who works there already goes on doing so."""
    sql = (
        "insert into enrolments (worker_id, batch_id, state) values (:worker_id, :batch_id, :state)"
        " on conflict (worker_id, batch_id) do update set state = excluded.state"
        " where enrolments.state not in ('working', excluded.state)"
    )
    return tx.run(sql, worker_id=worker_id, batch_id=batch_id, state=state).rowcount == 1


def instructed(tx: Tx, worker_id: int, batch_id: int, *, now: int) -> None:
    """The worker has read the instructions; the first time counts."""
    tx.run(
        "update enrolments set instructions_at = :now where worker_id = :worker_id and batch_id = :batch_id"
        " and instructions_at is null",
        worker_id=worker_id,
        batch_id=batch_id,
        now=now,
    )


def keep_draft(tx: Tx, worker_id: int, batch_id: int, assignment_id: int) -> None:
    """Remember a draft whose assignment ended; it comes first when the worker is back."""
    tx.run(
        "update enrolments set draft_assignment_id = :assignment_id"
        " where worker_id = :worker_id and batch_id = :batch_id",
        worker_id=worker_id,
        batch_id=batch_id,
        assignment_id=assignment_id,
    )


def rely(tx: Tx, batch_id: int, reliance: Mapping[int, int]) -> None:
    """Set how likely answers of these workers are right in the batch (1/10,000); all others keep theirs."""
    tx.run(
        "update enrolments set reliance = found.value from json_each(:reliance) found"
        " where enrolments.worker_id = cast(found.key as integer) and enrolments.batch_id = :batch_id",
        batch_id=batch_id,
        reliance=json.dumps(dict(reliance)),
    )


def add(tx: Tx, worker_id: int, batch_id: int, *, done: int, earned: int) -> None:
    """Add to what stands (negative when an answer is taken back). What they answered to gold is judged anew."""
    tx.run(
        "update enrolments set done = done + :done, earned = earned + :earned, gold_due = gold_seen > 0"
        " where worker_id = :worker_id and batch_id = :batch_id",
        worker_id=worker_id,
        batch_id=batch_id,
        done=done,
        earned=earned,
    )


def to_try_again(tx: Tx, worker_id: int, *, after: int) -> list[tuple[int, int]]:
    """Open batches whose test the worker failed and may take again later than an instant: (batch, when)."""
    rows = tx.all(
        "select e.batch_id, e.retry_at from enrolments e join batches b on b.id = e.batch_id"
        " where e.worker_id = :worker_id and e.stage = 'failed' and e.retry_at is not null"
        " and e.retry_at > :after and b.state = 'open'"
        " order by e.retry_at",
        worker_id=worker_id,
        after=after,
    )
    return [(row["batch_id"], row["retry_at"]) for row in rows]
