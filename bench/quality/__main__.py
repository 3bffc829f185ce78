"""`make bench-quality [DATA=folder]`: the table of what labels are worth, beside crowd-kit's methods in the same run.

DATA is a folder of sets, each a folder with labels.csv and truth.csv (see bench/quality/sets.py); without one, crowds
are simulated from SEED. Everything that draws lots draws them from SEED: the same seed, the same table, but for times.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

import numpy as np

from bench.quality import near, peers, scores, speed
from bench.quality.rows import Row
from bench.quality.sets import Crowd, load, simulated
from bench.report import Report, table
from domain.inference import RULE, fit

METHODS: Final = ("Wawa", "ZeroBasedSkill", "OneCoinDawidSkene", "DawidSkene", "GLAD", "MACE", "MMSR")
SHORT: Final = {"OneCoinDawidSkene": "one-coin", "DawidSkene": "DS", "ZeroBasedSkill": "zero-based", "MMSR": "M-MSR"}
PARTS: Final = ("bench.quality.adaptive", "bench.quality.cheats", "bench.quality.scales")
"""Other parts' lines: each module with a function rows(crowds, seed) adds its own."""


def main() -> None:
    """Print the tables and leave them in bench/results/."""
    options = argparse.ArgumentParser(prog="bench.quality", description=__doc__)
    options.add_argument("data", nargs="?", type=Path, help="a folder of sets; without it, crowds are simulated")
    options.add_argument("--photos", type=Path, help="a folder of photos: how many changed copies are found")
    options.add_argument("--texts", type=Path, help="a folder of conversations, *.jsonl: the same of texts")
    options.add_argument("--seed", type=int, default=2026)
    options.add_argument("--no-peers", action="store_true", help="leave crowd-kit out: no installation")
    options.add_argument("--only-peers", action="store_true", help="leave the parts after accuracy and speed out")
    chosen = options.parse_args()
    crowds = load(chosen.data) if chosen.data else simulated(chosen.seed)
    if not crowds:
        options.error(f"no set with labels.csv and truth.csv in {chosen.data}")
    report = Report(bench="quality", seed=chosen.seed, rule=RULE, sets=[crowd.name for crowd in crowds])
    whence = f"of {chosen.data}" if chosen.data else "simulated"
    print(f"{len(crowds)} sets, {whence}; seed {chosen.seed}; rule {RULE}\n")
    results = _peers(crowds, chosen.seed, not chosen.no_peers)
    rows = _accuracy(crowds, results, report)
    ds = (results.found.get(speed.NAME, {}) if results else {}).get("DawidSkene")
    rows += speed.rows(chosen.seed, (ds.seconds, ds.mebibytes) if ds else None)
    if not chosen.only_peers:
        rows += scores.rows(crowds, chosen.seed)
        for name in PARTS:
            rows += _part(name, crowds, chosen.seed)
        rows += near.rows(chosen.photos, chosen.texts, chosen.seed)
    _goals(rows, report)


def _peers(crowds: Sequence[Crowd], seed: int, wanted: bool) -> peers.Results | None:
    """What crowd-kit said, or None and a line that says why not."""
    problem = peers.install() if wanted else "left out"
    if problem:
        print(f"{peers.pin()} did not run: {problem}\n")
        return None
    with tempfile.TemporaryDirectory() as folder:
        results = peers.run(crowds, (speed.NAME, speed.million(seed)), Path(folder))
    if results.problem:
        print(f"{peers.pin()} broke off: {results.problem}")
    for name, why in sorted(results.failed.items()):
        print(f"{peers.pin()}: {name} does not run: {why[:100]}")
    return results


def _accuracy(crowds: Sequence[Crowd], results: peers.Results | None, report: Report) -> list[Row]:
    """The table of accuracies, and its lines among the goals."""
    found = results.found if results else {}
    names = [name for name in METHODS if all(name in found.get(crowd.name, {}) for crowd in crowds)]
    lines: list[list[float]] = []
    for crowd in crowds:
        ours = scores.accuracy(fit(crowd.votes).shown, crowd)
        majority = scores.accuracy(scores.majority(crowd.votes), crowd)
        theirs = [scores.accuracy(found[crowd.name][name].scores, crowd) for name in names]
        lines.append([majority, ours, *theirs])
        report.add("accuracy", set=crowd.name, majority=majority, ours=ours, **dict(zip(names, theirs, strict=True)))
    mean = [float(column) for column in np.mean(lines, axis=0)]
    head = ("set", "majority", "ours", *(SHORT.get(name, name) for name in names))
    body = [(crowd.name, *(f"{value:.3f}" for value in line)) for crowd, line in zip(crowds, lines, strict=True)]
    print("\nAccuracy, ties sharing credit; no gold\n")
    print(table(head, [*body, ("mean", *(f"{value:.3f}" for value in mean))]))
    best, which = max(zip(mean[2:], names, strict=True), default=(float("nan"), "not run"))
    worst, where = min((line[1] - line[0], crowd.name) for crowd, line in zip(crowds, lines, strict=True))
    return [
        Row("mean accuracy beside crowd-kit's best method, points over it", 0.5, 100 * (mean[1] - best), note=which),
        Row("any set beside majority, points", -1.0, 100 * worst, note=where),
    ]


def _part(name: str, crowds: Sequence[Crowd], seed: int) -> list[Row]:
    """The lines of another part; none where it is not there."""
    try:
        lines = getattr(import_module(name), "rows", None)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        return []
    return list(lines(crowds, seed)) if lines else []


def _goals(rows: Sequence[Row], report: Report) -> None:
    for row in rows:
        report.add("goal", **row._asdict(), met=row.met)
    print("\nGoals, each within this run\n")
    body: list[tuple[str, ...]] = [
        (
            row.what,
            f"{'≥' if row.at_least else '≤'} {row.goal:g}",
            f"{row.reached:.3g}",
            "" if row.met else "not run" if row.reached != row.reached else "missed",
            row.note,
        )
        for row in rows
    ]
    print(table(("what", "goal", "reached", "", "note"), body))
    print(f"\nKept in {report.path}")


if __name__ == "__main__":
    main()
