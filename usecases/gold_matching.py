"""Which of a draft's known answers can be used: those that are among its answers, as long as these stay as they are."""

from __future__ import annotations

from dataclasses import dataclass

from domain import gold as rules
from domain.batches import Batch
from domain.kinds import kind
from storage import batches, gold
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class GoldView:
    """A batch's gold as its coordinator sees it: how much of each label, in the batch's order; what cannot be used.

    `unknown` are labels that are not among the answers, as given, with how often; `waiting` is how many wait for
    answers to choose from, `written` how many cannot be compared because workers write. `answers` are paid for.
    """

    by_label: tuple[tuple[str, int], ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()
    waiting: int = 0
    written: int = 0
    answers: int = 0

    @property
    def given(self) -> int:
        """How many known answers there are, usable or not."""
        return sum(count for _, count in (*self.by_label, *self.unknown)) + self.waiting + self.written


def match_again(tx: Tx, batch_id: int) -> None:
    """Make gold of a draft's tasks whose given answer is among the batch's answers by now, and none of the others."""
    batch = batches.by_id(tx, batch_id)
    if batch is None or batch.state != "draft":
        return
    given = {given for given, _, _ in gold.given_counts(tx, batch_id)}
    if given or batch.gold:
        gold.adopt(tx, batch_id, {one: label_of(batch, one) for one in given})


def label_of(batch: Batch, given: str) -> str | None:
    """The label of the batch that somebody meant; None for none, and where answers are written."""
    return rules.match(given, batch.face.answers) if kind(batch.kind).has_labels else None


def view(tx: Tx, batch: Batch) -> GoldView:
    """The batch's gold, and what of it cannot be used."""
    counts: dict[str, int] = {}
    unknown: list[tuple[str, int]] = []
    for given, label, count in gold.given_counts(tx, batch.id):
        if label is None:
            unknown.append((given, count))
        else:
            counts[label] = counts.get(label, 0) + count
    left = sum(count for _, count in unknown)
    answers = batch.gold_budget if batch.published_at and not batch.is_draft else rules.budget(batch, batch.all_tasks)
    by_label = tuple((label, counts[label]) for label in batch.face.answers if label in counts)
    if not kind(batch.kind).has_labels and batch.price is not None:
        return GoldView(by_label, written=left, answers=answers)
    if not batch.face.answers:
        return GoldView(by_label, waiting=left, answers=answers)
    return GoldView(by_label, tuple(unknown), answers=answers)
