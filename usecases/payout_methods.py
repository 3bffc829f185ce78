"""Where a worker's money goes, chosen in the chat: `/payout`, the number, its holder, a change and its second thoughts.

What carried a number is taken out of the chat, and its update's row is emptied as every row is that closes. A number is
never in a question, a notice or a log: from its message it goes sealed into its row, and everything else names the row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from domain import ledger, rails
from domain.notices import Slot
from domain.payout_methods import (
    BY_HAND,
    IBAN,
    KINDS,
    STOPPED_FOR,
    WAITS,
    ChangesStopped,
    KindNotPaid,
    NoMoneyHere,
    NothingToRemove,
    NotThisOne,
    Number,
    Problem,
    ReadNumber,
    holder,
    may_carry_a_number,
)
from domain.people import Person
from domain.rails import Rail
from domain.refusals import StaleButton
from domain.rules import Rules
from storage import audit, consents, method_requests, outbox, people, questions
from storage import payout_methods as methods
from storage.database import Tx
from storage.ledger import balance
from storage.payout_methods import Method
from usecases.notify import inform, tell

NUMBER: Final = "payout_number"
HOLDER: Final = "payout_holder"
"""The purposes of the questions, as in `questions`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a worker is paid now. `kinds` are open here; until `stopped_until` nothing can be changed."""

    active: Method | None
    waiting: Method | None
    kinds: tuple[str, ...]
    stopped_until: int | None

    def rail(self, rules: Rules) -> Rail | None:
        """What pays the active method, if anything does."""
        return None if self.active is None else rails.for_method(self.active.kind, rules)


def standing(tx: Tx, worker_id: int, *, at: int) -> Standing:
    """How the worker is paid, as of `at`."""
    return Standing(
        methods.active(tx, worker_id),
        methods.waiting(tx, worker_id),
        open_kinds(tx.rules),
        _stopped_until(tx, worker_id, now=at),
    )


def open_kinds(rules: Rules) -> tuple[str, ...]:
    """The kinds that an enabled rail pays in the installation's currency; none to choose from where all is by hand."""
    if rails.hand_alone(rules):
        return ()
    return tuple(kind for kind in KINDS if rails.for_method(kind, rules) is not None)


def wanted(tx: Tx, worker_id: int) -> bool:
    """The worker has to say where their money shall go: nothing they have given is paid by a rail, now or soon."""
    kinds = open_kinds(tx.rules)
    if not kinds:
        return False
    given = (methods.active(tx, worker_id), methods.waiting(tx, worker_id))
    return not any(method is not None and method.kind in kinds for method in given)


def show(tx: Tx, *, by: Person, now: int) -> None:
    """Show how the person is paid, and what they can choose, as a new message. Raises NoMoneyHere."""
    _require_money(tx, by)
    _stop_asking(tx, by)
    outbox.forget_slot(tx, by.id, Slot.PAYOUT_METHOD)
    _screen(tx, by, now=now)


def back(tx: Tx, *, by: Person, now: int) -> None:
    """Leave what was asked, and show how the person is paid in the same message."""
    _stop_asking(tx, by)
    _screen(tx, by, now=now)


def choose(tx: Tx, *, by: Person, kind: int, now: int) -> None:
    """Ask for the number of a kind (its place in KINDS); by hand needs none.

    Raises NoMoneyHere, KindNotPaid, ChangesStopped.
    """
    _require_money(tx, by)
    if not 0 <= kind < len(KINDS):
        raise StaleButton
    chosen = KINDS[kind]
    if chosen not in open_kinds(tx.rules):
        raise KindNotPaid
    _stop_asking(tx, by)
    _require_open(tx, by, now=now)
    if chosen != BY_HAND:
        _ask_number(tx, by, chosen, now=now)
    elif _keeps(tx, by, Number(BY_HAND, ""), now=now):
        _screen(tx, by, now=now, said="same")
    else:
        _confirm(tx, by, _begin(tx, by, Number(BY_HAND, ""), now=now), "", now=now)


def number_written(tx: Tx, *, by: Person, text: str, message_id: int, read: ReadNumber, kind: str, now: int) -> None:
    """Take a number and ask for its holder where the rail needs one; one that cannot be used is asked for again.

    Nothing is refused by raising: the message is taken out of the chat whatever was in it.
    """
    if may_carry_a_number(text):
        _take_out(tx, by, message_id, now=now)
    if kind not in open_kinds(tx.rules) or _stopped_until(tx, by.id, now=now) is not None:
        back(tx, by=by, now=now)
        return
    found = _reached(read(kind, text), tx.rules)
    if isinstance(found, Problem):
        _ask_number(tx, by, kind, now=now, problem=found)
    elif _keeps(tx, by, found, now=now):
        _stop_asking(tx, by)
        _screen(tx, by, now=now, said="same")
    elif _is_taken(tx, by, found.kind, found.value, now=now):
        _ask_number(tx, by, kind, now=now, problem=Problem("taken"))
    else:
        method = _begin(tx, by, found, now=now)
        if kind == IBAN:
            _ask_holder(tx, by, method, now=now)
        else:
            _confirm(tx, by, method, "", now=now)


