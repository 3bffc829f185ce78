"""Telegram's limits as lanes: how soon may what go to whom.

A token bucket a little under 30 a second for notices and broadcasts together, one a second with short bursts for each
chat, a reserve of their own for interactive sends. A 429 pauses its chat; 429s in several chats within a second pause
everything that is not interactive. Telegram's word wins. Times are seconds of a monotonic clock, passed in.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from domain.notices import Lane


@dataclass(frozen=True, slots=True)
class Limits:
    """Sends a second over all, of which `interactive_reserve` are kept for answers; per chat a rate and a burst.

    Edits are not messages to Telegram's limits; they have a rate of their own per chat.
    """

    all_per_second: float = 29.0
    interactive_reserve: float = 4.0
    chat_per_second: float = 1.0
    chat_burst: int = 4
    edits_per_second: float = 4.0
    edits_burst: int = 4
    enabled: bool = True


@dataclass(slots=True)
class Bucket:
    """A token bucket: `rate` tokens a second, at most `burst` of them."""

    rate: float
    burst: float
    tokens: float
    at: float

    def ready_at(self, now: float) -> float:
        """When the next token is there; `now` or earlier means now."""
        self._fill(now)
        return now if self.tokens >= 1 else now + (1 - self.tokens) / self.rate

    def take(self, now: float) -> None:
        """Use one token; the bucket may go below zero (answers never wait for broadcasts, but count)."""
        self._fill(now)
        self.tokens -= 1

    def _fill(self, now: float) -> None:
        if now > self.at:
            self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
            self.at = now


@dataclass(slots=True)
class _Chat:
    bucket: Bucket
    edits: Bucket
    paused_until: float = 0.0


@dataclass(slots=True)
class Pace:
    """Says when a send may go, and counts those that went."""

    limits: Limits
    _all: Bucket = field(init=False)
    _bulk: Bucket = field(init=False)
    _chats: dict[int, _Chat] = field(default_factory=dict)
    _refusals: deque[tuple[float, int]] = field(default_factory=deque)
    bulk_paused_until: float = 0.0

    def __post_init__(self) -> None:
        limits = self.limits
        bulk = max(1.0, limits.all_per_second - limits.interactive_reserve)
        self._all = Bucket(limits.all_per_second, limits.all_per_second, limits.all_per_second, 0.0)
        self._bulk = Bucket(limits.all_per_second, min(bulk, limits.all_per_second / 4), 1.0, 0.0)

    def ready_at(self, chat: int, lane: int, now: float, *, edit: bool = False) -> float:
        """The earliest time this chat may get a send or an edit of this lane; not later than `now` means at once."""
        if not self.limits.enabled:
            return now
        known = self._chats.get(chat)
        at = known.paused_until if known else now
        if known:
            at = max(at, (known.edits if edit else known.bucket).ready_at(now))
        if not edit:
            if lane == Lane.INTERACTIVE:
                at = max(at, self._all.ready_at(now))
            else:
                at = max(at, self.bulk_paused_until, self.bulk_ready_at(now))
        return max(at, now)

    def bulk_ready_at(self, now: float) -> float:
        """When the next notice or broadcast may go, whatever its chat."""
        if not self.limits.enabled:
            return now
        spare = self._all.ready_at(now) if self._all.tokens < self.limits.interactive_reserve else now
        return max(self.bulk_paused_until, self._bulk.ready_at(now), spare)

    def took(self, chat: int, lane: int, now: float, *, edit: bool = False) -> None:
        """A send or an edit goes out now."""
        if not self.limits.enabled:
            return
        known = self._chats.get(chat)
        if known is None:
            known = self._chats[chat] = self._new_chat(now)
        if edit:
            known.edits.take(now)
            return
        known.bucket.take(now)
        self._all.take(now)
        if lane != Lane.INTERACTIVE or self._bulk.tokens > 0:
            self._bulk.take(now)
        if len(self._chats) > 20_000:
            self._forget(now)

    def spare(self, now: float) -> float:
        """Messages that could go at once, whatever their chats; below zero when answers ran ahead of the pace."""
        self._all.ready_at(now)
        return self._all.tokens

    def refused(self, chat: int, retry_after: float, now: float) -> None:
        """Telegram said 429: the chat waits; when several chats hear it within a second, all bulk waits."""
        known = self._chats.setdefault(chat, self._new_chat(now))
        known.paused_until = max(known.paused_until, now + retry_after)
        self._refusals.append((now, chat))
        while self._refusals and self._refusals[0][0] < now - 1:
            self._refusals.popleft()
        if len({refused for _, refused in self._refusals}) > 1:
            self.bulk_paused_until = max(self.bulk_paused_until, now + retry_after)

    def _new_chat(self, now: float) -> _Chat:
        limits = self.limits
        return _Chat(
            Bucket(limits.chat_per_second, limits.chat_burst, limits.chat_burst, now),
            Bucket(limits.edits_per_second, limits.edits_burst, limits.edits_burst, now),
        )

    def _forget(self, now: float) -> None:
        """Chats that may have everything again need not be known."""
        for chat, known in list(self._chats.items()):
            known.bucket.ready_at(now)
            known.edits.ready_at(now)
            full = known.bucket.tokens == known.bucket.burst and known.edits.tokens == known.edits.burst
            if full and known.paused_until <= now:
                del self._chats[chat]
