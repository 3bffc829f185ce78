"""Payout runs and the payouts in them."""

from __future__ import annotations

from dataclasses import fields
from typing import NamedTuple

from domain.payouts import Payout, PayoutRun
from storage.database import Tx
from storage.ledger import number_of

RUN = ", ".join(field.name for field in fields(PayoutRun))
PAYOUT = ", ".join(field.name for field in fields(Payout))
IS_OPEN = "state in ('reserved', 'sending', 'unknown')"
"""The words of the index payouts_open: a statement about one of these states has them, too, else it is not used."""
WAITS = "state in ('proposed', 'confirming', 'approved')"
"""The same of payout_runs_open."""


class Due(NamedTuple):
    """Somebody with money available, in micro-units; `has_left`: their consent has ended."""

    worker_id: int
    balance: int
    has_left: bool


class Group(NamedTuple):
    """People with money who are alike for a run: their method, gone or not; `paid` (micro-units) is what goes out."""

    kind: str | None
    waits: bool
    has_left: bool
    is_paid: bool
    people: int
    balance: int
    paid: int


def add_run(tx: Tx, *, period: str, cutoff: int, now: int) -> PayoutRun:
    """Begin to gather a period's payouts; a period has one run (unique)."""
    run_id = tx.add(
        "insert into payout_runs (period, state, cutoff, created_at) values (:period, 'gathering', :cutoff, :now)",
        period=period,
        cutoff=cutoff,
        now=now,
    )
    run = by_id(tx, run_id)
    assert run is not None
    return run


def by_id(tx: Tx, run_id: int) -> PayoutRun | None:
    """The run, if there is one (ids come in button data, which anybody can alter)."""
    row = tx.one(f"select {RUN} from payout_runs where id = :id", id=run_id)
    return None if row is None else PayoutRun(*tuple(row))


def of_period(tx: Tx, period: str) -> PayoutRun | None:
    """The run of a period, if anything was due in it."""
    row = tx.one(f"select {RUN} from payout_runs where period = :period", period=period)
    return None if row is None else PayoutRun(*tuple(row))


def recent(tx: Tx, *, limit: int) -> list[PayoutRun]:
    """The newest runs that staff may see, newest first."""
    rows = tx.all(
        f"select {RUN} from payout_runs where state <> 'gathering' order by id desc limit :limit", limit=limit
    )
    return [PayoutRun(*tuple(row)) for row in rows]


def unpaid(tx: Tx, *, limit: int) -> list[PayoutRun]:
    """Runs that wait for staff, oldest first."""
    rows = tx.all(
        f"select {RUN} from payout_runs where {WAITS} order by id limit :limit",
        limit=limit,
    )
    return [PayoutRun(*tuple(row)) for row in rows]


def marked(tx: Tx) -> PayoutRun | None:
    """The oldest run with payouts by hand that are marked paid and not closed yet."""
    row = tx.one(
        f"select {RUN} from payout_runs where {WAITS} and state = 'approved'"
        " and exists (select 1 from payouts p where p.run_id = payout_runs.id and p.rail = 'by_hand'"
        f" and p.{IS_OPEN} and p.state = 'sending') order by id limit 1"
    )
    return None if row is None else PayoutRun(*tuple(row))


def change_run(tx: Tx, run_id: int, **columns: object) -> None:
    """Set columns by name (the names come from code, never from people)."""
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    tx.run(f"update payout_runs set {assignments} where id = :id", id=run_id, **columns)


def due(tx: Tx, *, after: int, limit: int, least: int) -> tuple[list[Due], int | None]:
    """Look at the next `limit` people behind `after`: those with `least` or more available, who have left or not.

    The second value is where to go on; None when nobody is left. Everybody is looked at, whatever their role now: who
    stopped, withdrew or was suspended is paid all the same.
    """
    last = tx.value(
        "select max(id) from (select id from people where id > :after order by id limit :limit)",
        after=after,
        limit=limit,
    )
    if last is None:
        return [], None
    rows = tx.all(
        "select p.id, a.balance, (select max(c.withdrawn_at is null) from consents c where c.person_id = p.id) = 0"
        f" as has_left from people p join balances a on a.id = {number_of('available', 'p.id')}"
        " where p.id > :after and p.id <= :last and a.balance >= :least order by p.id",
        after=after,
        last=last,
        least=least,
    )
    return [Due(row[0], row[1], bool(row[2])) for row in rows], int(last)


def add(tx: Tx, *, run_id: int, worker_id: int, amount: int, rail: str, method_id: int | None) -> int:
    """A worker's part of a run, reserved; a run has one a worker (unique). Returns its id."""
    payout_id = tx.add(
        "insert into payouts (run_id, worker_id, amount, state, rail, method_id)"
        " values (:run_id, :worker_id, :amount, 'reserved', :rail, :method_id)",
        run_id=run_id,
        worker_id=worker_id,
        amount=amount,
        rail=rail,
        method_id=method_id,
    )
    tx.run("update payout_runs set total = total + :amount, count = count + 1 where id = :id", id=run_id, amount=amount)
    return payout_id


def payout(tx: Tx, payout_id: int) -> Payout | None:
    """One payout."""
    row = tx.one(f"select {PAYOUT} from payouts where id = :id", id=payout_id)
    return None if row is None else Payout(*tuple(row))


def of_run(tx: Tx, run_id: int, *, after: int = 0, limit: int) -> list[Payout]:
    """A run's payouts by worker, behind a worker's id."""
    rows = tx.all(
        f"select {PAYOUT} from payouts where run_id = :run_id and worker_id > :after order by worker_id limit :limit",
        run_id=run_id,
        after=after,
        limit=limit,
    )
    return [Payout(*tuple(row)) for row in rows]


