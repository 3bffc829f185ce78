"""`python -m bench [section …]`: all rows in one run, on loopback, bounded; wall time is printed, never asserted."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from bench import broadcast, commits, fairness, growth, parts, payouts, photos, steps, uploads
from bench.options import Options
from bench.report import RESULTS, Report

Section = Callable[[Report, Path, Options], Awaitable[None]]

SECTIONS: dict[str, Section] = {
    "commits": commits.run,
    "parts": parts.run,
    "steps": steps.run,
    "photos": photos.run,
    "uploads": uploads.run,
    "broadcast": broadcast.run,
    "growth": growth.run,
    "fairness": fairness.run,
    "payouts": payouts.run,
}
"""What there is to measure, in order; a section prints its tables and adds its rows to the report."""


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=f"of {', '.join(SECTIONS)}; all without any")
    parser.add_argument("--seconds", type=float, default=4.0, help="measured seconds of a row and round (1 to 20)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the rows with taps (1 to 5)")
    parser.add_argument("--people", type=int, default=64, help="people who tap at once (1 to 500)")
    parser.add_argument("--seed", type=int, default=2026, help="order of rows and people, and all made-up content")
    parser.add_argument("--only", default="", help="of the steps, only rows whose name has this in it")
    parser.add_argument("--histories", default="", metavar="CSV", help="work histories to replay the pay rules on")
    parser.add_argument(
        "--size", action="append", default=[], metavar="NAME=N", type=_size, help="another size of a section"
    )
    given = parser.parse_args()
    if unknown := [name for name in given.sections if name not in SECTIONS]:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    options = Options(
        seconds=min(20.0, max(1.0, given.seconds)),
        rounds=min(5, max(1, given.rounds)),
        people=min(500, max(1, given.people)),
        seed=given.seed,
        only=given.only,
        histories=given.histories,
        sizes=tuple(given.size),
    )
    asyncio.run(_run(given.sections or list(SECTIONS), options))


async def _run(names: list[str], options: Options) -> None:
    began = perf_counter()
    report = Report(seconds=options.seconds, rounds=options.rounds, people=options.people, seed=options.seed)
    with tempfile.TemporaryDirectory(prefix="run-", dir=RESULTS) as folder:
        for name in names:
            place = Path(folder) / name
            place.mkdir()
            await SECTIONS[name](report, place, options)
    report.print_goals()
    print(f"\n{perf_counter() - began:.0f} s. Rows as JSON lines: bench/results/{report.path.name}")


def _size(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    return name, int(number)


if __name__ == "__main__":
    main()
