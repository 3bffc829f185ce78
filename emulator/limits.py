"""Rate limits as Telegram is known to keep them: token buckets over all, per chat, per group, and for edits.

What counts: calls that make a message (`send*`, copies, forwards; an album is one call) and, apart from them, edits.
Chat actions and answers to taps do not. A refusal takes no token, but closes its bucket until the `retry_after` it
named is over: whoever comes earlier is refused again, as on the real server.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from emulator.errors import ApiError, too_many

PRUNE_ABOVE = 20_000  # buckets; full ones are the same as none, and a soak meets many chats


@dataclass(slots=True)
class Settings:
    """The figures in force. Names are those of `POST /control/limits`."""

    all_per_second: float = 30.0
    all_burst: float = 30.0
    chat_per_second: float = 1.0
    chat_burst: float = 5.0
    edits_per_second: float = 5.0
    group_per_minute: float = 20.0
    enabled: bool = True


class Bucket:
    """One token bucket; the caller brings the time and the figures, so that settings can change under it."""

    __slots__ = ("at", "closed_until", "tokens")

    def __init__(self, tokens: float, at: float) -> None:
        self.tokens = tokens
        self.at = at
        self.closed_until = 0.0

    def fill(self, now: float, rate: float, burst: float) -> None:
        """Bring the tokens up to `now`."""
        self.tokens = min(burst, self.tokens + (now - self.at) * rate)
        self.at = now

    def wait(self, now: float, rate: float) -> int:
        """Whole seconds until a call may pass; 0 = now. Closes the bucket when it must wait."""
        if now < self.closed_until:
            return math.ceil(self.closed_until - now)
        if self.tokens >= 1.0:
            return 0
        seconds = max(1, math.ceil((1.0 - self.tokens) / rate)) if rate > 0 else 3600
        self.closed_until = now + seconds
        return seconds


class Limiter:
    """All buckets of a server."""

    def __init__(self, enabled: bool = True) -> None:
        self.settings = Settings(enabled=enabled)
        self._buckets: dict[tuple[str, int, int], Bucket] = {}

    def count_send(self, bot: int, chat: int, now: float) -> None:
        """Take one message's tokens, or raise the 429."""
        s = self.settings
        if not s.enabled:
            return
        wanted = [
            (("all", bot, 0), s.all_per_second, s.all_burst),
            (("chat", bot, chat), s.chat_per_second, s.chat_burst),
        ]
        if chat < 0:
            wanted.append((("group", bot, chat), s.group_per_minute / 60, s.group_per_minute))
        self._take(wanted, now)

    def count_edit(self, bot: int, chat: int, now: float) -> None:
        """Take one edit's token, or raise the 429."""
        s = self.settings
        if s.enabled:
            self._take([(("edit", bot, chat), s.edits_per_second, max(1.0, s.edits_per_second))], now)

    def change(self, values: dict[str, Any]) -> None:
        """Set the named figures; raise ValueError for an unknown name or a wrong value."""
        known = asdict(self.settings)
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"There is no limit called {name}.")
            if name == "enabled":
                if not isinstance(value, bool):
                    raise ValueError("enabled is true or false.")
            elif isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
                raise ValueError(f"{name} is a number of 0 or more.")
            known[name] = value
        self.settings = Settings(**known)
        self._buckets.clear()

    def view(self) -> dict[str, Any]:
        """The figures, as the control side shows them."""
        return asdict(self.settings)

    def _take(self, wanted: list[tuple[tuple[str, int, int], float, float]], now: float) -> None:
        buckets = []
        refused: ApiError | None = None
        longest = 0
        for key, rate, burst in wanted:
            bucket = self._buckets.get(key)
            if bucket is None:
                bucket = self._buckets[key] = Bucket(burst, now)
            else:
                bucket.fill(now, rate, burst)
            wait = bucket.wait(now, rate)
            if wait > longest:
                longest, refused = wait, too_many(wait)
            buckets.append(bucket)
        if refused is not None:
            raise refused
        for bucket in buckets:
            bucket.tokens -= 1.0
        if len(self._buckets) > PRUNE_ABOVE:
            self._buckets = {k: b for k, b in self._buckets.items() if now - b.at < 120 or b.closed_until > now}
