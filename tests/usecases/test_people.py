"""Coming in, choosing and leaving, on the real database without Telegram: races, periods, versions, audit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering import RENDERERS
from bot.rendering.menus import menu_for
from bot.rendering.message import Drawn, Menu, Message, Nothing
from domain.joining import (
    STAFF_INVITE_LASTS,
    WORK_LANGUAGES,
    WORKER_INVITE_LASTS,
    ConsentChanged,
    CoordinatorsOnly,
    NoLanguageChosen,
    NothingToWithdraw,
    OwnersOnly,
)
from domain.notices import Slot
from domain.people import CONSENT_VERSION, Person, Sender
from domain.quiet import next_allowed
from domain.refusals import NotForYou, Refusal, StaleButton
from domain.rules import DAY, HOUR, MINUTE, Rules
from handlers.buttons import decode, encode
from locales.words import Words
from storage import consents, inbox, invites, outbox, people
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_person, make_worker
from usecases import arrivals, inviting, joining, leaving, settings, work
from usecases.arrivals import Arrival
from usecases.notify import inform

NIGHT = NOON + 11 * HOUR


def waiting(tx: Tx, person: Person) -> list[tuple[str, Any]]:
    """What waits to be sent to the person, as (key, what it becomes), in order."""
    shown = []
    for row in outbox.pending(tx, after=0, limit=1_000):
        loaded = outbox.load(tx, row.id)
        if loaded is not None and loaded.person_id == person.id:
            renderer = RENDERERS[loaded.key]
            view = renderer.view(tx, person.id, loaded.params) if renderer.view else loaded.params
            shown.append((loaded.key, renderer.render(view, Words(loaded.language, tx.rules))))
    return shown


def keys(tx: Tx, person: Person) -> list[str]:
    """Which notices wait for the person, the command menu aside."""
    return [key for key, _ in waiting(tx, person) if key != "menu"]


def audited(tx: Tx, action: str) -> list[dict[str, Any]]:
    """The audit's details of an action."""
    return [
        json.loads(row["details"])
        for row in tx.all("select details from audit where action = :a order by id", a=action)
    ]


async def test_fifty_racers_for_a_staff_link_and_one_wins(db: Database) -> None:
    owner = await db.write(make_owner)
    await db.write(inviting.invite, by=owner, role="coordinator", code="race", now=NOON)
    racers = [await db.write(make_person, 1000 + number, f"Racer {number}") for number in range(50)]
    await asyncio.gather(*(db.write(joining.start, by=racer, code="race", now=NOON + 1) for racer in racers))
    after = [await db.read(people.by_id, person_id=racer.id) for racer in racers]
    assert sum(person.is_coordinator for person in after) == 1
    told = [await db.read(keys, racer) for racer in racers]
    assert told.count(["greeting"]) == 1
    assert told.count(["door"]) == 49
    assert len(await db.read(audited, "role.granted")) == 1


async def test_fifty_racers_for_the_claim_and_one_is_owner(db: Database) -> None:
    assert await db.write(joining.make_claim, "claim", NOON)
    racers = [await db.write(make_person, 1000 + number, f"Racer {number}") for number in range(50)]
    await asyncio.gather(*(db.write(joining.start, by=racer, code="claim", now=NOON) for racer in racers))
    owners = [racer for racer in racers if (await db.read(people.by_id, person_id=racer.id)).is_owner]
    assert len(owners) == 1
    assert not await db.write(joining.make_claim, "again", NOON)


async def test_owners_of_the_settings_are_owners_once_and_end_claims(db: Database) -> None:
    await db.write(joining.make_claim, "claim", NOON)
    for _ in range(2):
        await db.write(joining.appoint_owners, [7, 8], NOON)
    assert len(await db.read(audited, "role.granted")) == 2
    late = await db.write(make_person, 9, "Late")
    await db.write(joining.start, by=late, code="claim", now=NOON + 1)
    assert not (await db.read(people.by_id, person_id=late.id)).is_owner
    seven = await db.read(people.by_telegram_id, telegram_id=7)
    assert seven is not None and seven.is_owner
    assert not seven.reachable, "nothing is sent to who never wrote to the bot"


