"""What happened in a week: to a worker, and by a reviewer. All by indexes of the one person's rows."""

from __future__ import annotations

from typing import Final

from storage.database import Tx

LONGEST_APPEAL: Final = 60 * 24 * 3_600 * 1_000_000
"""A rejection is settled well within it: 14 days from its delivery, 7 for the answer."""

NEWEST = "(select s.submitted_at from submissions s where s.worker_id = p.id order by s.id desc limit 1)"


def moved(
    tx: Tx, *, after: int, limit: int, first: int, last: int, since: int, until: int
) -> tuple[list[int], int | None]:
    """Look at the next `limit` people behind `after`: those who worked on these days, were paid or were rejected work.

    Only what is not older than `since` makes it worth telling. The second value is where to go on, None at the end.
    """
    end = tx.value(
        "select max(id) from (select id from people where id > :after order by id limit :limit)",
        after=after,
        limit=limit,
    )
    if end is None:
        return [], None
    rows = tx.all(
        "select p.id from people p where p.id > :after and p.id <= :end and ("
        f" (coalesce({NEWEST}, 0) >= :since and exists (select 1 from worker_days d"
        "   where d.worker_id = p.id and d.day between :first and :last))"
        " or exists (select 1 from topups u where u.worker_id = p.id and u.day between :first and :last"
        f"   and coalesce({NEWEST}, 0) >= :since)"
        " or exists (select 1 from payouts o where o.worker_id = p.id and o.state = 'paid'"
        "   and o.closed_at >= :since and o.closed_at < :until)"
        " or exists (select 1 from rejections r where r.worker_id = p.id and r.at >= :since and r.at < :until)"
        ") order by p.id",
        after=after,
        end=end,
        first=first,
        last=last,
        since=since,
        until=until,
    )
    return [row["id"] for row in rows], int(end)


def paid(tx: Tx, worker_id: int, *, begins: int, ends: int) -> tuple[int, int | None]:
    """What was paid out between two instants, in micro-units, and when the last of it was."""
    row = tx.one(
        "select coalesce(sum(amount), 0), max(closed_at) from payouts"
        " where worker_id = :worker_id and state = 'paid' and closed_at >= :begins and closed_at < :ends",
        worker_id=worker_id,
        begins=begins,
        ends=ends,
    )
    assert row is not None
    return row[0], row[1]


def rejected(tx: Tx, worker_id: int, *, begins: int, ends: int) -> int:
    """How many submissions of a worker were rejected between two instants, whatever became of it."""
    return int(
        tx.value(
            "select count(*) from rejections where worker_id = :worker_id and at >= :begins and at < :ends",
            worker_id=worker_id,
            begins=begins,
            ends=ends,
        )
    )


def decided(tx: Tx, person_id: int, *, begins: int, ends: int) -> int:
    """How many submissions a person decided between two instants, those included that an appeal decided once more."""
    return int(
        tx.value(
            "select (select count(*) from submissions where decided_by = :person_id and decided_at >= :begins"
            " and decided_at < :ends) + (select count(*) from rejections where by = :person_id and at >= :begins"
            " and at < :ends and state = 'upheld')",
            person_id=person_id,
            begins=begins,
            ends=ends,
        )
    )


def newest_waits(tx: Tx, person_id: int, *, begins: int, ends: int, limit: int) -> list[int]:
    """How long the writers of a person's newest decisions had waited, in microseconds."""
    rows = tx.all(
        "select decided_at - submitted_at as waited from submissions where decided_by = :person_id"
        " and decided_at >= :begins and decided_at < :ends order by decided_at desc limit :limit",
        person_id=person_id,
        begins=begins,
        ends=ends,
        limit=limit,
    )
    return [row["waited"] for row in rows]


def rejections(tx: Tx, person_id: int, *, begins: int, ends: int) -> int:
    """How many submissions a person rejected between two instants."""
    return int(
        tx.value(
            "select count(*) from rejections where by = :person_id and at >= :begins and at < :ends",
            person_id=person_id,
            begins=begins,
            ends=ends,
        )
    )


def appeals(tx: Tx, person_id: int, *, begins: int, ends: int) -> tuple[int, int]:
    """How many appeals against a person's rejections were decided between two instants, and how many the worker won."""
    row = tx.one(
        "select count(*), coalesce(sum(state = 'upheld'), 0) from rejections where by = :person_id and at >= :oldest"
        " and appealed_at is not null and decided_at >= :begins and decided_at < :ends",
        person_id=person_id,
        oldest=begins - LONGEST_APPEAL,
        begins=begins,
        ends=ends,
    )
    assert row is not None
    return row[0], row[1]
