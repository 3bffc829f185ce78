"""What a fit guarantees: known vectors, renumbering, one more agreeing vote, and any votes whatever."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.quality.scores import accuracy, majority
from bench.quality.sets import KINDS, Kind, simulate, simulated
from domain.inference import RULE, UNKNOWN, Fit, Votes, fit, models
from domain.inference.votes import known, votes
from tests.domain.anaesthetists import SHARES, forms


@st.composite
def crowds(draw: st.DrawFn) -> Votes:
    """A few votes of a few workers: the same task twice, tasks, workers and labels without any, all allowed."""
    tasks, workers, labels = (draw(st.integers(1, most)) for most in (9, 6, 4))
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, tasks - 1), st.integers(0, workers - 1), st.integers(0, labels - 1)), max_size=40
        )
    )
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return votes(*columns, n_tasks=tasks, n_workers=workers, n_classes=labels)


@st.composite
def orders(draw: st.DrawFn, length: int) -> np.ndarray:
    """A way to renumber."""
    return np.array(draw(st.permutations(range(length))), dtype=np.int32)


def more(given: Votes, task: int, worker: int, label: int) -> Votes:
    """The votes and one more."""
    return votes(
        np.append(given.task, task),
        np.append(given.worker, worker),
        np.append(given.label, label),
        n_tasks=given.n_tasks,
        n_workers=given.n_workers,
        n_classes=given.n_classes,
    )


@pytest.mark.parametrize(
    ("skills", "labels", "leading", "chance"),
    [((0.70, 0.90), (0, 0), 0, 0.977), ((0.70, 0.90), (0, 1), 1, 0.761), ((0.70, 0.90, 0.80), (0, 1, 1), 1, 0.962)],
)
def test_votes_weigh_by_skill_as_in_tolokas_examples(
    skills: tuple[float, ...], labels: tuple[int, ...], leading: int, chance: float
) -> None:
    told = votes([0] * len(skills), range(len(skills)), labels, n_classes=3)
    sums = models.Sums(told, known(None, told))
    belief = sums.believe(sums.coins(models.vote_weight(np.array(skills), 3)), np.zeros(3))
    assert round(float(belief[leading, 0]), 3) == chance


def test_anaesthetists_patients_fall_into_the_published_classes() -> None:
    told = forms()
    sums = models.Sums(told, known(None, told))
    assert len(told) == 315
    belief = models.confusion(sums, sums.majority()).belief
    assert belief.mean(axis=1) == pytest.approx(SHARES, abs=0.002)


@settings(max_examples=40, deadline=None)
@given(crowds(), st.data())
def test_renumbering_tasks_workers_and_labels_renumbers_the_result(told: Votes, data: st.DataObject) -> None:
    task, worker, label = (data.draw(orders(size)) for size in (told.n_tasks, told.n_workers, told.n_classes))
    gold = data.draw(st.dictionaries(st.integers(0, told.n_tasks - 1), st.integers(0, told.n_classes - 1), max_size=3))
    other = replace(told, task=task[told.task], worker=worker[told.worker], label=label[told.label])
    one, two = fit(told, gold=gold), fit(other, gold={int(task[at]): int(label[of]) for at, of in gold.items()})
    np.testing.assert_allclose(two.posterior[task][:, label], one.posterior, atol=1e-7)
    np.testing.assert_allclose(two.shown[task][:, label], one.shown, atol=1e-7)
    np.testing.assert_allclose(two.skills.estimate[worker], one.skills.estimate, atol=1e-7)
    np.testing.assert_allclose(two.skills.corrected[worker], one.skills.corrected, atol=1e-7)
    assert (two.tied[task] == one.tied).all()
    assert (two.labels[task] == label[one.labels])[~one.tied].all()
    assert one.confusion is not None and two.confusion is not None
    np.testing.assert_allclose(two.confusion[worker][:, label][:, :, label], one.confusion, atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(crowds(), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(told: Votes, chance: object) -> None:
    order = np.arange(len(told))
    chance.shuffle(order)  # type: ignore[attr-defined]
    np.testing.assert_allclose(fit(told.only(order)).shown, fit(told).shown, atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(crowds(), st.data())
def test_one_more_agreeing_vote_never_lowers_what_a_fit_says_of_a_label(told: Votes, data: st.DataObject) -> None:
    task, worker, label = (
        data.draw(st.integers(0, size - 1)) for size in (told.n_tasks, told.n_workers, told.n_classes)
    )
    learned = fit(told)
    before = learned.believe(told)[task, label]
    assert learned.believe(more(told, task, worker, label))[task, label] >= before - 1e-12


@settings(max_examples=60, deadline=None)
@given(crowds(), st.data())
def test_a_newcomers_agreeing_vote_never_lowers_a_label_when_all_is_fitted_anew(
    told: Votes, data: st.DataObject
) -> None:
    task, label = (data.draw(st.integers(0, size - 1)) for size in (told.n_tasks, told.n_classes))
    after = fit(more(told, task, told.n_workers, label))
    assert after.shown[task, label] >= fit(told).shown[task, label] - 1e-9


def test_what_a_fit_believes_of_its_own_votes_is_what_it_showed() -> None:
    crowd = simulate(KINDS[-1], np.random.default_rng(3))
    learned = fit(crowd.votes)
    assert np.abs(learned.believe(crowd.votes) - learned.shown).max() < 0.02


NONE: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("told", "gold"),
    [
        (votes(NONE, NONE, NONE), {0: 0}),
        (votes(NONE, NONE, NONE, n_tasks=4), {}),
        (votes(NONE, NONE, NONE, n_tasks=4, n_workers=2, n_classes=3), {1: 2}),
        (votes([0, 1, 2], [0, 0, 0], [0, 1, 1]), {}),
        (votes([0, 1, 2], [0, 1, 2], [0, 0, 0]), {0: 0}),
        (votes([0, 0, 0], [0, 1, 2], [0, 1, 2]), {}),
        (votes([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 0, 1]), {0: 1, 1: 0}),
        (votes(range(100), [0, 1] * 50, range(100)), {5: 5}),
        (votes([0, 0, 1], [0, 1, 0], [0, 99, 3], n_tasks=3), {0: 99}),
        (votes([0, 0, 1], [0, 1, 0], [0, 1, 1]), {-1: 0, 7: 1, 0: 5, 1: -3}),
    ],
)
def test_any_votes_give_a_finite_result(told: Votes, gold: dict[int, int]) -> None:
    found = fit(told, gold=gold)
    assert found.rule == RULE
    assert found.weights.sum() == pytest.approx(1)
    assert found.shown.shape == found.posterior.shape == (told.n_tasks, told.n_classes)
    if told.n_classes:
        assert found.shown.sum(axis=1) == pytest.approx(np.ones(told.n_tasks))
        assert found.posterior.sum(axis=1) == pytest.approx(np.ones(told.n_tasks))
    for task, label in gold.items():
        if 0 <= task < told.n_tasks and 0 <= label < told.n_classes:
            assert (found.labels[task], found.confidence[task]) == (label, 1.0)
    skills = found.skills
    assert np.isfinite(skills.corrected).all()
    assert ((skills.low >= 0) & (skills.low <= skills.estimate) & (skills.estimate <= skills.high)).all()
    assert (skills.high <= 1).all()
    assert not skills.enough[skills.answers < 10].any()


def test_so_many_workers_and_labels_that_matrices_do_not_fit_are_one_number_each() -> None:
    told = votes(range(900), range(900), [at % 100 for at in range(900)], n_classes=100)
    found = fit(told)
    assert found.confusion is None and len(found.parts) == 1
    assert np.isfinite(found.shown).all()


def test_all_who_disagree_are_tied_and_nothing_is_claimed() -> None:
    found = fit(votes([0, 0, 0], [0, 1, 2], [0, 1, 2]))
    assert found.tied[0]
    assert found.confidence[0] == pytest.approx(1 / 3)


def test_votes_are_refused_that_are_no_votes() -> None:
    with pytest.raises(ValueError, match="an answer has"):
        votes([0, 1], [0], [0])
    with pytest.raises(ValueError, match="begin at 0"):
        votes([0], [-1], [0])


def test_gold_as_an_array_is_gold_as_a_mapping() -> None:
    told = votes([0, 0, 1, 1, 2], [0, 1, 0, 1, 0], [0, 1, 1, 1, 0])
    np.testing.assert_array_equal(fit(told, gold=[UNKNOWN, 1, UNKNOWN]).shown, fit(told, gold={1: 1}).shown)


@pytest.fixture(scope="module")
def blind() -> tuple[Kind, Fit, float, float]:
    """A crowd whose errors depend on what is true: its kind, its fit, and how right that and majority are."""
    kind = next(kind for kind in KINDS if kind.name == "two, blind to one")
    (crowd,) = simulated(1, (kind,))
    found = fit(crowd.votes)
    return kind, found, accuracy(found.shown, crowd), accuracy(majority(crowd.votes), crowd)


def test_errors_that_depend_on_what_is_true_are_left_to_the_matrices(blind: tuple[Kind, Fit, float, float]) -> None:
    _, found, ours, plain = blind
    assert found.weights[-1] > 0.9
    assert ours > plain + 0.2


@pytest.mark.parametrize(("name", "tables"), [("five, blind to some", True), ("two, errors by class", False)])
def test_gold_chooses_the_reading_that_finds_it(name: str, tables: bool) -> None:
    (crowd,) = simulated(2026, tuple(kind for kind in KINDS if kind.name == name))
    gold = np.where(np.arange(crowd.votes.n_tasks) % 4 == 0, crowd.truth, UNKNOWN)
    before, after = fit(crowd.votes), fit(crowd.votes, gold=gold)
    assert 0.3 < before.weights[-1] < 0.5
    assert after.weights[-1] > 0.9 if tables else after.weights[-1] < 0.1
    rest = crowd.scored & (gold == UNKNOWN)
    assert accuracy(after.shown, crowd, rest) > accuracy(before.shown, crowd, rest) + 0.01


def test_gold_that_every_reading_finds_changes_none_of_their_weights() -> None:
    told = votes([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 0, 0])
    np.testing.assert_allclose(fit(told, gold={0: 0}).weights, fit(told).weights, atol=0.02)


def test_gold_makes_confidence_honest_where_all_err_alike() -> None:
    kind = Kind("lured", 1200, 30, 5, (0.5, 0.5), skill=0.9, spread=0.05, shared=0.95, spam=0.0)
    crowd = simulate(kind, np.random.default_rng(7))
    gold = np.where(np.arange(1200) < 300, crowd.truth, UNKNOWN)
    rest = crowd.scored & (gold == UNKNOWN)
    before, after = fit(crowd.votes), fit(crowd.votes, gold=gold)
    right = accuracy(after.shown, crowd, rest)
    assert abs(after.confidence[rest].mean() - right) < 0.05 < before.confidence[rest].mean() - right
    assert after.calibration.gold == 300


def test_gold_answered_by_many_more_than_a_task_is_taken_apart() -> None:
    task = [0] * 40 + [at for at in range(1, 41) for _ in range(4)]
    worker = list(range(40)) + [(at * 7 + turn) % 40 for at in range(1, 41) for turn in range(4)]
    told = votes(task, worker, [0] * len(task), n_classes=2)
    assert fit(told, gold={0: 0}).calibration.gold == 1


def test_the_package_loads_no_numpy_until_a_fit_is_asked_for() -> None:
    line = "import sys, domain.inference, domain.inference.streaming as s; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", line], check=False).returncode == 0
