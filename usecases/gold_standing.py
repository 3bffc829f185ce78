"""How a batch's gold stands: how many answers were right, and the doubted gold: what of it looks wrong."""

from __future__ import annotations

from domain.batches import Batch
from domain.gold_doubts import Answered, Doubt, doubts
from domain.inference.streaming import SURE
from domain.kinds import kind
from storage import batches, gold_answers
from storage.database import Tx


def found(tx: Tx, batch: Batch) -> list[Doubt]:
    """The batch's gold that looks wrong, the likeliest first, from its answers as they stand."""
    return _found(tx, batch)[0]


def refresh(tx: Tx, batch_id: int) -> None:
    """Count a batch's right answers to gold and its doubts anew."""
    batch = batches.by_id(tx, batch_id)
    if batch is not None:
        doubtful, right, judged = _found(tx, batch)
        gold_answers.tally(tx, batch_id, right=right, judged=judged, doubts=len(doubtful))


def _found(tx: Tx, batch: Batch) -> tuple[list[Doubt], int, int]:
    label = kind(batch.kind).label
    answers, gold, fitted = [], {}, {}
    for one in gold_answers.of_batch(tx, batch.id):
        gold[one.task_id] = one.gold
        if one.reliance is not None:
            fitted[one.worker_id] = one.reliance / SURE
        said = label(one.answer)
        if said is not None:
            answers.append(Answered(one.worker_id, one.submission_id, one.task_id, said, one.objects))
    doubtful = doubts(
        gold,
        answers,
        labels=max(2, len(batch.face.answers)),
        kept=gold_answers.kept(tx, batch.id),
        fitted=fitted,
    )
    return doubtful, sum(gold[one.task_id] == one.label for one in answers), len(answers)