async def test_worker_link_serves_many_until_it_expires(db: Database) -> None:
    owner = await db.write(make_owner)
    await db.write(inviting.invite, by=owner, role="", code="many", now=NOON)
    for number in range(5):
        worker = await db.write(make_person, 1000 + number, "W")
        await db.write(joining.start, by=worker, code="many", now=NOON + WORKER_INVITE_LASTS - 1)
        assert await db.read(keys, worker) == ["consent"]
    late = await db.write(make_person, 2000, "Late")
    await db.write(joining.start, by=late, code="many", now=NOON + WORKER_INVITE_LASTS)
    ((_, door),) = [item for item in await db.read(waiting, late) if item[0] == "door"]
    assert "has expired" in door.text
    assert door.keyboard[0][0].text == "Ask to join"


async def test_staff_link_expires_within_72_hours(db: Database) -> None:
    owner = await db.write(make_owner)
    await db.write(inviting.invite, by=owner, role="Reviewer", code="staff", now=NOON)
    late = await db.write(make_person, 2000, "Late")
    assert STAFF_INVITE_LASTS <= 72 * HOUR
    await db.write(joining.start, by=late, code="staff", now=NOON + STAFF_INVITE_LASTS)
    assert not (await db.read(people.by_id, person_id=late.id)).is_staff


async def test_own_role_uses_up_no_single_link(db: Database) -> None:
    owner = await db.write(make_owner)
    carla = await db.write(make_coordinator)
    await db.write(inviting.invite, by=owner, role="coordinator", code="staff", now=NOON)
    await db.write(joining.start, by=carla, code="staff", now=NOON)
    invite = await db.read(invites.by_code, code="staff")
    assert invite is not None and invite.uses == 0


async def test_codes_are_kept_nowhere_in_plain(db: Database) -> None:
    owner = await db.write(make_owner)
    await db.write(inviting.invite, by=owner, role="worker", code="very-secret-code", now=NOON)
    dump = await db.read(lambda tx: [tuple(row) for row in tx.all("select code_hash from invites")])
    params = await db.read(lambda tx: [row["params"] for row in tx.all("select params from outbox")])
    assert "very-secret" not in str(dump) + str(params)
    ((_, shown),) = await db.read(waiting, owner)
    assert "https://t.me/tallyhand_bot?start=very-secret-code" in shown.text
    assert isinstance(shown.photo, Drawn)
    assert shown.photo.function(*shown.photo.args).startswith(b"\x89PNG")


async def test_only_coordinators_invite_and_only_owners_invite_staff(db: Database) -> None:
    carla, ana = await db.write(make_coordinator), await db.write(make_worker)
    with pytest.raises(CoordinatorsOnly):
        await db.write(inviting.invite, by=ana, role="worker", code="a", now=NOON)
    with pytest.raises(OwnersOnly):
        await db.write(inviting.invite, by=carla, role="coordinator", code="b", now=NOON)
    assert await db.read(invites.by_code, code="a") is None


async def test_consent_is_recorded_once_with_its_version_and_time(db: Database) -> None:
    owner = await db.write(make_owner)
    await db.write(inviting.invite, by=owner, role="worker", code="many", now=NOON)
    ana = await db.write(make_person, 100, "Ana")
    await db.write(joining.start, by=ana, code="many", now=NOON)
    for later in (1, 2):
        ana = await db.read(people.by_id, person_id=ana.id)
        await db.write(joining.agree, by=ana, version=CONSENT_VERSION, now=NOON + later)
    consent = await db.read(consents.of, person_id=ana.id)
    assert consent == consents.Consent(CONSENT_VERSION, NOON + 1)
    assert await db.read(audited, "consent.given") == [{"version": CONSENT_VERSION}]
    assert (await db.read(keys, owner)).count("worker_joined") == 1


async def test_nobody_agrees_without_being_let_in(db: Database) -> None:
    stranger = await db.write(make_person, 100, "S")
    with pytest.raises(NotForYou):
        await db.write(joining.agree, by=stranger, version=CONSENT_VERSION, now=NOON)
    assert await db.read(consents.live, person_id=stranger.id) is None


