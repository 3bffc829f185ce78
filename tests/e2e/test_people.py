"""How people come in, choose, stop and leave: by their phones, against the whole product."""

from __future__ import annotations

from typing import Any

import pytest

from storage import consents, people
from tests.e2e.conftest import OWNER, House
from tests.e2e.phones import Phone


async def link_of(coordinator: Phone, kind: str) -> str:
    """The payload of a fresh invite link, read off the coordinator's phone."""
    await coordinator.say(f"/invite {kind}")
    shown = await coordinator.sees("start=", kind.capitalize())
    assert shown.photo, "the link comes as a QR picture too"
    return next(word for word in shown.text.split() if "start=" in word).partition("start=")[2]


async def menu_of(phone: Phone) -> list[str]:
    """The commands of the phone's menu."""
    chat = await phone.chat()
    return [command["command"] for command in chat["commands"]]


async def test_worker_comes_in_by_a_link_and_is_one_tap_from_work(house: House) -> None:
    olivia = await house.owner()
    ana = await house.phones.person("Ana")
    await ana.start(await link_of(olivia, "worker"))
    screen = await ana.sees("The work", "training data", "18 or older", "contract work", "accepted by")
    assert screen.buttons == ["I agree", "No thanks"]
    await ana.tap("I agree")
    screen = await ana.sees("Which languages")
    assert "✓ English" in screen.buttons
    await ana.tap("Français")
    await ana.sees_button("✓ Français")
    await ana.tap("Start working")
    screen = await ana.sees("You are in", "English, Français")
    assert screen.buttons == []
    await ana.sees("Nothing to do for you right now")
    assert len(await ana.messages()) == 2
    await house.settled()
    assert "work" in await menu_of(ana)
    assert "newbatch" not in await menu_of(ana)
    await olivia.sees("Ana works here now", "1 person")


async def test_member_who_opens_a_link_again_is_only_greeted(house: House) -> None:
    olivia = await house.owner()
    payload = await link_of(olivia, "worker")
    ana = await house.worker(olivia, "Ana")
    await ana.start(payload)
    assert (await ana.sees("Welcome back, Ana")).buttons == ["Start working"]
    await olivia.start(await link_of(olivia, "coordinator"))
    ana_is = await house.read(people.by_telegram_id, telegram_id=ana.id)
    assert ana_is.is_worker and not ana_is.is_staff


async def test_no_thanks_leaves_no_role_and_start_asks_again(house: House) -> None:
    olivia = await house.owner()
    ben = await house.phones.person("Ben")
    await ben.start(await link_of(olivia, "worker"))
    await ben.tap("No thanks")
    await ben.sees("change your mind")
    assert not (await house.read(people.by_telegram_id, telegram_id=ben.id)).is_worker
    await ben.say("/start")
    await ben.tap("I agree")
    await ben.sees("Which languages")


async def test_stranger_asks_to_join_once_and_is_told_the_answer(house: House) -> None:
    olivia = await house.owner()
    noor = await house.phones.person("Noor")
    await noor.start()
    door = await noor.sees("Hello Noor", "invite link")
    assert await noor.tap("Ask to join") == "Sent. You are told here what they answer."
    assert await noor.tap_data(door.id, "join") == "You have asked already."
    await noor.sees("You have asked to join")
    asks = await olivia.sees("Noor", "would like to work here")
    assert asks.buttons == ["Welcome", "Not now"]
    assert await olivia.tap("Welcome") == "They are told."
    await olivia.sees("Olivia said: welcome.")
    await noor.sees("You are welcome here!")
    assert await olivia.tap_data(asks.id, asks.data("Not now") or "") == "This request has been answered already."
    await noor.tap("I agree")
    await noor.sees("Which languages")
    assert sum("would like to work" in shown.text for shown in await olivia.messages()) == 1


async def test_declined_stranger_is_told_kindly(house: House) -> None:
    olivia = await house.owner()
    noor = await house.phones.person("Noor")
    await noor.start()
    await noor.tap("Ask to join")
    await olivia.tap("Not now")
    await noor.sees("no free place at the moment")
    await noor.say("/start")
    last = await noor.sees("If somebody here gives you an invite link, opening it is enough.")
    assert last.buttons == []


