"""Where workers want to be paid. Numbers and names are sealed; a keyed hash finds who gave the same one.

A sealed value opens for the person it was sealed for alone: a row copied to somebody else's name pays nobody.
"""

from __future__ import annotations

from sqlite3 import Row
from typing import NamedTuple

from storage.database import Tx
from storage.ledger import number_of

COLUMNS = "id, worker_id, kind, state, asked_at, active_from, closed_at"


class Method(NamedTuple):
    """One method of one worker; `kind` is iban, paypal, mobile or by_hand. Its number is not here: see `details`."""

    id: int
    worker_id: int
    kind: str
    state: str
    asked_at: int
    active_from: int | None
    closed_at: int | None


class Details(NamedTuple):
    """What a rail needs, opened: for a payment, or to be masked; never for a log. Empty once it has been erased."""

    number: str
    name: str


def by_id(tx: Tx, method_id: int) -> Method | None:
    """The method, if there is one (ids come in button data, which anybody can alter)."""
    return _method(tx.one(f"select {COLUMNS} from payout_methods where id = :id", id=method_id))


def active(tx: Tx, worker_id: int) -> Method | None:
    """Where the worker's next payout goes, if they have said."""
    sql = f"select {COLUMNS} from payout_methods where worker_id = :id and state = 'active'"
    return _method(tx.one(sql, id=worker_id))


def waiting(tx: Tx, worker_id: int) -> Method | None:
    """The change that waits for its time."""
    sql = f"select {COLUMNS} from payout_methods where worker_id = :id and state = 'waiting'"
    return _method(tx.one(sql, id=worker_id))


def begun(tx: Tx, worker_id: int) -> Method | None:
    """The number whose holder is still to be named."""
    return _method(
        tx.one(f"select {COLUMNS} from payout_methods where worker_id = :id and state = 'begun'", id=worker_id)
    )


def details(tx: Tx, method_id: int) -> Details:
    """The number as the rail takes it and its holder's name ("" where the rail needs none)."""
    row = tx.one("select worker_id, number, name from payout_methods where id = :id", id=method_id)
    assert row is not None, "a payout names a method there is"
    worker_id = row["worker_id"]
    return Details(_open(tx, row["number"], "number", worker_id), _open(tx, row["name"], "name", worker_id))


PAYS = ("active", "replaced")
"""A payout keeps the method it was gathered with when the worker changes theirs; the others are no longer paid to."""


def receiver(tx: Tx, method_id: int) -> Details:
    """The same for a payment that leaves now: empty also where its owner disowned or removed it, or money came back."""
    method = by_id(tx, method_id)
    assert method is not None, "a payout names a method there is"
    return details(tx, method_id) if method.state in PAYS else Details("", "")


def ever(tx: Tx, worker_id: int) -> bool:
    """The worker had a method once, whatever became of it: another one is a change."""
    sql = "select 1 from payout_methods where worker_id = :id and active_from is not null limit 1"
    return tx.one(sql, id=worker_id) is not None


def disowned_at(tx: Tx, worker_id: int) -> int | None:
    """When the worker last said that a change was not theirs."""
    at: int | None = tx.value("select max(disowned_at) from payout_methods where worker_id = :id", id=worker_id)
    return at


def someone_else(tx: Tx, worker_id: int, kind: str, number: str) -> int | None:
    """Another person who is paid to this number, will be, or was until not long ago."""
    sql = (
        "select worker_id from payout_methods where handle = :handle and worker_id <> :id and state <> 'begun'"
        " order by id limit 1"
    )
    other: int | None = tx.value(sql, handle=_handle(tx, kind, number), id=worker_id)
    return other


def is_same(tx: Tx, method: Method, kind: str, number: str) -> bool:
    """The method is of this kind and number."""
    if method.kind != kind:
        return False
    kept = tx.value("select handle from payout_methods where id = :id", id=method.id)
    return kept is None if kind == "by_hand" else kept == _handle(tx, kind, number)


def begin(tx: Tx, worker_id: int, kind: str, number: str, *, now: int) -> int:
    """Keep a number, sealed, until `confirm`; what the worker had begun before is forgotten. Returns its id."""
    drop_begun(tx, worker_id)
    by_hand = kind == "by_hand"
    return tx.add(
        "insert into payout_methods (worker_id, kind, number, handle, state, asked_at)"
        " values (:worker_id, :kind, :number, :handle, 'begun', :now)",
        worker_id=worker_id,
        kind=kind,
        number=None if by_hand else _seal(tx, number, "number", worker_id),
        handle=None if by_hand else _handle(tx, kind, number),
        now=now,
    )


def confirm(tx: Tx, method: Method, *, name: str, active_from: int, now: int) -> None:
    """What was begun is the worker's: active when its time has come, else waiting, in place of what waited before."""
    earlier = waiting(tx, method.worker_id)
    if earlier is not None:
        close(tx, earlier, state="cancelled", now=now)
    at_once = active_from <= now
    if at_once:
        _replace_active(tx, method.worker_id, now=now)
    tx.run(
        "update payout_methods set state = :state, name = :name, active_from = :active_from where id = :id",
        id=method.id,
        state="active" if at_once else "waiting",
        name=_seal(tx, name, "name", method.worker_id) if name else None,
        active_from=active_from,
    )


def close(tx: Tx, method: Method, *, state: str, now: int, disowned: bool = False) -> None:
    """It is used no more: replaced, cancelled or failed. Nothing happens to one that is closed."""
    tx.run(
        "update payout_methods set state = :state, closed_at = :now, disowned_at = :disowned_at"
        " where id = :id and closed_at is null",
        id=method.id,
        state=state,
        now=now,
        disowned_at=now if disowned else None,
    )


