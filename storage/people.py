"""People, their names (sealed) and roles, and the languages they work in."""

from __future__ import annotations

from collections.abc import Iterable
from sqlite3 import Row

from domain.people import LANGUAGES, Person, Sender
from storage.database import Tx

COLUMNS = """id, telegram_id, language, is_owner, is_coordinator, is_reviewer, is_worker, invite_id, listening,
 reachable, suspended_at, utc_offset, light_photos, last_message_id, hinted, language_chosen"""


def _person(row: Row) -> Person:
    return Person(
        id=row["id"],
        telegram_id=row["telegram_id"],
        language=row["language"],
        is_owner=bool(row["is_owner"]),
        is_coordinator=bool(row["is_coordinator"]),
        is_reviewer=bool(row["is_reviewer"]),
        is_worker=bool(row["is_worker"]),
        invite_id=row["invite_id"],
        listening=row["listening"],
        reachable=bool(row["reachable"]),
        suspended_at=row["suspended_at"],
        utc_offset=row["utc_offset"],
        light_photos=bool(row["light_photos"]),
        last_message_id=row["last_message_id"],
        hinted=bool(row["hinted"]),
        language_chosen=bool(row["language_chosen"]),
    )


def by_id(tx: Tx, person_id: int) -> Person:
    """The person; the id must exist."""
    row = tx.one(f"select {COLUMNS} from people where id = :id", id=person_id)
    assert row is not None, "people are never deleted"
    return _person(row)


def by_telegram_id(tx: Tx, telegram_id: int) -> Person | None:
    """The person with this Telegram id, if they ever wrote."""
    row = tx.one(f"select {COLUMNS} from people where telegram_id = :telegram_id", telegram_id=telegram_id)
    return None if row is None else _person(row)


def add(tx: Tx, sender: Sender, *, now: int) -> Person:
    """Remember somebody new; no roles. Their language follows Telegram's where the bot speaks it."""
    person_id = tx.add(
        "insert into people (telegram_id, name, username, language, created_at)"
        " values (:telegram_id, :name, :username, :language, :now)",
        telegram_id=sender.telegram_id,
        name=_seal(tx, sender.name, b"people.name"),
        username=_seal(tx, sender.username, b"people.username") if sender.username else None,
        language=spoken(sender.language_code) or LANGUAGES[0],
        now=now,
    )
    return by_id(tx, person_id)


def rename(tx: Tx, person_id: int, sender: Sender) -> None:
    """Keep the name and username Telegram gives now."""
    tx.run(
        "update people set name = :name, username = :username where id = :id",
        id=person_id,
        name=_seal(tx, sender.name, b"people.name"),
        username=_seal(tx, sender.username, b"people.username") if sender.username else None,
    )


def name(tx: Tx, person_id: int) -> str:
    """The name, opened; for a message or an export, never for a log."""
    sealed = tx.value("select name from people where id = :id", id=person_id)
    return tx.cipher.open(sealed, b"people.name").decode()


def username(tx: Tx, person_id: int) -> str | None:
    """The username, opened, if there is one."""
    sealed = tx.value("select username from people where id = :id", id=person_id)
    return tx.cipher.open(sealed, b"people.username").decode() if sealed else None


def change(tx: Tx, person_id: int, **columns: object) -> None:
    """Set columns by name (the names come from code, never from people)."""
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    tx.run(f"update people set {assignments} where id = :id", id=person_id, **columns)


def note_message(tx: Tx, person_id: int, message_id: int) -> None:
    """The chat's newest message is at least this one."""
    tx.run(
        "update people set last_message_id = :message_id where id = :id and last_message_id < :message_id",
        id=person_id,
        message_id=message_id,
    )


def staff(tx: Tx) -> list[Person]:
    """Owners, coordinators and reviewers who can be reached."""
    return [person for person in _staff(tx) if person.reachable]


def _staff(tx: Tx) -> list[Person]:
    sql = f"select {COLUMNS} from people where is_owner + is_coordinator + is_reviewer > 0 order by id"
    return [_person(row) for row in tx.all(sql)]


def coordinators(tx: Tx) -> list[Person]:
    """Owners and coordinators who can be reached."""
    return [person for person in staff(tx) if person.may_coordinate]


def owners(tx: Tx) -> list[Person]:
    """All owners."""
    return [person for person in _staff(tx) if person.is_owner]


def has_owner(tx: Tx) -> bool:
    """Somebody is owner of this installation."""
    return any(person.is_owner for person in _staff(tx))


def languages(tx: Tx, person_id: int) -> list[str]:
    """The languages a worker takes work in."""
    rows = tx.all("select language from people_languages where person_id = :id order by language", id=person_id)
    return [row["language"] for row in rows]


def set_languages(tx: Tx, person_id: int, languages: Iterable[str]) -> None:
    """Replace the languages a worker takes work in; their turn to be offered some stays where it was."""
    sql = "select coalesce(max(turn), 0) from people_languages where person_id = :id"
    turn = tx.value(sql, id=person_id)
    tx.run("delete from people_languages where person_id = :id", id=person_id)
    for language in languages:
        tx.run(
            "insert into people_languages (person_id, language, turn) values (:id, :language, :turn)",
            id=person_id,
            language=language,
            turn=turn,
        )


def _seal(tx: Tx, text: str, context: bytes) -> bytes:
    return tx.cipher.seal(text.encode(), context)


def spoken(language_code: str | None) -> str | None:
    """The language of the bot a Telegram language code (`fr-CA`) means, or None."""
    language = (language_code or "").split("-")[0].lower()
    return language if language in LANGUAGES else None
