"""Making invites."""

from __future__ import annotations

from domain.joining import INVITED, STAFF_INVITE_LASTS, WORKER, WORKER_INVITE_LASTS, RoleUnknown
from domain.people import Person
from storage import audit, invites
from storage.database import Tx
from usecases import roles
from usecases.notify import tell

CODE_CONTEXT = b"outbox.invite_code"
"""What a code waiting in the outbox is sealed for: the invite itself keeps its hash only."""


def invite(tx: Tx, *, by: Person, role: str, code: str, now: int) -> None:
    """Make an invite and send its link and QR picture to who asked: workers' for many, staff's for one person.

    Workers are invited by coordinators, staff by the owner. `role` may come from what a person typed; "" is a worker.
    """
    roles.require_coordinator(by)
    role = role.casefold() or WORKER
    if role not in INVITED:
        raise RoleUnknown(given=role[:40])
    if role != WORKER:
        roles.require_owner(by)
    lasts = WORKER_INVITE_LASTS if role == WORKER else STAFF_INVITE_LASTS
    invite_id = invites.add(
        tx, code=code, role=role, single_use=role != WORKER, created_by=by.id, expires_at=now + lasts, now=now
    )
    audit.add(tx, person_id=by.id, action="invite.made", subject=f"invite:{invite_id}", now=now, role=role)
    sealed = tx.cipher.seal(code.encode(), CODE_CONTEXT).hex()
    tell(tx, by, "invite", now=now, role=role, code=sealed, at=now + lasts)
