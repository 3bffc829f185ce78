"""Fits: which batches are due for one, what it is computed from, and the labels and skills it leaves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from storage.database import Tx
from storage.exports import AUTHORS, CONSENTS


class Due(NamedTuple):
    """A batch that has changed since its last fit."""

    id: int
    kind: str
    submissions: int
    fitted: int
    fitted_at: int | None
    asked: bool
    is_done: bool
    created_by: int
    tried_at: int | None = None


class Voted(NamedTuple):
    """A live answer, as JSON."""

    id: int
    task_id: int
    worker_id: int
    answer: str
    active_micros: int


class Standing(NamedTuple):
    """What a batch's last fit says of a worker; see the table `worker_skills`. `details` by label."""

    worker_id: int
    answers: int
    right: int
    chance: int
    estimate: int
    low: int
    high: int
    enough: int
    gold_right: int
    gold_wrong: int
    details: dict[str, list[int]]


class Fit(NamedTuple):
    """A fit that ended; see the table."""

    id: int
    batch_id: int
    at: int
    rule: int
    upto: int
    answers: int
    tasks: int
    workers: int
    params: dict[str, int]


DUE = """select id, kind, submissions, fitted, fitted_at, fit_asked, done >= tasks, created_by, fit_tried_at
 from batches
 where to_fit = 1 and (fit_asked = 1 or submissions <> fitted) and id > :after order by id limit :limit"""
# Training is no work yet (usecases/training.py), and gold judges what was handed in since it is gold: before, it may be
# gold because of those answers; nor does it judge who said what is right. A miss that was forgiven counts for nothing,
# as its worker was told. A task that a human called not usable says nothing about anybody.
VOTES = f"""select s.id, s.task_id, s.worker_id, s.answer, s.active_micros from submissions s
 join tasks t on t.id = s.task_id left join enrolments e on e.worker_id = s.worker_id and e.batch_id = s.batch_id
 where s.batch_id = :batch_id and s.id > :after and s.state in ('pending', 'accepted') and {CONSENTS} and {AUTHORS}
 and (t.decided_at is null or t.decided is not null)
 and (t.gold is null or (t.gold_by is not s.worker_id and s.submitted_at >= coalesce(t.gold_at, 0)
  and (e.worker_id is null or (e.stage not in ('training', 'failed') and s.id > coalesce(e.trained_upto, 0)))
  and not exists (select 1 from gold_misses m where m.submission_id = s.id and m.forgiven = 1 and m.void_at is null)))
 order by s.id limit :limit"""


def due(tx: Tx, *, after: int, limit: int) -> list[Due]:
    """Batches whose answers, gold or decisions have changed since their last fit."""
    rows = tx.all(DUE, after=after, limit=limit)
    return [Due(*row) for row in rows]


def ask(tx: Tx, batch_id: int) -> None:
    """Have the batch fitted soon: something else than a new answer has changed."""
    tx.run("update batches set fit_asked = 1 where id = :id", id=batch_id)


def ask_for_worker(tx: Tx, worker_id: int) -> None:
    """Have every batch fitted soon that a worker has answered in: their consent has changed."""
    tx.run(
        "update batches set fit_asked = 1 where id in (select batch_id from enrolments where worker_id = :worker_id"
        " and done > 0)",
        worker_id=worker_id,
    )


def votes(tx: Tx, batch_id: int, *, after: int, limit: int) -> list[Voted]:
    """The next answers that count, in order of id: of people who agree to it, training left out."""
    texts: dict[str, str] = {}  # a million answers that say a few things: each said once
    return [
        Voted(one, task, worker, texts.setdefault(answer, answer), active)
        for one, task, worker, answer, active in tx.all(VOTES, batch_id=batch_id, after=after, limit=limit)
    ]


def known(tx: Tx, batch_id: int) -> tuple[dict[int, str], dict[int, str]]:
    """What is known of a batch's tasks: gold, and what humans decided, each as label by task."""
    rows = tx.all("select id, gold from tasks where batch_id = :batch_id and gold is not null", batch_id=batch_id)
    gold = {row["id"]: row["gold"] for row in rows}
    rows = tx.all(
        "select id, decided from tasks where batch_id = :batch_id and given_up_at is not null and decided is not null",
        batch_id=batch_id,
    )
    return gold, {row["id"]: row["decided"] for row in rows}


