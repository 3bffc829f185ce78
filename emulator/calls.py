"""The call log: every Bot API call with its time, outcome and what fault struck it. Bounded; the oldest go first."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any, NamedTuple

KEPT = 200_000


class Entry(NamedTuple):
    """One call. `n` counts from 1 and never repeats in a server's life; `files` are the names of those it uploaded."""

    n: int
    at: float
    bot: int
    method: str
    chat_id: int | None
    ok: bool
    error_code: int | None
    description: str | None
    milliseconds: float
    fault: str | None
    files: tuple[str, ...] = ()


class CallLog:
    """The last `KEPT` calls."""

    def __init__(self, kept: int = KEPT) -> None:
        self._entries: deque[Entry] = deque(maxlen=kept)
        self.n = 0

    def add(
        self,
        at: float,
        bot: int,
        method: str,
        chat_id: int | None,
        code: int | None,
        description: str | None,
        milliseconds: float,
        fault: str | None,
        files: tuple[str, ...] = (),
    ) -> None:
        """Note one call; `code` None means that it went well."""
        self.n += 1
        self._entries.append(
            Entry(self.n, at, bot, method, chat_id, code is None, code, description, milliseconds, fault, files)
        )

    def after(self, n: int = 0, method: str | None = None) -> list[dict[str, Any]]:
        """Calls after number `n`, oldest first, of one method when named."""
        first = self._entries[0].n if self._entries else 0
        rest = islice(self._entries, max(0, n + 1 - first), None)
        wanted = method.lower() if method else None
        return [entry._asdict() for entry in rest if wanted is None or entry.method.lower() == wanted]
