"""What stopping early saves: recorded answers served in random order, against five answers a task for everybody.

How it is played. All recorded answers of a set are shuffled; that is the order in which workers come by. An answer is
bought if its task wants one, else it is passed over. The fixed rule wants five a task (all there are, where fewer were
recorded) and takes the majority; a tie shares the credit. The adaptive rule wants from LEAST to MOST, one setting for
all sets, and decides as the product does, by domain.inference.streaming and stopping, with the weights of the last fit:
the first comes after FIRST answers a task, the next whenever there are GROWTH times as many. The label in the end is
that of a fit over the answers bought. Tasks that are given up to a human count with that label: no human helps.

With gold: of each worker GOLD answers (at most half of those they gave) to tasks of known truth are set aside; they are
what the worker did on gold. Fits know of them from the start, as answers to other tasks than the ones served, so they
tell about workers and nothing about the tasks that count. Both rules do without them as votes, nobody counts their
price, and where people gave few answers this leaves few to ask for: less to save.

Accuracy is counted over tasks whose truth is known and that got an answer. A saving is counted against what the fixed
rule bought. Each set is played ROUNDS times, in the orders that the seed, the seed + 1 … draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import mean, median
from time import process_time
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.quality.rows import Row
from bench.quality.sets import Crowd
from bench.report import table
from domain.inference import streaming
from domain.inference.fitting import Fit, fit
from domain.inference.reliance import reliance
from domain.inference.stopping import Decision, decide
from domain.inference.streaming import BEGINNING, Belief, Prior
from domain.inference.votes import UNKNOWN, Votes

LEAST: Final = 2
MOST: Final = 5
FIXED: Final = 5
GOLD: Final = 10
FIRST: Final = 0.5
GROWTH: Final = 1.25
ROUNDS: Final = 3
TIMED: Final = 20_000

Fitting = Callable[[Votes, NDArray[np.int32]], Fit]
"""Answers, and by task its known label (UNKNOWN for most), to what they say."""

Decide = Callable[[Belief, Prior, int], Decision]


class Played(NamedTuple):
    """One set under both rules, averaged over seeds: shares from 0 to 1; `given_up` of the tasks, `bought` a task."""

    name: str
    saved: float
    fixed: float
    adaptive: float
    given_up: float
    bought: float

    @property
    def gained(self) -> float:
        """How much more accurate it is than the fixed rule."""
        return self.adaptive - self.fixed


def default(votes: Votes, known: NDArray[np.int32]) -> Fit:
    """The product's fit."""
    return fit(votes, gold=known)


def product(belief: Belief, prior: Prior, labels: int) -> Decision:
    """The product's rule."""
    return decide(belief, prior, labels=labels, least=LEAST, most=MOST)


def lead_of_two(belief: Belief, prior: Prior, labels: int) -> Decision:
    """The rule to beat: stop when one answer leads by two, or at the most."""
    first, second, *_ = (*sorted(belief.votes.values(), reverse=True), 0, 0)
    return Decision.STOP if first - second >= 2 or belief.answers >= MOST else Decision.MORE


def play(
    crowds: Sequence[Crowd], fitting: Fitting, rule: Decide, *, seeds: Sequence[int], gold: int = 0
) -> list[Played]:
    """Play each set once a seed and return the averages, in the order of the sets."""
    found = []
    for crowd in crowds:
        rounds = [_once(crowd, fitting, rule, np.random.default_rng((seed, gold)), gold) for seed in seeds]
        found.append(Played(crowd.name, *(mean(column) for column in zip(*rounds, strict=True))))
    return found


