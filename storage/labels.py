"""The labels the fits have left, as people look at them: the least sure first, or one with what was answered."""

from __future__ import annotations

import json
from typing import NamedTuple

from domain.kinds.base import Answer, answer_from_json
from storage.database import Tx
from storage.exports import AUTHORS, CONSENTS

LABEL = "l.task_id, t.name, l.label, l.confidence, l.votes, l.source"


class Label(NamedTuple):
    """A task's label: `confidence` in 1/10,000; `votes` as they were when the fit saw them."""

    task_id: int
    task: str
    label: str
    confidence: int
    votes: dict[str, int]
    source: str


class Voice(NamedTuple):
    """A live answer to a task, and what the last fit says of who gave it; None where it says nothing of them.

    `chance` is the share they would have right by chance; all shares in 1/10,000.
    """

    submission_id: int
    answer: Answer
    estimate: int | None
    chance: int | None
    enough: bool


class Known(NamedTuple):
    """What people said of a task: gold with its explanation, or what was decided at `decided_at`; no label then means
    that it is not usable."""

    gold: str | None
    gold_why: str | None
    decided: str | None
    decided_at: int | None


def least_sure(tx: Tx, batch_id: int, *, after: tuple[int, int], limit: int) -> list[Label]:
    """The next fitted labels of a batch behind (confidence, task), the least sure first; without what a human knows.

    What became gold or was decided since the fit keeps its row until the next one, and is nothing to look over.
    """
    rows = tx.all(
        f"select {LABEL} from labels l join tasks t on t.id = l.task_id where l.batch_id = :batch_id"
        " and l.source = 'fit' and t.gold is null and t.decided_at is null"
        " and (l.confidence, l.task_id) > (:confidence, :task_id)"
        " order by l.confidence, l.task_id limit :limit",
        batch_id=batch_id,
        confidence=after[0],
        task_id=after[1],
        limit=limit,
    )
    return [_label(tuple(row)) for row in rows]


def of_task(tx: Tx, task_id: int) -> Label | None:
    """A task's label, if a fit has seen the task."""
    row = tx.one(f"select {LABEL} from labels l join tasks t on t.id = l.task_id where l.task_id = :id", id=task_id)
    return None if row is None else _label(tuple(row))


def known(tx: Tx, task_id: int) -> Known:
    """What people said of a task that there is."""
    row = tx.one("select gold, gold_why, decided, decided_at from tasks where id = :id", id=task_id)
    assert row is not None, "tasks are never deleted"
    return Known(*row)


def between(tx: Tx, batch_id: int, *, first: int, last: int) -> dict[int, Label]:
    """The labels of a batch's tasks from `first` to `last`, by task."""
    rows = tx.all(
        f"select {LABEL} from tasks t join labels l on l.task_id = t.id where t.batch_id = :batch_id"
        " and t.id >= :first and t.id <= :last",
        batch_id=batch_id,
        first=first,
        last=last,
    )
    return {row["task_id"]: _label(tuple(row)) for row in rows}


def voices(tx: Tx, task_id: int) -> list[Voice]:
    """Who answered a task and stands by it, oldest first, people who withdrew left out."""
    rows = tx.all(
        "select s.id, s.answer, w.estimate, w.chance, coalesce(w.enough, 0) from tasks t"
        " join submissions s on s.task_id = t.id and s.state in ('pending', 'accepted', 'sent_back')"
        " left join worker_skills w on w.worker_id = s.worker_id and w.batch_id = s.batch_id"
        f" where t.id = :task_id and s.state <> 'sent_back' and {CONSENTS} and {AUTHORS}",
        task_id=task_id,
    )
    found = [Voice(row[0], answer_from_json(row[1]), row[2], row[3], bool(row[4])) for row in rows]
    return sorted(found, key=lambda voice: voice.submission_id)


def _label(row: tuple[object, ...]) -> Label:
    found = Label._make(row)
    return found._replace(votes=json.loads(str(row[4])))
