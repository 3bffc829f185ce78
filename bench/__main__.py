"""`python -m bench`: every row in one run, on loopback only, bounded in time; wall time is printed, never asserted."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import asdict
from pathlib import Path
from random import Random
from time import perf_counter

from bench import commits, parts
from bench.contenders import ECHOES, STEPS, Contender
from bench.report import RESULTS, Report, table
from bench.steps import Measured, measure

HEAD = ("bot", "steps/s", "× reference", "CPU ms/step", "p50 ms", "p95 ms", "server", "others")


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="measured seconds of a row and round (1 to 20)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the rows with taps (1 to 5)")
    parser.add_argument("--people", type=int, default=64, help="people who tap at once (1 to 500)")
    parser.add_argument("--seed", type=int, default=2026, help="order of rows and people")
    parser.add_argument(
        "--only", default="", help="only rows whose name has this in it ('commits', 'parts': the first tables)"
    )
    options = parser.parse_args()
    seconds, rounds = min(20.0, max(1.0, options.seconds)), min(5, max(1, options.rounds))
    people = min(500, max(1, options.people))
    asyncio.run(_run(seconds, rounds, people, options.seed, options.only))


async def _run(seconds: float, rounds: int, people: int, seed: int, only: str) -> None:
    began = perf_counter()
    report = Report(seconds=seconds, rounds=rounds, people=people, seed=seed)
    with tempfile.TemporaryDirectory(prefix="run-", dir=RESULTS) as folder:
        if only in ("", "commits"):
            await commits.run(report, Path(folder), min(2.0, seconds))
        if only in ("", "parts"):
            await parts.run(report, Path(folder))
        if only not in ("commits", "parts"):
            await _steps(report, Path(folder), seconds, rounds, people, seed, only)
    print(f"\n{perf_counter() - began:.0f} s. Rows as JSON lines: bench/results/{report.path.name}")


async def _steps(report: Report, folder: Path, seconds: float, rounds: int, people: int, seed: int, only: str) -> None:
    chance = Random(seed)
    found: dict[str, list[Measured]] = {}
    for number in range(rounds):
        wanted = [one for one in (*STEPS, *(ECHOES if number == 0 else ())) if only in one.name]
        for contender in chance.sample(wanted, len(wanted)):
            place = folder / f"{number}-{len(found)}-{chance.getrandbits(32):x}"
            measured = await measure(contender, place, people=people, seconds=seconds, seed=seed)
            report.add("steps", round=number, **asdict(measured))
            found.setdefault(contender.name, []).append(measured)
            print(f"  {contender.name}: {measured.per_second:,.0f} steps/s", flush=True)
    best = max(
        (_calmest(found[one.name]).per_second for one in STEPS if one.reference and one.name in found), default=0
    )
    print(f"\nFull steps with {people} people at once: of {rounds} rounds of {seconds:g} s the one least disturbed")
    print("Reference (1.00): python-telegram-bot's tap bot on its default transport, at its best")
    print("server, others: cores busy with the server's side, and with what has nothing to do with this run\n")
    print(table(HEAD, [_line(one, found[one.name], best) for one in (*STEPS, *ECHOES) if one.name in found]))
    for measured in (one for rows in found.values() for one in rows if one.kept is not None):
        print(
            f"Tallyhand: {measured.total} taps answered, {measured.kept} submissions, ledger sum {measured.imbalance}"
        )


def _calmest(rounds: list[Measured]) -> Measured:
    """The round in which the machine did least else: chosen by that alone, never by the result."""
    return min(rounds, key=lambda one: one.others)


def _line(contender: Contender, rounds: list[Measured], best: float) -> tuple[str, ...]:
    one = _calmest(rounds)
    return (
        contender.name,
        f"{one.per_second:,.0f}",
        f"{one.per_second / best:.2f}" if best else "–",
        f"{one.cpu_ms:.2f}",
        f"{one.p50_ms:.0f}",
        f"{one.p95_ms:.0f}",
        f"{one.server:.2f}",
        f"{one.others:.2f}",
    )


if __name__ == "__main__":
    main()
