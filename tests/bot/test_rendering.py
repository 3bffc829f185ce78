"""The table of notices."""

from __future__ import annotations

from collections import Counter

from bot.rendering import RENDERERS, TOPICS


def test_no_key_is_taken_twice() -> None:
    keys = Counter(key for topic in TOPICS for key in topic.RENDERERS)
    assert [key for key, count in keys.items() if count > 1] == []
    assert sorted(keys) == sorted(RENDERERS)
