"""How a batch's gold stands: how many answers were right, and the doubted gold: what of it looks wrong."""

from __future__ import annotations

from typing import NamedTuple

from domain.batches import Batch
from domain.gold_doubts import Answered, Doubt, doubts
from domain.inference.streaming import SURE
from domain.kinds import kind
from storage import batches, gold_answers, quality_reports
from storage.database import Tx


class _Given(NamedTuple):
    """Answers to a batch's gold: the known label by task, and by worker how often they are right as a fit found."""

    answers: list[Answered]
    gold: dict[int, str]
    fitted: dict[int, float]


def found(tx: Tx, batch: Batch) -> list[Doubt]:
    """The batch's gold that looks wrong, the likeliest first, from its answers as they stand."""
    return _doubts(tx, batch, _given(tx, batch))


def refresh(tx: Tx, batch_id: int) -> None:
    """Count a batch's right answers to gold and its doubts anew.

    Answers of a training, and of who did not pass the test, are not among those counted: as in its report.
    """
    batch = batches.by_id(tx, batch_id)
    if batch is None:
        return
    given = _given(tx, batch)
    learning = quality_reports.learning(tx, batch_id, {one.worker_id for one in given.answers})
    judged = [one for one in given.answers if one.submission_id > learning.get(one.worker_id, 0)]
    right = sum(given.gold[one.task_id] == one.label for one in judged)
    gold_answers.tally(tx, batch_id, right=right, judged=len(judged), doubts=len(_doubts(tx, batch, given)))


def _given(tx: Tx, batch: Batch) -> _Given:
    label = kind(batch.kind).label
    given = _Given([], {}, {})
    for one in gold_answers.of_batch(tx, batch.id):
        given.gold[one.task_id] = one.gold
        if one.reliance is not None:
            given.fitted[one.worker_id] = one.reliance / SURE
        said = label(one.answer)
        if said is not None:
            given.answers.append(Answered(one.worker_id, one.submission_id, one.task_id, said, one.objects))
    return given


def _doubts(tx: Tx, batch: Batch, given: _Given) -> list[Doubt]:
    return doubts(
        given.gold,
        given.answers,
        labels=max(2, len(batch.face.answers)),
        kept=gold_answers.kept(tx, batch.id),
        fitted=given.fitted,
    )
