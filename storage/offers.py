"""Whom a batch is offered to: workers who take its language, want offers, can be reached, and have agreed."""

from __future__ import annotations

from dataclasses import dataclass

from domain.people import CONSENT_VERSION
from storage.database import Tx

ABLE = "p.is_worker = 1 and p.reachable = 1 and p.suspended_at is null"
CANDIDATES = f"""select l.person_id, l.turn, p.utc_offset, p.offers_day, p.offers,
 max(p.created_at, coalesce(s.touched_at, 0)) as active_at,
 {ABLE} and p.listening = 'all'
 and exists (select 1 from consents c where c.person_id = p.id and c.withdrawn_at is null and c.version = :version)
 and not exists (select 1 from enrolments e where e.worker_id = p.id and e.batch_id = :batch_id) as fits
 from people_languages l join people p on p.id = l.person_id left join sessions s on s.worker_id = p.id
 where l.language = :language and (l.turn, l.person_id) > (:turn, :person_id) and l.turn <= :upto
 order by l.turn, l.person_id limit :limit"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A worker of the language, in order of `turn`. `fits` says that the batch may be offered to them at all.

    `offers` counts those of `offers_day`; `active_at` is when they last worked, or came.
    """

    person_id: int
    turn: int
    utc_offset: int | None
    offers_day: int
    offers: int
    active_at: int
    fits: bool


def candidates(
    tx: Tx, batch_id: int, language: str, *, turn: int, person_id: int, upto: int, limit: int
) -> list[Candidate]:
    """The next workers behind (`turn`, `person_id`), those who waited longest first; none whose turn is after `upto`.

    Who was offered the batch before, whatever they answered, does not fit.
    """
    rows = tx.all(
        CANDIDATES,
        version=CONSENT_VERSION,
        batch_id=batch_id,
        language=language,
        turn=turn,
        person_id=person_id,
        upto=upto,
        limit=limit,
    )
    return [
        Candidate(
            row["person_id"],
            row["turn"],
            row["utc_offset"],
            row["offers_day"],
            row["offers"],
            row["active_at"],
            bool(row["fits"]),
        )
        for row in rows
    ]


def offered(tx: Tx, person_id: int, *, day: int, now: int) -> None:
    """The person goes to the end of every line, and has one more offer on this day."""
    tx.run("update people_languages set turn = :now where person_id = :id", id=person_id, now=now)
    tx.run(
        "update people set offers = case when offers_day = :day then offers + 1 else 1 end, offers_day = :day"
        " where id = :id",
        id=person_id,
        day=day,
    )


def had_on(tx: Tx, person_id: int, *, day: int) -> int:
    """How many offers the person has had on this day of the installation's calendar."""
    sql = "select offers from people where id = :id and offers_day = :day"
    return int(tx.value(sql, id=person_id, day=day) or 0)


def count_up_to(tx: Tx, language: str, limit: int) -> int:
    """How many workers could do work in this language, counted no further than `limit`."""
    return int(
        tx.value(
            "select count(*) from (select 1 from people_languages l join people p on p.id = l.person_id"
            " join consents c on c.person_id = p.id and c.withdrawn_at is null and c.version = :version"
            f" where l.language = :language and {ABLE} limit :limit)",
            version=CONSENT_VERSION,
            language=language,
            limit=limit,
        )
    )
