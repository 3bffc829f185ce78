"""The way out on real parts: the outbox in SQLite, the local Bot API with its faults, the sender between them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from bot import rendering
from bot.clock import now
from bot.rendering.message import Reaction, Renderer
from domain.notices import Lane
from domain.people import Person
from domain.rules import SECOND
from emulator.api import TABLE
from storage import outbox, people
from storage.database import Tx
from tests.bot.conftest import Post, store_photo
from tests.builders import make_batch, make_owner, make_worker
from usecases import delivery, work
from usecases.notify import tell


async def test_messages_of_one_chat_keep_their_order(post: Post) -> None:
    ana = await post.person(11)
    for number in range(4):
        await post.tell(ana, f"m{number}")
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["m0", "m1", "m2", "m3"]


async def test_a_slot_is_edited_in_place_and_only_its_newest_content_is_sent(post: Post) -> None:
    ana = await post.person(11)
    await post.tell(ana, "first", slot="settings")
    await post.sent()
    for number in range(5):
        await post.tell(ana, f"newer {number}", slot="settings")
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["newer 4"]


async def test_a_card_that_is_no_longer_last_is_sent_below_and_the_old_one_keeps_a_receipt(post: Post) -> None:
    ana = await post.person(11)
    await post.tell(ana, "card 1", slot="card", button=True)
    await post.sent()
    await post.tell(ana, "by the way")
    await post.sent()
    await post.tell(ana, "card 2", slot="card", button=True, receipt="Saved.")
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["Saved.", "by the way", "card 2"]
    assert "reply_markup" not in post.chat(ana)[0]


async def test_buttons_taken_from_older_cards_count_among_the_edits_of_a_chat(post: Post) -> None:
    ana = await post.person(11)

    async def show(number: int, last: int) -> None:
        await post.db.write(lambda tx: people.change(tx, ana.id, last_message_id=last))
        await post.tell(ana, f"card {number}", slot="card", button=True)
        await post.sent()

    for number, last in enumerate((0, 10**9, 10**9, 10**9, *[0] * 8)):
        await show(number, last)
    calls = post.server.world.calls.after()
    assert sum(call["method"] == "sendMessage" for call in calls) == 4
    assert [call["method"] for call in calls if call["error_code"] == 429] == []


@pytest.mark.parametrize("fault", ["502", "429", "reset_before"])
async def test_a_receipt_that_cannot_be_set_does_not_send_the_card_again(post: Post, fault: str) -> None:
    ana = await post.person(11)
    await post.tell(ana, "card 1", slot="card", button=True)
    await post.tell(ana, "by the way")
    await post.sent()
    post.strike(kind=fault, method="editMessageText", count=1)
    await post.tell(ana, "card 2", slot="card", button=True, receipt="Saved.")
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["card 1", "by the way", "card 2"]


async def test_a_photo_card_becomes_a_text_card_by_a_new_message(post: Post) -> None:
    ana = await post.person(11)
    await store_photo(post)
    await post.tell(ana, "photo card", slot="card", photo=True, button=True)
    await post.sent()
    await post.tell(ana, "text card", slot="card", button=True)
    await post.sent()
    shown = post.chat(ana)
    assert [message.get("text") or message.get("caption") for message in shown] == ["photo card", "text card"]
    assert "reply_markup" not in shown[0]


async def test_a_message_that_was_deleted_meanwhile_is_sent_anew(post: Post) -> None:
    ana = await post.person(11)
    await post.tell(ana, "old", slot="settings")
    await post.sent()
    await post.db.write(outbox.adopt, ana.id, "settings", message_id=999_999, media=False)
    await post.tell(ana, "new", slot="settings")
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["old", "new"]


async def test_markup_telegram_cannot_parse_is_sent_plain(post: Post) -> None:
    ana = await post.person(11)
    await post.tell(ana, "<b>bold &amp; open")
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["bold & open"]


async def test_a_429_is_waited_for_and_holds_nobody_else(post: Post) -> None:
    ana, ben = await post.person(11), await post.person(12)
    post.strike(kind="429", chat_id=11, count=1, retry_after=1)
    await post.tell(ana, "late")
    await post.tell(ben, "at once")
    await asyncio.sleep(0.4)
    assert [message["text"] for message in post.chat(ben)] == ["at once"]
    assert post.chat(ana) == []
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["late"]


async def test_a_server_error_is_tried_again_until_it_goes_out(post: Post) -> None:
    ana = await post.person(11)
    post.strike(kind="502", method="sendMessage", count=2)
    await post.tell(ana, "through")
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["through"]


async def test_who_blocked_the_bot_is_out_of_reach_and_nothing_waits_for_them(post: Post) -> None:
    ana = await post.person(11)
    await post.tell(ana, "hello")
    await post.sent()
    bot = next(iter(post.server.world.bots.values()))
    bot.chats[11].blocked = True
    await post.tell(ana, "one")
    await post.tell(ana, "two")
    await post.sent()
    assert not (await post.db.read(people.by_id, ana.id)).reachable


async def test_a_message_telegram_will_never_take_is_given_up_and_the_next_goes_out(post: Post) -> None:
    ana = await post.person(11)
    await post.tell(ana, "x" * 5000)
    await post.tell(ana, "next")
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["next"]


async def test_answers_overtake_a_broadcast_and_a_stop_leaves_the_rest_as_rows(post: Post) -> None:
    crowd = [await post.person(1000 + number) for number in range(120)]

    ana = await post.person(11)
    await post.db.write(_to_all, crowd)
    await asyncio.sleep(0.2)
    await post.tell(ana, "answer")
    await post.out.stop(seconds=5)
    assert [message["text"] for message in post.chat(ana)] == ["answer"]
    left = len(await post.db.read(outbox.pending, after=0, limit=1000))
    reached = sum(bool(post.chat(person)) for person in crowd)
    assert left + reached == 120
    assert left > 60


async def test_a_method_the_server_does_not_have_holds_up_nothing(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(TABLE, "setmessagereaction")
    monkeypatch.setitem(rendering.RENDERERS, "liked", Renderer(lambda params, _: Reaction(1, "👍")))
    ana = await post.person(11)
    await post.db.write(lambda tx: tell(tx, ana, "liked", now=now()))
    await post.tell(ana, "next")
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["next"]


async def test_what_is_told_to_somebody_who_came_back_at_that_moment_is_sent(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await post.person(11)
    bot, gone = next(iter(post.server.world.bots.values())), delivery.unreachable

    def gone_and_back(tx: Tx, **values: Any) -> None:
        gone(tx, **values)
        people.change(tx, ana.id, reachable=1)
        bot.chats[11].blocked = False
        tell(tx, ana, "said", now=now(), text="welcome back")

    monkeypatch.setattr(delivery, "unreachable", gone_and_back)
    bot.chats[11].blocked = True
    await post.tell(ana, "lost")
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["welcome back"]


async def test_what_was_to_go_at_once_goes_at_once_after_the_clock_was_set_back(post: Post) -> None:
    ana, hour = await post.person(11), 3600 * SECOND
    await post.db.write(lambda tx: tell(tx, ana, "said", now=now() + hour, text="at once"))
    await post.db.write(lambda tx: tell(tx, ana, "said", now=now(), not_before=now() + hour, text="in an hour"))
    await asyncio.sleep(0.5)
    assert [message["text"] for message in post.chat(ana)] == ["at once"]
    assert [row.not_before > 0 for row in await post.db.read(outbox.pending, after=0, limit=9)] == [True]


async def test_what_was_to_wait_for_a_moment_waits_no_longer_after_the_clock_was_set_back(post: Post) -> None:
    ana, later = await post.person(11), now() + 3600 * SECOND
    due = later + SECOND // 5
    await post.db.write(lambda tx: tell(tx, ana, "said", now=later, not_before=due, text="soon"))
    await post.sent()
    assert [message["text"] for message in post.chat(ana)] == ["soon"]
    await post.db.write(lambda tx: tell(tx, ana, "said", now=later, not_before=due, text="kept"))
    found = await post.db.read(outbox.pending, after=0, limit=9)
    assert [row.longest for row in found] == [due - later]


async def test_news_goes_to_who_was_busy_before_the_clock_was_set_back(post: Post) -> None:
    ana = await post.person(11)

    def busy_in_an_hour(tx: Tx) -> None:
        later = now() + 3600 * SECOND
        work.start(tx, by=make_worker(tx, 11, now=later), batch=make_batch(tx, by=make_owner(tx)), now=later)
        tx.run("update outbox set state = 'sent'")

    await post.db.write(busy_in_an_hour)
    await post.db.write(
        lambda tx: outbox.put(
            tx,
            person_id=ana.id,
            key="said",
            params={"text": "news"},
            lane=Lane.NOTICE,
            slot=None,
            not_before=0,
            dedupe=None,
            now=now(),
        )
    )
    await post.sent()
    assert [message["text"] for message in post.chat(ana)][-1] == "news"


async def test_a_stop_takes_no_longer_than_it_may_when_the_server_does_not_answer(post: Post) -> None:
    ana = await post.person(11)
    post.strike(kind="slow", method="sendMessage", seconds=8)
    await post.tell(ana, "hanging")
    await asyncio.sleep(0.1)
    started = time.monotonic()
    await post.out.stop(seconds=1)
    assert time.monotonic() - started < 2
    assert len(await post.db.read(outbox.pending, after=0, limit=9)) == 1


async def test_a_stop_sends_the_answers_that_only_the_pace_holds_back(post: Post) -> None:
    ana = await post.person(11)
    for number in range(7):
        await post.tell(ana, f"m{number}")
    await post.out.stop(seconds=10)
    assert len(post.chat(ana)) == 7


async def test_broadcasts_that_hang_leave_room_for_answers(post: Post) -> None:
    crowd = [await post.person(1000 + number) for number in range(100)]
    ana = await post.person(11)
    post.strike(kind="slow", method="sendMessage", seconds=6)
    await post.db.write(_to_all, crowd)
    await asyncio.sleep(4)
    post.server.world.faults.replace([], None, 0)
    await post.tell(ana, "answer")
    await asyncio.sleep(0.5)
    assert [message["text"] for message in post.chat(ana)] == ["answer"]


def _to_all(tx: Tx, crowd: list[Person]) -> None:
    for person in crowd:
        outbox.put(
            tx,
            person_id=person.id,
            key="said",
            params={"text": "offer"},
            lane=Lane.BROADCAST,
            slot=None,
            not_before=0,
            dedupe=None,
            now=now(),
        )
