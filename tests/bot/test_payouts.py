"""Files and answers as jobs: made in worker processes, gone on with after a kill; and the dry run on the console."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.dry_runs import lines
from bot.jobs import JobContext
from bot.payouts import bank_answer, payout_file
from bot.processes import Processes
from bot.transport import Api
from domain import ledger as accounts
from domain.bank_answers import key_of
from domain.incoming import Incoming
from domain.people import Person
from domain.rails import RAILS
from domain.rules import DAY, Payer, Rules
from files.payout_tables import unpacked
from storage import bank_answers as answers
from storage import jobs, ledger, payout_files, payout_methods, payouts
from storage.database import Database, Tx
from storage.jobs import Job
from tests.builders import NOON, make_owner, make_worker
from usecases import bank_answers, received, settling
from usecases import payout_files as files
from usecases import payouts as runs
from usecases.dry_runs import DryRun, Part

IBANS = ("DE75512108001245126199", "FR1420041010050500013M02606", "DE89370400440532013000", "DE75512108001245126198")
"""The last one is wrong."""
PAYDAY = NOON + 9 * DAY


@pytest.fixture
def rules() -> Rules:
    return Rules(currency="EUR", rails=("sepa",), payer=Payer("Tally", "DE02120300000000202051"), quiet_hours=False)


@pytest.fixture
async def context(db: Database, tmp_path: Path) -> AsyncIterator[JobContext]:
    processes = Processes()
    yield JobContext(db, Api("http://127.0.0.1:9", "1:x"), processes, tmp_path, db.rules, lambda: PAYDAY)
    await processes.close()


def _approved(tx: Tx, ibans: tuple[str, ...] = IBANS) -> Person:
    owner = make_owner(tx)
    for number, iban in enumerate(ibans):
        worker = make_worker(tx, 100 + number, f"W{number}")
        credit, cause = accounts.available(worker.id), f"topup:{number + 1}:credited"
        amount = 5_000_000 + number * 10_000
        ledger.transfer(tx, cause=cause, debit=accounts.WORLD, credit=credit, amount=amount, currency="EUR", now=NOON)
        payout_methods.begin(tx, worker.id, "iban", iban, now=NOON)
        begun = payout_methods.begun(tx, worker.id)
        assert begun is not None
        payout_methods.confirm(tx, begun, name=f"Name {number}", active_from=NOON, now=NOON)
    while runs.run_due(tx, now=PAYDAY):
        pass
    runs.approve(tx, by=owner, run_id=1, now=PAYDAY)
    files.ask(tx, by=owner, run_id=1, rail=files.NAMES.index("sepa"), now=PAYDAY)
    return owner


async def _job(db: Database, kind: str) -> Job:
    return (await db.read(jobs.waiting, kind, limit=9))[-1]


def _states(tx: Tx) -> list[str]:
    return [row["state"] for row in tx.all("select state from payouts order by id")]


async def test_a_wrong_iban_is_paid_back_and_the_file_pays_the_others_once(db: Database, context: JobContext) -> None:
    await db.write(_approved)
    job = await _job(db, "payout_file")
    await payout_file(context, job)
    assert await db.read(_states) == ["sending", "sending", "sending", "failed"]
    (made,) = await db.read(payout_files.of_run, 1, "sepa")
    assert (made.count, made.total) == (3, 15_030_000)
    data = unpacked(await db.read(payout_files.content, made.id))
    assert data.count(b"<CdtTrfTxInf>") == 3
    assert IBANS[3].encode() not in data
    assert made.key.encode() in data
    await payout_file(context, job)  # the same again after a restart: the file stays the one it is
    assert len(await db.read(payout_files.of_run, 1, "sepa")) == 1
    sealed = await db.read(lambda tx: tx.value("select content from payout_files"))
    assert IBANS[0].encode() not in sealed


async def test_nobody_left_is_no_file_and_the_run_is_settled(db: Database, context: JobContext) -> None:
    await db.write(_approved, ibans=(IBANS[3],))
    await payout_file(context, await _job(db, "payout_file"))
    assert await db.read(payout_files.of_run, 1, "sepa") == []
    assert (await db.read(payouts.recent, limit=1))[0].state == "settled"
    keys = await db.read(lambda tx: [row["key"] for row in tx.all("select key from outbox")])
    assert "payout_no_file" in keys


async def test_a_run_longer_than_a_file_takes_has_several(
    db: Database, context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "RAILS", {**RAILS, "sepa": RAILS["sepa"]._replace(most=2)})
    await db.write(_approved, ibans=IBANS[:3])
    await payout_file(context, await _job(db, "payout_file"))
    made = await db.read(payout_files.of_run, 1, "sepa")
    assert [(one.number, one.count) for one in made] == [(1, 2), (2, 1)]
    assert len({one.key for one in made}) == 2


async def test_an_answer_that_was_broken_off_goes_on_and_counts_each_once(
    db: Database, context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bank_answers, "STEP", 1)
    owner = await db.write(_approved, ibans=IBANS[:3])
    await payout_file(context, await _job(db, "payout_file"))
    (made,) = await db.read(payout_files.of_run, 1, "sepa")
    own = await db.read(files.installation)
    rows = [f"{key_of(own, 1)},5.00,EUR,paid,0.10", f"{key_of(own, 2)},5.01,EUR,failed,0.05",
            f"{key_of(own, 3)},5.02,EUR,paid,0.20"]  # fmt: skip
    text = "\r\n".join(["payout,amount,currency,status,fee", *rows])
    await db.write(received.file, by=owner, file=Incoming("table", "f", "answer.csv", len(text)), now=PAYDAY)
    job = await _job(db, "bank_answer")
    place = context.data_dir / "uploads"
    place.mkdir()
    (place / str(job.id)).write_text(text, encoding="utf-8")
    real = settling.paid

    def killed(tx: Tx, payout: Any, **values: Any) -> None:
        real(tx, payout, **values)
        if payout.id == 3:
            raise OSError("kill -9")

    monkeypatch.setattr(settling, "paid", killed)
    with pytest.raises(OSError, match="kill"):
        await bank_answer(context, job)
    assert await db.read(_states) == ["paid", "failed", "sending"]
    monkeypatch.setattr(settling, "paid", real)
    await bank_answer(context, await _job(db, "bank_answer"))
    assert await db.read(_states) == ["paid", "failed", "paid"]
    answer = await db.read(answers.by_id, 1)
    assert answer is not None
    assert (answer.paid, answer.failed, answer.known) == (2, 1, 0)
    assert await db.read(ledger.moved, "run:1:fee:1000001") == 350_000
    assert made.count == 3
    assert not list(place.iterdir())


def test_the_console_says_what_a_run_would_pay_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("DATA_DIR", str(tmp_path / "data")), ("SECRET_KEY", "test"), ("CURRENCY", "EUR")):
        monkeypatch.setenv(name, value)
    said = CliRunner().invoke(cli, ["payouts", "--dry-run"])
    assert (said.exit_code, said.output) == (0, "together: 0.00 EUR for 0 people\n")
    refused = CliRunner().invoke(cli, ["payouts"])
    assert refused.exit_code == 1
    assert "--dry-run" in refused.output


def test_a_dry_run_as_text() -> None:
    paid, left = (Part("sepa", 2, 12_000_000),), (Part("no_method", 1, 7_500_000),)
    assert lines(DryRun(paid, left, 40_000), "EUR") == [
        "rail sepa: 12.00 EUR for 2 people",
        "together: 12.00 EUR for 2 people",
        "left out, no payout method: 7.50 EUR for 1 person",
        "The clients' funds owe 0.04 EUR.",
    ]
