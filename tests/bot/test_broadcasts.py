"""Broadcasts on their way out: a window on the rows, pauses that hold at once, quiet hours that begin meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.broadcasts import WINDOW
from bot.clock import now
from bot.courier import Courier
from bot.pacing import Limits, Pace
from bot.processes import Processes
from bot.sender import Sender
from bot.transport import Api
from domain.notices import Lane
from domain.people import Person
from domain.quiet import DAY, MINUTE
from domain.rules import Rules
from storage import batches, broadcasts, outbox, people
from storage.database import Tx
from tests.bot.conftest import TOKEN, Post
from tests.builders import make_batch


async def crowd(post: Post, count: int, *, first: int = 1000) -> list[Person]:
    return [await post.person(first + number) for number in range(count)]


async def campaign(post: Post, people: list[Person]) -> int:
    """A batch, and a message about it to each."""

    def put(tx: Tx) -> int:
        batch = make_batch(tx, n_tasks=10, overlap=100, now=now())
        tx.run("delete from outbox where campaign is null")
        for person in people:
            _put(tx, person, batch)
        batches.count(tx, batch, offers=len(people))
        return batch

    return await post.db.write(put)


def _put(tx: Tx, person: Person, batch: int | None, lane: Lane = Lane.BROADCAST) -> None:
    outbox.put(
        tx,
        person_id=person.id,
        key="said",
        params={"text": f"about {batch}"},
        lane=lane,
        slot=None,
        not_before=now(),
        dedupe=None,
        now=now(),
        campaign=batch,
    )


def reached(post: Post, people: list[Person]) -> int:
    return sum(bool(post.chat(person)) for person in people)


async def until(there: Callable[[], bool]) -> None:
    """Wait for something that the bot must do."""
    async with asyncio.timeout(10):
        while not there():
            await asyncio.sleep(0.02)


async def test_a_pause_holds_at_once_what_was_in_hand_and_others_get_its_place(post: Post) -> None:
    crew, others = await crowd(post, 150), await crowd(post, 20, first=5000)
    first = await campaign(post, crew)
    await asyncio.sleep(0.5)
    await post.db.write(lambda tx: batches.change(tx, first, state="paused"))
    await asyncio.sleep(0.1)  # for what was in flight
    before = reached(post, crew)
    assert 5 < before < 40
    await campaign(post, others)
    await until(lambda: reached(post, others) == 20)
    assert reached(post, crew) == before
    await post.db.write(lambda tx: batches.change(tx, first, state="open"))
    await until(lambda: reached(post, crew) > before)  # it goes on by itself
    await post.db.write(lambda tx: batches.change(tx, first, state="closed"))


async def test_rows_that_are_gone_hold_up_nobody(post: Post) -> None:
    crew, ana = await crowd(post, 100), await post.person(11)
    await campaign(post, crew)
    await asyncio.sleep(0.2)

    def call_off(tx: Tx) -> None:
        for person in crew:
            outbox.cancel_for(tx, person.id, lanes=(Lane.BROADCAST,))
        _put(tx, ana, None)

    await post.db.write(call_off)
    before = reached(post, crew)
    await until(lambda: len(post.chat(ana)) == 1)
    assert reached(post, crew) <= before + 10 < 100, "at most what was in flight"


async def test_memory_holds_a_window_of_a_broadcast_and_not_all_of_it(post: Post) -> None:
    batch = await campaign(post, [])

    def many(tx: Tx) -> None:
        for number in range(3000):
            person = tx.add(
                "insert into people (telegram_id, name, created_at) values (:id, x'', 0)", id=10**6 + number
            )
            _put(tx, people.by_id(tx, person), batch)
        batches.count(tx, batch, offers=3000)

    post.strike(kind="slow", method="sendMessage", seconds=1)
    await post.db.write(many)
    await asyncio.sleep(0.5)
    assert 0 < len(post.out._chats) <= 2 * WINDOW
    await post.db.write(lambda tx: batches.change(tx, batch, state="closed"))


async def test_a_restart_goes_on_where_it_was(post: Post) -> None:
    crew = await crowd(post, 40)
    await campaign(post, crew)
    await asyncio.sleep(0.5)
    await post.out.stop(seconds=0)
    before = reached(post, crew)
    assert 5 < before < 40
    api, processes = Api(post.server.address, TOKEN), Processes()
    await api.transport.initialize()
    again = Sender(post.db, Courier(api, processes, post.data_dir, post.db.cipher), Pace(Limits()), clock=now)
    await again.start()
    await post.sent()
    await again.stop()
    await processes.close()
    await api.transport.shutdown()
    assert [len(post.chat(person)) for person in crew].count(0) == 0
    assert sum(len(post.chat(person)) for person in crew) <= 40 + 2, "at most what was in flight came twice"


class TestQuiet:
    """Quiet hours that begin between the queue and the way out."""

    @pytest.fixture
    def rules(self) -> Rules:
        """With quiet hours."""
        return Rules(bot_username="tallyhand_bot")

    async def test_what_waited_into_the_quiet_hours_waits_for_their_end(self, post: Post) -> None:
        ana, ben = await post.person(11), await post.person(12)
        minute = now() % DAY // MINUTE
        await post.db.write(lambda tx: people.change(tx, ana.id, utc_offset=_offset(23 * 60, minute)))
        await post.db.write(lambda tx: people.change(tx, ben.id, utc_offset=_offset(12 * 60, minute)))
        await campaign(post, [ana, ben])
        await post.db.write(_put, ana, None, Lane.NOTICE)
        await until(lambda: len(post.chat(ben)) == 1)
        await asyncio.sleep(0.2)
        assert post.chat(ana) == []
        rows = [one for one in await post.db.read(outbox.pending, after=0, limit=9) if one.person_id == ana.id]
        assert [row.lane for row in rows] == [Lane.BROADCAST, Lane.NOTICE]
        assert all(8 * 60 * MINUTE < row.not_before - now() <= 9 * 60 * MINUTE for row in rows)
        assert await post.db.read(broadcasts.due, now=now(), limit=9) == []


def _offset(wanted: int, minute: int) -> int:
    """The offset with which it is so many minutes past midnight."""
    return (wanted - minute + 720) % 1440 - 720
