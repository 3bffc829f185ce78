"""Requests to join by people without an invite: one a person, ever."""

from __future__ import annotations

from sqlite3 import Row

from domain.joining import JoinRequest
from storage.database import Tx


def add(tx: Tx, person_id: int, *, now: int) -> bool:
    """Keep the request; False when this person has asked before."""
    sql = "insert into join_requests (person_id, asked_at) values (:id, :now) on conflict (person_id) do nothing"
    return tx.run(sql, id=person_id, now=now).rowcount == 1


def of(tx: Tx, person_id: int) -> JoinRequest | None:
    """The person's request, if they ever asked."""
    row = tx.one(
        "select person_id, asked_at, decided_by, outcome from join_requests where person_id = :id", id=person_id
    )
    return None if row is None else _request(row)


def decide(tx: Tx, person_id: int, *, outcome: str, by: int | None, now: int) -> bool:
    """Answer an open request ("welcome" or "declined"); `by` is None when an invite did. False when it is not open."""
    sql = (
        "update join_requests set outcome = :outcome, decided_by = :by, decided_at = :now"
        " where person_id = :id and decided_at is null"
    )
    return tx.run(sql, id=person_id, outcome=outcome, by=by, now=now).rowcount == 1


def waiting(tx: Tx, *, limit: int) -> list[JoinRequest]:
    """The oldest requests nobody has answered."""
    rows = tx.all(
        "select person_id, asked_at, decided_by, outcome from join_requests where decided_at is null"
        " order by asked_at limit :limit",
        limit=limit,
    )
    return [_request(row) for row in rows]


def _request(row: Row) -> JoinRequest:
    return JoinRequest(row["person_id"], row["asked_at"], row["decided_by"], row["outcome"])
