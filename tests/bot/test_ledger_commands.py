"""`python -m bot ledger` as an operator runs it, and accounting programs of others that agree with what it writes."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from domain.rules import Rules
from files.journals import amount_of, name_of
from storage import ledger
from storage.cipher import Cipher
from storage.database import Tx, connect
from storage.migrate import migrate
from tests.usecases.test_verifying import history

ROOT = Path(__file__).parent.parent.parent
BEAN_CHECK = Path(sys.executable).with_name("bean-check")
BEAN_BALANCES = """
import sys
from collections import Counter
from beancount import loader
from beancount.core.data import Transaction

entries, errors, _ = loader.load_file(sys.argv[1])
assert not errors
sums = Counter()
for entry in entries:
    if isinstance(entry, Transaction):
        for posting in entry.postings:
            sums[posting.account] += posting.units.number
print("\\n".join(f"{account} {number:.6f}" for account, number in sums.items()))
"""

needs_hledger = pytest.mark.skipif(
    shutil.which("hledger") is None, reason="hledger is not installed (apt install hledger)"
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a database in which every kind of transfer happened."""
    folder = tmp_path / "data"
    folder.mkdir()
    with closing(connect(folder / "tallyhand.db", read_only=False)) as connection:
        migrate(connection)
        connection.execute("begin")
        history(Tx(connection, Cipher(b"test"), Rules(payout_minimum=1, quick_tap_millis=0)))
        connection.execute("commit")
    return folder


def run(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command without token and key, as on a restored copy."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "-m", "bot", "ledger", *arguments],
        cwd=ROOT,
        env=kept | {"HOME": str(data), "DATA_DIR": str(data), "TIMEZONE": "Europe/Paris", **more},
        capture_output=True,
        text=True,
        check=False,
    )


def ours(data: Path) -> dict[str, str]:
    """Our balances as the tools must have them."""
    with closing(connect(data / "tallyhand.db", read_only=True)) as connection:
        cached = ledger.cached(Tx(connection, Cipher(b"test"), Rules()))
    return {name_of(account): amount_of(-balance) for account, balance in cached.items()}


def bean_check(path: Path) -> int:
    """Exit code of the real thing."""
    return subprocess.run([BEAN_CHECK, path], capture_output=True, check=False).returncode


def hledger_check(path: Path) -> int:
    """Exit code of the real thing, at its strictest."""
    return subprocess.run(["hledger", "-f", path, "check", "--strict"], capture_output=True, check=False).returncode


def test_a_right_ledger_is_said_to_be_right(data: Path) -> None:
    said = run(data, "verify")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.endswith("the sum of all balances is 0.00.\nThe books are right.\n")
    assert "13 payouts, 5 top-ups, 3 reports, 3 runs, 7 batches." in said.stdout


def test_each_violation_is_a_line_and_the_exit_code_says_so(data: Path) -> None:
    with closing(sqlite3.connect(data / "tallyhand.db", isolation_level=None)) as connection:
        connection.execute("update balances set balance = balance + 1 where id = 1")
    said = run(data, "verify")
    assert said.returncode == 1
    lines = said.stdout.splitlines()
    assert lines[0] == "all accounts: their balances together are 0.000001, not 0"
    assert lines[1] == "funds: its balance is 0.000001 more than its transfers make"
    assert lines[-1] == "The books are wrong: 2 violations."


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.unlink(), "There is no database in"),
        (lambda path: path.write_text("not a database " * 999), "cannot be read: file is not a database."),
        (lambda path: _version(path, 999), "Start the newer one."),
        (lambda path: _version(path, 1), "Start the bot once"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(data: Path, spoil: Callable[[Path], object], sentence: str) -> None:
    for name in ("tallyhand.db-wal", "tallyhand.db-shm"):
        (data / name).unlink(missing_ok=True)
    spoil(data / "tallyhand.db")
    said = run(data, "verify")
    assert said.returncode == 1
    assert sentence in said.stderr and "Traceback" not in said.stderr


def _version(path: Path, number: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"pragma user_version = {number}")


def test_an_export_is_the_same_bytes_each_time_and_nobodys_name(data: Path) -> None:
    path = data / "books.beancount"
    assert run(data, "export", "--format", "beancount", "--to", str(path)).returncode == 0
    printed = run(data, "export", "--format", "beancount")
    assert printed.stdout == path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    assert not any(name in printed.stdout for name in ("Ana", "Ben", "Olga"))
    nowhere = run(data, "export", "--format", "hledger", "--to", str(data / "none" / "books"))
    assert nowhere.returncode == 1 and "cannot be written: No such file or directory." in nowhere.stderr


def test_beancount_takes_the_export_and_computes_our_balances(data: Path) -> None:
    path = data / "books.beancount"
    assert run(data, "export", "--format", "beancount", "--to", str(path)).returncode == 0
    assert bean_check(path) == 0
    sums = subprocess.run([sys.executable, "-c", BEAN_BALANCES, path], capture_output=True, text=True, check=True)
    assert dict(line.split() for line in sums.stdout.splitlines()) == ours(data)
    _one_micro_unit_more(path)
    assert bean_check(path) != 0


@needs_hledger
def test_hledger_takes_the_export_and_computes_our_balances(data: Path) -> None:
    path = data / "books.hledger"
    assert run(data, "export", "--format", "hledger", "--to", str(path)).returncode == 0
    assert hledger_check(path) == 0
    command = ["hledger", "-f", str(path), "bal", "--flat", "--empty", "-N", "-O", "csv"]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sums = {row[0]: row[1].removesuffix(" USD") for row in list(csv.reader(table.splitlines()))[1:]}
    assert {name: amount_of(0) if sum == "0" else sum for name, sum in sums.items()} == ours(data)
    _one_micro_unit_more(path)
    assert hledger_check(path) != 0


def _one_micro_unit_more(path: Path) -> None:
    """Both postings of one transfer, so that only the balances tell."""
    text = path.read_text(encoding="utf-8")
    first, second = "  0.333333 USD\n", "  -0.333333 USD\n"
    assert first in text and second in text
    path.write_text(
        text.replace(first, "  0.333334 USD\n", 1).replace(second, "  -0.333334 USD\n", 1), encoding="utf-8"
    )
