"""A batch's fit: its answers as rows go in, rows of whole numbers come out. Runs in a worker process.

What the answers say is computed in domain/inference (labels) and domain/scales (steps of a scale); here ids become
indices and back, and figures become the integers that are stored.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from domain.inference.streaming import SURE, Prior
from domain.signals import speed

Row = tuple[Any, ...]
Stands = tuple[str, tuple[int, ...], int, dict[str, Any]]
"""(kind, workers, strength, evidence), as usecases.signals.record takes it."""
LABELS_KEPT: Final = 20
"""So many labels are told apart in what is kept of a worker."""


class Material(NamedTuple):
    """All of a batch that a fit sees. `answers` are (submission, task, worker, label) in order of id, labels by their
    place in `labels`; `gold` and `decided` (what a human said of a task) map tasks to labels.

    `is_ordinal`: the labels are steps of a scale, lowest first.
    """

    labels: tuple[str, ...]
    is_ordinal: bool
    answers: tuple[tuple[int, int, int, int], ...]
    gold: dict[int, int]
    decided: dict[int, int]
    times: tuple[int, ...] = ()
    """The active time of each answer (microseconds), in their order."""


class Fitted(NamedTuple):
    """What is stored of a fit; see the tables for the columns.

    `labels`: (task, label, confidence, votes, source); `workers`: (worker, answers, right, chance, estimate, low, high,
    enough, gold right, gold wrong, details); `right`: what each worker's vote weighs until the next fit; `scores` and
    `raters` as domain.scales gives them, for a scale.
    """

    rule: int
    upto: int
    answers: int
    tasks: int
    workers_seen: int
    params: dict[str, int]
    labels: list[Row]
    workers: list[Row]
    prior: Prior | None
    right: dict[int, int]
    scores: list[Row]
    raters: list[Row]
    scale_rule: int
    signal_rule: int
    signals: list[Stands]
    """What stands out, for a human to look at (domain/signals)."""


def compute(material: Material, fit_id: int) -> Fitted:
    """Return what the batch's answers say together. Any material will do: no answers, one worker, one label."""
    return _scaled(material) if material.is_ordinal else _labelled(material, fit_id)


def _labelled(material: Material, fit_id: int) -> Fitted:
    from domain import inference
    from domain.inference.reliance import reliance
    from domain.inference.votes import known as votes_known
    from domain.inference.votes import votes
    from domain.signals import people

    tasks, workers = _indices(material)
    at = {one: index for index, one in enumerate(tasks)}
    who = {one: index for index, one in enumerate(workers)}
    given = votes(
        [at[task] for _, task, _, _ in material.answers],
        [who[worker] for _, _, worker, _ in material.answers],
        [label for *_, label in material.answers],
        n_tasks=len(tasks),
        n_workers=len(workers),
        n_classes=len(material.labels),
    )
    known = {at[task]: label for task, label in (material.decided | material.gold).items() if task in at}
    fit = inference.fit(given, gold=known)
    weights = reliance(given, gold=known, fit=fit_id)
    found = people.find(
        given, fit, votes_known(known, given), workers=workers, submissions=[one for one, *_ in material.answers]
    )
    counted = _votes(material)
    labels = [
        _label(material, task, int(fit.labels[at[task]]), float(fit.confidence[at[task]]), counted.get(task, {}))
        for task in tasks
        if task in counted or task in material.gold or task in material.decided
    ]
    skills, posterior = fit.skills, fit.shown
    believed: dict[int, Counter[int]] = {worker: Counter() for worker in workers}
    share: dict[int, dict[int, float]] = {worker: {} for worker in workers}
    for _, task, worker, label in material.answers:
        sure = float(posterior[at[task], label])
        believed[worker][label] += 1
        share[worker][label] = share[worker].get(label, 0.0) + sure
    rows = []
    for index, worker in enumerate(workers):
        answers = int(skills.answers[index])
        if not answers:
            continue
        estimate, corrected = float(skills.estimate[index]), float(skills.corrected[index])
        chance = (estimate - corrected) / (1 - corrected) if corrected < 1 else 0.0
        details = {
            material.labels[label]: [_whole(share[worker][label]), many]
            for label, many in believed[worker].most_common(LABELS_KEPT)
        }
        rows.append(
            (
                worker,
                answers,
                _whole(sum(share[worker].values())),
                min(SURE, max(0, _whole(chance))),
                _whole(estimate),
                _whole(float(skills.low[index])),
                _whole(float(skills.high[index])),
                int(skills.enough[index]),
                int(skills.gold_right[index]),
                int(skills.gold_wrong[index]),
                json.dumps(details, ensure_ascii=False),
            )
        )
    params = {
        "temperature": round(1_000 * fit.calibration.temperature),
        "hard": _whole(fit.calibration.hard),
        "gold": fit.calibration.gold,
        "tables": _whole(float(fit.weights[-1])),
    }
    right = {worker: int(weights.right[index]) for index, worker in enumerate(workers)}
    return Fitted(
        rule=fit.rule,
        upto=_upto(material),
        answers=len(material.answers),
        tasks=len(labels),
        workers_seen=len(rows),
        params=params,
        labels=labels,
        workers=rows,
        prior=weights.prior,
        right=right,
        scores=[],
        raters=[],
        scale_rule=0,
        signal_rule=people.RULE,
        signals=[*_quick(material), *found],
    )


