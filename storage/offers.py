"""Whom a batch is offered to: workers who take its language, want offers, can be reached, and have agreed."""

from __future__ import annotations

from domain.people import CONSENT_VERSION
from storage.database import Tx

MATCHING = """from people_languages l join people p on p.id = l.person_id
 join consents c on c.person_id = p.id and c.withdrawn_at is null and c.version = :version
 where l.language = :language and l.person_id > :after and p.is_worker = 1 and p.reachable = 1
 and p.suspended_at is null"""


def matching(tx: Tx, batch_id: int, language: str, *, after: int, limit: int) -> list[int]:
    """Ids of the next workers to offer the batch to, in order; those at work on it or who refused it are left out."""
    rows = tx.all(
        f"select p.id {MATCHING} and p.listening = 'all' and not exists (select 1 from enrolments e"
        " where e.worker_id = p.id and e.batch_id = :batch_id and e.state in ('refused', 'working'))"
        " order by l.person_id limit :limit",
        version=CONSENT_VERSION,
        language=language,
        batch_id=batch_id,
        after=after,
        limit=limit,
    )
    return [row["id"] for row in rows]


def count_up_to(tx: Tx, language: str, limit: int) -> int:
    """How many workers could do work in this language, counted no further than `limit`."""
    return int(
        tx.value(
            f"select count(*) from (select 1 {MATCHING} limit :limit)",
            version=CONSENT_VERSION,
            language=language,
            after=0,
            limit=limit,
        )
    )
