"""Pages of what an export holds, by key: submissions, tasks, votes; without people who withdrew their consent, also
where others rated what they wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from domain.kinds.base import Answer, Payload, answer_from_json, parse_payload
from storage.database import Tx

AUTHORS = """(t.author_id is null or exists (select 1 from consents c where c.person_id = t.author_id
 and c.withdrawn_at is null))"""
CONSENTS = "exists (select 1 from consents c where c.person_id = s.worker_id and c.withdrawn_at is null)"


@dataclass(frozen=True, slots=True)
class Exported:
    """A submission with its task; times in microseconds, price in micro-units."""

    id: int
    task_id: int
    task: str
    payload: Payload
    worker_id: int
    state: str
    answer: Answer
    price: int
    shown_at: int
    submitted_at: int
    active_micros: int
    decided_at: int | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A task; `wanted` answers, of gold those it has."""

    id: int
    name: str
    payload: Payload
    wanted: int


def last_submission(tx: Tx, batch_id: int) -> int:
    """The newest submission's id: an export goes up to there. 0 without any."""
    sql = "select coalesce(max(id), 0) from submissions where batch_id = :batch_id"
    return int(tx.value(sql, batch_id=batch_id))


def submissions(tx: Tx, batch_id: int, *, after: int, upto: int, limit: int) -> list[Exported]:
    """The next submissions that were not taken back by their writer, in order of id."""
    rows = tx.all(
        "select s.id, s.task_id, t.name, t.payload, s.worker_id, s.state, s.answer, s.price, s.shown_at,"
        " s.submitted_at, s.active_micros, s.decided_at from submissions s join tasks t on t.id = s.task_id"
        " where s.batch_id = :batch_id and s.id > :after and s.id <= :upto and s.state <> 'withdrawn'"
        f" and {CONSENTS} and {AUTHORS} order by s.id limit :limit",
        batch_id=batch_id,
        after=after,
        upto=upto,
        limit=limit,
    )
    return [
        Exported(
            id=row["id"],
            task_id=row["task_id"],
            task=row["name"],
            payload=parse_payload(row["payload"]),
            worker_id=row["worker_id"],
            state=row["state"],
            answer=answer_from_json(row["answer"]),
            price=row["price"],
            shown_at=row["shown_at"],
            submitted_at=row["submitted_at"],
            active_micros=row["active_micros"],
            decided_at=row["decided_at"],
        )
        for row in rows
    ]


def tasks(tx: Tx, batch_id: int, *, after: int, limit: int) -> list[Subject]:
    """The next tasks, in order of id."""
    rows = tx.all(
        "select id, name, payload, case when gold is null and gold_rests = 0 then wanted else answered end as wanted"
        " from tasks t where batch_id = :batch_id and id > :after"
        f" and {AUTHORS} order by id limit :limit",
        batch_id=batch_id,
        after=after,
        limit=limit,
    )
    return [Subject(row["id"], row["name"], parse_payload(row["payload"]), row["wanted"]) for row in rows]


def answers(tx: Tx, batch_id: int, *, first: int, last: int, upto: int) -> dict[int, list[Answer]]:
    """The answers that count (pending or accepted) of the tasks from `first` to `last`, by task, oldest first."""
    rows = tx.all(
        "select s.task_id, s.answer from tasks t join submissions s on s.task_id = t.id"
        " and s.state in ('pending', 'accepted', 'sent_back') where t.batch_id = :batch_id and t.id >= :first"
        f" and t.id <= :last and s.state <> 'sent_back' and s.id <= :upto and {CONSENTS} order by s.id",
        batch_id=batch_id,
        first=first,
        last=last,
        upto=upto,
    )
    found: dict[int, list[Answer]] = {}
    for row in rows:
        found.setdefault(row["task_id"], []).append(answer_from_json(row["answer"]))
    return found


def workers(tx: Tx, batch_id: int, workers: Sequence[int]) -> dict[int, int]:
    """How many answers of these workers stand, by worker; without people who withdrew their consent."""
    rows = tx.all(
        "select s.worker_id, s.done from json_each(:workers) cross join enrolments s on s.worker_id = json_each.value"
        f" and s.batch_id = :batch_id where {CONSENTS}",
        batch_id=batch_id,
        workers=json.dumps(list(workers)),
    )
    return {row["worker_id"]: row["done"] for row in rows}


def numbered_workers(tx: Tx, batch_id: int) -> dict[int, int]:
    """Each worker's number in the batch, from 1 in order of their first submission: the same at every export."""
    rows = tx.all(
        "select worker_id from submissions where batch_id = :batch_id group by worker_id order by min(id)",
        batch_id=batch_id,
    )
    return {row["worker_id"]: number for number, row in enumerate(rows, start=1)}