def holder_written(tx: Tx, *, by: Person, text: str, message_id: int, read: ReadNumber, method: int, now: int) -> None:
    """Take the name the account is in, and the method with it."""
    begun = methods.begun(tx, by.id)
    if begun is None or begun.id != method or _stopped_until(tx, by.id, now=now) is not None:
        back(tx, by=by, now=now)
        return
    name = holder(text)
    if isinstance(name, str) or may_carry_a_number(text):
        _take_out(tx, by, message_id, now=now)
    if isinstance(name, Problem):
        _ask_holder(tx, by, begun, now=now, problem=name)
    elif _is_taken(tx, by, begun.kind, methods.details(tx, begun.id).number, now=now):
        _ask_number(tx, by, begun.kind, now=now, problem=Problem("taken"))
    else:
        _confirm(tx, by, begun, name, now=now)


ANSWERS: Final[dict[str, Callable[..., None]]] = {NUMBER: number_written, HOLDER: holder_written}
"""What takes the answer to a question whose answers do not stay in the chat."""


def nothing_read(kind: str, text: str) -> Problem:
    """The reader where none is handed in: nothing is a number."""
    return Problem("empty")


def is_number(kind: object, text: str, read: ReadNumber) -> bool:
    """The text is a number of the kind that is asked for, whatever else waits for a text."""
    return isinstance(kind, str) and isinstance(read(kind, text), Number)


def not_text(tx: Tx, *, by: Person, message_id: int | None, now: int) -> bool:
    """Answer a photo, a file or a sticker sent where a number or a name is asked for; False when none is.

    With `message_id` it is taken out of the chat: people photograph their bank card.
    """
    question = questions.open_for(tx, by.id)
    if question is None or question.purpose not in ANSWERS:
        return False
    if message_id is not None:
        _take_out(tx, by, message_id, now=now)
    begun = methods.begun(tx, by.id)
    if question.purpose == NUMBER:
        _ask_number(tx, by, question.params["kind"], now=now, problem=Problem("not_text"))
    elif begun is not None:
        _ask_holder(tx, by, begun, now=now, problem=Problem("not_text"))
    return True


def ask_remove(tx: Tx, *, by: Person, now: int) -> None:
    """Say what removing means and ask once more. Raises NothingToRemove, ChangesStopped."""
    _require_open(tx, by, now=now)
    if methods.active(tx, by.id) is None and methods.waiting(tx, by.id) is None:
        raise NothingToRemove
    _stop_asking(tx, by)
    tell(tx, by, "payout_method_remove", now=now, slot=Slot.PAYOUT_METHOD)


def remove(tx: Tx, *, by: Person, newest: int, now: int) -> None:
    """Nothing more goes to the person's method, nor to the one that was to follow.

    `newest` is the latest of them when it was asked. Raises NothingToRemove, ChangesStopped, and NotThisOne when they
    have another since.
    """
    _require_open(tx, by, now=now)
    found = [method for method in (methods.active(tx, by.id), methods.waiting(tx, by.id)) if method is not None]
    if not found:
        raise NothingToRemove
    if newest != max(method.id for method in found):
        raise NotThisOne
    for method in found:
        methods.close(tx, method, state="cancelled", now=now)
        _note(tx, by, "removed", method, now=now)
    _stop_asking(tx, by)
    _screen(tx, by, now=now, said="removed")


def disown(tx: Tx, *, by: Person, method_id: int, now: int) -> None:
    """**That was not me**: what was used before is used again, the coordinators are told, changes stop for a while.

    It counts also when the change has taken effect meanwhile. Raises NotThisOne for one that is over.
    """
    method = methods.by_id(tx, method_id)
    if method is None or method.worker_id != by.id:
        raise StaleButton
    if method.state not in ("waiting", "active"):
        raise NotThisOne
    was_active = method.state == "active"
    methods.close(tx, method, state="cancelled", now=now, disowned=True)
    if was_active:
        methods.restore(tx, method, now=now)
    _stop_asking(tx, by)
    methods.drop_begun(tx, by.id)
    _note(tx, by, "disowned", method, now=now)
    for coordinator in people.coordinators(tx):
        if coordinator.id != by.id:
            inform(tx, coordinator, "payout_method_disowned", now=now, worker=by.id, used=was_active)
    _screen(tx, by, now=now, said="disowned")


def ask(tx: Tx, person: Person, why: str, now: int) -> None:
    """Ask somebody who has money where it shall go. `why`: "money" (their first) or "payday" (it is near)."""
    inform(tx, person, "payout_method_wanted", now=now, why=why)
    if why == "payday":
        method_requests.reminded(tx, person.id, now=now)
    else:
        method_requests.asked(tx, person.id, now=now)


def leave(tx: Tx, by: Person) -> None:
    """Consent was taken back: methods are kept until the balance is paid, then erased by the clock."""
    methods.leave(tx, by.id)


def stay(tx: Tx, by: Person) -> None:
    """Consent was given again."""
    methods.stay(tx, by.id)


