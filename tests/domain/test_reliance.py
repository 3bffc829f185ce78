"""What votes weigh until the next fit: who agrees weighs more, gold outweighs agreement, numbering changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from domain.inference.reliance import reliance
from domain.inference.streaming import NEVER_ABOVE, SURE
from domain.inference.votes import Votes, votes


def crowd(skills: list[float], *, tasks: int = 400, labels: int = 3, seed: int = 5) -> tuple[Votes, np.ndarray]:
    """Everybody answers everything; each is right as often as said, their errors scatter evenly."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(labels, size=tasks)
    task, worker = (axis.reshape(-1) for axis in np.meshgrid(np.arange(tasks), np.arange(len(skills)), indexing="ij"))
    is_right = rng.random(len(task)) < np.array(skills)[worker]
    label = np.where(is_right, truth[task], (truth[task] + rng.integers(1, labels, size=len(task))) % labels)
    return votes(task, worker, label), truth


def test_each_weighs_about_as_much_as_they_are_right() -> None:
    skills = [0.9, 0.8, 0.7, 0.6, 0.34]
    found = reliance(crowd(skills)[0], fit=3)
    assert found.right / SURE == pytest.approx(skills, abs=0.06)
    assert found.prior.fit == 3
    assert found.prior.right / SURE == pytest.approx(np.mean(skills), abs=0.05)


def test_after_few_answers_everybody_is_near_the_average() -> None:
    given, _ = crowd([0.9, 0.9, 0.9, 0.1], tasks=3)
    found = reliance(given, fit=1)
    assert abs(int(found.right[3]) - found.prior.right) < 2_500


def test_gold_outweighs_agreement() -> None:
    """Three who copy one another are believed until gold shows it."""
    rng = np.random.default_rng(2)
    truth, copied = rng.integers(2, size=60), rng.integers(2, size=60)
    label = np.concatenate([copied, copied, copied, truth, truth])
    given = votes(np.tile(np.arange(60), 5), np.repeat(np.arange(5), 60), label)
    believed, shown = reliance(given, fit=1), reliance(given, gold=dict(enumerate(truth.tolist())), fit=2)
    assert believed.right[:3].min() > believed.right[3:].max()
    assert shown.right[:3].max() < shown.right[3:].min()


def test_numbering_tasks_workers_and_labels_otherwise_numbers_the_result_otherwise() -> None:
    given, _ = crowd([0.9, 0.7, 0.6, 0.5], tasks=80)
    rng = np.random.default_rng(9)
    tasks, workers, labels = (rng.permutation(size) for size in (80, 4, 3))
    order = rng.permutation(len(given.task))
    other = votes(tasks[given.task][order], workers[given.worker][order], labels[given.label][order])
    one, two = reliance(given, fit=1), reliance(other, fit=1)
    assert two.right[workers].tolist() == one.right.tolist()
    assert two.prior == one.prior


@pytest.mark.parametrize(
    "given",
    [
        votes([], [], []),
        votes([], [], [], n_tasks=3, n_workers=2, n_classes=2),
        votes([0, 1, 2], [0, 0, 0], [0, 0, 0]),
        votes([0, 0], [0, 1], [0, 99]),
    ],
    ids=["nothing", "no answers yet", "one worker, one label", "a hundred labels"],
)
def test_any_votes_will_do(given: Votes) -> None:
    found = reliance(given, gold={0: 1, 77: 5}, fit=1)
    assert len(found.right) == given.n_workers
    assert all(0 < right <= NEVER_ABOVE for right in found.right.tolist())
    assert 0 < found.prior.right <= NEVER_ABOVE
    assert found.prior.ways >= 200