def put_labels(tx: Tx, batch_id: int, fit_id: int, rows: Sequence[Sequence[Any]]) -> None:
    """Store labels, in place of those of earlier fits alone."""
    tx.run(
        "insert into labels (task_id, batch_id, label, confidence, votes, source, fit_id)"
        " select value ->> 0, :batch_id, value ->> 1, value ->> 2, value ->> 3, value ->> 4, :fit_id"
        " from json_each(:rows) where true on conflict (task_id) do update set label = excluded.label,"
        " confidence = excluded.confidence, votes = excluded.votes, source = excluded.source,"
        " fit_id = excluded.fit_id where excluded.fit_id >= labels.fit_id",
        batch_id=batch_id,
        fit_id=fit_id,
        rows=json.dumps(list(map(list, rows)), ensure_ascii=False),
    )


def put_workers(tx: Tx, batch_id: int, fit_id: int, rows: Sequence[Sequence[Any]]) -> None:
    """Store what the fit says of each worker, in place of what earlier fits did."""
    tx.run(
        "insert into worker_skills (worker_id, batch_id, fit_id, answers, right, chance, estimate, low, high, enough,"
        " gold_right, gold_wrong, details) select value ->> 0, :batch_id, :fit_id, value ->> 1, value ->> 2,"
        " value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10"
        " from json_each(:rows) where true on conflict (worker_id, batch_id) do update set fit_id = excluded.fit_id,"
        " answers = excluded.answers, right = excluded.right, chance = excluded.chance, estimate = excluded.estimate,"
        " low = excluded.low, high = excluded.high, enough = excluded.enough, gold_right = excluded.gold_right,"
        " gold_wrong = excluded.gold_wrong, details = excluded.details where excluded.fit_id >= worker_skills.fit_id",
        batch_id=batch_id,
        fit_id=fit_id,
        rows=json.dumps(list(map(list, rows)), ensure_ascii=False),
    )


def drop_older(tx: Tx, batch_id: int, fit_id: int) -> list[int]:
    """Forget labels and skills that earlier fits left and this one did not find any more; returns whose skills."""
    tx.run("delete from labels where batch_id = :batch_id and fit_id < :fit_id", batch_id=batch_id, fit_id=fit_id)
    rows = tx.all(
        "delete from worker_skills where batch_id = :batch_id and fit_id < :fit_id returning worker_id",
        batch_id=batch_id,
        fit_id=fit_id,
    )
    return [row["worker_id"] for row in rows]


def add(tx: Tx, fit: Fit, *, submissions: int) -> None:
    """Store that a fit ended, which had seen so many live submissions; twice is once."""
    tx.run(
        "insert into fits (id, batch_id, at, rule, upto, answers, tasks, workers, params) values (:id, :batch_id, :at,"
        " :rule, :upto, :answers, :tasks, :workers, :params) on conflict (id) do nothing",
        **(fit._asdict() | {"params": json.dumps(fit.params)}),
    )
    tx.run(
        "update batches set fitted = :submissions, fitted_at = :at where id = :id",
        submissions=submissions,
        at=fit.at,
        id=fit.batch_id,
    )


def last(tx: Tx, batch_id: int) -> Fit | None:
    """The newest fit of a batch."""
    row = tx.one(
        "select id, batch_id, at, rule, upto, answers, tasks, workers, params from fits where batch_id = :batch_id"
        " order by id desc limit 1",
        batch_id=batch_id,
    )
    return None if row is None else Fit(*row)._replace(params=json.loads(row["params"]))


def standings(tx: Tx, batch_id: int, workers: Sequence[int]) -> dict[int, Standing]:
    """What the last fit says of these workers of a batch, by worker."""
    rows = tx.all(
        "select s.worker_id, s.answers, s.right, s.chance, s.estimate, s.low, s.high, s.enough, s.gold_right,"
        " s.gold_wrong, s.details from json_each(:workers) cross join worker_skills s"
        " on s.worker_id = json_each.value and s.batch_id = :batch_id",
        batch_id=batch_id,
        workers=json.dumps(list(workers)),
    )
    return {row["worker_id"]: Standing._make([*tuple(row)[:10], json.loads(row["details"])]) for row in rows}
