"""That the bench of labels reads what it says, draws the same lots again, and scores nothing that was known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.quality import scores
from bench.quality.peers import pin
from bench.quality.rows import Row, spearman
from bench.quality.sets import KINDS, load, simulated
from domain.inference.votes import UNKNOWN, votes

SMALL = tuple(kind for kind in KINDS if kind.tasks * kind.redundancy <= 4_300)


def test_a_folder_is_read_and_one_of_another_shape_passed_over(tmp_path: Path) -> None:
    for name in ("birds", "pairs", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "birds" / "labels.csv").write_text("task,worker,label\nb,ana,yes\na,ben,no\nb,ben,no\n")
    (tmp_path / "birds" / "truth.csv").write_text("task,label\nb,yes\nz,maybe\n")
    (tmp_path / "birds" / "seconds.csv").write_text("task,worker,seconds\nb,ana,3\n")
    (tmp_path / "pairs" / "labels.csv").write_text("pair,left,right\n1,a,b\n")
    (crowd,) = load(tmp_path)
    assert (crowd.name, crowd.labels) == ("birds", ("maybe", "no", "yes"))
    assert crowd.truth.tolist() == [UNKNOWN, 2]
    assert crowd.scored.tolist() == [False, True]
    assert crowd.votes.task.tolist() == [1, 0, 1]
    assert crowd.seconds is not None and crowd.seconds[0] == 3 and np.isnan(crowd.seconds[1:]).all()


def test_the_same_seed_draws_the_same_crowds_and_another_one_others() -> None:
    one, again, other = (simulated(seed, SMALL) for seed in (1, 1, 2))
    for first, second, third in zip(one, again, other, strict=True):
        assert (first.votes.label == second.votes.label).all() and (first.truth == second.truth).all()
        assert len(first.votes) != len(third.votes) or (first.votes.label != third.votes.label).any()
        pairs = first.votes.task.astype(int) * first.votes.n_workers + first.votes.worker
        assert len(np.unique(pairs)) == len(pairs)


def test_gold_is_taken_out_of_what_is_scored_and_never_more_than_half_of_a_workers_answers() -> None:
    for crowd in simulated(3, SMALL[:3]):
        gold = scores.gold_of(crowd, np.random.default_rng(1))
        golden = gold.votes.task >= crowd.votes.n_tasks
        taken = np.bincount(gold.votes.worker[golden], minlength=crowd.votes.n_workers)
        given = np.bincount(crowd.votes.worker, minlength=crowd.votes.n_workers)
        assert (taken == np.minimum(scores.GOLD, given // 2)).all()
        assert (gold.known[: crowd.votes.n_tasks] == UNKNOWN).all()
        assert len(gold.left) + golden.sum() == len(crowd.votes)


def test_known_tasks_give_most_people_their_gold_and_leave_half_of_the_tasks_to_be_scored() -> None:
    for crowd in simulated(3, SMALL[:3]):
        known = scores.known_of(crowd, np.random.default_rng(1))
        chosen = known != UNKNOWN
        assert 0 < chosen.sum() <= crowd.scored.sum() // 2
        assert (known[chosen] == crowd.truth[chosen]).all()
        golden = np.bincount(crowd.votes.worker[chosen[crowd.votes.task]], minlength=crowd.votes.n_workers)
        given = np.bincount(crowd.votes.worker, minlength=crowd.votes.n_workers)
        wanted = np.minimum(scores.GOLD, given // 2)
        assert np.minimum(golden, wanted).sum() > 0.8 * wanted.sum()


def test_ties_share_the_credit() -> None:
    (crowd,) = simulated(1, SMALL[-1:])
    even = np.ones((crowd.votes.n_tasks, crowd.votes.n_classes))
    assert scores.accuracy(even, crowd) == pytest.approx(1 / crowd.votes.n_classes)
    assert scores.majority(votes([0, 0, 1], [0, 1, 0], [1, 1, 0])).tolist() == [[0, 2], [1, 0]]


def test_rank_correlation_shares_ranks_and_is_unknown_where_nothing_varies() -> None:
    assert spearman(np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 90.0])) == pytest.approx(1)
    assert spearman(np.array([1.0, 2.0, 2.0, 3.0]), np.array([3.0, 2.0, 2.0, 1.0])) == pytest.approx(-1)
    assert np.isnan(spearman(np.ones(5), np.arange(5.0)))


def test_a_goal_is_met_or_missed_and_what_was_not_measured_is_not_met() -> None:
    assert Row("", 1.0, 1.0).met and Row("", 1.0, 0.5, at_least=False).met
    assert not Row("", 1.0, 0.9).met and not Row("", 1.0, float("nan"), at_least=False).met


def test_the_peer_is_pinned_exactly() -> None:
    assert pin().partition("==")[2]
