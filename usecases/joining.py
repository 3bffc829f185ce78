"""The way in: the owner's claim, invites, asking to join, consent, languages of work."""

from __future__ import annotations

from collections.abc import Iterable

from domain.joining import (
    CLAIM_LASTS,
    OWNER,
    WORK_LANGUAGES,
    WORKER,
    ConsentChanged,
    Invite,
    NoLanguageChosen,
)
from domain.notices import Slot
from domain.people import CONSENT_VERSION, Person, Sender
from domain.quiet import is_quiet
from domain.refusals import NotForYou, StaleButton
from storage import audit, consents, invites, join_requests, outbox, people
from storage.database import Tx
from usecases import payout_methods, roles, settings, work
from usecases.notify import inform, tell


def appoint_owners(tx: Tx, telegram_ids: Iterable[int], now: int) -> None:
    """Everybody named in the settings is owner, known or not yet; claim links end. Nobody stops being owner by this."""
    for telegram_id in telegram_ids:
        person = people.by_telegram_id(tx, telegram_id)
        if person is None:
            person = people.add(tx, Sender(telegram_id, "", None, None), now=now)
            people.change(tx, person.id, reachable=0)
            person = people.by_id(tx, person.id)
        roles.grant(tx, person, OWNER, by=None, now=now)
    if people.has_owner(tx):
        invites.end_claims(tx, now=now)


def make_claim(tx: Tx, code: str, now: int) -> bool:
    """While nobody is owner, `code` makes the first who uses it owner, and earlier codes end. False with an owner."""
    if people.has_owner(tx):
        return False
    invites.end_claims(tx, now=now)
    invites.add(tx, code=code, role=OWNER, single_use=True, created_by=None, expires_at=now + CLAIM_LASTS, now=now)
    return True


def start(tx: Tx, *, by: Person, code: str, now: int) -> None:
    """Take an invite at most once a person, and show whoever it is their next step."""
    roles.refresh_menu(tx, by, now=now)
    invite = invites.by_code(tx, code) if code else None
    note = "unknown" if code and invite is None else None
    if invite is not None:
        note = _accept(tx, by, invite, now=now)
    by = people.by_id(tx, by.id)
    _show_waiting_requests(tx, by, now=now)
    to_work = invite is not None and note is None and invite.role == WORKER and by.suspended_at is None
    if to_work and must_consent(tx, by):
        ask_consent(tx, by, now=now)
    else:
        show_next_step(tx, by, now=now, note=note)


def show_help(tx: Tx, *, by: Person, now: int) -> None:
    """List what the person can do, by role, with the next thing to do."""
    tell(tx, by, "help", now=now)


def show_next_step(tx: Tx, by: Person, *, now: int, note: str | None = None) -> None:
    """Greet members by role; show others the way in. `note` says what was wrong with an invite they used."""
    if by.is_staff or by.suspended_at is not None or (by.is_worker and not must_consent(tx, by)):
        tell(tx, by, "greeting", now=now, note=note)
    else:
        show_way_to_work(tx, by, now=now, note=note)


def show_way_to_work(tx: Tx, by: Person, *, now: int, note: str | None = None) -> None:
    """To somebody who may not work yet: the consent screen where they are invited, else how to be."""
    if admitted(tx, by):
        ask_consent(tx, by, now=now)
    else:
        outbox.forget_slot(tx, by.id, Slot.JOINING)
        tell(tx, by, "door", now=now, slot=Slot.JOINING, note=note)


def join_work(tx: Tx, *, by: Person, now: int) -> None:
    """Lead staff who would like to do tasks themselves to the consent screen."""
    if by.suspended_at is not None or (by.is_worker and not must_consent(tx, by)):
        raise StaleButton
    show_way_to_work(tx, by, now=now)


