"""Who may do what, checked in the transaction; and the granting of roles."""

from __future__ import annotations

from domain.joining import CoordinatorsOnly, OwnersOnly, ReviewersOnly
from domain.notices import Slot
from domain.people import Person
from storage import audit, people
from storage.database import Tx
from usecases.notify import tell


def require_owner(by: Person) -> None:
    """Raise OwnersOnly for anybody else."""
    if not by.is_owner:
        raise OwnersOnly


def require_coordinator(by: Person) -> None:
    """Raise CoordinatorsOnly for who is neither coordinator nor owner."""
    if not by.may_coordinate:
        raise CoordinatorsOnly


def require_reviewer(by: Person) -> None:
    """Raise ReviewersOnly for who may not judge submissions."""
    if not by.may_review:
        raise ReviewersOnly


def has(person: Person, role: str) -> bool:
    """The person has exactly this role (an owner is not thereby a coordinator)."""
    return bool(getattr(person, f"is_{role}"))


def grant(tx: Tx, person: Person, role: str, *, by: int | None, now: int) -> Person:
    """Give a role once, with an audit row, and refresh the command menu; returns the person as they are then.

    `by` is who made the invite; None for the installation's own settings or the claim link.
    """
    if has(person, role):
        return person
    people.change(tx, person.id, **{f"is_{role}": 1})
    audit.add(tx, person_id=by, action="role.granted", subject=f"person:{person.id}", now=now, role=role)
    refresh_menu(tx, person, now=now)
    return people.by_id(tx, person.id)


def take(tx: Tx, person: Person, role: str, *, by: int | None, now: int) -> Person:
    """Take a role back, with an audit row, and refresh the command menu; returns the person as they are then."""
    if not has(person, role):
        return person
    people.change(tx, person.id, **{f"is_{role}": 0})
    audit.add(tx, person_id=by, action="role.taken", subject=f"person:{person.id}", now=now, role=role)
    refresh_menu(tx, person, now=now)
    return people.by_id(tx, person.id)


def refresh_menu(tx: Tx, person: Person, *, now: int) -> None:
    """Set the person's command menu to their roles and language, as they are when it goes out."""
    if person.reachable:
        tell(tx, person, "menu", now=now, slot=Slot.MENU)
