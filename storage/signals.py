"""Signals: what stands out, for a human to look at. Screens, reports and exports read it; nothing else does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from sqlite3 import Row
from typing import Any, NamedTuple

from storage.database import Tx


class Signal(NamedTuple):
    """One that was found; see the table. `workers` are who is meant."""

    id: int
    batch_id: int
    kind: str
    subject: str
    strength: int
    evidence: dict[str, Any]
    rule: int
    at: int
    outcome: str | None
    workers: tuple[int, ...]


COLUMNS = "g.id, g.batch_id, g.kind, g.subject, g.strength, g.evidence, g.rule, g.at, g.outcome"
WORKERS = "(select json_group_array(worker_id) from signal_workers where signal_id = g.id) as workers"
NOT_OWN = "not exists (select 1 from signal_workers w where w.signal_id = g.id and w.worker_id = :person_id)"
"""Nobody judges what is about themselves."""


def put(
    tx: Tx,
    batch_id: int,
    *,
    kind: str,
    subject: str,
    workers: Sequence[int],
    strength: int,
    evidence: dict[str, Any],
    rule: int,
    comes_back_at: int,
    now: int,
) -> None:
    """Store what was found, or what it comes to by now. One that a human has seen stays seen, until its strength is
    `comes_back_at` per cent of what they saw."""
    signal_id = tx.value(
        "insert into signals (batch_id, kind, subject, strength, evidence, rule, at) values (:batch_id, :kind,"
        " :subject, :strength, :evidence, :rule, :now) on conflict (batch_id, kind, subject) do update set"
        " strength = excluded.strength, evidence = excluded.evidence, rule = excluded.rule, at = excluded.at,"
        " outcome = case when 100 * excluded.strength >= :comes_back_at * seen_strength then null else outcome end,"
        " seen_by = case when 100 * excluded.strength >= :comes_back_at * seen_strength then null else seen_by end,"
        " seen_at = case when 100 * excluded.strength >= :comes_back_at * seen_strength then null else seen_at end"
        " returning id",
        batch_id=batch_id,
        kind=kind,
        subject=subject,
        strength=strength,
        evidence=json.dumps(evidence),
        rule=rule,
        comes_back_at=comes_back_at,
        now=now,
    )
    tx.run(
        "insert into signal_workers (signal_id, worker_id) select :signal_id, value from json_each(:workers) where true"
        " on conflict do nothing",
        signal_id=signal_id,
        workers=json.dumps(list(workers)),
    )


def drop(tx: Tx, batch_id: int, *, kinds: Sequence[str], found: Sequence[tuple[str, str]]) -> None:
    """Forget what nobody has seen yet and is not there any more; `found` are the (kind, subject) that are."""
    tx.run(
        "delete from signals where batch_id = :batch_id and outcome is null"
        " and kind in (select value from json_each(:kinds))"
        " and kind || ' ' || subject not in (select value from json_each(:found))",
        batch_id=batch_id,
        kinds=json.dumps(list(kinds)),
        found=json.dumps([f"{kind} {subject}" for kind, subject in found]),
    )


def by_id(tx: Tx, signal_id: int) -> Signal | None:
    """The signal, if there is one (ids come in button data)."""
    row = tx.one(f"select {COLUMNS}, {WORKERS} from signals g where g.id = :id", id=signal_id)
    return None if row is None else _signal(row)


def of_kind(tx: Tx, batch_id: int, kind: str) -> list[Signal]:
    """All of a batch's signals of a kind, seen or not."""
    rows = tx.all(
        f"select {COLUMNS}, {WORKERS} from signals g where g.batch_id = :batch_id and g.kind = :kind",
        batch_id=batch_id,
        kind=kind,
    )
    return [_signal(row) for row in rows]


def next_open(tx: Tx, batch_id: int, person_id: int, *, below: tuple[int, int] | None) -> Signal | None:
    """The strongest that nobody has seen, of those weaker than `below` (strength, id), about others than the person."""
    strength, last = below or (2**62, 2**62)
    row = tx.one(
        f"select {COLUMNS}, {WORKERS} from signals g where g.batch_id = :batch_id and g.outcome is null"
        f" and (g.strength, g.id) < (:strength, :last) and {NOT_OWN} order by g.strength desc, g.id desc limit 1",
        batch_id=batch_id,
        person_id=person_id,
        strength=strength,
        last=last,
    )
    return None if row is None else _signal(row)