def ask_consent(tx: Tx, person: Person, *, now: int, welcomed: bool = False, silent: bool = False) -> None:
    """Show the consent screen as it is today, as a new message."""
    outbox.forget_slot(tx, person.id, Slot.JOINING)
    tell(
        tx,
        person,
        "consent",
        now=now,
        slot=Slot.JOINING,
        version=CONSENT_VERSION,
        at=now,
        welcomed=welcomed,
        silent=silent,
    )


def must_consent(tx: Tx, person: Person) -> bool:
    """The person has not agreed to today's consent screen: no work before they do."""
    return consents.live(tx, person.id) != CONSENT_VERSION


def admitted(tx: Tx, person: Person) -> bool:
    """The person may work once they agree: invited, welcomed, staff, or a worker before."""
    if person.invite_id is not None or person.is_worker or person.is_staff or consents.ever(tx, person.id):
        return True
    request = join_requests.of(tx, person.id)
    return request is not None and request.outcome == "welcome"


def agree(tx: Tx, *, by: Person, version: int, now: int) -> None:
    """Record consent to the version that was read, once; the person is a worker from then on."""
    if not admitted(tx, by):
        raise NotForYou
    if version != CONSENT_VERSION:
        raise ConsentChanged
    if consents.agree(tx, by.id, version=version, now=now):
        audit.add(tx, person_id=by.id, action="consent.given", subject=f"person:{by.id}", now=now, version=version)
        payout_methods.stay(tx, by)
        _tell_host(tx, by, now=now)
    by = roles.grant(tx, by, WORKER, by=None, now=now)
    if people.languages(tx, by.id):
        tell(tx, by, "ready", now=now, slot=Slot.JOINING)
    else:
        people.set_languages(tx, by.id, [by.language])
        tell(tx, by, "work_languages", now=now, slot=Slot.JOINING, in_settings=False)


def decline(tx: Tx, *, by: Person, now: int) -> None:
    """Nothing is kept of a no; /start shows the screen again."""
    if not must_consent(tx, by):
        raise StaleButton
    tell(tx, by, "declined", now=now, slot=Slot.JOINING)


def choose_language(tx: Tx, *, by: Person, index: int, chosen: bool, in_settings: bool, now: int) -> None:
    """Turn a language of work on or off; the same tap twice changes nothing more."""
    if not by.is_worker or index >= len(WORK_LANGUAGES):
        raise StaleButton
    languages = set(people.languages(tx, by.id))
    language = WORK_LANGUAGES[index]
    people.set_languages(tx, by.id, sorted(languages | {language} if chosen else languages - {language}))
    slot = Slot.SETTINGS if in_settings else Slot.JOINING
    tell(tx, by, "work_languages", now=now, slot=slot, in_settings=in_settings)


def finish_languages(tx: Tx, *, by: Person, in_settings: bool, now: int) -> None:
    """Go on with the languages chosen, at least one: back to the settings, or to the first task."""
    if not by.is_worker:
        raise StaleButton
    if not people.languages(tx, by.id):
        raise NoLanguageChosen
    if in_settings:
        settings.back(tx, by=by, now=now)
    else:
        tell(tx, by, "ready", now=now, slot=Slot.JOINING)
        work.show(tx, by=by, now=now)


def ask_to_join(tx: Tx, *, by: Person, now: int) -> bool:
    """Send the request to the coordinators once, ever; False when it had been sent before."""
    if admitted(tx, by):
        show_next_step(tx, by, now=now)
        return False
    new = join_requests.add(tx, by.id, now=now)
    if new:
        for coordinator in people.coordinators(tx):
            _show_request(tx, coordinator, by.id, now=now)
    tell(tx, by, "door", now=now, slot=Slot.JOINING, note=None)
    return new