def rows(crowds: Sequence[Crowd], seed: int) -> list[Row]:
    """Print what each set saved and gained, and return the lines among the goals."""
    seeds = range(seed, seed + ROUNDS)
    plain, gold = (play(crowds, default, product, seeds=seeds, gold=many) for many in (0, GOLD))
    lead = play(crowds, default, lead_of_two, seeds=seeds)
    print(f"\nAsking {LEAST} to {MOST} times against majority of {FIXED}: fewer labels, accuracy gained (points)\n")
    head = ("set", "majority", "fewer", "gained", "given up", "lead of two", "gained", f"{GOLD} gold", "gained")
    body: list[tuple[str, ...]] = [
        (one.name, f"{one.fixed:.3f}", *_figures(one), f"{one.given_up:.1%}", *_figures(two), *_figures(three))
        for one, two, three in zip(plain, lead, gold, strict=True)
    ]
    print(table(head, body))
    (saved, gained, worst), (saved_gold, gained_gold, _) = summary(plain), summary(gold)
    saved_lead, gained_lead, worst_lead = summary(lead)
    beside = f"lead of two: {100 * saved_lead:.0f}, {100 * gained_lead:+.1f}, {100 * worst_lead:+.1f}"
    where = min(plain, key=lambda row: row.gained).name
    return [
        Row("asking until it is worth no more: fewer labels, % (median)", 40, 100 * saved, note=beside),
        Row("its accuracy beside majority of five, points", 2, 100 * gained),
        Row("the same, worst set", -1, 100 * worst, note=where),
        Row(f"with {GOLD} gold answers a worker: fewer labels, %", 45, 100 * saved_gold),
        Row("its accuracy beside majority of five, points", 4, 100 * gained_gold),
        Row("update of a task's row, decision with it, µs", 50, _micros(seed), at_least=False, note="100 labels"),
    ]


def _figures(one: Played) -> tuple[str, str]:
    return f"{one.saved:.0%}", f"{100 * one.gained:+.1f}"


def _micros(seed: int) -> float:
    """CPU microseconds of reading a task's row, adding an answer, deciding and writing it, with a hundred labels."""
    rng = np.random.default_rng(seed)
    prior, labels = Prior(1, 7_500, 600), 100
    rows = [
        streaming.of(((str(label), 8_000) for label in rng.integers(labels, size=9).tolist()), prior).to_text()
        for _ in range(TIMED)
    ]
    began = process_time()
    for row in rows:
        belief = streaming.add(Belief.from_text(row), "7", 8_100, prior)
        decide(belief, prior, labels=labels, least=2, most=20)
        belief.to_text()
    return 1e6 * (process_time() - began) / TIMED


def summary(rows: Sequence[Played]) -> tuple[float, float, float]:
    """The three figures with a goal: median saving, mean gain of accuracy, worst gain; 0 to 1."""
    return median(row.saved for row in rows), mean(row.gained for row in rows), min(row.gained for row in rows)


def _once(
    crowd: Crowd, fitting: Fitting, rule: Decide, rng: np.random.Generator, gold: int
) -> tuple[float, float, float, float, float]:
    aside = _set_aside(crowd, rng, gold)
    order = rng.permutation(np.flatnonzero(~aside))
    fixed = _first(crowd.votes.task[order], crowd.votes.n_tasks, FIXED)
    bought, given_up = _serve(crowd, rule, order, np.flatnonzero(aside))
    scored = (crowd.truth != UNKNOWN) & (np.bincount(crowd.votes.task[order], minlength=crowd.votes.n_tasks) > 0)
    votes = np.zeros((crowd.votes.n_tasks, crowd.votes.n_classes))
    np.add.at(votes, (crowd.votes.task[order[fixed]], crowd.votes.label[order[fixed]]), 1.0)
    posterior = _fit(crowd, fitting, bought, np.flatnonzero(aside))
    return (
        1 - len(bought) / int(fixed.sum()),
        accuracy(votes, crowd.truth, scored),
        accuracy(posterior, crowd.truth, scored),
        given_up / max(1, int(scored.sum())),
        len(bought) / max(1, int((votes.sum(axis=1) > 0).sum())),
    )


def accuracy(scores: NDArray[np.float64], truth: NDArray[np.int32], scored: NDArray[np.bool_]) -> float:
    """The share of the scored tasks whose best label is right; labels that tie share the credit."""
    best = np.isclose(scores, scores.max(axis=1, keepdims=True), rtol=0, atol=1e-9)
    credit = best / best.sum(axis=1, keepdims=True)
    return float(credit[scored, truth[scored]].mean())


