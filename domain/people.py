"""A person as rules see them: ids, roles and wishes. Names are not here: they are sealed and read only to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

CONSENT_VERSION = 1
"""Raise it when the consent screen says something new; everybody is then asked again before their next task."""

LANGUAGES = ("en", "fr", "es")
"""The languages the bot itself speaks; the first is the fallback."""


class Person(NamedTuple):
    """Anyone known by a Telegram id, as of the transaction that loaded them."""

    id: int
    telegram_id: int
    language: str
    is_owner: bool
    is_coordinator: bool
    is_reviewer: bool
    is_worker: bool
    invite_id: int | None
    listening: str
    reachable: bool
    suspended_at: int | None
    utc_offset: int | None
    light_photos: bool
    last_message_id: int
    hinted: bool
    language_chosen: bool = False

    @property
    def is_staff(self) -> bool:
        """Owner, coordinator or reviewer."""
        return self.is_owner or self.is_coordinator or self.is_reviewer

    @property
    def may_coordinate(self) -> bool:
        """An owner may do whatever a coordinator may."""
        return self.is_owner or self.is_coordinator

    @property
    def may_review(self) -> bool:
        """Owner, coordinator or reviewer may judge submissions."""
        return self.is_staff


@dataclass(frozen=True, slots=True)
class Sender:
    """Who an update came from, as Telegram says it."""

    telegram_id: int
    name: str
    username: str | None
    language_code: str | None
