"""Payouts over a provider's API, each made once: what is written before a call, and what each answer changes.

The engine (bot/paying.py) makes the calls; here is what it may do next. A sending is on disk with its key before
anything leaves, each call is noted before it is made, and after any doubt the same key goes out again: either the
provider has it, then it says so and is asked, or it has not, then it takes it now. Money is released only by what is
certain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence, Set
from typing import Final

from domain.bank_answers import key_of
from domain.money import from_decimal_text
from domain.sendings import (
    MOST_ITEMS,
    SAFE,
    WATCHED,
    Item,
    Line,
    Look,
    Sending,
    Standing,
    body,
    next_call,
    next_look,
    payout_of,
    value_text,
)
from storage import ledger, payout_methods, payouts, people, sendings
from storage.database import Tx
from usecases import settling
from usecases.notify import inform
from usecases.payout_files import installation

RAIL: Final = "paypal"
OPEN: Final = ("sending", "unknown")
REFUSED: Final = "receiver_invalid"
"""The problem of a payout whose receiver the provider refused, at first while its key is not decided."""
UNCLAIMED: Final = "unclaimed"
"""The problem of a payout that waits for its receiver: where it is, is known, and they were told."""
FEES: Final = 1_000_000
"""Fees of sendings are numbered behind this, those of files before it."""


def begin(tx: Tx, *, now: int, most: int = MOST_ITEMS) -> bool:
    """Write the next sending of an approved run, at most `most` payouts; False when none waits.

    Who has nowhere to be paid to gets the money back on their balance.
    """
    run_id = sendings.waiting_run(tx, RAIL)
    if run_id is None:
        return False
    run = payouts.by_id(tx, run_id)
    assert run is not None
    number = sendings.next_number(tx, run_id)
    own = installation(tx)
    key = f"{tx.rules.bot_username or 'tallyhand'}-{own}-{run.period}-{run_id}-{number}"
    items: dict[int, Item] = {}
    nowhere: list[int] = []
    for one in sendings.due(tx, run_id, RAIL, limit=most):
        receiver = "" if one.method_id is None else payout_methods.receiver(tx, one.method_id).number
        if receiver:
            value = value_text(one.amount, tx.rules.currency)
            items[one.id] = Item(key_of(own, one.id), receiver, value, tx.rules.currency)
        else:
            nowhere.append(one.id)
    request = body(key, items.values())
    sending_id = sendings.add(
        tx, run_id=run_id, number=number, key=key, request=request, payouts=[*items, *nowhere], now=now
    )
    for payout_id in nowhere:
        _fail(tx, payout_id, "no_method", now=now)
    if not items:
        sendings.change(tx, sending_id, state="ended", closed_at=now, request=None)
    return True


def call(tx: Tx, *, sending_id: int, now: int) -> bytes | None:
    """Note that it is being sent now and return its body; None when it must not be (any more).

    A call that was noted and whose answer was not is a doubt: its process died. With a doubt, nothing is sent when the
    provider may have forgotten the key.
    """
    one = _written(tx, sending_id)
    if one is None:
        return None
    doubt_at = one.called_at or one.doubt_at
    if doubt_at is not None and one.first_at is not None and now - one.first_at > SAFE:
        _lose(tx, one, "too_late", now=now)
        return None
    sendings.change(
        tx,
        one.id,
        calls=one.calls + 1,
        first_at=one.first_at or now,
        called_at=now,
        doubt_at=doubt_at,
        next_at=next_call(one.calls, now),
    )
    return sendings.request(tx, one.id)


def taken(tx: Tx, *, sending_id: int, reference: str | None, now: int) -> None:
    """The provider has it, now or since an earlier call; `reference` is its number, None if it does not say."""
    one = _written(tx, sending_id)
    if one is None:
        return
    if reference is None:
        _lose(tx, one, "no_link", now=now)
        return
    sendings.change(
        tx,
        one.id,
        state="taken",
        reference=reference,
        request=None,
        called_at=None,
        next_at=next_look(0, {Standing.PENDING}, now),
    )


def doubted(tx: Tx, *, sending_id: int, now: int) -> None:
    """Nobody knows whether the call under way did anything; the key goes out again when its time comes."""
    one = _written(tx, sending_id)
    if one is not None:
        sendings.change(tx, one.id, called_at=None, doubt_at=one.called_at or now)


def put_off(tx: Tx, *, sending_id: int, why: str, wait: int | None, now: int) -> None:
    """The call certainly did nothing; again after `wait` microseconds (None: as usual). Earlier doubts stay."""
    one = _written(tx, sending_id)
    if one is None:
        return
    sendings.change(tx, one.id, called_at=None, next_at=one.next_at if wait is None else now + wait)
    if why == "credentials":
        _trouble(tx, one, why, now=now)


def refused(tx: Tx, *, sending_id: int, name: str, items: dict[int, str], now: int) -> None:
    """The provider takes none of it. Without the receivers it names, the others go under the same key.

    Those receivers get their money back once the key is decided: when what was taken under it is seen not to hold them.
    What is wrong with the account, not with an item, waits for people, who are told once a run.
    """
    one = _written(tx, sending_id)
    if one is None:
        return
    sendings.change(tx, one.id, called_at=None)
    request = json.loads(sendings.request(tx, one.id) or b"{}")
    sent = request.get("items", [])
    wrong = {number for number, field in items.items() if field == "receiver" and number < len(sent)}
    if not wrong:
        _trouble(tx, one, name, now=now)
        return
    for number in sorted(wrong):
        payout_id = payout_of(sent[number]["sender_item_id"])
        assert payout_id is not None
        payouts.change(tx, payout_id, problem=REFUSED)
    request["items"] = [item for number, item in enumerate(sent) if number not in wrong]
    if request["items"]:
        sendings.rewrite(tx, one.id, json.dumps(request, separators=(",", ":")).encode())
        sendings.change(tx, one.id, next_at=now)
    elif one.doubt_at is None:
        _fail_refused(tx, one, now=now)
        sendings.change(tx, one.id, state="ended", closed_at=now, request=None)
    else:
        _lose(tx, one, "refused_in_doubt", now=now)


def settle(tx: Tx, *, sending_id: int, lines: Sequence[Line], denied: bool, now: int) -> None:
    """Bring some payouts of a sending to where the provider says they are; the same again changes nothing."""
    one = sendings.by_id(tx, sending_id)
    assert one is not None
    for line in lines:
        _settle(tx, one, line, denied=denied, now=now)


def _settle(tx: Tx, one: Sending, line: Line, *, denied: bool, now: int) -> None:
    payout_id = payout_of(line.key)
    payout = None if payout_id is None else payouts.payout(tx, payout_id)
    if payout is None or payout.sending_id != one.id:
        _trouble(tx, one, "not_ours", now=now)
        return
    is_open = payout.state in OPEN
    if line.currency != tx.rules.currency or line.value != value_text(payout.amount, line.currency):
        if payout.state == "sending":
            settling.unknown(tx, payout, now=now)
        _trouble(tx, one, "mismatch", now=now)
        return
    standing = Standing.FAILED if denied and line.standing is Standing.PENDING else line.standing
    problem = line.problem or ("denied" if denied else standing.value)
    if standing is Standing.PAID and is_open:
        settling.paid(tx, payout, reference=line.reference, now=now)
    elif standing is Standing.PAID and payout.state in ("failed", "returned"):
        _trouble(tx, one, "paid_after_all", now=now)
    elif standing in (Standing.FAILED, Standing.RETURNED) and is_open:
        settling.failed(tx, payout, problem=problem, now=now)
    elif standing is Standing.RETURNED and payout.state == "paid":
        settling.returned(tx, payout, problem=problem, now=now)
    elif standing is Standing.UNCLAIMED and is_open and payout.problem != UNCLAIMED:
        payouts.change(tx, payout.id, problem=UNCLAIMED)
        inform(tx, people.by_id(tx, payout.worker_id), "payout_unclaimed", now=now, payout=payout.id)


def looked(tx: Tx, *, sending_id: int, look: Look, now: int) -> None:
    """After `settle` of all its lines: the fees, what is missing, and when to look again, if ever."""
    one = sendings.by_id(tx, sending_id)
    assert one is not None
    if one.state != "taken":
        return
    states = sendings.payouts_of(tx, one.id)
    standings = {payout_of(line.key): line.standing for line in look.lines}
    over = now - one.created_at > WATCHED
    if look.worked:
        _fail_refused(tx, one, listed=set(standings), now=now)
        states = sendings.payouts_of(tx, one.id)
    strange = {payout_id for payout_id, state in states.items() if state == "sending" and payout_id not in standings}
    if look.denied:
        for payout_id in strange:
            _fail(tx, payout_id, "denied", now=now)
    elif look.worked and strange:
        _unknown(tx, strange, now=now)
        _trouble(tx, one, "missing", now=now)
    if look.worked and not look.denied and look.fees is not None:
        _charge(tx, one, *look.fees, now=now)
    if over:
        left = {payout_id for payout_id, state in states.items() if state == "sending"}
        if left:
            _unknown(tx, left, now=now)
            _trouble(tx, one, "too_late", now=now)
        sendings.change(tx, one.id, state="ended", closed_at=now)
        return
    waiting = {standings.get(payout_id, Standing.PENDING) for payout_id, state in states.items() if state in OPEN}
    sendings.change(tx, one.id, looks=one.looks + 1, next_at=next_look(one.looks, waiting, now))


def not_looked(tx: Tx, *, sending_id: int, wrong_credentials: bool, now: int) -> None:
    """The provider did not answer a question; it is asked again, and when that goes on for long, people are told."""
    one = sendings.by_id(tx, sending_id)
    assert one is not None
    sendings.change(tx, one.id, looks=one.looks + 1, next_at=next_look(one.looks, {Standing.PENDING}, now))
    if wrong_credentials:
        _trouble(tx, one, "credentials", now=now)
    elif now - one.created_at > WATCHED:
        _lose(tx, one, "too_late", now=now)


def _charge(tx: Tx, one: Sending, value: str, currency: str, *, now: int) -> None:
    """The provider's fees of a sending, once; fees in another currency are in the provider's own statement alone."""
    amount, number = from_decimal_text(value), FEES + one.number
    if currency == tx.rules.currency and amount > 0 and not ledger.moved(tx, f"run:{one.run_id}:fee:{number}"):
        settling.fee(tx, one.run_id, amount, number=number, now=now)


def _lose(tx: Tx, one: Sending, why: str, *, now: int) -> None:
    """Nobody will know without looking by hand."""
    states = sendings.payouts_of(tx, one.id)
    _unknown(tx, {payout_id for payout_id, state in states.items() if state == "sending"}, now=now)
    sendings.change(tx, one.id, state="lost", closed_at=now, called_at=None, request=None)
    _trouble(tx, one, why, now=now)


def _fail(tx: Tx, payout_id: int, problem: str, *, now: int) -> None:
    payout = payouts.payout(tx, payout_id)
    assert payout is not None
    settling.failed(tx, payout, problem=problem, now=now)


def _fail_refused(tx: Tx, one: Sending, *, listed: Set[int | None] = frozenset(), now: int) -> None:
    """Who was refused, and is in nothing that was taken, has the money back."""
    for payout_id in sendings.with_problem(tx, one.id, REFUSED):
        if payout_id not in listed:
            _fail(tx, payout_id, REFUSED, now=now)


def _unknown(tx: Tx, payout_ids: Iterable[int], *, now: int) -> None:
    for payout_id in sorted(payout_ids):
        payout = payouts.payout(tx, payout_id)
        assert payout is not None
        settling.unknown(tx, payout, now=now)


def _trouble(tx: Tx, one: Sending, why: str, *, now: int) -> None:
    """Tell who coordinates, once a run and reason."""
    for person in people.coordinators(tx):
        dedupe = f"run:{one.run_id}:{why}:{person.id}"
        inform(tx, person, "sending_trouble", now=now, dedupe=dedupe, sending=one.id, why=why)


def _written(tx: Tx, sending_id: int) -> Sending | None:
    one = sendings.by_id(tx, sending_id)
    return one if one is not None and one.state == "written" else None