@pytest.mark.parametrize(("payload", "words"), [("nonsense", "do not know that invite link"), ("", "invite link")])
async def test_stranger_without_a_good_code_gets_the_way_forward(house: House, payload: str, words: str) -> None:
    await house.owner()
    noor = await house.phones.person("Noor")
    await noor.start(payload)
    assert (await noor.sees(words)).buttons == ["Ask to join"]


async def test_staff_link_works_for_one_person_and_tells_the_next_one(house: House) -> None:
    olivia = await house.owner()
    payload = await link_of(olivia, "coordinator")
    carla, dan = await house.phones.person("Carla"), await house.phones.person("Dan")
    await carla.start(payload)
    await carla.sees("Hello Carla, you are a coordinator here")
    await olivia.sees("Carla has used your invite link: Coordinator.")
    await dan.start(payload)
    assert (await dan.sees("for one person and has been used")).buttons == ["Ask to join"]
    await house.settled()
    assert {"newbatch", "batches", "review", "invite", "payouts"} <= set(await menu_of(carla))
    assert "funds" not in await menu_of(carla)
    await carla.say("/invite")
    assert (await carla.sees("start=")).buttons == []
    await carla.say("/invite reviewer")
    await carla.sees("Only the owner of this bot can do that")
    await carla.say("/invite king")
    await carla.sees("I cannot make an invite for “king”")


async def test_owner_chooses_by_button_who_a_link_is_for(house: House) -> None:
    olivia = await house.owner()
    await olivia.say("/invite")
    first = await olivia.sees("start=")
    assert first.buttons == ["Worker", "Coordinator", "Reviewer"]
    await olivia.tap("Reviewer")
    await olivia.sees("Reviewer: this link is for one person")


@pytest.mark.parametrize("command", ["/invite", "/newbatch", "/batches", "/payouts", "/funds 5"])
async def test_worker_is_refused_a_coordinators_command_kindly(house: House, command: str) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await ana.say(command)
    await house.settled()
    last = await ana.last()
    assert "/help" in last.text
    assert last.buttons == []


