"""What everything costs in a database of a million tasks, beside one of a thousand: both in one run, turn by turn.

The databases are made by `bench/grown.py` (kept in bench/results/ for a day, since the large one takes minutes). Times
are processor time of one thread, since others share the machine; the next-task transaction has its wall time, too.
`--size growth=100000` measures against fewer tasks; `growth_small`, `growth_steps` and `growth_rounds` are sizes, too,
and `growth_starts=0` leaves the processes out.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from statistics import median
from time import perf_counter, perf_counter_ns, thread_time_ns

from PIL import Image

from bench.contenders import OURS, TOKEN, environment
from bench.crowd import Crowd, ids
from bench.grown import Size, fill
from bench.growth_screens import screens, ticks
from bench.options import Options
from bench.process import running
from bench.report import RESULTS, Report, percentile, table
from domain.notices import Slot
from domain.people import Sender
from domain.refusals import Refusal
from domain.rules import SECOND, Rules
from emulator.server import Emulator
from storage import inbox, sessions
from storage.cipher import Cipher
from storage.database import Database, Tx
from storage.migrate import migrations
from usecases import arrivals, work
from usecases.arrivals import Arrival, Tapped

SMALL, LARGE = 1_000, 1_000_000
STEP = "the next-task transaction"
PEOPLE, STEPS, WARM = 64, 1_500, 100
ROUNDS = 40
"""So often each screen and tick is measured on each database."""
START_SECONDS = 30.0
GOAL_BYTES, GOAL_RATIO, GOAL_START, GOAL_RSS = 700, 2.0, 3.0, 200.0


@dataclass(slots=True)
class Side:
    """One of the two databases: microseconds by what was done, processor time and (`wall`) waiting included."""

    db: Database
    now: int
    spent: dict[str, list[float]] = field(default_factory=dict)
    wall: dict[str, list[float]] = field(default_factory=dict)

    def note(self, what: str, cpu: float, wall: float) -> None:
        """Note one measurement."""
        self.spent.setdefault(what, []).append(cpu)
        self.wall.setdefault(what, []).append(wall)


async def run(report: Report, folder: Path, options: Options) -> None:
    """Fill or find both databases, measure copies of them, print what each thing costs at both sizes."""
    few, many = options.size("growth_small", SMALL), options.size("growth", LARGE)
    paths = []
    for size in (Size(few), Size(many)):
        kept = _grown(size, options.seed, report)
        path = folder / str(size.tasks) / "tallyhand.db"
        path.parent.mkdir()
        shutil.copyfile(kept, path)
        paths.append(path)
    _weigh(paths[1], report)
    sides = [await _open(path) for path in paths]
    try:
        await _steps(sides, options.size("growth_steps", STEPS))
        await _screens(sides, options.size("growth_rounds", ROUNDS))
    finally:
        for side in sides:
            await side.db.close()
    sizes = (f"{few:,} tasks", f"{many:,}")
    _print_steps(sides, report, sizes)
    _print_screens(sides, report, sizes)
    if options.size("growth_starts", 1):
        await _start([path.parent for path in paths], report)


def _grown(size: Size, seed: int, report: Report) -> Path:
    """The filled database of today, this schema and this generator: kept, or made anew."""
    texts = [path.read_bytes() for _, path in migrations()]
    texts += [
        (Path(__file__).parent / name).read_bytes() for name in ("grown.py", "grown_counters.py", "grown_quality.py")
    ]
    key = hashlib.sha256(b"".join(texts)).hexdigest()[:12]
    name = f"cache-grown-{size.tasks}"
    path = RESULTS / f"{name}-{seed}-{datetime.now(UTC):%Y%m%d}-{key}.db"
    if not path.exists():
        for old in RESULTS.glob(f"{name}-*"):
            old.unlink()
        began = perf_counter()
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        fill(part, size, seed=seed, now=time.time_ns() // 1000)
        part.rename(path)
        took = perf_counter() - began
        report.add("grown", tasks=size.tasks, seconds=round(took, 1), bytes=path.stat().st_size)
        print(f"  filled {size.tasks:,} tasks in {took:.0f} s: {path.stat().st_size / 1e6:,.0f} MB", flush=True)
    return path


async def _open(path: Path) -> Side:
    db = await Database.open(path, Cipher(b"bench"), Rules(quick_tap_millis=0, bot_username="tallyhand_bot"), readers=1)
    now = await db.read(lambda tx: int(tx.value("select max(submitted_at) from submissions where id > 0")))
    return Side(db, now)


async def _steps(sides: list[Side], steps: int) -> None:
    """The next-task transaction, one step on each database in turn, each committed on its own."""
    people: list[list[tuple[int, int]]] = []
    for side in sides:
        side.now += 60 * SECOND
        people.append(await side.db.write(_begin, now=side.now))
    for number in range(steps + WARM):
        for side, workers in zip(sides, people, strict=True):
            side.now += 2 * SECOND
            cpu, wall = await side.db.write(_step, *workers[number % PEOPLE], number=number, now=side.now)
            if number >= WARM:
                side.note(STEP, cpu, wall)


def _begin(tx: Tx, *, now: int) -> list[tuple[int, int]]:
    """Everybody has a card of the largest batch in hand."""
    batch = tx.value("select id from batches where state = 'open' order by tasks desc limit 1")
    people = [(number, tx.value("select id from people where telegram_id = :id", id=number)) for number in ids(PEOPLE)]
    for telegram_id, _ in people:
        person = arrivals.arrive(tx, Arrival(0, now, Sender(telegram_id, "", None, "en")))
        work.start(tx, by=person, batch=batch, now=now)
    return people


def _step(tx: Tx, telegram_id: int, person_id: int, *, number: int, now: int) -> tuple[float, float]:
    """One tap of a worker; microseconds of processor and of wall time."""
    assignment = sessions.of(tx, person_id).assignment_id
    assert assignment is not None
    seq = inbox.add(tx, bot=1, update_id=number, payload=b"{}" * 200, now=now)
    assert seq is not None
    tapped = Tapped(4711, media=True)
    arrival = Arrival(seq, now, Sender(telegram_id, "", None, "en"), None, tapped)
    wall, cpu = perf_counter_ns(), thread_time_ns()
    handled = arrivals.handle(tx, arrival, Slot.CARD, work.submit, assignment=assignment, answer_index=0)
    cpu, wall = thread_time_ns() - cpu, perf_counter_ns() - wall
    assert not isinstance(handled.result, Refusal)
    return cpu / 1000, wall / 1000


async def _screens(sides: list[Side], rounds: int) -> None:
    """Every screen as it is read and worded; every tick with as much due on both, then with nothing due."""
    found = [await side.db.read(screens, now=side.now) for side in sides]
    for name in found[0]:
        for _ in range(rounds):
            for side, looks in zip(sides, found, strict=True):
                side.note(name, *await side.db.read(_timed, looks[name]))
    for name, tick in ticks().items():
        for side in sides:
            while "nothing due" in name and await side.db.write(partial(tick, now=side.now)):
                pass
        for _ in range(rounds):
            for side in sides:
                side.note(name, *await side.db.write(_timed, partial(tick, now=side.now)))


def _timed(tx: Tx, do: Callable[[Tx], object]) -> tuple[float, float]:
    wall, cpu = perf_counter_ns(), thread_time_ns()
    do(tx)
    cpu, wall = thread_time_ns() - cpu, perf_counter_ns() - wall
    return cpu / 1000, wall / 1000


def _print_steps(sides: list[Side], report: Report, sizes: tuple[str, str]) -> None:
    rows: list[tuple[str, ...]] = []
    for name, part in (("median", 0.5), ("p95", 0.95), ("p99", 0.99)):
        for kind in ("spent", "wall"):
            small, large = (percentile(getattr(side, kind)[STEP], part) for side in sides)
            what = "processor" if kind == "spent" else "wall"
            report.add("growth_step", sizes=sizes, part=name, time=what, small=small, large=large)
            rows.append((f"{name}, {what}", f"{small:.0f}", f"{large:.0f}", f"{large / small:.2f}"))
    reached = percentile(sides[1].wall[STEP], 0.99) / percentile(sides[0].wall[STEP], 0.99)
    report.goal(f"p99 of {STEP} at {sizes[1]}", f"at {sizes[0]}", wanted=GOAL_RATIO, reached=reached, at_least=False)
    print(
        f"\nThe next-task transaction (usecases.work.submit) at both sizes, µs of {len(sides[0].spent[STEP])} steps\n"
    )
    print(table(("", *sizes, "ratio"), rows))


def _print_screens(sides: list[Side], report: Report, sizes: tuple[str, str]) -> None:
    rows: list[tuple[str, ...]] = []
    for name in sides[0].spent:
        if name == STEP:
            continue
        small, large = (median(side.spent[name]) for side in sides)
        report.add("growth", sizes=sizes, what=name, small=round(small, 1), large=round(large, 1))
        rows.append((name, f"{small:.0f}", f"{large:.0f}", f"{large / small:.2f}"))
    print("\nScreens (read and worded) and ticks at both sizes, median µs of the processor\n")
    print(table(("screen, tick", *sizes, "ratio"), rows))


def _weigh(path: Path, report: Report) -> None:
    """Bytes of the whole file by table and index, divided by the live submissions."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        live = connection.execute("select sum(submissions) from batches").fetchone()[0]
        parts = connection.execute(
            "select s.name, m.tbl_name, sum(s.pgsize), sum(s.unused) from dbstat s"
            " left join sqlite_master m on m.name = s.name group by s.name order by 3 desc"
        ).fetchall()
        free = connection.execute("select freelist_count * page_size from pragma_freelist_count, pragma_page_size")
        unused = free.fetchone()[0]
    finally:
        connection.close()
    total = path.stat().st_size
    rows: list[tuple[str, ...]] = [
        (name if name == of else f"{of} · {name}", f"{size / live:.1f}", f"{1 - gaps / size:.0%}")
        for name, of, size, gaps in parts
        if size / live >= 0.5
    ]
    small = total - unused - sum(size for _, _, size, _ in parts if size / live >= 0.5)
    rows += [("all others", f"{small / live:.1f}", ""), ("free pages", f"{unused / live:.1f}", "")]
    rows.append(("together", f"{total / live:.0f}", ""))
    report.add("bytes", live=live, bytes=total, each=round(total / live, 1))
    for name, of, size, gaps in parts:
        report.add("bytes_of", name=name, table=of, each=round(size / live, 2), full=round(1 - gaps / size, 3))
    report.goal("database bytes per submission", "", wanted=GOAL_BYTES, reached=total / live, at_least=False)
    print(f"\nBytes per submission ({live:,} that stand, {total / 1e9:.2f} GB)\n")
    print(table(("table · index", "bytes", "full"), rows))