def _require_open(tx: Tx, by: Person, *, now: int) -> None:
    until = _stopped_until(tx, by.id, now=now)
    if until is not None:
        raise ChangesStopped(at=until)


def _require_money(tx: Tx, by: Person) -> None:
    accounts = (ledger.available, ledger.in_review, ledger.in_transit, ledger.paid)
    if not by.is_worker and not any(balance(tx, account(by.id)) for account in accounts):
        raise NoMoneyHere


def _begin(tx: Tx, by: Person, number: Number, *, now: int) -> Method:
    methods.begin(tx, by.id, number.kind, number.value, now=now)
    begun = methods.begun(tx, by.id)
    assert begun is not None
    return begun


def _confirm(tx: Tx, by: Person, method: Method, name: str, *, now: int) -> None:
    """The first method is used at once, a later one when it has waited: by then its owner has had time to object."""
    first = not methods.ever(tx, by.id)
    methods.confirm(tx, method, name=name, active_from=now if first else now + WAITS, now=now)
    if consents.live(tx, by.id) is None:
        methods.leave(tx, by.id)
    method_requests.settled(tx, by.id)
    _stop_asking(tx, by)
    _note(tx, by, "given" if first else "changed", method, now=now)
    key = "payout_method_set" if first else "payout_method_changing"
    tell(tx, by, key, now=now, slot=Slot.PAYOUT_METHOD, method=method.id, at=now)


def _keeps(tx: Tx, by: Person, number: Number, *, now: int) -> bool:
    """What they have, given once more, keeps it: a change that waits is taken back."""
    active, waiting = methods.active(tx, by.id), methods.waiting(tx, by.id)
    if active is not None and methods.is_same(tx, active, number.kind, number.value):
        if waiting is not None:
            methods.close(tx, waiting, state="cancelled", now=now)
            _note(tx, by, "kept", waiting, now=now)
        return True
    return waiting is not None and methods.is_same(tx, waiting, number.kind, number.value)


def _is_taken(tx: Tx, by: Person, kind: str, number: str, *, now: int) -> bool:
    """Somebody else is paid there. People decide what that means: the coordinators get one hint, of both."""
    other = methods.someone_else(tx, by.id, kind, number)
    if other is None:
        return False
    if method_requests.shared(tx, by.id, now=now):
        audit.add(tx, person_id=by.id, action="payout_method.shared", subject=f"person:{by.id}", now=now, other=other)
        for coordinator in people.coordinators(tx):
            inform(tx, coordinator, "payout_method_shared", now=now, worker=by.id, other=other)
    methods.drop_begun(tx, by.id)
    return True


def _reached(found: Number | Problem, rules: Rules) -> Number | Problem:
    """A number that the rail of its kind cannot pay to is of no use here."""
    if isinstance(found, Number) and found.kind == IBAN and not found.sepa:
        rail = rails.for_method(IBAN, rules)
        if rail is not None and rail.name == "sepa":
            return Problem("iban_outside", {"country": found.value[:2]})
    return found


def _stopped_until(tx: Tx, worker_id: int, *, now: int) -> int | None:
    at = methods.disowned_at(tx, worker_id)
    return at + STOPPED_FOR if at is not None and now < at + STOPPED_FOR else None


def _ask_number(tx: Tx, by: Person, kind: str, *, now: int, problem: Problem | None = None) -> None:
    methods.drop_begun(tx, by.id)
    questions.ask(tx, by.id, NUMBER, now=now, kind=kind)
    code, facts = (problem.code, dict(problem.facts)) if problem else (None, {})
    tell(tx, by, "payout_number", now=now, slot=Slot.PAYOUT_METHOD, kind=kind, problem=code, facts=facts)


def _ask_holder(tx: Tx, by: Person, method: Method, *, now: int, problem: Problem | None = None) -> None:
    questions.ask(tx, by.id, HOLDER, now=now, method=method.id)
    code, facts = (problem.code, dict(problem.facts)) if problem else (None, {})
    tell(tx, by, "payout_holder", now=now, slot=Slot.PAYOUT_METHOD, method=method.id, problem=code, facts=facts)


def _stop_asking(tx: Tx, by: Person) -> None:
    """A number that was asked for must not be taken later for something else."""
    question = questions.open_for(tx, by.id)
    if question is not None and question.purpose in ANSWERS:
        questions.close(tx, by.id)
        methods.drop_begun(tx, by.id)


def _take_out(tx: Tx, by: Person, message_id: int, *, now: int) -> None:
    tell(tx, by, "taken_out", now=now, message_id=message_id)


def _screen(tx: Tx, by: Person, *, now: int, said: str | None = None) -> None:
    tell(tx, by, "payout_method", now=now, slot=Slot.PAYOUT_METHOD, at=now, said=said)


def _note(tx: Tx, by: Person, event: str, method: Method, *, now: int) -> None:
    audit.add(
        tx,
        person_id=by.id,
        action=f"payout_method.{event}",
        subject=f"person:{by.id}",
        now=now,
        method=method.id,
        kind=method.kind,
    )
