"""What workers are known to do well, by kind of work and language: put together from the fits of their batches."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from domain.skills import InBatch, Skill, over_batches
from storage.database import Tx

BATCHES: Final = 50
"""So many of the last batches of a kind and language speak for a worker."""
SKILL = ", ".join(Skill._fields)


class Known(NamedTuple):
    """A worker's skill in a kind of work and language, since when, by which rule, and the batches it follows from."""

    kind: str
    language: str
    skill: Skill
    rule: int
    at: int
    evidence: list[dict[str, Any]]


def low(tx: Tx, worker_id: int, kind: str, language: str) -> int | None:
    """The lower end of the interval of the worker's skill with chance taken out, in 1/10,000; None while it is not
    known."""
    found: int | None = tx.value(
        "select corrected_low from skills where worker_id = :worker_id and kind = :kind and language = :language"
        " and enough = 1",
        worker_id=worker_id,
        kind=kind,
        language=language,
    )
    return found


def of_worker(tx: Tx, worker_id: int) -> list[Known]:
    """Everything known of a worker."""
    rows = tx.all(
        f"select kind, language, rule, at, evidence, {SKILL} from skills where worker_id = :worker_id"
        " order by kind, language",
        worker_id=worker_id,
    )
    return [
        Known(row["kind"], row["language"], Skill(*tuple(row)[5:]), row["rule"], row["at"], json.loads(row["evidence"]))
        for row in rows
    ]


def worked(tx: Tx, worker_id: int) -> list[tuple[str, str]]:
    """The kinds of work and languages somebody has answers in."""
    rows = tx.all(
        "select distinct b.kind, b.language from enrolments e join batches b on b.id = e.batch_id"
        " where e.worker_id = :worker_id and e.done > 0 order by 1, 2",
        worker_id=worker_id,
    )
    return [(row["kind"], row["language"]) for row in rows]


def misses(tx: Tx, worker_id: int, kind: str, language: str) -> tuple[int, int]:
    """(missed, forgiven): gold a worker was told to have missed in a kind of work, and how much does not count."""
    row = tx.one(
        "select count(*), coalesce(sum(m.forgiven), 0) from gold_misses m join batches b on b.id = m.batch_id"
        " where m.worker_id = :worker_id and m.void_at is null and b.kind = :kind and b.language = :language",
        worker_id=worker_id,
        kind=kind,
        language=language,
    )
    assert row is not None
    return row[0], row[1]


def recompute(tx: Tx, batch_id: int, workers: Iterable[int], *, rule: int, now: int) -> None:
    """Put together anew what is known of these workers, over all batches of the kind and language of this one."""
    batch = tx.one("select kind, language from batches where id = :id", id=batch_id)
    assert batch is not None
    ids = json.dumps(sorted(workers))
    rows = tx.all(
        "select o.worker_id, o.batch_id, o.answers, o.right, o.chance, o.estimate, o.low, o.high, o.gold_right,"
        " o.gold_wrong from json_each(:workers) cross join worker_skills o on o.worker_id = json_each.value"
        " join batches b on b.id = o.batch_id and b.kind = :kind and b.language = :language",
        workers=ids,
        kind=batch["kind"],
        language=batch["language"],
    )
    found: dict[int, list[InBatch]] = {}
    for row in rows:
        found.setdefault(row["worker_id"], []).append(InBatch(*tuple(row)[1:]))
    for mine in found.values():
        mine.sort(key=lambda one: -one.batch_id)
        del mine[BATCHES:]
    tx.run(
        "delete from skills where worker_id in (select value from json_each(:workers)) and kind = :kind"
        " and language = :language",
        kind=batch["kind"],
        language=batch["language"],
        workers=ids,
    )
    values = [
        [worker, *over_batches(mine), json.dumps([one._asdict() for one in mine])] for worker, mine in found.items()
    ]
    tx.run(
        f"insert into skills (worker_id, kind, language, {SKILL}, rule, at, evidence) select value ->> 0, :kind,"
        " :language, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, :rule, :now,"
        " value ->> 7 from json_each(:rows)",
        kind=batch["kind"],
        language=batch["language"],
        rule=rule,
        now=now,
        rows=json.dumps(values),
    )