def _set_aside(crowd: Crowd, rng: np.random.Generator, gold: int) -> NDArray[np.bool_]:
    """Which answers are each worker's on gold: `gold` of them, at most half of theirs, to tasks of known truth."""
    aside = np.zeros(len(crowd.votes.task), dtype=np.bool_)
    if gold:
        given = np.bincount(crowd.votes.worker, minlength=crowd.votes.n_workers)
        known = np.flatnonzero(crowd.truth[crowd.votes.task] != UNKNOWN)
        known = rng.permutation(known)
        number = _ranks(crowd.votes.worker[known], crowd.votes.n_workers)
        aside[known[number < np.minimum(gold, given // 2)[crowd.votes.worker[known]]]] = True
    return aside


def _ranks(group: NDArray[np.int32], groups: int) -> NDArray[np.int64]:
    """For each entry, how many of the same group came before it."""
    order = np.argsort(group, kind="stable")
    starts = np.concatenate(([0], np.bincount(group, minlength=groups).cumsum()[:-1]))
    ranks = np.empty(len(group), dtype=np.int64)
    ranks[order] = np.arange(len(group)) - starts[group[order]]
    return ranks


def _first(task: NDArray[np.int32], tasks: int, most: int) -> NDArray[np.bool_]:
    """The first `most` answers of each task in the order given."""
    return _ranks(task, tasks) < most


def _serve(
    crowd: Crowd, rule: Decide, order: NDArray[np.int64], aside: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Which of the answers in that order are bought, and how many tasks were given up."""
    answers = crowd.votes
    prior: Prior = BEGINNING
    right: list[int | None] = [None] * answers.n_workers
    if len(aside):
        prior, right = _weights(crowd, aside[:0], aside)
    given: list[list[tuple[str, int]]] = [[] for _ in range(answers.n_tasks)]
    over, given_up, bought = [False] * answers.n_tasks, 0, []
    due = max(50.0, FIRST * answers.n_tasks)
    for at, task, worker, label in zip(
        order.tolist(), answers.task[order].tolist(), answers.worker[order].tolist(), answers.label[order].tolist(),
        strict=True,
    ):  # fmt: skip
        if over[task]:
            continue
        bought.append(at)
        given[task].append((str(label), worker))
        belief = streaming.of(((said, right[who]) for said, who in given[task]), prior)
        decision = rule(belief, prior, answers.n_classes)
        over[task] = decision is not Decision.MORE
        given_up += decision is Decision.GIVE_UP
        if len(bought) >= due:
            prior, right = _weights(crowd, np.array(bought), aside)
            due = GROWTH * len(bought)
    return np.array(bought), given_up


def _weights(crowd: Crowd, bought: NDArray[np.int64], aside: NDArray[np.int64]) -> tuple[Prior, list[int | None]]:
    votes, known = _with_gold(crowd, bought, aside)
    found = reliance(votes, gold=known, fit=1)
    return found.prior, found.right.tolist()


def _fit(crowd: Crowd, fitting: Fitting, bought: NDArray[np.int64], aside: NDArray[np.int64]) -> NDArray[np.float64]:
    votes, known = _with_gold(crowd, bought, aside)
    return fitting(votes, known).shown[: crowd.votes.n_tasks]


def _with_gold(crowd: Crowd, bought: NDArray[np.int64], aside: NDArray[np.int64]) -> tuple[Votes, NDArray[np.int32]]:
    """The answers bought, and those on gold as answers to tasks of their own, whose label is known."""
    votes = crowd.votes
    tasks, where = np.unique(votes.task[aside], return_inverse=True)
    known = np.full(votes.n_tasks + len(tasks), UNKNOWN, dtype=np.int32)
    known[votes.n_tasks :] = crowd.truth[tasks]
    both = np.concatenate((bought, aside)).astype(np.int64)
    task = np.concatenate((votes.task[bought], votes.n_tasks + where)).astype(np.int32)
    given = Votes(task, votes.worker[both], votes.label[both], len(known), votes.n_workers, votes.n_classes)
    return given, known
