"""Invites and the owner's claim link. Codes are kept as keyed hashes only."""

from __future__ import annotations

from domain.joining import Invite
from storage.database import Tx


def add(tx: Tx, *, code: str, role: str, single_use: bool, created_by: int | None, expires_at: int, now: int) -> int:
    """Keep an invite for a role; returns its id. The code itself is not kept."""
    return tx.add(
        "insert into invites (code_hash, role, single_use, created_by, created_at, expires_at)"
        " values (:code_hash, :role, :single_use, :created_by, :now, :expires_at)",
        code_hash=_hash(tx, code),
        role=role,
        single_use=int(single_use),
        created_by=created_by,
        now=now,
        expires_at=expires_at,
    )


def by_code(tx: Tx, code: str) -> Invite | None:
    """The invite with this code."""
    return _one(tx, "code_hash = :key", _hash(tx, code))


def by_id(tx: Tx, invite_id: int) -> Invite | None:
    """The invite with this id."""
    return _one(tx, "id = :key", invite_id)


def use(tx: Tx, invite_id: int, *, now: int) -> bool:
    """Count one use; False when it is over or, single-use, taken."""
    sql = "update invites set uses = uses + 1 where id = :id and expires_at > :now and (single_use = 0 or uses = 0)"
    return tx.run(sql, id=invite_id, now=now).rowcount == 1


def end_claims(tx: Tx, *, now: int) -> None:
    """No claim link made so far works any more."""
    tx.run("update invites set expires_at = :now where role = 'owner' and uses = 0 and expires_at > :now", now=now)


def _one(tx: Tx, condition: str, key: bytes | int) -> Invite | None:
    row = tx.one(f"select id, role, single_use, uses, created_by, expires_at from invites where {condition}", key=key)
    if row is None:
        return None
    return Invite(row["id"], row["role"], bool(row["single_use"]), row["uses"], row["created_by"], row["expires_at"])


def _hash(tx: Tx, code: str) -> bytes:
    return tx.cipher.fingerprint(b"invite\0" + code.encode())
