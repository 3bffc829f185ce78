"""`python -m bench.soak`: the runs of faults, payouts and memory; a table, JSON lines, and 1 when a rule is broken.

`--check DATA_DIR` holds the rules of books.py against any database, that of a running bot too, and runs nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from textwrap import fill
from time import perf_counter

from bench.report import RESULTS, Report, percentile, table
from bench.soak import books, figures, memory, payouts, told
from bench.soak.books import Violation
from bench.soak.evidence import Evidence
from bench.soak.plan import Sizes, draw
from bench.soak.points import POINTS
from bench.soak.run import Conditions, NotQuiet, play

PHASES = ("faults", "payouts", "memory")
HOUR_IN = 6.0
"""In the memory run an hour's updates come in ten minutes."""


def main() -> None:
    """Parse the options and run; the exit code says whether everything held."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("phases", nargs="*", metavar="phase", help=f"of {', '.join(PHASES)}; all without any")
    parser.add_argument("--minutes", type=float, default=10.0, help="of faults and of memory, each (0.5 to 600)")
    parser.add_argument("--seed", type=int, default=2026, help="of the plan and of what people do")
    parser.add_argument("--people", type=int, default=150, help="workers in the run of faults (4 to 2,000)")
    parser.add_argument(
        "--rate", type=float, default=30.0, help="acts a second; bursts are of ten times as many (2 to 200)"
    )
    parser.add_argument("--workers", type=int, default=10_000, help="workers in the run of memory")
    parser.add_argument(
        "--latency", type=float, default=0.0, help="milliseconds that a send, edit or answer takes besides"
    )
    parser.add_argument("--slots", type=int, default=64, help="sends in flight at most")
    parser.add_argument("--payouts", type=int, default=1_000, help="in the run of payouts (40 to 10,000)")
    parser.add_argument("--kills", type=int, default=50, help="in the run of payouts (2 to 500)")
    parser.add_argument("--keep", type=Path, help="a folder that keeps databases, logs and traces")
    parser.add_argument("--check", type=Path, metavar="DATA_DIR", help="only look at this database")
    given = parser.parse_args()
    if given.check is not None:
        sys.exit(_check(given.check))
    if unknown := [name for name in given.phases if name not in PHASES]:
        parser.error(f"no phase {', '.join(unknown)}; there are {', '.join(PHASES)}")
    sizes = Sizes(
        seconds=(seconds := 60 * min(600.0, max(0.5, given.minutes))),
        outage=min(120.0, seconds / 5),  # else a short run would be nothing else
        hang=min(30.0, seconds / 20),
        people=min(2_000, max(4, given.people)),
        rate=(rate := min(200.0, max(2.0, given.rate))),
        burst=int(10 * rate),
        kills=int(2 * min(600.0, max(0.5, given.minutes))),
        latency=given.latency / 1000,
        send_slots=given.slots,
    )
    load = payouts.Load(payouts=min(10_000, max(40, given.payouts)), kills=min(500, max(2, given.kills)))
    sys.exit(asyncio.run(_run(given.phases or PHASES, given.seed, sizes, load, given.workers, given.keep)))


async def _run(
    phases: Sequence[str], seed: int, sizes: Sizes, load: payouts.Load, workers: int, keep: Path | None
) -> int:
    report = Report(seed=seed, soak=True, **{k: v for k, v in asdict(sizes).items() if k != "points"})
    place = keep or RESULTS / f"soak-{report.path.stem}"
    broken = 0
    for phase in phases:
        (place / phase).mkdir(parents=True)
        if phase == "faults":
            broken += await _faults(report, place / phase, seed, sizes)
        elif phase == "payouts":
            broken += await _payouts(report, place / phase, seed, load)
        else:
            await _memory(report, place / phase, seed, sizes, workers)
    if broken:
        print(f"\n{broken} violations. Databases, logs and traces: {place}")
    elif keep is None:
        shutil.rmtree(place)
    print(f"Rows as JSON lines: bench/results/{report.path.name}")
    return min(1, broken)


async def _faults(report: Report, folder: Path, seed: int, sizes: Sizes) -> int:
    began = perf_counter()
    print(f"Faults: {sizes.seconds / 60:g} min, seed {seed}, {sizes.people} workers. Follow it: {folder}", flush=True)
    try:
        evidence, conditions = await play(draw(seed, sizes), folder)
    except NotQuiet as error:
        found = [Violation("everything_comes_to_rest", str(error)), *books.violations(folder / "data")]
        report.add("soak", violations=[str(one) for one in found])
        print("\n".join(map(str, found)))
        return len(found)
    found = violations(evidence)
    row = _row(evidence, conditions) | {"seconds": round(perf_counter() - began), "violations": list(map(str, found))}
    report.add("soak", **row)
    _print(row)
    print("\n".join(map(str, found)) or "Every rule held.")
    return len(found)


def violations(evidence: Evidence) -> list[Violation]:
    """All rules, of the books and of what was told."""
    return books.violations(evidence.data_dir) + told.violations(evidence)


def _row(evidence: Evidence, conditions: Conditions) -> dict[str, object]:
    waited, ready = figures.waits(evidence, conditions), figures.readiness(evidence)
    witness = evidence.witness
    points = Counter(death.point for death in evidence.deaths if death.how == "point" and death.reached)
    return {
        "updates": len(witness.puts),
        "confirmed": sum(put.confirmed for put in witness.puts.values()),
        "taps": len(witness.taps),
        "saved": len(witness.saved),
        "calls": len(evidence.calls),
        "struck": sum(call["fault"] is not None for call in evidence.calls),
        "kills": sum(death.code == -9 for death in evidence.deaths),
        "sigterms": sum(death.how == "term" for death in evidence.deaths),
        "points": dict(points),
        "unreached": sorted(set(POINTS) - set(points)),
        "money": figures.money(evidence),
        "quality": figures.quality(evidence),
        "doubled": told.doubled(evidence),
        "asked_to_wait": sum(call["error_code"] == 429 and call["fault"] is None for call in evidence.calls),
        "full_disk": sum("GroupLost" in line for line in told.log_of(evidence)),
        "answered_ms": _spread(waited.answered),
        "shown_ms": _spread(waited.shown),
        "ready_s": [round(value, 2) for value in (percentile(ready, 0.5), max(ready, default=0.0))],
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {"taps": len(values), **{f"p{p}": round(percentile(values, p / 100), 1) for p in (50, 95, 99)}}


def _print(row: dict[str, object]) -> None:
    shown = {"unreached": "points not reached", "asked_to_wait": "429s of the limits", "full_disk": "lost groups"}
    lines = [(shown.get(name, name.replace("_", " ")), _cell(value)) for name, value in row.items()]
    print("\n" + table(("soak", ""), [line for line in lines if line[0] not in ("violations", "money", "quality")]))
    for what in ("money", "quality"):
        print("\n" + fill(f"{what}: {_cell(row[what])}", 110))
    print()


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items()) or "–"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "–"
    return f"{value:,}" if isinstance(value, int) else str(value)


async def _payouts(report: Report, folder: Path, seed: int, load: payouts.Load) -> int:
    print(
        f"\nPayouts: {load.payouts:,} through a faulty provider, {load.kills} kills, seed {seed}: {folder}", flush=True
    )
    try:
        outcome = await payouts.play(seed, folder, load)
    except payouts.NotSettled as error:
        found = [Violation("everything_comes_to_rest", str(error)), *books.violations(folder / "data")]
        report.add("payouts", violations=[str(one) for one in found])
        print("\n".join(map(str, found)))
        return len(found)
    found = payouts.violations(outcome)
    row = payouts.row(outcome, found)
    report.add("payouts", **row)
    lines = [(name.replace("_", " "), _cell(value)) for name, value in row.items() if name != "violations"]
    print("\n" + "\n".join(f"{name:<32}{cell}" for name, cell in lines) + "\n")
    print("\n".join(map(str, found)) or "Every rule held.")
    return len(found)


async def _memory(report: Report, folder: Path, seed: int, sizes: Sizes, workers: int) -> None:
    sizes = replace(sizes, rate=sizes.rate * HOUR_IN, latency=0.0)
    print(f"\nMemory: {sizes.seconds / 60:g} min, {workers:,} workers, {sizes.rate:g} updates a second", flush=True)
    found = await memory.measure(draw(seed, sizes), folder, workers=workers)
    report.add("memory", **asdict(found))
    head = ("memory, MB", "start", "warm", "end", "most", "drift")
    print(f"\n{found.updates:,} updates\n")
    rss = (found.start, found.warm, found.end, found.most)
    besides = (found.start - found.sqlite_start, found.warm - found.sqlite_warm, found.end - found.sqlite_end)
    lines: list[tuple[str, ...]] = [
        (f"one process, {workers:,} workers", *(f"{one:.0f}" for one in rss), f"{found.drift_of_all:+.1%}"),
        ("all but SQLite's own", *(f"{one:.0f}" for one in besides), "–", f"{found.drift:+.1%}"),
    ]
    print(table(head, lines))


def _check(data_dir: Path) -> int:
    found = books.violations(data_dir)
    print("\n".join(map(str, found)) or "The books are right.")
    return min(1, len(found))


if __name__ == "__main__":
    main()
