"""Real parts for every test: the real database on a temporary file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from domain.rules import Rules
from storage.cipher import Cipher
from storage.database import Database
from tests.databases import place

settings.register_profile("noisy", deadline=None)  # the machine is noisy: no test is about wall time
settings.load_profile("noisy")


@pytest.fixture
def rules() -> Rules:
    """The rules a test's installation has; override the fixture to change them."""
    return Rules(bot_username="tallyhand_bot")


@pytest.fixture
async def db(tmp_path: Path, rules: Rules) -> AsyncIterator[Database]:
    """A fresh database with the newest schema."""
    database = await Database.open(place(tmp_path / "tallyhand.db"), Cipher(b"test"), rules)
    yield database
    await database.close()
