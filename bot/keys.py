"""Where the installation's secret comes from, and whether it fits the database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from bot.settings import Settings
from storage import facts
from storage.cipher import WrongKey
from storage.database import Tx

FACT = "key_check"
WORD = b"the key fits"


class KeyProblem(Exception):
    """There is no key for this database, or another one; the text says what to do."""


def default_file(bot_id: int) -> Path:
    """Where a key is kept when the settings name none."""
    return Path.home() / ".config" / "tallyhand" / f"{bot_id}.key"


def find(settings: Settings, *, database_exists: bool) -> tuple[bytes, Path | None]:
    """The secret, and the file it was newly written to (0600), if it was made just now.

    A key is made only for a new database: raises KeyProblem when there is one already and its key is not to be found.
    """
    if settings.secret_key:
        return settings.secret_key.encode(), None
    path = settings.secret_key_file or default_file(settings.bot_id)
    if path.exists():
        secret = path.read_bytes().strip()
        if not secret:
            raise KeyProblem(
                f"The key file {path} is empty. Bring the key back; a file of a first start may be deleted."
            )
        return secret, None
    if settings.secret_key_file is not None:
        raise KeyProblem(f"SECRET_KEY_FILE names {path}, and there is no such file.")
    if database_exists:
        raise KeyProblem(
            f"The database in {settings.data_dir} is sealed, and its key is neither in SECRET_KEY nor in {path}."
            " Bring the key back; without it nobody can read the names in this database."
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret = secrets.token_urlsafe(32).encode()
    # On disk, whole, before anything is sealed with it: the database outlives a power failure from its first commit on.
    part = path.with_suffix(f".{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return secret, path


def check(tx: Tx) -> None:
    """Make sure this key sealed this database; raises KeyProblem."""
    sealed = facts.get(tx, FACT)
    if sealed is None:
        facts.put(tx, FACT, tx.cipher.seal(WORD, FACT.encode()))
        return
    try:
        tx.cipher.open(sealed, FACT.encode())
    except WrongKey:
        raise KeyProblem("This key is not the one the database was sealed with. Bring back the right one.") from None


def check_currency(tx: Tx) -> None:
    """One installation has one currency, for good; raises KeyProblem when the settings name another."""
    known = facts.get(tx, "currency")
    if known is None:
        facts.put(tx, "currency", tx.rules.currency.encode())
    elif known.decode() != tx.rules.currency:
        raise KeyProblem(
            f"This installation's currency is {known.decode()}, the settings say {tx.rules.currency}."
            " Set CURRENCY back: amounts are never converted."
        )
