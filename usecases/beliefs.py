"""What a task's answers say together; where the overlap adapts it is kept on the task's row, to which each answer adds.

Each answer that is taken out makes it anew, as does each where it is not kept. The row says which fit's weights it was
made with. After the next fit it is made anew at the task's next answer, from the answers that stand then: so it is
always what they make with one fit's weights, however it came about (tested).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypedDict

from domain.batches import Batch, Task
from domain.inference import streaming
from domain.inference.stopping import Decision, decide
from domain.inference.streaming import Belief, Prior
from domain.kinds import Answer, kind
from storage import batches, enrolments, submissions
from storage.database import Tx


class Said(NamedTuple):
    """What a task's answers say together, and which labels they name: `votes` without the answer that just came.

    What follows is computed when it is asked for: most answers are not the last one that their task wants.
    """

    belief: Belief
    votes: dict[str, int]
    batch: Batch
    prior: Prior

    @property
    def decision(self) -> Decision:
        """Whether another answer is worth its price."""
        least = self.batch.overlap_least or self.batch.overlap
        return decide(self.belief, self.prior, labels=self._labels, least=least, most=self.batch.overlap)

    @property
    def settled(self) -> Decision:
        """What it is when no more can be asked for: STOP or GIVE_UP."""
        return decide(self.belief, self.prior, labels=self._labels, least=0, most=0)

    @property
    def text(self) -> str | None:
        """What the task's row keeps; nothing without answers, nor where the overlap is fixed: there only the last
        answer asks, and a row that grows with each costs more than reading the others."""
        adapts = self.batch.overlap_least is not None
        return self.belief.to_text() if adapts and self.belief.votes else None

    @property
    def _labels(self) -> int:
        return len(self.batch.face.answers)


class Row(TypedDict):
    """What a task's row keeps of it."""

    belief: str | None
    given_up_at: int | None


def row(said: Said | None, task: Task, now: int) -> Row:
    """What the task's row keeps once the answer is counted; given up if it wants no other. `task` as of before it."""
    if said is None:
        return {"belief": None, "given_up_at": None}
    is_last = task.answered + 1 >= task.wanted
    given_up = is_last and said.decision is Decision.GIVE_UP
    return {"belief": said.text, "given_up_at": now if given_up else None}


def is_compared(batch: Batch) -> bool:
    """Whether its answers agree or not: written ones neither do nor do not, and on a scale 3 is near 4."""
    this = kind(batch.kind)
    return this.has_labels and not this.is_ordinal


def with_answer(tx: Tx, batch: Batch, task: Task, answer: Answer, reliance: int | None) -> Said | None:
    """What the task's answers say with one more, of a worker with this `reliance`; the task as of before it.

    None for gold and where answers are not compared. No statement where the row is up to date.
    """
    label = kind(batch.kind).label(answer) if task.gold is None and is_compared(batch) else None
    if label is None:
        return None
    prior = Prior.from_text(batch.prior)
    before = _kept(task, prior)
    if before is None:
        before = _made(tx, batch, task.id, prior, besides=0)
    belief = streaming.add(before, label, reliance, prior)
    return Said(belief, before.votes, batch, prior)


def made_anew(tx: Tx, batch: Batch, task_id: int, *, besides: int) -> Said | None:
    """What the answers that stand say together, without one of them; None as above."""
    if not is_compared(batch):
        return None
    prior = Prior.from_text(batch.prior)
    belief = _made(tx, batch, task_id, prior, besides=besides)
    return Said(belief, belief.votes, batch, prior)


def adopt(tx: Tx, batch_id: int, prior: Prior, right: Mapping[int, int]) -> None:
    """Weigh the votes of a batch as its last fit found: by worker how likely their answer is right (1/10,000).

    All at once, so that no task is counted with the weights of two fits; who is not named weighs what the prior says.
    """
    batches.change(tx, batch_id, prior=prior.to_text())
    enrolments.rely(tx, batch_id, right)


def _kept(task: Task, prior: Prior) -> Belief | None:
    """The row's, if it is up to date."""
    if task.answered == 0:
        return streaming.nothing(prior)
    if task.belief is None:
        return None
    found = Belief.from_text(task.belief)
    return found if found.fit == prior.fit and found.answers == task.answered else None


def _made(tx: Tx, batch: Batch, task_id: int, prior: Prior, *, besides: int) -> Belief:
    label = kind(batch.kind).label
    found = [(label(answer), reliance) for answer, reliance in submissions.votes(tx, task_id, besides=besides)]
    return streaming.of(((said, reliance) for said, reliance in found if said is not None), prior)
