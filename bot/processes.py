"""A few worker processes for what may take long or go wrong: decoding strangers' pictures, drawing charts.

Each worker runs one function at a time under limits of memory and time, at low priority, without our secrets in its
environment. One that breaks a limit is killed alone and replaced at the next call; nobody else's call notices (which
is why this is no ProcessPoolExecutor: one dead worker breaks all of its futures). Workers start at the first call and
end after a quiet minute, so an idle bot holds no memory for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar, TypeVarTuple

from bot import cores

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")
CORES = 4
_HEAD = 8  # bytes that tell the length of what follows
_CALLS = 200  # after so many calls a worker is replaced, whatever a library may have leaked
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "XDG_CACHE_HOME", "MPLCONFIGDIR")


class ProcessFailed(Exception):
    """The function did not come to its end: it ran out of "time" or "memory", or its process "died"."""

    def __init__(self, reason: Literal["time", "memory", "died"]) -> None:
        super().__init__(reason)
        self.reason = reason


class Processes:
    """At most `size` workers of `memory` bytes of address space each. Belongs to one event loop."""

    def __init__(self, size: int | None = None, *, memory: int = 1_500_000_000, idle: float = 60.0) -> None:
        """Without a size, a worker for each core (of at most CORES), and one so that nobody waits behind a job."""
        if size is None:
            size = min(CORES, len(cores.ALL)) + 1
        self.at_once = max(1, size - 1)
        """How many calls one job should have under way: with all workers busy for it, a drawing somebody waits for
        would wait, too."""
        self._memory = memory
        self._idle_seconds = idle
        self._slots = asyncio.Semaphore(size)
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._closed = False

    async def run(self, function: Callable[[*_Ts], _T], *args: *_Ts, seconds: float = 60.0) -> _T:
        """Call a module's function in a worker and return what it returns, or raise what it raises.

        `seconds` count from when a worker is free, its start included (0.2 s, the first chart 0.6 s more). Arguments,
        result and exceptions are pickled. Raises `ProcessFailed`; cancelling the call kills its worker.
        """
        call = pickle.dumps((function, args, seconds))
        async with self._slots:
            worker = await self._worker()
            try:
                async with asyncio.timeout(seconds):
                    kind, value = pickle.loads(await worker.ask(call))
            except TimeoutError:
                raise ProcessFailed("time") from None
            except (asyncio.IncompleteReadError, ConnectionError):
                raise ProcessFailed("died") from None
            else:
                worker.calls += 1
                if kind != "memory" and worker.calls < _CALLS and not self._closed:
                    self._rest(worker)
            finally:
                self._busy.discard(worker)
                if worker not in self._idle:
                    await worker.kill()
        if kind == "memory":
            raise ProcessFailed("memory")
        if kind == "error":
            raise value
        result: _T = value
        return result

    async def close(self) -> None:
        """Kill all workers. Calls under way raise `ProcessFailed("died")`; jobs go on after the restart."""
        self._closed = True
        workers = [*self._idle, *self._busy]
        self._idle.clear()
        for worker in workers:
            await worker.kill()

    async def _worker(self) -> _Worker:
        """An idle worker, or a new one."""
        if self._closed:
            raise ProcessFailed("died")
        while self._idle:
            worker = self._idle.pop()
            worker.stop_timer()
            if worker.process.returncode is None:
                break
        else:
            worker = _Worker(await _started(self._memory))
        self._busy.add(worker)
        return worker

    def _rest(self, worker: _Worker) -> None:
        self._idle.append(worker)
        worker.timer = asyncio.get_running_loop().call_later(self._idle_seconds, self._dismiss, worker)

    def _dismiss(self, worker: _Worker) -> None:
        if worker in self._idle:
            self._idle.remove(worker)
            worker.pipes[0].close()  # it reads the end of its input and leaves


class _Worker:
    """The parent's end of one process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process
        self.pipes = (process.stdin, process.stdout)
        self.calls = 0
        self.timer: asyncio.TimerHandle | None = None

    async def ask(self, call: bytes) -> bytes:
        into, out = self.pipes
        into.write(len(call).to_bytes(_HEAD))
        into.write(call)
        await into.drain()
        return await out.readexactly(int.from_bytes(await out.readexactly(_HEAD)))

    async def kill(self) -> None:
        """End it at once, whatever it does, and wait until it is gone."""
        self.stop_timer()
        if self.process.returncode is None:
            self.process.kill()
        self.pipes[0].close()
        await self.process.wait()

    def stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


async def _started(memory: int) -> asyncio.subprocess.Process:
    # One thread for numpy's libraries and two arenas for malloc: each more of them reserves address space by the 64 MB.
    # What a picture was decoded in (below 32 MB) is kept for the next: fresh pages cost 5 to 10 % of a photo's time.
    limits = {
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "MALLOC_MMAP_THRESHOLD_": "33554432",
        "MALLOC_TRIM_THRESHOLD_": "134217728",
    }
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        f"from bot.processes import serve; serve({memory}, {sorted(cores.ALL)})",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # what a library says about a stranger's file has no place in our logs
        env=kept | limits | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
    )


def serve(memory: int, on: list[int]) -> None:
    """Be a worker on these cores: answer calls from standard input until it ends."""
    if cores.CAN_CHOOSE:
        with contextlib.suppress(OSError):  # a container that was moved to other cores
            os.sched_setaffinity(0, on)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides when we end
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    calls = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not write into our answers
    while head := calls.read(_HEAD):
        answer = _answer(calls, int.from_bytes(head))
        answers.write(len(answer).to_bytes(_HEAD))
        answers.write(answer)
        answers.flush()


def _answer(calls: BinaryIO, size: int) -> bytes:
    """Read one call and run it; the pickled outcome, whatever it is."""
    try:
        function, args, seconds = pickle.loads(calls.read(size))
        _allow(seconds)
        return pickle.dumps(("value", function(*args)))
    except MemoryError:
        return pickle.dumps(("memory", None))
    except Exception as error:
        return _pickled_error(error)


def _allow(seconds: float) -> None:
    """Bound processor time as well, for the case that the parent is gone and nobody looks at the clock."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _pickled_error(error: Exception) -> bytes:
    """The exception with its traceback as a note; if it cannot be pickled and back, a RuntimeError in its place."""
    note = "".join(traceback.format_exception(error))
    error.add_note(note)
    try:
        data = pickle.dumps(("error", error))
        pickle.loads(data)
    except Exception:  # whatever its own reduce or constructor raises
        data = pickle.dumps(("error", RuntimeError(note)))
    return data
