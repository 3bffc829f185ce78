"""What every update goes through: once, in order, whatever the handler or the network does."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import pytest

from bot import receiver
from domain.people import Person
from handlers import routes
from handlers.context import Context
from storage.database import Tx
from tests.e2e.conftest import House
from usecases import joining


def inbox_states(tx: Tx) -> dict[str, int]:
    rows = tx.all("select state, count(*) as count from inbox group by state")
    return {row["state"]: row["count"] for row in rows}


def starts(tx: Tx, telegram_id: int) -> int:
    return int(tx.value("select count(*) from people where telegram_id = :id", id=telegram_id))


async def test_the_same_update_delivered_twice_is_answered_once(house: House) -> None:
    ana = await house.phones.person("Ana")
    await ana.start()
    await ana.sees("Ana")
    before = len(await ana.messages())
    await house.phones.post("faults", faults=[{"kind": "duplicate_update", "count": 1}])
    await ana.say("/help")
    await ana.sees("/settings")
    await house.settled()
    assert len(await ana.messages()) == before + 1


async def test_a_handler_that_fails_three_times_closes_the_update_with_a_reference_number(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    async def breaks(ctx: Context, text: str) -> None:
        tries.append(text)
        raise ZeroDivisionError

    monkeypatch.setitem(routes.COMMANDS, "privacy", breaks)
    ana, ben = await house.phones.person("Ana"), await house.phones.person("Ben")
    await ana.start()
    await ben.start()
    await ana.say("/privacy")
    await ben.say("/help")
    told = await ana.sees("went wrong")
    await ben.sees("/settings")

    assert len(tries) == 3
    await house.settled()
    states = await house.read(inbox_states)
    assert states["failed"] == 1
    references = await house.read(lambda tx: tx.all("select reference from inbox where state = 'failed'"))
    assert references[0]["reference"] in told.text
    await ana.say("/help")
    await ana.sees("/settings")


async def test_a_write_that_fails_half_way_leaves_nothing_and_the_retry_does_it_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await house.phones.person("Ana")
    await ana.start()
    await ana.sees("Ana")
    show, calls = joining.show_help, []

    def flaky(tx: Tx, **values: Any) -> None:
        show(tx, **values)
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError

    monkeypatch.setattr(joining, "show_help", flaky)
    before = len(await ana.messages())
    await ana.say("/help")
    await ana.sees("/settings")
    await house.settled()
    assert len(calls) == 2
    assert len(await ana.messages()) == before + 1


async def test_an_unknown_or_altered_button_gets_a_toast_and_has_no_effect(house: House) -> None:
    owner = await house.owner()
    for data in ("nonsense", "agree:zzz:1:2:3", "b_publish:999", "answer:1:0", ":", "agree"):
        toast = await owner.tap_data((await owner.last()).id, data)
        assert toast != "", data
    await house.settled()
    assert await house.read(inbox_states) == {"done": (await house.read(inbox_states))["done"]}


async def test_a_tap_that_writes_nothing_does_not_come_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(ctx: Context) -> None:
        assert not ctx.written

    monkeypatch.setitem(routes.TAPS, "settings", routes.Tap(nothing))
    tap = {"id": "1", "from": USER, "data": "settings", "message": {"chat": CHAT, "message_id": 1, "date": 1}}
    await house.app.receiver.take_in([{"update_id": 1, "callback_query": tap}])
    await house.settled()
    assert await house.read(inbox_states) == {"done": 1}


async def test_what_was_not_handled_or_sent_at_a_stop_is_after_the_next_start(house: House) -> None:
    ana = await house.phones.person("Ana")
    await ana.start()
    await ana.sees("Ana")
    await house.stack.aclose()
    for _ in range(3):
        await ana.say("/help")
    await house.restart()
    await house.settled()
    assert len([shown for shown in await ana.messages() if "/settings" in shown.text]) == 3


async def test_a_group_is_left_alone(house: House) -> None:
    ana = await house.phones.person("Ana")
    await ana.start()
    await ana.sees("Ana")
    group = await house.phones.post("groups", title="Team", members=[ana.id])
    await house.phones.post(f"people/{ana.id}/say", text="/help", chat_id=group["id"])
    await house.settled()
    shown = await house.phones.get(f"groups/{group['id']}/chat")
    assert not any(message["from_bot"] for message in shown["messages"])


async def test_one_persons_backlog_holds_nobody_up(house: House) -> None:
    ana, ben = await house.phones.person("Ana"), await house.phones.person("Ben")
    await ana.start()
    await ben.start()
    await asyncio.gather(*(ana.say("/help") for _ in range(60)))
    await ben.say("/help")
    await ben.sees("/settings", seconds=3)
    await house.settled(60)


async def test_a_person_who_blocks_the_bot_is_out_of_reach_until_they_come_back(house: House) -> None:
    ana = await house.phones.person("Ana")
    await ana.start()
    await ana.sees("Ana")
    await house.phones.post(f"people/{ana.id}/block")
    await house.settled()
    reachable = "select reachable from people where telegram_id = :id"
    assert await house.read(lambda tx: tx.value(reachable, id=ana.id)) == 0
    await ana.start()
    await house.settled()
    assert await house.read(lambda tx: tx.value(reachable, id=ana.id)) == 1


USER = {"id": 4242, "is_bot": False, "first_name": "Eve <b>&", "language_code": "tlh"}
CHAT = {"id": 4242, "type": "private", "first_name": "Eve"}
STRANGE: list[dict[str, Any]] = [
    {"message": None},
    {"message": {"from": {}}},
    {"message": {"from": None, "chat": CHAT}},
    {"message": {"message_id": 1, "date": 1, "chat": None, "from": USER, "text": "x"}},
    {"message": {"message_id": 1, "date": 1, "chat": CHAT, "from": {**USER, "id": "x"}, "text": "x"}},
    {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -1, "type": "channel", "title": "C"}, "text": "x"}},
    {"message": {"message_id": 1, "date": 1, "chat": {"id": -2, "type": "group", "title": "G"}, "text": "/start"}},
    {"message": {"message_id": 1, "date": 1, "chat": CHAT, "from": {**USER, "is_bot": True}, "text": "/start"}},
    {"callback_query": {"id": "1", "from": USER, "chat_instance": "1", "inline_message_id": "1", "data": "work"}},
    {"callback_query": {"id": "2", "from": USER, "chat_instance": "1", "message": None, "data": "work"}},
    {"callback_query": {"id": "3", "from": USER, "chat_instance": "1", "game_short_name": "g",
                        "message": {"chat": CHAT, "message_id": 1, "date": 0}}},
    {"callback_query": {"id": "4", "from": USER, "chat_instance": "1", "data": "settings",
                        "message": {"chat": CHAT, "message_id": 1, "date": 0}}},
    {"callback_query": {"from": USER, "data": "settings", "message": {"chat": CHAT, "message_id": 1, "date": 0}}},
    {"callback_query": {"id": "5", "from": USER, "data": 5, "message": {"chat": CHAT, "message_id": 1, "date": 0}}},
    {"callback_query": {"id": "6", "from": USER, "data": "settings", "message": "x"}},
    {"callback_query": ["from"]},
    {"message": {"message_id": 2, "date": 1, "chat": CHAT, "from": USER, "delete_chat_photo": True}},
    {"message": {"message_id": 3, "date": 1, "chat": CHAT, "from": USER, "forward_origin": {
        "type": "channel", "date": 1, "chat": {"id": -1, "type": "channel", "title": "C"}, "message_id": 1},
        "text": "forwarded"}},
    {"edited_message": {"message_id": 3, "date": 1, "edit_date": 2, "chat": CHAT, "from": USER,
                        "location": {"latitude": 1.0, "longitude": 2.0}}},
    {"my_chat_member": {"chat": CHAT, "from": USER, "date": 1}},
    {"something_new": {"from": USER}},
    {},
]  # fmt: skip


async def test_no_update_however_strange_makes_the_bot_deaf(house: House) -> None:
    ana = await house.phones.person("Ana")
    await house.app.receiver.take_in([{"update_id": 10 + number} | update for number, update in enumerate(STRANGE)])
    await ana.say("/help")
    await ana.sees("/start")
    await house.settled()
    assert (await house.read(inbox_states)).get("waiting") is None
    async with asyncio.timeout(5):  # none is tried for ever
        while house.app.receiver._in_hand:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("answer", [None, {"ok": True}, "text", [1], [{"update_id": "x"}], [None], [{}]])
async def test_an_answer_that_is_none_of_a_bot_apis_is_outlasted(
    house: House, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    ana, call = await house.phones.person("Ana"), house.app.api.call
    given: list[Any] = []

    async def strange(method: str, *args: Any, **more: Any) -> Any:
        if method == "getUpdates" and not given:
            given.append(answer)
            return answer
        return await call(method, *args, **more)

    monkeypatch.setattr(house.app.api, "call", strange)
    await ana.say("/help")
    await ana.sees("/start")
    await ana.say("/privacy")
    await house.settled()
    assert given


async def test_what_an_earlier_process_left_outlasts_a_full_disk(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = await house.phones.person("Ana")
    await ana.start()
    await ana.sees("Ana")
    show, calls = joining.show_help, []

    def full(tx: Tx, **values: Any) -> None:
        calls.append(1)
        if len(calls) <= 4:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        show(tx, **values)

    monkeypatch.setattr(joining, "show_help", full)
    house.app.receiver._left_over = 1 << 40
    await ana.say("/help")
    await ana.sees("/settings")
    await house.settled()
    assert set(await house.read(inbox_states)) == {"done"}


@pytest.mark.parametrize("text", ["/help", "/help@tallyhand_bot", "/help\nplease"])
async def test_a_command_is_one_by_its_text_alone(house: House, text: str) -> None:
    ana = await house.phones.person("Ana")
    await ana.start()
    await ana.sees("Ana")
    user, chat = {"id": ana.id, "is_bot": False, "first_name": "Ana"}, {"id": ana.id, "type": "private"}
    message = {"message_id": 900, "date": 1, "chat": chat, "from": user, "text": text}
    await house.app.receiver.take_in([{"update_id": 1, "message": message}])
    await ana.sees("/settings")


async def test_more_updates_than_fit_in_hand_are_handled_once_and_in_each_persons_order(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "IN_HAND", 9)
    monkeypatch.setattr(receiver, "PAGE", 4)
    heard: dict[int, list[int]] = {}

    def note(tx: Tx, *, by: Person, now: int, number: int) -> None:
        heard.setdefault(by.telegram_id, []).append(number)

    async def command(ctx: Context, text: str) -> None:
        await ctx.write(note, number=int(text))

    monkeypatch.setitem(routes.COMMANDS, "note", command)
    people, rounds = range(500, 506), range(20)
    updates = [
        [_said(person, f"/note {number}", update_id=1_000 * number + person) for person in people] for number in rounds
    ]
    take_in = house.app.receiver.take_in
    await asyncio.gather(*(take_in(batch) for batch in (*updates, updates[3])))  # one batch comes twice
    await house.settled()

    assert heard == {person: list(rounds) for person in people}
    assert (await house.read(inbox_states)) == {"done": len(people) * len(rounds)}


def _said(telegram_id: int, text: str, *, update_id: int) -> dict[str, Any]:
    person = {"id": telegram_id, "is_bot": False, "first_name": "Somebody"}
    chat = {"id": telegram_id, "type": "private", "first_name": "Somebody"}
    return {
        "update_id": update_id,
        "message": {"message_id": update_id, "date": 1, "chat": chat, "from": person, "text": text},
    }
