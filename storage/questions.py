"""The one thing a person has been asked and has not answered; the next plain text of theirs is the answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from domain.notices import Json
from storage.compact import compact
from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: `purpose` names the use case that takes the answer."""

    purpose: str
    params: dict[str, Any]
    asked_at: int


def ask(tx: Tx, person_id: int, purpose: str, *, now: int, **params: Json) -> None:
    """Expect an answer; an earlier open question is forgotten."""
    tx.run(
        "insert into questions (person_id, purpose, params, asked_at) values (:id, :purpose, :params, :now)"
        " on conflict (person_id) do update set purpose = excluded.purpose, params = excluded.params,"
        " asked_at = excluded.asked_at",
        id=person_id,
        purpose=purpose,
        params=compact(params),
        now=now,
    )


def open_for(tx: Tx, person_id: int) -> Question | None:
    """The open question, if any."""
    row = tx.one("select purpose, params, asked_at from questions where person_id = :id", id=person_id)
    return None if row is None else Question(row["purpose"], json.loads(row["params"]), row["asked_at"])


def close(tx: Tx, person_id: int) -> None:
    """Nothing is asked any more."""
    tx.run("delete from questions where person_id = :id", id=person_id)


def close_about(tx: Tx, batch_id: int) -> None:
    """Nobody is asked about this draft any more. Looks through what is open: one row at most a person who was asked."""
    tx.run("delete from questions where json_extract(params, '$.batch') = :batch_id", batch_id=batch_id)
