"""Files for banks: who is in one, made once, on record before anybody has it, handed out again as the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.bank_answers import key_of
from domain.money import as_fixed_text
from domain.notices import Json
from domain.payouts import FileUnderWay, NoFileFor, NotYetApproved, Order, PayoutRun
from domain.people import Person
from domain.rails import RAILS, Rail
from domain.refusals import StaleButton
from storage import audit, facts, jobs, payout_files, payout_methods, payouts, people
from storage.database import Tx
from usecases import payouts as runs
from usecases import settling
from usecases.notify import tell
from usecases.roles import require_coordinator

JOB: Final = "payout_file"
NAMES: Final = tuple(RAILS)
"""Buttons carry a rail's place in here."""


class Changed(Exception):
    """What a file was made of is not what waits now: it must not be kept, and is made anew."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The next file of a run and rail: its number, from 1; None when nothing waits for one."""

    run: PayoutRun
    rail: Rail
    installation: str
    number: int | None


def ask(tx: Tx, *, by: Person, run_id: int, rail: int, now: int) -> bool:
    """Hand out the files of an approved run and rail, or have them made first; False then.

    Raises NotYetApproved, NoFileFor, FileUnderWay.
    """
    require_coordinator(by)
    run = payouts.by_id(tx, run_id)
    if run is None or not 0 <= rail < len(NAMES) or RAILS[NAMES[rail]].how != "file":
        raise StaleButton
    if run.state not in ("approved", "settled"):
        raise NotYetApproved
    name = NAMES[rail]
    waits = payouts.reserved_page(tx, run_id, name, after=0, limit=1)
    if not waits and not payout_files.of_run(tx, run_id, name):
        raise NoFileFor
    if waits:
        if any((job.params["run"], job.params["rail"]) == (run_id, name) for job in jobs.of_person(tx, by.id, JOB)):
            raise FileUnderWay
        jobs.ask(tx, JOB, person_id=by.id, now=now, run=run_id, rail=name)
        return False
    _hand_out(tx, by.id, run, name, now=now)
    return True


def installation(tx: Tx) -> str:
    """What tells this installation's payouts from another's at a bank; made with the database."""
    own = facts.get(tx, "installation")
    assert own is not None, "migration 5 makes it"
    return own.decode()


def plan(tx: Tx, *, run_id: int, rail: str) -> Plan:
    """What is to be made next."""
    run = payouts.by_id(tx, run_id)
    assert run is not None, "runs are never deleted"
    waits = payouts.reserved_page(tx, run_id, rail, after=0, limit=1)
    return Plan(run, RAILS[rail], installation(tx), len(payout_files.of_run(tx, run_id, rail)) + 1 if waits else None)


def page(tx: Tx, *, run_id: int, rail: str, after: int, limit: int) -> list[Order]:
    """The next payouts as a file takes them, by id; numbers and names are opened. A number that is gone is empty."""
    digits, own = RAILS[rail].digits(tx.rules.currency), installation(tx)
    found = []
    for one in payouts.reserved_page(tx, run_id, rail, after=after, limit=limit):
        method = None if one.method_id is None else payout_methods.by_id(tx, one.method_id)
        number, name = ("", "") if method is None else payout_methods.receiver(tx, method.id)
        kind = "" if method is None else method.kind
        key, amount = key_of(own, one.id), as_fixed_text(one.amount, digits)
        found.append(Order(one.id, key, name or people.name(tx, one.worker_id), kind, number, amount, one.amount))
    return found


def refuse(tx: Tx, *, refused: list[tuple[int, str]], now: int) -> None:
    """Who cannot be in the file has the money on their balance again, and reads why."""
    for payout_id, problem in refused:
        one = payouts.payout(tx, payout_id)
        if one is not None and one.state == "reserved":
            settling.failed(tx, one, problem=problem, now=now)


def keep(
    tx: Tx,
    *,
    run_id: int,
    rail: str,
    number: int,
    key: str,
    name: str,
    sha256: str,
    content: bytes,
    orders: tuple[int, int, int],
    by: int,
    now: int,
) -> None:
    """Keep a file and mark what it pays as under way, in one commit; only then anybody gets it.

    `orders` are (how many, micro-units, the last payout's id). Raises Changed when the rows say otherwise.
    """
    count, total, upto = orders
    file_id = payout_files.add(
        tx,
        run_id=run_id,
        rail=rail,
        number=number,
        key=key,
        name=name,
        sha256=sha256,
        content=content,
        count=count,
        total=total,
        created_at=now,
        created_by=by,
    )
    filled = payout_files.fill(tx, file_id, run_id=run_id, rail=rail, upto=upto, now=now)
    if filled != (count, total) or payout_files.goes_nowhere(tx, file_id):
        raise Changed
    details: dict[str, Json] = {"rail": rail, "count": count, "total": total, "sha256": sha256}
    audit.add(tx, person_id=by, action="payout_run.file", subject=f"payout_run:{run_id}", now=now, **details)


def finish(tx: Tx, *, job: int, run_id: int, rail: str, now: int) -> None:
    """End the job, once; who asked gets the files, everybody sees how the run stands."""
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return
    jobs.close(tx, job, now=now)
    run = payouts.by_id(tx, run_id)
    assert run is not None
    _hand_out(tx, asked.person_id, run, rail, now=now)
    runs.refresh(tx, run, people.by_id(tx, asked.person_id), now=now)


def _hand_out(tx: Tx, person_id: int, run: PayoutRun, rail: str, *, now: int) -> None:
    files = payout_files.of_run(tx, run.id, rail)
    for one in files:
        tell(tx, person_id, "payout_bank_file", now=now, file=one.id, of=len(files))
    if not files:
        tell(tx, person_id, "payout_no_file", now=now, run=run.id)
        return
    audit.add(
        tx, person_id=person_id, action="payout_run.handed_out", subject=f"payout_run:{run.id}", now=now, rail=rail
    )