async def test_settings_are_one_message_and_hold(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await ana.say("/settings")
    first = await ana.sees("Your settings")
    await ana.tap("Lighter photos: off")
    await ana.tap("Offers: on")
    await ana.sees_button("Offers: off")
    await ana.tap("What time is it where you are?")
    times = await ana.sees("What time is it where you are?")
    assert times.id == first.id
    assert await ana.tap(times.buttons[13]) == "Thank you. I am quiet during your night."
    await ana.sees("It is", "where you are")
    await ana.tap("Français")
    await ana.sees_button("✓ Français")
    await house.settled()
    ana_is = await house.read(people.by_telegram_id, telegram_id=ana.id)
    assert (ana_is.language, ana_is.listening, ana_is.light_photos) == ("fr", "no_offers", True)
    assert ana_is.utc_offset is not None
    assert [shown.id for shown in await ana.messages()][-1] == first.id


async def test_old_times_are_shown_anew_instead_of_taken(house: House) -> None:
    olivia = await house.owner()
    await olivia.say("/settings")
    await olivia.tap("What time is it where you are?")
    times = await olivia.sees("What time is it where you are?")
    house.clock.forward(seconds=3600)
    assert await olivia.tap(times.buttons[5], on=times) == "These times are out of date. Please choose once more."
    assert (await house.read(people.by_telegram_id, telegram_id=OWNER)).utc_offset is None


async def test_stop_answers_and_can_be_taken_back(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await ana.say("/stop")
    stopped = await ana.sees("Stopped.")
    assert stopped.buttons == ["Stop offers only", "Start again"]
    await ana.say("/help")
    await ana.sees("What you can do here", "/earnings")
    await ana.tap("Stop offers only", on=stopped)
    await ana.sees("No more offers.")
    await ana.tap("Start again")
    await ana.sees("Everything is on again.")
    assert (await house.read(people.by_telegram_id, telegram_id=ana.id)).listening == "all"


async def test_consent_is_withdrawn_after_a_second_question_and_can_be_given_again(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    ana_id = (await house.read(people.by_telegram_id, telegram_id=ana.id)).id
    await ana.say("/privacy")
    shown = await ana.sees("What is stored about you", "Telegram id, in plain")
    await ana.tap("Withdraw consent")
    await ana.tap("Keep it")
    await ana.sees("What is stored about you")
    assert await house.read(consents.live, person_id=ana_id) == 1
    await ana.tap("Withdraw consent")
    asked = await ana.sees("Withdraw your consent?")
    await ana.tap("Yes, withdraw")
    await ana.sees("Your consent is withdrawn")
    assert await house.read(consents.live, person_id=ana_id) is None
    assert "no consent of yours" in await ana.tap_data(shown.id, asked.data("Yes, withdraw") or "")
    await house.settled()
    assert "work" not in await menu_of(ana)
    await ana.say("/work")
    await ana.sees("read what the work is and agree to it")
    await ana.say("/start")
    await ana.tap("I agree")
    await ana.sees("You are in")
    assert "no longer in use" in await ana.tap_data(shown.id, asked.data("Yes, withdraw") or "")
    assert await house.read(consents.live, person_id=ana_id) == 1


async def test_strays_get_one_hint_by_role_until_something_is_understood(house: House) -> None:
    olivia = await house.owner()
    noor = await house.phones.person("Noor")
    for phone, word in ((noor, "/start shows how to join"), (olivia, "send me a ZIP of photos")):
        await phone.sticker()
        await phone.sticker()
        await phone.say("/nosuchcommand")
        await phone.sees("I did not understand that.", word)
        await phone.say("/help")
        await phone.sees("What you can do here")
        await phone.sticker()
        await house.settled()
        hints = [shown for shown in await phone.messages() if "I did not understand" in shown.text]
        assert len(hints) == 2


async def test_altered_buttons_change_nothing(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    message = await ana.sees("Nothing to do")
    for data in (
        "agree:2",
        "lang:99:1:0",
        "lang:0",
        "join_yes:1",
        "set_time:zzz:1",
        "set_lang:9",
        "withdraw_yes:zzzzzzzzzzzzzzzzzzzzzzzz",
        "invite:7",
        "nonsense",
        "agree:01",
    ):
        toast = await ana.tap_data(message.id, data)
        assert toast, data
    await house.settled()
    ana_is: Any = await house.read(people.by_telegram_id, telegram_id=ana.id)
    assert (ana_is.language, ana_is.utc_offset, ana_is.is_worker, ana_is.is_staff) == ("en", None, True, False)
    assert await house.read(people.languages, person_id=ana_is.id) == ["en"]
    assert (await ana.last()).text == message.text


class TestClaim:
    """A bot just installed, without OWNER_IDS."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"owner_ids": ()}

    async def test_first_to_open_the_claim_link_is_owner_and_the_second_is_not(self, house: House) -> None:
        assert house.app.claim_link is not None
        payload = house.app.claim_link.partition("start=")[2]
        noor, zoe = await house.phones.person("Noor"), await house.phones.person("Zoe")
        await noor.start()
        await noor.sees("Have you just installed this bot?")
        await noor.tap("Ask to join")
        await zoe.start(payload)
        await zoe.sees("Hello Zoe, you are the owner here", "/funds 500")
        await zoe.sees("Noor", "would like to work here")
        await noor.start(payload)
        await noor.sees("has been used")
        assert not (await house.read(people.by_telegram_id, telegram_id=noor.id)).is_owner

    async def test_restart_makes_a_new_claim_link_and_ends_the_old_one(self, house: House) -> None:
        old = (house.app.claim_link or "").partition("start=")[2]
        await house.restart()
        noor = await house.phones.person("Noor")
        await noor.start(old)
        await noor.sees("expired")
        await noor.start((house.app.claim_link or "").partition("start=")[2])
        await noor.sees("you are the owner here")
        await house.restart()
        assert house.app.claim_link is None
