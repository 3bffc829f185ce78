"""Figures for the daily summary: sums of a day, the newest answers of a batch, the newest reports. All bounded."""

from __future__ import annotations

import json
from typing import NamedTuple

from domain.kinds.base import Answer
from storage.database import Tx
from storage.worker_days import Done


class Given(NamedTuple):
    """One recent submission, as far as looking for oddities needs it; there are thousands of them."""

    task_id: int
    worker_id: int
    answer: Answer
    active_micros: int


def day(tx: Tx, day: int) -> tuple[int, Done]:
    """What everybody did on a day of the installation's calendar: (how many people, the sum)."""
    sql = "select workers, submissions, earned, active_micros from days where day = :day"
    row = tx.one(sql, day=day)
    return (0, Done(0, 0, 0)) if row is None else (row["workers"], Done(*tuple(row)[1:]))


def newest_submission(tx: Tx) -> int:
    """The highest id there is; 0 without any."""
    return int(tx.value("select coalesce(max(id), 0) from submissions"))


def answers_since(tx: Tx, batch_id: int, *, after: int, limit: int) -> int:
    """How many of a batch's submissions are behind one, counted up to `limit`."""
    return int(
        tx.value(
            "select count(*) from (select 1 from submissions where batch_id = :batch_id and id > :after limit :limit)",
            batch_id=batch_id,
            after=after,
            limit=limit,
        )
    )


def newest_answers(tx: Tx, batch_id: int, *, limit: int) -> list[Given]:
    """A batch's newest submissions that stand. Equal answers are one object: most taps say one of a few things."""
    rows = tx.all(
        "select task_id, worker_id, answer, active_micros from submissions"
        " where batch_id = :batch_id and state in ('pending', 'accepted') order by id desc limit :limit",
        batch_id=batch_id,
        limit=limit,
    )
    parsed: dict[str, Answer] = {}
    found = []
    for task_id, worker_id, text, active_micros in rows:
        answer = parsed.get(text)
        if answer is None:
            answer = parsed[text] = json.loads(text)
        found.append(Given(task_id, worker_id, answer, active_micros))
    return found


def reporters(tx: Tx, batch_id: int, *, limit: int) -> dict[int, int]:
    """How many of a batch's reports came from whom, of at most `limit` reports."""
    rows = tx.all(
        "select worker_id, count(*) as count"
        " from (select worker_id from reports where batch_id = :batch_id limit :limit) group by worker_id",
        batch_id=batch_id,
        limit=limit,
    )
    return {row["worker_id"]: row["count"] for row in rows}