def decide(tx: Tx, *, by: Person, asker_id: int, welcome: bool, now: int) -> bool:
    """Answer a request to join once and tell the person who asked; False when it had been answered."""
    roles.require_coordinator(by)
    if join_requests.of(tx, asker_id) is None:
        raise StaleButton
    outcome = "welcome" if welcome else "declined"
    first = join_requests.decide(tx, asker_id, outcome=outcome, by=by.id, now=now)
    if first:
        audit.add(tx, person_id=by.id, action=f"join.{outcome}", subject=f"person:{asker_id}", now=now)
        _tell_asker(tx, people.by_id(tx, asker_id), welcome=welcome, now=now)
    slot = Slot.join_request(asker_id)
    for coordinator in people.coordinators(tx):
        if outbox.has_message(tx, coordinator.id, slot):
            tell(tx, coordinator, "join_request", now=now, slot=slot, asker_id=asker_id, answered=True)
    return first


def _accept(tx: Tx, by: Person, invite: Invite, *, now: int) -> str | None:
    """Let the person in by the invite; what is wrong with it ("used", "expired"), or None."""
    if by.suspended_at is not None or roles.has(by, invite.role):
        return None
    if invite.role == OWNER and people.has_owner(tx):
        return "used"
    if invite.role == WORKER and admitted(tx, by):
        return None
    if not invites.use(tx, invite.id, now=now):
        return invite.problem(now)
    people.change(tx, by.id, invite_id=by.invite_id or invite.id)
    join_requests.decide(tx, by.id, outcome="welcome", by=None, now=now)
    if invite.role != WORKER:
        by = roles.grant(tx, by, invite.role, by=invite.created_by, now=now)
        if invite.created_by is not None:
            inform(tx, people.by_id(tx, invite.created_by), "staff_joined", now=now, person_id=by.id, role=invite.role)
    return None


def _show_waiting_requests(tx: Tx, by: Person, *, now: int) -> None:
    """Show a coordinator the requests nobody has answered and they have not seen: the oldest 20."""
    if by.may_coordinate:
        for request in join_requests.waiting(tx, limit=20):
            if not outbox.has_message(tx, by.id, Slot.join_request(request.person_id)):
                _show_request(tx, by, request.person_id, now=now)


def _show_request(tx: Tx, coordinator: Person, asker_id: int, *, now: int) -> None:
    if _hears(coordinator):
        slot = Slot.join_request(asker_id)
        silent = _in_quiet_hours(tx, coordinator, now)
        tell(tx, coordinator, "join_request", now=now, slot=slot, asker_id=asker_id, answered=False, silent=silent)


def _tell_asker(tx: Tx, asker: Person, *, welcome: bool, now: int) -> None:
    silent = _in_quiet_hours(tx, asker, now)
    if not _hears(asker) or (welcome and not must_consent(tx, asker)):
        return
    if welcome:
        ask_consent(tx, asker, now=now, welcomed=True, silent=silent)
    else:
        outbox.forget_slot(tx, asker.id, Slot.JOINING)
        tell(tx, asker, "join_declined", now=now, slot=Slot.JOINING, silent=silent)


def _hears(person: Person) -> bool:
    """Somebody waits for an answer, so these messages go at once; but not to who said stop or is out of reach."""
    return person.reachable and person.listening != "nothing"


def _in_quiet_hours(tx: Tx, person: Person, now: int) -> bool:
    """Whether what cannot wait for the morning goes without a sound."""
    offset = tx.rules.offset_minutes(now) if person.utc_offset is None else person.utc_offset
    return tx.rules.quiet_hours and is_quiet(now, offset)


def _tell_host(tx: Tx, worker: Person, *, now: int) -> None:
    """One quiet line to who made the invite, kept up to date as more people come in by it."""
    invite = None if worker.invite_id is None else invites.by_id(tx, worker.invite_id)
    if invite is not None and invite.created_by is not None and not worker.is_worker:
        slot = Slot.invited(invite.id)
        host = people.by_id(tx, invite.created_by)
        inform(tx, host, "worker_joined", now=now, slot=slot, person_id=worker.id, invite_id=invite.id)
