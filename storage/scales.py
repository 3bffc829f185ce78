"""What the last fit of a batch of ratings says of each task and each rater, in thousandths of a step."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from storage.database import Tx


class Score(NamedTuple):
    """A task's pooled rating with its interval, from so many ratings."""

    score: int
    low: int
    high: int
    ratings: int


class Rater(NamedTuple):
    """How much higher than others a worker rates, and how far their ratings lie from the others', with intervals.

    `enough` is 1 where that says something about them, 0 while there is too little.
    """

    worker_id: int
    bias: int
    bias_low: int
    bias_high: int
    spread: int
    spread_low: int
    spread_high: int
    ratings: int
    enough: int


def replace(
    tx: Tx, batch_id: int, scores: Sequence[Sequence[int]], raters: Sequence[Sequence[int]], *, rule: int, now: int
) -> None:
    """Put the rows of `domain.scales.Scales.tables` in place of what was known of the batch, by one rule's version."""
    tx.run("delete from scores where batch_id = :batch_id", batch_id=batch_id)
    tx.run("delete from raters where batch_id = :batch_id", batch_id=batch_id)
    tx.run(
        "insert into scores (task_id, batch_id, score, low, high, ratings, rule, at)"
        " select value ->> 0, :batch_id, value ->> 1, value ->> 2, value ->> 3, value ->> 4, :rule, :now"
        " from json_each(:rows)",
        batch_id=batch_id,
        rule=rule,
        now=now,
        rows=json.dumps(list(map(list, scores))),
    )
    tx.run(
        "insert into raters (batch_id, worker_id, bias, bias_low, bias_high, spread, spread_low, spread_high, ratings,"
        " enough, rule, at) select :batch_id, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4,"
        " value ->> 5, value ->> 6, value ->> 7, value ->> 8, :rule, :now from json_each(:rows)",
        batch_id=batch_id,
        rule=rule,
        now=now,
        rows=json.dumps(list(map(list, raters))),
    )


def scores(tx: Tx, *, first: int, last: int, batch_id: int) -> dict[int, Score]:
    """The scores of a batch's tasks from `first` to `last`, by task."""
    rows = tx.all(
        "select task_id, score, low, high, ratings from scores where task_id between :first and :last"
        " and batch_id = +:batch_id",
        first=first,
        last=last,
        batch_id=batch_id,
    )
    return {row["task_id"]: Score(*tuple(row)[1:]) for row in rows}


def raters(tx: Tx, batch_id: int) -> list[Rater]:
    """Everybody whose ratings of the batch were pooled, the most generous first."""
    rows = tx.all(
        "select worker_id, bias, bias_low, bias_high, spread, spread_low, spread_high, ratings, enough from raters"
        " where batch_id = :batch_id order by bias desc, worker_id",
        batch_id=batch_id,
    )
    return [Rater(*tuple(row)) for row in rows]


def of_rater(tx: Tx, worker_id: int, *, limit: int) -> list[tuple[str, Rater]]:
    """How a worker rates in their newest batches, with the batches' titles."""
    rows = tx.all(
        "select b.title, r.worker_id, r.bias, r.bias_low, r.bias_high, r.spread, r.spread_low, r.spread_high,"
        " r.ratings, r.enough from enrolments e join raters r on r.batch_id = e.batch_id and r.worker_id = e.worker_id"
        " join batches b on b.id = e.batch_id where e.worker_id = :worker_id order by e.batch_id desc limit :limit",
        worker_id=worker_id,
        limit=limit,
    )
    return [(row["title"], Rater(*tuple(row)[1:])) for row in rows]
