"""Reports as a coordinator decides about them: agreed, it pays like the task, once; declined, the task goes on."""

from __future__ import annotations

from typing import Final

from domain import ledger as accounts
from domain.batches import Batch, Task
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.rejections import ReportDecided, ReportUnpaid
from domain.reviews import OwnWork
from storage import audit, batches, ledger, people, reports, tasks, worker_days
from storage.database import Tx
from storage.reports import Report
from usecases import progress, reserves
from usecases.notify import inform, tell
from usecases.roles import require_coordinator

AT_ONCE: Final = 100
"""A task has this many answers at most, so about as many reports."""


def show(tx: Tx, *, by: Person, batch: int, after: int = 0, now: int) -> None:
    """Show the reports of the next task of a batch that has open ones; behind the last the first, or that none is."""
    require_coordinator(by)
    if batches.by_id(tx, batch) is None:
        raise StaleButton
    task = reports.next_task(tx, batch, after=after) or reports.next_task(tx, batch, after=0)
    tell(tx, by, "reports", now=now, slot=Slot.reports(batch), batch=batch, task=task)


def agree(tx: Tx, *, by: Person, task: int, upto: int, now: int) -> int:
    """Pay the task's reports that were shown (ids up to `upto`) like the task, and offer it to nobody until somebody
    does; returns micro-units. Raises ReportDecided, ReportUnpaid, OwnWork when all of them are one's own."""
    found, batch, shown = _shown(tx, by, task, upto)
    price = batch.price or 0
    for report in shown:
        _see_to(tx, batch, price, now=now)
        reports.decide(tx, report.id, state="agreed", by=by.id, amount=price, now=now)
        ledger.transfer(
            tx,
            cause=f"report:{report.id}:credited",
            debit=accounts.reserve(batch.id),
            credit=accounts.available(report.worker_id),
            amount=price,
            currency=tx.rules.currency,
            now=now,
        )
        day = tx.rules.day(report.at)
        worker_days.add(tx, report.worker_id, day, submissions=0, earned=price, active_micros=0)
        inform(tx, people.by_id(tx, report.worker_id), "report_paid", now=now, task=task, amount=price)
    tasks.pause(tx, found.id)
    _decided(tx, by, found, "report.agreed", len(shown), now=now)
    reserves.release_rest(tx, batch.id, now)
    return price * len(shown)


def decline(tx: Tx, *, by: Person, task: int, upto: int, now: int) -> None:
    """The task can be done: its reports that were shown pay nothing, and it is offered again. Raises as above."""
    found, _, shown = _shown(tx, by, task, upto)
    for report in shown:
        reports.decide(tx, report.id, state="declined", by=by.id, amount=0, now=now)
        inform(tx, people.by_id(tx, report.worker_id), "report_declined", now=now, task=task)
    if found.state == "paused":
        tasks.resume(tx, found.batch_id, found.id)
    _decided(tx, by, found, "report.declined", len(shown), now=now)


def _shown(tx: Tx, by: Person, task_id: int, upto: int) -> tuple[Task, Batch, list[Report]]:
    require_coordinator(by)
    task = tasks.by_id(tx, task_id)
    batch = None if task is None else batches.by_id(tx, task.batch_id)
    if task is None or batch is None:
        raise StaleButton
    found = [one for one in reports.open_of_task(tx, batch.id, task_id) if one.id <= upto]
    if not found:
        raise ReportDecided
    others = [one for one in found if one.worker_id != by.id]
    if not others:
        raise OwnWork
    return task, batch, others[:AT_ONCE]


def _see_to(tx: Tx, batch: Batch, price: int, *, now: int) -> None:
    """The reserve holds it beside open cards and work sent back, else the free funds add it."""
    if ledger.balance(tx, accounts.reserve(batch.id)) - batches.promised(tx, batch.id) >= price:
        return
    cost = reserves.one_more(tx, batch.id)
    if ledger.balance(tx, accounts.FUNDS) < cost.total:
        raise ReportUnpaid
    reserves.add(tx, batch.id, cost, by=people.by_id(tx, batch.created_by), now=now)


def _decided(tx: Tx, by: Person, task: Task, action: str, count: int, *, now: int) -> None:
    audit.add(tx, person_id=by.id, action=action, subject=f"task:{task.id}", now=now, count=count)
    progress.refresh(tx, task.batch_id, now)
    tell(tx, by, "reports", now=now, slot=Slot.reports(task.batch_id), batch=task.batch_id, task=task.id)
