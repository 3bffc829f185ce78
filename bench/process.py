"""A bot as a process of its own: started, its CPU time read from /proc, always ended by its own process id."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
GRACE_SECONDS = 8.0


class Ended(Exception):
    """The process ended by itself; the text has the last lines that it wrote."""


class Process:
    """One running bot."""

    def __init__(self, process: asyncio.subprocess.Process, output: Path) -> None:
        self._process = process
        self._output = output

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far."""
        self.must_run()
        return cpu_seconds(self.pid)

    def must_run(self) -> None:
        """Raise Ended when it no longer runs."""
        if self._process.returncode is not None:
            raise Ended(f"exit code {self._process.returncode}\n{self.said()}")

    async def outlives(self, work: Coroutine[Any, Any, None], seconds: float) -> bool:
        """Wait for something that the bot must do: False when it ends before that, or takes longer."""
        doing, ending = asyncio.create_task(work), asyncio.create_task(self._process.wait())
        await asyncio.wait((doing, ending), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        done = doing.done()
        for task in (doing, ending):
            task.cancel()
        return done

    def said(self) -> str:
        """The end of what it wrote."""
        return "\n".join(self._output.read_text(errors="replace").splitlines()[-15:])

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL to what is still there after GRACE_SECONDS."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), GRACE_SECONDS)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.wait()


@contextlib.asynccontextmanager
async def running(command: Sequence[str], env: Mapping[str, str], folder: Path) -> AsyncIterator[Process]:
    """Run `python <command>` in `folder` (no .env of anybody's is read there) and end it whatever happens."""
    output = _output(folder)
    inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with output.open("wb") as file:
        started = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            cwd=folder,
            env={**inherited, "PYTHONPATH": str(ROOT), **env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
        process = Process(started, output)
        try:
            yield process
        finally:
            await process.stop()


def _output(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "output.txt"


def cpu_seconds(pid: int | str = "self") -> float:
    """User and system time of a process and its threads, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def machine_seconds() -> float:
    """Time that all cores together have been busy with anything, in seconds."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:])
    return (user + nice + system + irq + softirq) / TICKS