def fail(tx: Tx, method_id: int, now: int, *, problem: str | None = None) -> None:
    """Money came back from it: nothing more goes there, and before the next payday a new one is asked for once more.

    Who calls this tells the worker what came back and asks; `problem` is the code of why. A method that is closed
    already stays as it is: the worker has changed it meanwhile.
    """
    method = by_id(tx, method_id)
    if method is None or method.closed_at is not None:
        return
    close(tx, method, state="failed", now=now)
    tx.run(
        "insert into method_requests (worker_id, asked_at, problem) values (:id, :now, :problem)"
        " on conflict (worker_id)"
        " do update set asked_at = excluded.asked_at, reminded_at = null, problem = excluded.problem",
        id=method.worker_id,
        now=now,
        problem=problem,
    )


def activate_due(tx: Tx, now: int, *, limit: int = 200) -> list[Method]:
    """Changes whose time has come take the place of what was used; returns them. Call again while `limit` come back."""
    rows = tx.all(
        f"select {COLUMNS} from payout_methods where state = 'waiting' and active_from <= :now"
        " order by active_from limit :limit",
        now=now,
        limit=limit,
    )
    found = [Method(*tuple(row)) for row in rows]
    for method in found:
        _replace_active(tx, method.worker_id, now=now)
        tx.run("update payout_methods set state = 'active' where id = :id", id=method.id)
    return [method._replace(state="active") for method in found]


def restore(tx: Tx, method: Method, *, now: int) -> Method | None:
    """Use again what `method` took the place of; None when there was nothing, or it has been erased since."""
    row = tx.one(
        f"select {COLUMNS} from payout_methods where worker_id = :id and state = 'replaced' and closed_at >= :since"
        " and (handle is not null or kind = 'by_hand') order by closed_at desc limit 1",
        id=method.worker_id,
        since=method.active_from,
    )
    earlier = _method(row)
    if earlier is not None:
        sql = "update payout_methods set state = 'active', active_from = :now, closed_at = null where id = :id"
        tx.run(sql, id=earlier.id, now=now)
    return earlier


def drop_begun(tx: Tx, worker_id: int) -> None:
    """A number whose holder was not named is nobody's: it goes."""
    tx.run("delete from payout_methods where worker_id = :id and state = 'begun'", id=worker_id)


def forget_begun(tx: Tx, *, before: int, limit: int) -> int:
    """Delete numbers that were begun before an instant and went no further, at most `limit`; returns how many."""
    return tx.run(
        "delete from payout_methods where id in (select id from payout_methods where state = 'begun'"
        " and asked_at < :before order by asked_at limit :limit)",
        before=before,
        limit=limit,
    ).rowcount


def erase(tx: Tx, *, before: int, limit: int) -> int:
    """Empty numbers, names and hashes of methods closed before an instant, at most `limit`; returns how many.

    While a payout of the person is under way their methods stay as they are: staff may have to look where it went.
    """
    return tx.run(
        "update payout_methods set number = null, name = null, handle = null where id in ("
        "select m.id from payout_methods m where m.handle is not null and m.closed_at < :before and not exists ("
        "select 1 from payouts p where p.worker_id = m.worker_id and p.state in ('reserved', 'sending', 'unknown'))"
        " order by m.closed_at limit :limit)",
        before=before,
        limit=limit,
    ).rowcount


def leave(tx: Tx, worker_id: int) -> None:
    """Its owner has taken their consent back: kept until the balance is paid, see `left`."""
    tx.run("update payout_methods set leaving = 1 where worker_id = :id and closed_at is null", id=worker_id)


def stay(tx: Tx, worker_id: int) -> None:
    """Its owner is back."""
    tx.run("update payout_methods set leaving = 0 where worker_id = :id and closed_at is null", id=worker_id)


def left(tx: Tx, *, coin: int, limit: int) -> list[int]:
    """People who took their consent back and are owed less than the smallest coin (micro-units), at most `limit`."""
    rows = tx.all(
        "select distinct m.worker_id from payout_methods m where m.leaving = 1 and m.closed_at is null and ("
        "select coalesce(sum(balance), 0) from balances where id in ("
        f"{number_of('review', 'm.worker_id')}, {number_of('available', 'm.worker_id')},"
        f" {number_of('transit', 'm.worker_id')})) < :coin order by m.worker_id limit :limit",
        coin=coin,
        limit=limit,
    )
    return [int(row["worker_id"]) for row in rows]


def erase_all(tx: Tx, worker_id: int, *, now: int) -> None:
    """Nothing of the person's methods is kept but that there were some."""
    drop_begun(tx, worker_id)
    tx.run(
        "update payout_methods set state = case when closed_at is null then 'cancelled' else state end,"
        " closed_at = coalesce(closed_at, :now), number = null, name = null, handle = null where worker_id = :id",
        id=worker_id,
        now=now,
    )


def _replace_active(tx: Tx, worker_id: int, *, now: int) -> None:
    old = active(tx, worker_id)
    if old is not None:
        close(tx, old, state="replaced", now=now)


def _method(row: Row | None) -> Method | None:
    return None if row is None else Method(*tuple(row))


def _handle(tx: Tx, kind: str, number: str) -> bytes:
    return tx.cipher.fingerprint(f"payout_methods.handle\0{kind}\0{number}".encode())


def _seal(tx: Tx, text: str, column: str, worker_id: int) -> bytes:
    return tx.cipher.seal(text.encode(), _context(column, worker_id))


def _open(tx: Tx, sealed: bytes | None, column: str, worker_id: int) -> str:
    return "" if sealed is None else tx.cipher.open(sealed, _context(column, worker_id)).decode()


def _context(column: str, worker_id: int) -> bytes:
    return f"payout_methods.{column}:{worker_id}".encode()