def in_state(tx: Tx, run_id: int, *, rail: str, state: str, limit: int) -> list[Payout]:
    """A run's payouts of a rail in one of the open states, oldest first."""
    rows = tx.all(
        f"select {PAYOUT} from payouts where run_id = :run_id and rail = :rail"
        f" and {IS_OPEN} and state = :state order by id limit :limit",
        run_id=run_id,
        rail=rail,
        state=state,
        limit=limit,
    )
    return [Payout(*tuple(row)) for row in rows]


def mark(tx: Tx, run_id: int, *, rail: str, now: int) -> int:
    """What a run pays over a rail is under way from now on; returns how many payouts that are."""
    return tx.run(
        "update payouts set state = 'sending', sent_at = :now where run_id = :run_id and rail = :rail"
        f" and {IS_OPEN} and state = 'reserved'",
        run_id=run_id,
        rail=rail,
        now=now,
    ).rowcount


def any_open(tx: Tx, run_id: int) -> bool:
    """Some payout of the run has not ended."""
    sql = f"select 1 from payouts where run_id = :id and {IS_OPEN} limit 1"
    return tx.one(sql, id=run_id) is not None


def change(tx: Tx, payout_id: int, **columns: object) -> None:
    """Set columns of a payout by name (the names come from code, never from people)."""
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    tx.run(f"update payouts set {assignments} where id = :id", id=payout_id, **columns)


def close(tx: Tx, payout_id: int, *, state: str, reference: str | None, problem: str | None, now: int) -> None:
    """It has ended: paid, failed or returned."""
    tx.run(
        "update payouts set state = :state, reference = :reference, problem = :problem, closed_at = :now"
        " where id = :id",
        id=payout_id,
        state=state,
        reference=reference,
        problem=problem,
        now=now,
    )


def standing(tx: Tx, run_id: int) -> list[tuple[str, str, int, int]]:
    """A run by rail and state: (rail, state, how many, micro-units)."""
    rows = tx.all(
        "select rail, state, count(*), sum(amount) from payouts where run_id = :run_id group by rail, state",
        run_id=run_id,
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def rails_of(tx: Tx, run_id: int, state: str) -> list[tuple[str, int, int]]:
    """What of a run waits in one of the open states, by rail: (rail, how many, micro-units)."""
    rows = tx.all(
        "select rail, count(*), sum(amount) from payouts where run_id = :run_id"
        f" and {IS_OPEN} and state = :state group by rail order by rail",
        run_id=run_id,
        state=state,
    )
    return [(row[0], row[1], row[2]) for row in rows]


def reserved_page(tx: Tx, run_id: int, rail: str, *, after: int, limit: int) -> list[Payout]:
    """What of a run waits to be handed to a rail, by id."""
    rows = tx.all(
        f"select {PAYOUT} from payouts where run_id = :run_id and rail = :rail"
        f" and {IS_OPEN} and state = 'reserved' and id > :after"
        " order by id limit :limit",
        run_id=run_id,
        rail=rail,
        after=after,
        limit=limit,
    )
    return [Payout(*tuple(row)) for row in rows]


def any_approved(tx: Tx) -> bool:
    """Some run was approved once: there may be answers about it."""
    return tx.one("select 1 from payout_runs where state in ('approved', 'settled') limit 1") is not None


def next_late(tx: Tx, run_id: int, *, limit: int) -> list[Payout]:
    """Payouts of a run that have not ended and whose workers were not told that it takes longer."""
    rows = tx.all(
        f"select {PAYOUT} from payouts where run_id = :run_id and {IS_OPEN}"
        " and late_at is null and problem is not 'unclaimed' limit :limit",
        run_id=run_id,
        limit=limit,
    )
    return [Payout(*tuple(row)) for row in rows]


def oldest_sent(tx: Tx, run_id: int) -> int | None:
    """Since when the run's oldest payout is under way and has not ended."""
    at: int | None = tx.value(
        f"select min(sent_at) from payouts where run_id = :id and {IS_OPEN} and problem is not 'unclaimed'",
        id=run_id,
    )
    return at


def would_pay(tx: Tx, *, kinds: str, least: int) -> list[Group]:
    """What a run now would pay, without anything being changed: everybody with `least` or more, in groups.

    `kinds` is a JSON list of [kind of method, smallest coin, minimum]; the kind "" is for who has none that is active.
    """
    rows = tx.all(
        # json_each is read once: a rule is looked up for each of everybody.
        "with rules (kind, coin, minimum) as materialized (select value ->> 0, value ->> 1, value ->> 2"
        " from json_each(:kinds)),"
        " everybody as (select a.balance, m.kind as kind,"
        " exists (select 1 from payout_methods w where w.worker_id = p.id and w.state = 'waiting') as waits,"
        " coalesce((select max(c.withdrawn_at is null) from consents c where c.person_id = p.id) = 0, 0) as has_left"
        f" from people p join balances a on a.id = {number_of('available', 'p.id')}"
        " left join payout_methods m on m.worker_id = p.id and m.state = 'active' where a.balance >= :least),"
        " judged as (select e.*, r.coin, r.kind is not null and (e.balance >= r.minimum or e.has_left)"
        " and e.balance >= r.coin as is_paid from everybody e left join rules r on r.kind = coalesce(e.kind, ''))"
        " select kind, waits and kind is null, has_left, is_paid, count(*), sum(balance),"
        " sum(case when is_paid then balance - balance % coin else 0 end) from judged group by 1, 2, 3, 4",
        kinds=kinds,
        least=least,
    )
    return [Group(row[0], bool(row[1]), bool(row[2]), bool(row[3]), row[4], row[5], row[6]) for row in rows]
