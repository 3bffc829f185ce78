"""`python -m bot import FOLDER`: photos from this machine's disk into a draft.

Without a running bot they are taken in here; a running bot is asked to do it, so that nobody does it twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from bot.app import AlreadyRunning, lock, open_database
from bot.clock import now
from bot.imports import import_folder
from bot.jobs import JobContext
from bot.processes import Processes
from bot.settings import Settings
from bot.transport import Api
from domain.people import Person
from domain.refusals import Refusal
from domain.words import N_
from storage import people
from storage.database import Database
from usecases import imports


class Unknown(Refusal):
    """Nobody with this Telegram id has written to the bot."""

    text = N_("Nobody with the Telegram id {who} has written to this bot yet. Send it /start first, then try again.")


class NoFolder(Refusal):
    """There is no such folder."""

    text = N_("{path} is not a folder. Name the folder the photos are in.")


async def run(
    settings: Settings, folder: Path, *, owner: int, caption: Path | None, say: Callable[[str], None]
) -> None:
    """Make the draft; its coordinator finds it in the chat. Raises Refusal with a sentence."""
    if not await asyncio.to_thread(folder.is_dir):
        raise NoFolder(path=str(folder))
    text = "" if caption is None else await asyncio.to_thread(caption.read_text, encoding="utf-8")
    db = await open_database(settings)
    try:
        person = await db.read(people.by_telegram_id, owner)
        if person is None:
            raise Unknown(who=str(owner))
        try:
            held = lock(settings.data_dir)
        except AlreadyRunning:
            whole = await asyncio.to_thread(folder.resolve)
            await db.write(imports.begin_folder, by=person, folder=str(whole), name=whole.name, caption=text, now=now())
            say("The running bot takes the photos in now; the draft in the chat shows how far it is.")
            return
        with held:
            found = await _take_in(settings, db, folder, person, text)
        say(f"{found} photos were looked at. The draft is in the chat (/batches) once the bot runs.")
    finally:
        await db.close()


async def _take_in(settings: Settings, db: Database, folder: Path, person: Person, caption: str) -> int:
    processes = Processes()
    try:
        api = Api(settings.bot_api_url, settings.bot_token)
        context = JobContext(db, api, processes, settings.data_dir, db.rules, now)
        return await import_folder(context, folder, person, caption)
    finally:
        await processes.close()
