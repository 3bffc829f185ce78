"""What a batch's report is computed from, in pages of its tasks, and the figures that were computed last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from domain.quality import Figures
from storage.database import Tx


class Kept(NamedTuple):
    """The newest figures of a batch, and which state of it they are of."""

    state: str
    figures: Figures


class Answered(NamedTuple):
    """A task of a page: is it done, its right label where it is gold, since when (0 where it is none) and by whom."""

    id: int
    done: bool
    gold: str | None
    gold_at: int
    gold_by: int | None


class Vote(NamedTuple):
    """One answer that counts, as JSON, handed in at an instant."""

    id: int
    task_id: int
    worker_id: int
    answer: str
    at: int


def kept(tx: Tx, batch_id: int) -> Kept | None:
    """What was computed last, if anything was."""
    row = tx.one("select state, figures from quality_reports where batch_id = :batch_id", batch_id=batch_id)
    return None if row is None else Kept(row["state"], Figures.from_json(row["figures"]))


def keep(tx: Tx, batch_id: int, *, state: str, figures: Figures) -> None:
    """Keep the figures in place of older ones; what an overtaken job brings does not replace newer ones."""
    tx.run(
        "insert into quality_reports (batch_id, at, state, figures) values (:batch_id, :at, :state, :figures)"
        " on conflict (batch_id) do update set at = excluded.at, state = excluded.state, figures = excluded.figures"
        " where excluded.at >= quality_reports.at",
        batch_id=batch_id,
        at=figures.at,
        state=state,
        figures=figures.to_json(),
    )


def tasks(tx: Tx, batch_id: int, *, after: int, limit: int) -> list[Answered]:
    """The next tasks of a batch, in order of id."""
    rows = tx.all(
        "select id, state = 'done' as done, gold, coalesce(gold_at, 0) as gold_at, gold_by from tasks"
        " where batch_id = :batch_id and id > :after"
        " order by id limit :limit",
        batch_id=batch_id,
        after=after,
        limit=limit,
    )
    return [Answered(row["id"], bool(row["done"]), row["gold"], row["gold_at"], row["gold_by"]) for row in rows]


def votes(tx: Tx, batch_id: int, *, first: int, last: int) -> list[Vote]:
    """The answers that count (pending or accepted) to the tasks from `first` to `last`."""
    rows = tx.all(
        "select s.id, s.task_id, s.worker_id, s.answer, s.submitted_at from tasks t"
        " cross join submissions s on s.task_id = t.id"
        " and s.state in ('pending', 'accepted', 'sent_back') where t.batch_id = :batch_id and t.id >= :first"
        " and t.id <= :last and s.state <> 'sent_back'",
        batch_id=batch_id,
        first=first,
        last=last,
    )
    return [Vote(*row) for row in rows]


def pace(tx: Tx, batch_id: int, *, since: int, limit: int) -> tuple[int, int]:
    """How many of the newest `limit` answers came since an instant, and when the first of these did (0: none)."""
    row = tx.one(
        "select count(*), coalesce(min(submitted_at), 0) from (select submitted_at from submissions"
        " where batch_id = :batch_id and state in ('pending', 'accepted') order by id desc limit :limit)"
        " where submitted_at >= :since",
        batch_id=batch_id,
        since=since,
        limit=limit,
    )
    assert row is not None
    return row[0], row[1]


def waiting(tx: Tx, batch_id: int, *, limit: int) -> tuple[int, int | None]:
    """How many answers wait for a review, counted up to `limit`, and since when the oldest does."""
    count = tx.value(
        "select count(*) from (select 1 from submissions where batch_id = :batch_id and state = 'pending'"
        " limit :limit)",
        batch_id=batch_id,
        limit=limit,
    )
    since = tx.value(
        "select submitted_at from submissions where batch_id = :batch_id and state = 'pending' order by id limit 1",
        batch_id=batch_id,
    )
    return int(count), since


def waits(tx: Tx, batch_id: int, *, limit: int) -> list[int]:
    """How long those of a batch's newest `limit` answers waited that a person decided, in microseconds."""
    rows = tx.all(
        "select decided_at - submitted_at as waited from (select decided_at, decided_by, submitted_at from submissions"
        " where batch_id = :batch_id order by id desc limit :limit)"
        " where decided_by is not null and decided_at is not null",
        batch_id=batch_id,
        limit=limit,
    )
    return [row["waited"] for row in rows]


def learning(tx: Tx, batch_id: int, worker_ids: Iterable[int]) -> dict[int, int]:
    """By worker the last submission to gold that was no work yet: their training, and all of who has not come in."""
    rows = tx.all(
        "select worker_id, case when stage in ('training', 'failed') then :all else coalesce(trained_upto, 0) end"
        " as upto from enrolments where batch_id = :batch_id"
        " and worker_id in (select value from json_each(:worker_ids))",
        batch_id=batch_id,
        worker_ids=json.dumps(sorted(worker_ids)),
        all=2**62,
    )
    return {row["worker_id"]: row["upto"] for row in rows}


def confidences(tx: Tx, batch_id: int) -> list[tuple[int, int]]:
    """(confidence in 1/10,000, how many labels have it) of what was fitted; what people set is not among them."""
    rows = tx.all(
        "select confidence, count(*) as count from labels where batch_id = :batch_id and source = 'fit'"
        " group by confidence",
        batch_id=batch_id,
    )
    return [(row["confidence"], row["count"]) for row in rows]


def rated_in(tx: Tx, batch_id: int) -> int | None:
    """The newest batch in which others rated this one's replies."""
    sql = "select id from batches where rates_batch = :batch_id and state <> 'discarded' order by id desc limit 1"
    found: int | None = tx.value(sql, batch_id=batch_id)
    return found


def scores(tx: Tx, batch_id: int) -> list[tuple[int, int, int]]:
    """The pooled ratings of a batch: (nearest step, how many, the sum of them in thousandths of a step)."""
    rows = tx.all(
        "select (score + 500) / 1000 as step, count(*) as count, sum(score) as total from scores"
        " where batch_id = :batch_id group by 1 order by 1",
        batch_id=batch_id,
    )
    return [(row["step"], row["count"], row["total"]) for row in rows]


def decided(tx: Tx, batch_id: int) -> int:
    """How many of a batch's labels a person set."""
    sql = "select count(*) from labels where batch_id = :batch_id and source = 'human'"
    return int(tx.value(sql, batch_id=batch_id))
