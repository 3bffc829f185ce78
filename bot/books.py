"""`python -m bot ledger verify` and `ledger export`: the books, read beside a running bot or from a copy.

Both read in pages of a fraction of a second, so the bot's writes go on and its log does not grow for them.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.settings import Settings
from domain.money import as_decimal_text
from files.journals import Format, Writer
from storage import facts
from storage.books import NOUNS
from storage.database import Tx
from storage.reading import Reader, reader
from usecases import journal, verifying
from usecases.verifying import Verification

PROGRESS_SECONDS = 5.0
REST_SECONDS = 0.03
SUMS = ("funds", "reserve", "topups", "fees", "held", "review", "available", "transit", "paid", "rounding")

Say = Callable[[str], None]


class BooksProblem(Exception):
    """Why the books cannot be read or written down, as a sentence."""


def verify(settings: Settings, *, say: Say, tell: Say) -> bool:
    """Say each violation as it is found, and the sums at the end; True when there is none. `tell` hears of progress."""
    violations = 0
    with _open(settings) as (books, currency):
        work, found = books.read(verifying.begin, currency=currency)
        progress = _Progress(work, tell)
        while True:
            for violation in found:
                say(str(violation))
            violations += len(found)
            progress.step(work.parts, work.after)
            if work.done:
                break
            _rest()
            found = books.read(verifying.step, work)
    for line in _summary(work):
        say(line)
    say("The books are right." if not violations else f"The books are wrong: {_count(violations, 'violation')}.")
    return not violations


def export(settings: Settings, form: Format, to: Path | None, *, tell: Say) -> None:
    """Write the whole ledger as of now to a file, whole or not at all, or to standard output."""
    with _open(settings) as (books, currency), _written(to) as file:
        work, transfers = books.read(journal.begin)
        writer, accounts = Writer(form, books.rules, currency), work.accounts()
        progress = _Progress(work, tell)
        file.writelines(writer.head(account for account, _ in accounts))
        file.write(writer.page(transfers))
        while not work.done:
            _rest()
            file.write(writer.page(books.read(journal.step, work)))
            progress.step(work.parts, work.after)
        file.writelines(writer.tail(accounts))


def _rest() -> None:
    """Between two reads: the bot begins its `-wal` anew only at a moment when nobody reads."""
    time.sleep(REST_SECONDS)


class _Progress:
    """A line every few seconds."""

    def __init__(self, work: Verification | journal.Journal, tell: Say) -> None:
        self._last = work.point.last
        self._tell = tell
        self._next = time.monotonic() + PROGRESS_SECONDS

    def step(self, parts: list[str], after: int) -> None:
        """Work has come to `after` of the first of `parts`."""
        if parts and parts[0] in NOUNS and time.monotonic() >= self._next:
            self._tell(f"… {parts[0]} {max(0, after):,} of {self._last[parts[0]]:,}")
            self._next = time.monotonic() + PROGRESS_SECONDS


def _summary(work: Verification) -> Iterator[str]:
    seen = [_count(work.seen[noun], noun) for noun in ("submission", "payout", "topup", "report", "run", "batch")]
    yield f"{_count(work.transfers, 'transfer')} between {_count(work.accounts, 'account')}: {', '.join(seen)}."
    parts = " + ".join(f"{use} {as_decimal_text(work.sums[use])}" for use in SUMS)
    received, total = as_decimal_text(-work.sums["world"]), as_decimal_text(work.total)
    yield f"Received less fees paid {received} {work.currency} = {parts}; the sum of all balances is {total}."


def _count(number: int, noun: str) -> str:
    word = {"topup": "top-up"}.get(noun, noun)
    plural = {"batch": "batches"}.get(noun, f"{word}s")
    return f"{number:,} {word if number == 1 else plural}"


@contextmanager
def _open(settings: Settings) -> Iterator[tuple[Reader, str]]:
    """The database to read, and the currency it was begun with."""
    path = settings.data_dir / "tallyhand.db"
    if not path.is_file():
        raise BooksProblem(f"There is no database in {settings.data_dir}. DATA_DIR names the folder it is in.")
    try:
        with reader(path, settings.rules(bot_username="")) as books:
            yield books, books.read(_currency)
    except sqlite3.Error as error:
        raise BooksProblem(f"The database in {settings.data_dir} cannot be read: {error}.") from error


def _currency(tx: Tx) -> str:
    return (facts.get(tx, "currency") or tx.rules.currency.encode()).decode()


@contextmanager
def _written(to: Path | None) -> Iterator[IO[str]]:
    """Where the text goes; a file appears under its name when all of it is on disk."""
    if to is None:
        try:
            yield sys.stdout
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    part = to.with_name(f"{to.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(to)
    except OSError as error:
        raise BooksProblem(f"{to} cannot be written: {error.strerror}.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
