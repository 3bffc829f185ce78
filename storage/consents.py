"""Who agreed to which version of the consent screen, when, and when that ended. Rows are never deleted."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Tx


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that holds: the version agreed to, and when."""

    version: int
    agreed_at: int


def of(tx: Tx, person_id: int) -> Consent | None:
    """The consent that holds, if any."""
    row = tx.one("select version, agreed_at from consents where person_id = :id and withdrawn_at is null", id=person_id)
    return None if row is None else Consent(row["version"], row["agreed_at"])


def live(tx: Tx, person_id: int) -> int | None:
    """The version of the consent that holds, or None: the person may then not work and is left out of exports."""
    consent = of(tx, person_id)
    return None if consent is None else consent.version


def ever(tx: Tx, person_id: int) -> bool:
    """The person agreed once, whatever became of it."""
    return tx.one("select 1 from consents where person_id = :id limit 1", id=person_id) is not None


def agree(tx: Tx, person_id: int, *, version: int, now: int) -> bool:
    """Record the consent, in place of one to another version; False when this version was agreed to already."""
    if live(tx, person_id) == version:
        return False
    tx.run(
        "update consents set withdrawn_at = :now, replaced = 1 where person_id = :id and withdrawn_at is null",
        id=person_id,
        now=now,
    )
    tx.run(
        "insert into consents (person_id, version, agreed_at) values (:id, :version, :now)",
        id=person_id,
        version=version,
        now=now,
    )
    return True


def withdraw(tx: Tx, person_id: int, *, now: int) -> bool:
    """End the consent; False when none held."""
    sql = "update consents set withdrawn_at = :now where person_id = :id and withdrawn_at is null"
    return tx.run(sql, id=person_id, now=now).rowcount == 1