async def test_raised_version_is_asked_again_and_replaces_the_old_one(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = await db.write(make_worker)
    assert not await db.read(joining.must_consent, ana)
    monkeypatch.setattr(joining, "CONSENT_VERSION", CONSENT_VERSION + 1)
    assert await db.read(joining.must_consent, ana)
    await db.write(joining.start, by=ana, code="", now=NOON)
    ((_, screen),) = [item for item in await db.read(waiting, ana) if item[0] == "consent"]
    assert "changed since you agreed" in screen.text
    with pytest.raises(ConsentChanged):
        await db.write(joining.agree, by=ana, version=CONSENT_VERSION, now=NOON + 1)
    await db.write(joining.agree, by=ana, version=CONSENT_VERSION + 1, now=NOON + 1)
    assert await db.read(consents.live, person_id=ana.id) == CONSENT_VERSION + 1
    rows = await db.read(
        lambda tx: [tuple(row) for row in tx.all("select version, replaced from consents order by id")]
    )
    assert rows == [(CONSENT_VERSION, 1), (CONSENT_VERSION + 1, 0)]


async def test_withdrawing_twice_or_an_earlier_consent_is_refused(db: Database) -> None:
    ana = await db.write(make_worker)
    with pytest.raises(StaleButton):
        await db.write(leaving.withdraw, by=ana, agreed_at=NOON - 1, now=NOON + 1)
    await db.write(leaving.withdraw, by=ana, agreed_at=NOON, now=NOON + 1)
    ana = await db.read(people.by_id, person_id=ana.id)
    assert not ana.is_worker
    assert await db.read(joining.admitted, ana), "they may come back"
    assert len(await db.read(audited, "consent.withdrawn")) == 1
    with pytest.raises(NothingToWithdraw):
        await db.write(leaving.withdraw, by=ana, agreed_at=NOON, now=NOON + 2)


async def test_stop_cancels_what_waits_and_holds_back_what_comes(db: Database) -> None:
    ana = await db.write(make_worker)
    await db.write(lambda tx: inform(tx, ana, "join_declined", now=NIGHT, silent=False))
    await db.write(leaving.stop, by=ana, now=NIGHT)
    ana = await db.read(people.by_id, person_id=ana.id)
    await db.write(lambda tx: inform(tx, ana, "join_declined", now=NIGHT, silent=False))
    assert await db.read(keys, ana) == ["stopped"]
    await db.write(leaving.start_again, by=ana, now=NIGHT)
    assert (await db.read(people.by_id, person_id=ana.id)).listening == "all"


@pytest.mark.parametrize("way", [leaving.stop, partial(leaving.withdraw, agreed_at=NOON)])
async def test_leaving_gives_the_task_in_hand_back(db: Database, way: Callable[..., None]) -> None:
    await db.write(make_batch)
    ana = await db.write(make_worker)
    await db.write(work.show, by=ana, now=NOON)
    await db.write(lambda tx: way(tx, by=ana, now=NOON + 1))
    states = await db.read(lambda tx: [row["state"] for row in tx.all("select state from assignments")])
    assert states == ["released"]
    assert await db.read(lambda tx: tx.value("select sum(taken) from tasks")) == 0


async def test_request_to_join_comes_at_night_without_a_sound(db: Database) -> None:
    owner, noor = await db.write(make_owner), await db.write(make_person, 100, "Noor")
    assert next_allowed(NIGHT, 0) > NIGHT
    assert await db.write(joining.ask_to_join, by=noor, now=NIGHT)
    ((_, shown),) = await db.read(waiting, owner)
    assert isinstance(shown, Message) and shown.silent
    row = await db.read(lambda tx: tx.one("select not_before from outbox where key = 'join_request'"))
    assert row is not None and row["not_before"] == NIGHT


async def test_request_answered_before_it_was_shown_is_not_shown(db: Database) -> None:
    owner = await db.write(make_owner)
    carla = await db.write(make_coordinator)
    noor = await db.write(make_person, 100, "Noor")
    await db.write(joining.ask_to_join, by=noor, now=NOON)
    assert await db.write(joining.decide, by=carla, asker_id=noor.id, welcome=True, now=NOON + 1)
    assert not await db.write(joining.decide, by=owner, asker_id=noor.id, welcome=False, now=NOON + 2)
    assert [shown for _, shown in await db.read(waiting, owner)] == [Nothing()]
    assert await db.read(audited, "join.welcome") == [{}]
    with pytest.raises(CoordinatorsOnly):
        await db.write(joining.decide, by=noor, asker_id=noor.id, welcome=True, now=NOON)


async def test_invited_meanwhile_ends_the_request(db: Database) -> None:
    owner, noor = await db.write(make_owner), await db.write(make_person, 100, "Noor")
    await db.write(joining.ask_to_join, by=noor, now=NOON)
    await db.write(inviting.invite, by=owner, role="worker", code="many", now=NOON)
    await db.write(joining.start, by=noor, code="many", now=NOON)
    assert not await db.write(joining.decide, by=owner, asker_id=noor.id, welcome=False, now=NOON)
    assert "join_declined" not in await db.read(keys, noor)


async def test_suspended_person_is_told_and_let_into_nothing(db: Database) -> None:
    owner, ana = await db.write(make_owner), await db.write(make_worker)
    await db.write(lambda tx: people.change(tx, ana.id, suspended_at=NOON))
    ana = await db.read(people.by_id, person_id=ana.id)
    await db.write(inviting.invite, by=owner, role="reviewer", code="staff", now=NOON)
    await db.write(joining.start, by=ana, code="staff", now=NOON)
    assert not (await db.read(people.by_id, person_id=ana.id)).is_reviewer
    ((_, greeting),) = [item for item in await db.read(waiting, ana) if item[0] == "greeting"]
    assert "paused" in greeting.text and "/earnings" in greeting.text
    assert greeting.keyboard == ()


async def test_staff_who_want_to_do_tasks_agree_like_everybody(db: Database) -> None:
    carla = await db.write(make_coordinator)
    await db.write(joining.start, by=carla, code="", now=NOON)
    ((_, greeting),) = [item for item in await db.read(waiting, carla) if item[0] == "greeting"]
    assert decode(greeting.keyboard[0][0].data) == ("join_work", ())
    await db.write(joining.join_work, by=carla, now=NOON)
    await db.write(joining.agree, by=carla, version=CONSENT_VERSION, now=NOON)
    carla = await db.read(people.by_id, person_id=carla.id)
    assert carla.is_worker and carla.is_coordinator
    with pytest.raises(StaleButton):
        await db.write(joining.join_work, by=carla, now=NOON)


async def test_languages_of_work_need_one_and_taps_repeat_without_effect(db: Database) -> None:
    ana = await db.write(make_worker)
    for _ in range(2):
        await db.write(joining.choose_language, by=ana, index=1, chosen=True, in_settings=False, now=NOON)
    assert await db.read(people.languages, person_id=ana.id) == ["en", "fr"]
    for index in (0, 1):
        await db.write(joining.choose_language, by=ana, index=index, chosen=False, in_settings=False, now=NOON)
    with pytest.raises(NoLanguageChosen):
        await db.write(joining.finish_languages, by=ana, in_settings=False, now=NOON)


@given(st.lists(st.tuples(st.integers(0, len(WORK_LANGUAGES) - 1), st.booleans()), max_size=8))
def test_language_buttons_say_what_they_do(taps: list[tuple[int, bool]]) -> None:
    chosen: set[str] = set()
    for index, on in taps:
        chosen = chosen | {WORK_LANGUAGES[index]} if on else chosen - {WORK_LANGUAGES[index]}
    message = RENDERERS["work_languages"].render((chosen, False), Words("en", Rules()))
    assert isinstance(message, Message)
    buttons = [button for row in message.keyboard for button in row][:-1]
    for index, button in enumerate(buttons):
        assert decode(button.data or "") == ("lang", (index, int(WORK_LANGUAGES[index] not in chosen), 0))
        assert button.text.startswith("✓ ") == (WORK_LANGUAGES[index] in chosen)


@given(st.integers(NOON - 400 * DAY, NOON + 400 * DAY), st.sampled_from(settings.OFFSETS))
def test_every_time_button_carries_its_offset_and_its_minute(at: int, offset: int) -> None:
    message = RENDERERS["times"].render({"at": at}, Words("fr", Rules()))
    assert isinstance(message, Message)
    carried = [decode(button.data or "")[1] for row in message.keyboard[:-1] for button in row]
    assert (offset + 720, at // MINUTE) in carried
    assert len(carried) == len(set(carried)) == len(settings.OFFSETS)
    assert len({button.text for row in message.keyboard[:-1] for button in row}) == len(settings.OFFSETS)


async def test_time_is_taken_while_it_holds_and_only_from_the_list(db: Database) -> None:
    ana = await db.write(make_worker)
    for offset, shown_at in ((61, NOON), (60, NOON + 1)):
        with pytest.raises(StaleButton):
            await db.write(settings.set_time, by=ana, offset=offset, shown_at=shown_at, now=NOON)
    assert not await db.write(settings.set_time, by=ana, offset=60, shown_at=NOON - HOUR, now=NOON)
    assert await db.write(settings.set_time, by=ana, offset=330, shown_at=NOON, now=NOON)
    assert (await db.read(people.by_id, person_id=ana.id)).utc_offset == 330


async def arrive(db: Database, *, number: int, language_code: str | None, message_id: int) -> Person:
    """An update of this person's, as the receiver hands it over."""
    seq = await db.write(inbox.add, bot=1, update_id=number, payload=b"{}", now=NOON)
    assert seq is not None
    sender = Sender(100, "Ana", None, language_code)
    arrival = Arrival(seq, NOON, sender, message_id=message_id)
    result = await db.write(arrivals.handle, arrival, None, joining.show_help)
    assert not isinstance(result.result, Refusal)
    found = await db.read(people.by_telegram_id, telegram_id=100)
    assert found is not None
    return found


async def test_language_follows_telegram_until_one_is_chosen(db: Database) -> None:
    codes = ["fr-CA", "de", None, "en", "fr"]
    spoken = [
        (await arrive(db, number=number, language_code=code, message_id=number)).language
        for number, code in enumerate(codes, start=1)
    ]
    assert spoken == ["fr", "fr", "fr", "en", "fr"]
    ana = await db.read(people.by_telegram_id, telegram_id=100)
    assert ana is not None
    await db.write(settings.set_language, by=ana, index=0, now=NOON)
    assert (await arrive(db, number=9, language_code="fr", message_id=9)).language == "en"
    assert [key for key, _ in await db.read(waiting, ana)].count("menu") == 1


async def test_message_that_becomes_another_slot_leaves_its_old_one(db: Database) -> None:
    ana = await db.write(make_worker)
    await db.write(outbox.adopt, ana.id, Slot.JOINING, message_id=5, media=False)
    await db.write(outbox.adopt, ana.id, Slot.CARD, message_id=5, media=False)
    assert not await db.read(outbox.has_message, ana.id, Slot.JOINING)
    assert await db.read(outbox.has_message, ana.id, Slot.CARD)


async def test_menu_has_the_commands_of_all_roles_once(db: Database) -> None:
    owner = await db.write(make_owner)
    await db.write(lambda tx: people.change(tx, owner.id, is_worker=1, is_coordinator=1, is_reviewer=1, language="fr"))
    await db.write(joining.start, by=owner, code="", now=NOON)
    (menu,) = [shown for key, shown in await db.read(waiting, owner) if key == "menu"]
    assert isinstance(menu, Menu)
    names = [name for name, _ in menu.commands]
    assert len(names) == len(set(names)) == 17
    newcomer = [name for name, _ in menu_for(Words("en", Rules()))]
    assert newcomer == ["start", "help", "fairness", "settings", "privacy", "stop"]


@given(st.sampled_from(["agree", "lang"]), st.lists(st.integers(0, 2**63 - 1), max_size=3))
def test_button_codec_gives_back_what_it_was_given(action: str, numbers: list[int]) -> None:
    assert decode(encode(action, *numbers)) == (action, tuple(numbers))


@given(st.text(max_size=40))
def test_made_up_button_data_is_stale_or_exact(data: str) -> None:
    try:
        action, numbers = decode(data)
    except StaleButton:
        return
    assert encode(action, *numbers) == data
