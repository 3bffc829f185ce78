"""People's names are sealed wherever rows keep them: whatever is tapped, none stands in plain in the file."""

from __future__ import annotations

import random
from pathlib import Path

from handlers.buttons import encode
from handlers.routes import COMMANDS, TAPS
from storage.database import Database
from tests.handlers.phone import Phone
from tests.handlers.test_altered_taps import numbers_of
from tests.handlers.world import NAMES, build

MARK = "Zyx"


async def test_no_name_stands_in_plain_in_the_database(db: Database, tmp_path: Path) -> None:
    built = await db.write(build, mark=MARK)
    pick = random.Random(3)
    phones = [Phone(db, one, MARK + name, built.now) for one, name in NAMES.items()]
    for phone in phones:
        for command in COMMANDS:
            await phone.command(f"/{command}")
    for action in sorted(TAPS) * 3:
        await pick.choice(phones).tap(encode(action, *numbers_of(action, pick, built.ids)))
    _check(tmp_path)


def _check(folder: Path) -> None:
    files = list(folder.glob("tallyhand.db*"))
    assert files
    for file in files:
        assert MARK.encode() not in file.read_bytes()
