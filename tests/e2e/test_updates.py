"""What every update goes through: once, in order, whatever the handler or the network does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

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