def count(tx: Tx, batch_id: int, *, kind: str | None = None) -> int:
    """How many of a batch (of a kind) nobody has seen."""
    sql = "select count(*) from signals where batch_id = :batch_id and outcome is null and kind = coalesce(:kind, kind)"
    return int(tx.value(sql, batch_id=batch_id, kind=kind))


def waiting_batches(tx: Tx, *, limit: int) -> list[tuple[int, str, int]]:
    """Batches with signals nobody has seen: (batch, title, how many), most first."""
    rows = tx.all(
        "select g.batch_id, b.title, g.n from (select batch_id, count(*) as n from signals where outcome is null"
        " group by batch_id) g join batches b on b.id = g.batch_id where b.state <> 'discarded'"
        " order by g.n desc, g.batch_id limit :limit",
        limit=limit,
    )
    return [(row["batch_id"], row["title"], row["n"]) for row in rows]


def seen(tx: Tx, signal_id: int, *, outcome: str, by: int, now: int) -> bool:
    """Note what a human made of it, once; False when somebody did before."""
    sql = (
        "update signals set outcome = :outcome, seen_by = :by, seen_at = :now, seen_strength = strength"
        " where id = :id and outcome is null"
    )
    return tx.run(sql, id=signal_id, outcome=outcome, by=by, now=now).rowcount == 1


def of_worker(tx: Tx, worker_id: int, batch_id: int, *, limit: int) -> list[Signal]:
    """What nobody has seen yet about a worker in a batch, the newest first."""
    rows = tx.all(
        f"select {COLUMNS}, {WORKERS} from signal_workers m join signals g on g.id = m.signal_id"
        " where m.worker_id = :worker_id and g.batch_id = +:batch_id and g.outcome is null"
        " order by m.signal_id desc limit :limit",
        worker_id=worker_id,
        batch_id=batch_id,
        limit=limit,
    )
    return [_signal(row) for row in rows]


def add_words(tx: Tx, signal_id: int, *, by: int, text: str, now: int) -> int:
    """Keep what is written to those it is about; returns its id."""
    return tx.add(
        "insert into signal_words (signal_id, by, at, text) values (:signal_id, :by, :now, :text)",
        signal_id=signal_id,
        by=by,
        now=now,
        text=text,
    )


def words(tx: Tx, words_id: int) -> str:
    """What was written."""
    return str(tx.value("select text from signal_words where id = :id", id=words_id))


def newest_submission(tx: Tx, batch_id: int, worker_id: int) -> int | None:
    """The last one of a worker in a batch: what a question about it is attached to."""
    found: int | None = tx.value(
        "select max(id) from submissions where worker_id = :worker_id and batch_id = +:batch_id"
        " and state <> 'withdrawn'",
        worker_id=worker_id,
        batch_id=batch_id,
    )
    return found


def kinds_of_workers(tx: Tx, batch_id: int, workers: Sequence[int]) -> dict[int, list[str]]:
    """What stands out about these workers of a batch, by kind; not what a human found fine."""
    rows = tx.all(
        "select m.worker_id, g.kind from json_each(:workers) cross join signal_workers m"
        " on m.worker_id = json_each.value join signals g on g.id = m.signal_id"
        " where g.batch_id = :batch_id and g.outcome is not 'fine'"
        " group by m.worker_id, g.kind",
        batch_id=batch_id,
        workers=json.dumps(list(workers)),
    )
    return _gathered(rows)


def kinds_of_tasks(tx: Tx, batch_id: int, *, first: int, last: int) -> dict[int, list[str]]:
    """What stands out about the tasks from `first` to `last` themselves (photos that are alike), as above."""
    rows = tx.all(
        "select json_each.value, g.kind from signals g, json_each(g.evidence, '$.tasks') where g.batch_id = :batch_id"
        " and g.outcome is not 'fine' and json_each.value >= :first and json_each.value <= :last group by 1, 2",
        batch_id=batch_id,
        first=first,
        last=last,
    )
    return _gathered(rows)


def _gathered(rows: list[Row]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row[1])
    return found


def _signal(row: Row) -> Signal:
    found = Signal(*row)
    return found._replace(evidence=json.loads(row["evidence"]), workers=tuple(json.loads(row["workers"])))