async def _start(folders: list[Path], report: Report) -> None:
    """The real process on both databases: how soon it is ready, what it holds in memory then and after some steps."""
    found = []
    for data_dir in folders:
        _store_photos(data_dir)
        async with Emulator(bots={TOKEN: "tallyhand_bot"}, limits=False) as server:
            crowd = Crowd(server, count=PEOPLE, taps=True, seed=1)
            folder = data_dir.parent / f"process-{data_dir.name}"
            began = perf_counter()
            async with running(OURS.command, environment(OURS, server.address, data_dir), folder) as bot:
                while "ready" not in (folder / "output.txt").read_text(errors="replace"):
                    await asyncio.sleep(0.01)
                    bot.must_run()
                ready = perf_counter() - began
                at_start = _rss(bot.pid)
                if not await bot.outlives(crowd.gather(OURS.opening), START_SECONDS):
                    raise RuntimeError(f"not everybody has a card\n{bot.said()}")
                crowd.go()
                await asyncio.sleep(1.0)
                await crowd.rest()
                found.append((ready, at_start, _rss(bot.pid), len(crowd.steps)))
        report.add("start", tasks=data_dir.name, ready=round(ready, 2), rss=at_start, rss_after=found[-1][2])
    ready, _, resident, _ = found[-1]
    report.goal("seconds from start to ready on it", "", wanted=GOAL_START, reached=ready, at_least=False)
    report.goal("MB resident on it", "", wanted=GOAL_RSS, reached=resident, at_least=False)
    parts = ("seconds from start to ready", "MB resident when ready", "MB resident after a second of steps")
    rows: list[tuple[str, ...]] = [
        (what, *(f"{side[index]:.{2 - min(index, 1) * 2}f}" for side in found)) for index, what in enumerate(parts)
    ]
    print("\nThe process on each database\n")
    print(table(("", *(data_dir.name for data_dir in folders)), rows))


def _store_photos(data_dir: Path) -> None:
    """The photos of the tasks that are free; those of all others were sent long ago and are known to Telegram."""
    image = BytesIO()
    Image.new("RGB", (640, 480), "teal").save(image, "JPEG")
    connection = sqlite3.connect(data_dir / "tallyhand.db")
    for (content,) in connection.execute("select content from tasks where state = 'open'").fetchall():
        path = data_dir / "photos" / content[:2] / f"{content}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(image.getvalue())
    connection.close()


def _rss(pid: int) -> float:
    """Resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)
