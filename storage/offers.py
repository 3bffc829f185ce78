"""Whom a batch is offered to: workers who take its language, want offers, can be reached, and have agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from domain.batches import Batch
from domain.people import CONSENT_VERSION
from domain.qualification import VALID_DAYS
from domain.rules import DAY
from storage.database import Tx

ABLE = "p.is_worker = 1 and p.reachable = 1 and p.suspended_at is null"
SKILLED = """(:skill_least is null
 or exists (select 1 from skills k where k.worker_id = p.id and k.kind = :kind and k.language = :language
  and k.enough = 1 and k.corrected_low >= :skill_least * 100)
 or exists (select 1 from tests q where q.worker_id = p.id and q.kind = :kind and q.language = :language
  and q.outcome = 'passed' and q.ended_at >= :passed_since))"""
"""Who may begin in a batch that asks for a skill and has no test to show it; as usecases.training.way_in decides."""
CANDIDATES = f"""select l.person_id, l.turn, p.utc_offset, p.offers_day, p.offers,
 max(p.created_at, coalesce(s.touched_at, 0)) as active_at,
 {ABLE} and p.listening = 'all'
 and exists (select 1 from consents c where c.person_id = p.id and c.withdrawn_at is null and c.version = :version)
 and not exists (select 1 from enrolments e where e.worker_id = p.id and e.batch_id = :batch_id)
 and {SKILLED} as fits
 from people_languages l join people p on p.id = l.person_id left join sessions s on s.worker_id = p.id
 where l.language = :language and (l.turn, l.person_id) > (:turn, :person_id) and l.turn <= :upto
 order by l.turn, l.person_id limit :limit"""


class SkillGate(NamedTuple):
    """Which skill a batch asks for of those who cannot show it in a test: its kind of work, in per cent (None: none).

    Whoever has passed a test of the kind and language since `passed_since` has it, too.
    """

    kind: str
    skill_least: int | None = None
    passed_since: int = 0

    @classmethod
    def of(cls, batch: Batch, *, now: int) -> SkillGate:
        """The gate of a batch; a test lets in, so a batch with one has none."""
        return cls(batch.kind, None if batch.test else batch.skill_least, now - VALID_DAYS * DAY)


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
    tx: Tx, batch_id: int, language: str, gate: SkillGate, *, turn: int, person_id: int, upto: int, limit: int
) -> list[Candidate]:
    """The next workers behind (`turn`, `person_id`), those who waited longest first; none whose turn is after `upto`.

    Who was offered the batch before, whatever they answered, does not fit; nor who has not the skill it asks for.
    """
    rows = tx.all(
        CANDIDATES,
        version=CONSENT_VERSION,
        batch_id=batch_id,
        language=language,
        **gate._asdict(),
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


def count_up_to(tx: Tx, language: str, gate: SkillGate, limit: int) -> int:
    """How many workers could do work in this language, behind its gate, counted no further than `limit`."""
    return int(
        tx.value(
            "select count(*) from (select 1 from people_languages l join people p on p.id = l.person_id"
            " join consents c on c.person_id = p.id and c.withdrawn_at is null and c.version = :version"
            f" where l.language = :language and {ABLE} and {SKILLED} limit :limit)",
            version=CONSENT_VERSION,
            language=language,
            **gate._asdict(),
            limit=limit,
        )
    )
