"""Photos and written answers of a batch, to be searched for ones that are almost the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from storage.database import Tx
from storage.exports import CONSENTS


class Photo(NamedTuple):
    """A task's photo; `looks` is None until it was looked at."""

    task_id: int
    sha256: str
    looks: bytes | None


class Text(NamedTuple):
    """A written answer that counts."""

    submission_id: int
    worker_id: int
    text: str


def wanted(tx: Tx, *, limit: int) -> list[tuple[int, int]]:
    """Batches that are to be searched: (batch, who made it)."""
    sql = "select id, created_by from batches where search_asked = 1 and id > 0 order by id limit :limit"
    rows = tx.all(sql, limit=limit)
    return [(row["id"], row["created_by"]) for row in rows]


def photos(tx: Tx, batch_id: int, *, after: int, limit: int) -> list[Photo]:
    """The next tasks with a photo, in order of id."""
    rows = tx.all(
        "select t.id, p.sha256, p.looks from tasks t join photos p on p.sha256 = t.payload ->> 'photo'"
        " where t.batch_id = :batch_id and t.id > :after order by t.id limit :limit",
        batch_id=batch_id,
        after=after,
        limit=limit,
    )
    return [Photo(*row) for row in rows]


def looked(tx: Tx, looks: Mapping[str, bytes]) -> None:
    """Keep what photos look like, by the hash of their content."""
    for sha256, one in looks.items():
        tx.run("update photos set looks = :looks where sha256 = :sha256", looks=one, sha256=sha256)


def texts(tx: Tx, batch_id: int, *, after: int, limit: int) -> list[Text]:
    """The next written answers that count, of people who agree to it, in order of id."""
    rows = tx.all(
        "select s.id, s.worker_id, coalesce(s.answer ->> 'text', '') from submissions s"
        " where s.batch_id = :batch_id and s.id > :after"
        f" and s.state in ('pending', 'accepted', 'sent_back') and {CONSENTS} order by s.id limit :limit",
        batch_id=batch_id,
        after=after,
        limit=limit,
    )
    return [Text(*row) for row in rows]


def searched(tx: Tx, batch_id: int) -> int:
    """Up to which task or submission the batch was searched."""
    return int(tx.value("select searched from batches where id = :id", id=batch_id))


def again(tx: Tx, submission_id: int) -> None:
    """What was written has changed: it is compared once more, with what came after it."""
    tx.run(
        "update batches set searched = min(searched, :id - 1)"
        " where id = (select batch_id from submissions where id = :id)",
        id=submission_id,
    )