def _scaled(material: Material) -> Fitted:
    from domain import scales
    from domain.signals import people

    tasks, workers = _indices(material)
    at = {one: index for index, one in enumerate(tasks)}
    who = {one: index for index, one in enumerate(workers)}
    steps = tuple(int(label) for label in material.labels)
    known = material.decided | material.gold
    pooled = scales.pool(
        [at[task] for _, task, _, _ in material.answers],
        [who[worker] for _, _, worker, _ in material.answers],
        [steps[label] for *_, label in material.answers],
        steps=(steps[0], steps[-1]),
        task_count=len(tasks),
        rater_count=len(workers),
        gold={at[task]: steps[label] for task, label in known.items() if task in at},
    )
    nearest, chance = pooled.nearest()
    counted = _votes(material)
    labels = [
        _label(material, task, int(nearest[at[task]]) - steps[0], float(chance[at[task]]), counted.get(task, {}))
        for task in tasks
        if task in counted or task in known
    ]
    scores, raters = pooled.tables(tasks, workers)
    return Fitted(
        rule=scales.RULE,
        upto=_upto(material),
        answers=len(material.answers),
        tasks=len(labels),
        workers_seen=len(raters),
        params={},
        labels=labels,
        workers=[],
        prior=None,
        right={},
        scores=[tuple(row) for row in scores],
        raters=[tuple(row) for row in raters],
        scale_rule=scales.RULE,
        signal_rule=people.RULE,
        signals=_quick(material),
    )


def _quick(material: Material) -> list[Stands]:
    who = ((submission, worker) for submission, _, worker, _ in material.answers)
    return speed.find((*one, time) for one, time in zip(who, material.times, strict=False))


def _indices(material: Material) -> tuple[Sequence[int], Sequence[int]]:
    known = {*material.gold, *material.decided}
    tasks = sorted({*(task for _, task, _, _ in material.answers), *known})
    return tasks, sorted({worker for _, _, worker, _ in material.answers})


def _votes(material: Material) -> dict[int, Counter[int]]:
    found: dict[int, Counter[int]] = {}
    for _, task, _, label in material.answers:
        found.setdefault(task, Counter())[label] += 1
    return found


def _label(material: Material, task: int, label: int, confidence: float, votes: Mapping[int, int]) -> Row:
    source = "gold" if task in material.gold else "human" if task in material.decided else "fit"
    known = material.gold.get(task, material.decided.get(task))
    said = {material.labels[one]: many for one, many in sorted(votes.items(), key=lambda item: (-item[1], item[0]))}
    return (
        task,
        material.labels[label if known is None else known],
        SURE if known is not None else min(SURE, max(0, _whole(confidence))),
        json.dumps(said, ensure_ascii=False),
        source,
    )


def _upto(material: Material) -> int:
    return max((submission for submission, *_ in material.answers), default=0)


def _whole(share: float) -> int:
    return round(SURE * share)
