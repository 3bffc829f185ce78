"""What is handed to a provider: rows written before anything leaves, and the payouts they hold."""

from __future__ import annotations

from sqlite3 import Row
from typing import Any, NamedTuple

from domain.sendings import Sending
from storage.database import Tx
from storage.payouts import IS_OPEN, WAITS

COLUMNS = ", ".join(Sending._fields)
CONTEXT = b"sendings.request"
RESERVED = f"p.rail = :rail and p.{IS_OPEN} and p.state = 'reserved'"
"""Says the states of the index payouts_open, so that it is used."""


class Due(NamedTuple):
    """A payout that waits to be handed over."""

    id: int
    worker_id: int
    amount: int
    method_id: int | None


def waiting_run(tx: Tx, rail: str) -> int | None:
    """The oldest approved run that has payouts of this rail which nothing was done with."""
    run: int | None = tx.value(
        f"select r.id from payout_runs r where r.{WAITS}"
        f" and r.state = 'approved' and exists (select 1 from payouts p where p.run_id = r.id and {RESERVED})"
        " order by r.id limit 1",
        rail=rail,
    )
    return run


def due(tx: Tx, run_id: int, rail: str, *, limit: int) -> list[Due]:
    """The next payouts of a run that nothing was done with."""
    rows = tx.all(
        f"select id, worker_id, amount, method_id from payouts p where run_id = :run_id and {RESERVED}"
        " order by id limit :limit",
        run_id=run_id,
        rail=rail,
        limit=limit,
    )
    return [Due(*tuple(row)) for row in rows]


def next_number(tx: Tx, run_id: int) -> int:
    """The number of the run's next sending, from 1."""
    return int(tx.value("select coalesce(max(number), 0) + 1 from sendings where run_id = :run_id", run_id=run_id))


def add(tx: Tx, *, run_id: int, number: int, key: str, request: bytes, payouts: list[int], now: int) -> int:
    """Write a sending and mark its payouts; returns its id. A key is used once (unique)."""
    sending_id = tx.add(
        "insert into sendings (run_id, number, key, state, request, next_at, created_at)"
        " values (:run_id, :number, :key, 'written', :request, :now, :now)",
        run_id=run_id,
        number=number,
        key=key,
        request=tx.cipher.seal(request, CONTEXT),
        now=now,
    )
    for payout_id in payouts:
        tx.run(
            "update payouts set state = 'sending', sending_id = :sending_id, sent_at = :now"
            " where id = :id and state = 'reserved'",
            id=payout_id,
            sending_id=sending_id,
            now=now,
        )
    return sending_id


def by_id(tx: Tx, sending_id: int) -> Sending | None:
    """The sending."""
    return _sending(tx.one(f"select {COLUMNS} from sendings where id = :id", id=sending_id))


def next_due(tx: Tx) -> Sending | None:
    """What is to be sent or looked at next, due or not."""
    return _sending(
        tx.one(
            f"select {COLUMNS} from sendings where state in ('written', 'taken') and next_at > 0"
            " order by next_at limit 1"
        )
    )


def request(tx: Tx, sending_id: int) -> bytes | None:
    """The body as it was sent, or will be; None once the provider has it."""
    sealed = tx.value("select request from sendings where id = :id", id=sending_id)
    return None if sealed is None else tx.cipher.open(sealed, CONTEXT)


def change(tx: Tx, sending_id: int, **columns: Any) -> None:
    """Set columns by name (the names come from code, never from people)."""
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    tx.run(f"update sendings set {assignments} where id = :id", id=sending_id, **columns)


def rewrite(tx: Tx, sending_id: int, request: bytes) -> None:
    """Another body under the same key: the provider has refused the earlier one."""
    change(tx, sending_id, request=tx.cipher.seal(request, CONTEXT))


def payouts_of(tx: Tx, sending_id: int) -> dict[int, str]:
    """State by id of the payouts that a sending holds."""
    rows = tx.all("select id, state from payouts where sending_id = :id", id=sending_id)
    return {row["id"]: row["state"] for row in rows}


def with_problem(tx: Tx, sending_id: int, problem: str) -> list[int]:
    """The payouts of a sending that have not ended and have this problem."""
    rows = tx.all(
        "select id from payouts where sending_id = :id and state = 'sending' and problem = :problem order by id",
        id=sending_id,
        problem=problem,
    )
    return [int(row["id"]) for row in rows]


def _sending(row: Row | None) -> Sending | None:
    return None if row is None else Sending(*tuple(row))
