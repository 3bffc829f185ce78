"""A payout run of many workers: what a dry run, the run itself and the file of each rail take, and the memory.

Each size and rail is a process of its own with a fresh database, so that one's peak is not another's. The clock runs
from the tap to the file that is kept: rows read, file made and checked in a worker process, sealed, written. For `sepa`
that includes the official schema. Memory is the bot process's peak from the dry run on (VmHWM, reset before), and the
worker process's apart.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import schwifty

from bench.options import Options
from bench.process import ROOT
from bench.report import Report, table
from bot.clock import now as clock
from bot.jobs import JobContext
from bot.payouts import payout_file
from bot.processes import Processes
from bot.transport import Api
from domain import ledger as accounts
from domain.rules import DAY, Payer, Rules
from storage import jobs, ledger, payout_files, payout_methods, payouts
from storage.cipher import Cipher
from storage.database import Database, Tx
from tests import builders
from usecases import payout_files as files
from usecases import payouts as runs
from usecases.dry_runs import dry_run

FULL: Final = 10_000
LITTLE: Final = 10
"""The smaller size is this part of it."""
RAILS: Final = {"sepa": ("EUR", "iban"), "csv": ("EUR", "iban"), "csv_paypal": ("USD", "paypal"),
                "csv_mobile": ("KES", "mobile")}  # fmt: skip
DRY_RUN_SECONDS, FILE_SECONDS, FLAT_MB = 5.0, 10.0, 32.0
FILL: Final = 1_000


async def run(report: Report, place: Path, options: Options) -> None:
    """Measure each rail at two sizes; the goals are those of the larger one."""
    full = options.size("payouts", FULL)
    rows: list[dict[str, Any]] = []
    for rail in RAILS:
        for size in (full // LITTLE, full):
            rows.append(await _measured(place / f"{rail}-{size}", rail, size))
            report.add("payouts", **rows[-1])
    print(f"\nA payout run of {full:,} workers, and of a tenth of them\n")
    names = ("rail", "workers", "dry_run_s", "gather_s", "file_s", "files", "file_kb", "bot_mb", "worker_mb")
    print(table(names, [tuple(str(row[name]) for name in names) for row in rows]))
    for rail in RAILS:
        small, large = (row for row in rows if row["rail"] == rail)
        what = f"{rail}, {full:,} workers"
        report.goal(f"{what}: dry run, s", "–", wanted=DRY_RUN_SECONDS, reached=large["dry_run_s"], at_least=False)
        report.goal(f"{what}: file, s", "–", wanted=FILE_SECONDS, reached=large["file_s"], at_least=False)
        more = large["bot_mb"] - small["bot_mb"]
        beside = f"{full // LITTLE:,} workers"
        report.goal(f"{what}: memory more, MB", beside, wanted=FLAT_MB, reached=more, at_least=False)


async def _measured(place: Path, rail: str, size: int) -> dict[str, Any]:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.payouts", str(place), rail, str(size), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()
    if child.returncode:
        raise RuntimeError(f"the run of {size} over {rail} ended with {child.returncode}")
    found: dict[str, Any] = json.loads(out)
    return found


async def measure(place: Path, rail: str, size: int) -> dict[str, Any]:
    """One run in this process, in a folder of its own."""
    currency, kind = RAILS[rail]
    rules = Rules(
        bot_username="tallyhand_bot",
        currency=currency,
        rails=(rail,),
        quiet_hours=False,
        payout_two_above=10**15,
        payer=Payer("Tally", "DE02120300000000202051"),
    )
    db = await Database.open(place / "tallyhand.db", Cipher(b"bench"), rules)
    processes = Processes()
    now = clock()
    try:
        for start in range(0, size, FILL):
            await db.write(_fill, first=start, count=min(FILL, size - start), kind=kind, now=now)
        _reset_peak()
        began = perf_counter()
        said = await db.read(dry_run)
        dry = perf_counter() - began
        began = perf_counter()
        while await db.write(runs.run_due, now=now + 8 * DAY):
            pass
        gathered = perf_counter() - began
        owner = await db.write(builders.make_owner, now=now)
        (one,) = await db.read(payouts.recent, limit=1)
        if (said.people, said.total) != (one.count, one.total) or one.count != size:
            raise RuntimeError(f"the dry run says {said}, the run {one}")
        await db.write(runs.approve, by=owner, run_id=one.id, now=now + 8 * DAY)
        context = JobContext(db, Api("http://127.0.0.1:9", "1:x"), processes, place, rules, lambda: now + 8 * DAY)
        began = perf_counter()
        await db.write(files.ask, by=owner, run_id=one.id, rail=files.NAMES.index(rail), now=now + 8 * DAY)
        (job,) = await db.read(jobs.waiting, "payout_file", limit=2)
        await payout_file(context, job)
        took = perf_counter() - began
        made = await db.read(payout_files.of_run, one.id, rail)
        if sum(file.count for file in made) != size or sum(file.total for file in made) != one.total:
            raise RuntimeError(f"{len(made)} files do not pay the run")
        kept = [len(await db.read(payout_files.content, file.id)) for file in made]
        peak = _peak_kb()
    finally:
        await processes.close()
        await db.close()
    return {
        "rail": rail, "workers": size, "dry_run_s": round(dry, 3), "gather_s": round(gathered, 2),
        "file_s": round(took, 2), "files": len(made), "file_kb": sum(kept) // 1024, "bot_mb": round(peak / 1024, 1),
        "worker_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, 1),
    }  # fmt: skip


def _fill(tx: Tx, *, first: int, count: int, kind: str, now: int) -> None:
    """Workers with money and a method; the money comes from nowhere, for the run does not ask."""
    for number in range(first, first + count):
        worker = builders.make_worker(tx, 1_000 + number, f"Worker {number}", now=now)
        payout_methods.begin(tx, worker.id, kind, _number(kind, number), now=now)
        begun = payout_methods.begun(tx, worker.id)
        assert begun is not None
        payout_methods.confirm(tx, begun, name=f"Name {number}", active_from=now, now=now)
        ledger.transfer(
            tx, cause=f"topup:{number + 1}:credited", debit=accounts.WORLD, credit=accounts.available(worker.id),
            amount=20_000_000 + number % 700 * 10_000, currency=tx.rules.currency, now=now,
        )  # fmt: skip


def _number(kind: str, number: int) -> str:
    """Somebody's own, in the form that rails take."""
    if kind == "iban":
        return str(schwifty.IBAN.generate("DE", bank_code="51210800", account_code=str(number)))
    return f"w{number}@example.org" if kind == "paypal" else f"+25471{number:07d}"


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_kb() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))))
