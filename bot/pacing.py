"""Telegram's limits as lanes: how soon may what go to whom.

One bucket a little under 30 a second for everything, of which bulk (notices and broadcasts) leaves a reserve alone:
answers take it at once, and each costs bulk exactly one place. Bulk never brings a second above the limit either,
however late a timer was. One a second with short bursts for each chat. A 429 pauses its chat; 429s in several chats
within a second pause bulk, which then begins at half its rate. Telegram's word wins. Times are seconds of a monotonic
clock, passed in.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from domain.notices import Lane

LOOK_AGAIN = 0.05
"""Whether messages have arrived is looked at so often, in seconds, and whenever one has."""
TRAVELS = 10
"""How long messages travel is an average over about so many."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sends a second over all; how many seconds' worth of them are kept for answers, and may be caught up by bulk.

    Together the two are the burst that may ever go at once, 16 of the 30 Telegram bears: what is left absorbs that
    messages travel for different times (docs/decisions/0022-the-pace.md). Bulk waits while more messages are on their
    way than travel at that rate usually, by `bunch_seconds` of it: they would arrive all together. Per chat a rate and
    a burst. Edits are not messages to Telegram's limits; they have a rate of their own per chat.
    """

    all_per_second: float = 29.7
    reserve_seconds: float = 1 / 3
    catch_up_seconds: float = 0.2
    bunch_seconds: float = 0.4
    resume_seconds: float = 10.0
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

    def ready_at(self, now: float, *, above: float = 0.0) -> float:
        """When the next token above so many is there; `now` or earlier means now."""
        self._fill(now)
        return now if self.tokens >= 1 + above else now + (1 + above - self.tokens) / self.rate

    def take(self, now: float) -> None:
        """Use one token."""
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
    _reserve: float = field(init=False)
    _most: int = field(init=False)
    _times: deque[float] = field(default_factory=deque)
    _chats: dict[int, _Chat] = field(default_factory=dict)
    _refusals: deque[tuple[float, int]] = field(default_factory=deque)
    bulk_paused_until: float = 0.0
    _bulk_at: float = -math.inf
    _on_way: int = 0
    _travel: float = 0.0

    def __post_init__(self) -> None:
        rate = self.limits.all_per_second
        self._reserve = max(1.0, rate * self.limits.reserve_seconds)
        self._most = math.ceil(rate)
        # It begins without anything to catch up: after a restart Telegram remembers what went before it.
        burst = self._reserve + max(1.0, rate * self.limits.catch_up_seconds)
        self._all = Bucket(rate, burst, self._reserve, 0.0)

    def ready_at(self, chat: int, lane: int, now: float, *, edit: bool = False) -> float:
        """The earliest time this chat may get a send or an edit of this lane; not later than `now` means at once."""
        if not self.limits.enabled:
            return now
        known = self._chats.get(chat)
        at = known.paused_until if known else now
        if known:
            at = max(at, (known.edits if edit else known.bucket).ready_at(now))
        if not edit:
            at = max(at, self._all.ready_at(now) if lane == Lane.INTERACTIVE else self.bulk_ready_at(now))
        return max(at, now)

    def bulk_ready_at(self, now: float) -> float:
        """When the next notice or broadcast may go, whatever its chat."""
        if not self.limits.enabled:
            return now
        at = max(self.bulk_paused_until, self._all.ready_at(now, above=self._reserve))
        self._forget_times(now)
        if len(self._times) >= self._most:
            at = max(at, self._times[-self._most] + 1)
        if self._on_way > self.limits.all_per_second * (self._travel + self.limits.bunch_seconds):
            at = max(at, now + LOOK_AGAIN)
        return max(at, self._bulk_at + 1 / (self.limits.all_per_second * self._share(at)))

    def _share(self, now: float) -> float:
        """Which part of the rate bulk gets: half of it right after a pause, all of it some seconds later."""
        since = now - self.bulk_paused_until
        if self.bulk_paused_until == 0 or since >= self.limits.resume_seconds:
            return math.inf  # the bucket alone decides
        return 0.5 + 0.5 * max(0.0, since) / self.limits.resume_seconds

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
        self._forget_times(now)
        self._times.append(now)
        if lane != Lane.INTERACTIVE:
            self._bulk_at = now
        if len(self._chats) > 20_000:
            self._forget(now)

    def gave_back(self, chat: int) -> None:
        """What was taken last for this chat was not sent after all (its row is gone or must wait): others may go."""
        if not self.limits.enabled:
            return
        if self._times:
            self._times.pop()
        self._all.tokens += 1
        self._bulk_at = -math.inf
        known = self._chats.get(chat)
        if known is not None:
            known.bucket.tokens += 1

    def left(self) -> None:
        """A message is on its way to Telegram."""
        self._on_way += 1

    def arrived(self, seconds: float) -> None:
        """It was answered, or lost, after so long."""
        self._on_way -= 1
        self._travel += (seconds - self._travel) / TRAVELS

    def spare(self, now: float) -> float:
        """Messages that could go at once, whatever their chats."""
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

    def _forget_times(self, now: float) -> None:
        while self._times and self._times[0] <= now - 1:
            self._times.popleft()

    def _forget(self, now: float) -> None:
        """Chats that may have everything again need not be known."""
        for chat, known in list(self._chats.items()):
            known.bucket.ready_at(now)
            known.edits.ready_at(now)
            full = known.bucket.tokens == known.bucket.burst and known.edits.tokens == known.edits.burst
            if full and known.paused_until <= now:
                del self._chats[chat]
