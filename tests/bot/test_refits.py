"""Fits as a job: read, computed in a worker process, stored; the newest wins, and everything can be repeated."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bot.jobs import JobContext
from bot.processes import Processes
from bot.refits import fit_batch
from domain.fits import compute
from domain.people import Person
from domain.rules import SECOND, Rules
from storage import assignments, batches, fits, sessions, skills
from storage.cipher import Cipher
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_worker
from tests.databases import place
from tests.usecases.fitting import is_stale
from usecases import refits, work

LABELS = 3


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[JobContext]:
    db = await Database.open(place(tmp_path / "fits.db"), Cipher(b"test"), Rules(quick_tap_millis=0))
    processes = Processes(1)
    made = SimpleNamespace(db=db, processes=processes, now=lambda: NOON + 600 * SECOND)
    yield cast(JobContext, made)
    await processes.close()
    await db.close()


def answered(tx: Tx, batch: int, who: Person, choices: list[int]) -> None:
    for choice in choices:
        work.start(tx, by=who, batch=batch, now=NOON)
        card = sessions.of(tx, who.id).assignment_id
        assert card is not None
        assignments.shown(tx, card, now=NOON - SECOND)
        work.submit(tx, by=who, assignment=card, answer_index=choice, now=NOON)


def labels(tx: Tx, batch: int) -> list[tuple[str, int, str, int]]:
    rows = tx.all(
        "select label, confidence, source, fit_id from labels where batch_id = :batch order by task_id", batch=batch
    )
    return [tuple(row) for row in rows]


def crowd(tx: Tx) -> int:
    """Twelve photos; three who agree, and one who says the same whatever comes."""
    batch = make_batch(tx, n_tasks=12, price=50_000, overlap=4)
    truth = [0, 1, 2] * 4
    for number in range(3):
        answered(tx, batch, make_worker(tx, 100 + number, f"W{number}"), truth)
    answered(tx, batch, make_worker(tx, 103, "W3"), [0] * 12)
    return batch


async def test_a_fit_finds_labels_and_who_is_reliable_and_a_second_one_the_same(context: JobContext) -> None:
    batch = await context.db.write(crowd)
    await fit_batch(context, batch, 1)
    found = await context.db.read(labels, batch)
    names = (await context.db.read(batches.by_id, batch)).face.answers  # type: ignore[union-attr]
    assert [label for label, *_ in found] == [*names] * 4
    assert {source for *_, source, _ in found} == {"fit"}
    assert all(5_000 < confidence < 10_000 for _, confidence, *_ in found)
    rows = await context.db.read(
        lambda tx: [tuple(row) for row in tx.all("select estimate, low, high, enough from worker_skills order by 1")]
    )
    assert len(rows) == 4
    assert rows[0][0] < 6_000 < rows[1][0]
    assert all(low <= estimate <= high for estimate, low, high, _ in rows)
    reliance = await context.db.read(lambda tx: [row[0] for row in tx.all("select reliance from enrolments")])
    assert len(reliance) == 4 and all(reliance)
    await fit_batch(context, batch, 2)
    assert [row[:3] for row in await context.db.read(labels, batch)] == [row[:3] for row in found]
    assert not await context.db.read(is_stale, batch)


async def test_an_older_fit_that_ends_later_changes_nothing(context: JobContext) -> None:
    batch = await context.db.write(crowd)
    await fit_batch(context, batch, 7)
    before = await context.db.read(labels, batch)
    await fit_batch(context, batch, 3)
    assert await context.db.read(labels, batch) == before
    assert (await context.db.read(fits.last, batch)).id == 7  # type: ignore[union-attr]


async def test_a_kill_between_two_steps_is_repeated_and_leaves_what_one_run_leaves(context: JobContext) -> None:
    batch = await context.db.write(crowd)
    await fit_batch(context, batch, 1)
    whole = await context.db.read(stored, batch)

    def killed(tx: Tx) -> None:
        """A second fit has begun and stored some of its labels, then the process died."""
        assert refits.begin(tx, batch, 2) is not None
        voted = refits.votes_page(tx, batch, after=0)
        fitted = compute(refits.material(tx, batch, voted), 2)
        refits.store_labels(tx, batch, 2, fitted.labels[:5])

    await context.db.write(killed)
    assert (await context.db.read(fits.last, batch)).id == 1  # type: ignore[union-attr]
    assert await context.db.read(lambda tx: len(labels(tx, batch))) == 12
    for _ in range(2):
        await fit_batch(context, batch, 2)
        assert await context.db.read(stored, batch) == whole
    assert {fit for *_, fit in await context.db.read(labels, batch)} == {2}


def stored(tx: Tx, batch: int) -> list[tuple[object, ...]]:
    """Labels, skills and weights, whichever fit they are from."""
    rows = [
        *tx.all("select label, confidence, votes, source from labels where batch_id = :id order by task_id", id=batch),
        *tx.all("select worker_id, right, estimate, low, high from worker_skills where batch_id = :id", id=batch),
        *tx.all("select worker_id, estimate, corrected_low, answers from skills"),
        *tx.all("select worker_id, reliance from enrolments where batch_id = :id", id=batch),
    ]
    return [tuple(row) for row in rows]


async def test_an_older_fit_that_begins_when_a_newer_has_ended_asks_for_nothing(context: JobContext) -> None:
    batch = await context.db.write(crowd)
    await fit_batch(context, batch, 7)
    assert await context.db.write(refits.begin, batch, 3) is None
    assert not await context.db.read(is_stale, batch)


async def test_an_older_fit_that_was_overtaken_asks_for_another(context: JobContext) -> None:
    batch = await context.db.write(crowd)
    seen = await context.db.write(refits.begin, batch, 3)
    assert seen is not None
    material = await context.db.read(refits.material, batch, await context.db.read(refits.votes_page, batch, after=0))
    await fit_batch(context, batch, 7)
    before = await context.db.read(stored, batch)
    await context.db.write(refits.finish, batch, 3, compute(material, 3), submissions=seen, now=NOON)
    assert await context.db.read(stored, batch) == before
    assert await context.db.read(is_stale, batch), "it may have taken away what was asked for meanwhile"


async def test_what_changes_while_a_fit_is_computed_asks_for_the_next(context: JobContext) -> None:
    batch = await context.db.write(crowd)
    await context.db.write(refits.begin, batch, 1)
    await context.db.write(fits.ask, batch)
    voted = await context.db.read(refits.votes_page, batch, after=0)
    assert len(voted) == 48
    await fit_batch(context, batch, 1)
    assert not await context.db.read(is_stale, batch)
    await context.db.write(fits.ask, batch)
    assert await context.db.read(is_stale, batch)


async def test_a_skill_over_two_batches_is_surer_than_over_one(context: JobContext) -> None:
    first, second = await context.db.write(crowd), await context.db.write(crowd_again)
    await fit_batch(context, first, 1)
    worker = await context.db.read(lambda tx: tx.value("select id from people where telegram_id = 100"))
    one = (await context.db.read(skills.of_worker, worker))[0].skill
    await fit_batch(context, second, 2)
    both = (await context.db.read(skills.of_worker, worker))[0]
    assert both.skill.answers == 24
    assert both.skill.high - both.skill.low < one.high - one.low
    assert [entry["batch_id"] for entry in both.evidence] == [second, first]


def crowd_again(tx: Tx) -> int:
    """The same people once more."""
    batch = make_batch(tx, n_tasks=12, price=50_000, overlap=4)
    for number, choices in enumerate([[0, 1, 2] * 4] * 3 + [[0] * 12]):
        answered(tx, batch, make_worker(tx, 100 + number, f"W{number}"), choices)
    return batch


@pytest.mark.parametrize("workers", [0, 1])
async def test_no_answers_or_one_worker_is_no_failure_and_not_enough(context: JobContext, workers: int) -> None:
    def few(tx: Tx) -> int:
        batch = make_batch(tx, n_tasks=2, price=50_000, overlap=1)
        for number in range(workers):
            answered(tx, batch, make_worker(tx, 100 + number, "W"), [1, 1])
        return batch

    batch = await context.db.write(few)
    await fit_batch(context, batch, 1)
    assert len(await context.db.read(labels, batch)) == 2 * workers
    enough = await context.db.read(lambda tx: [row[0] for row in tx.all("select enough from worker_skills")])
    assert enough == [0] * workers


async def test_who_withdrew_counts_no_more(context: JobContext) -> None:
    batch = await context.db.write(crowd)
    await fit_batch(context, batch, 1)

    def gone(tx: Tx) -> None:
        worker = tx.value("select id from people where telegram_id = 103")
        tx.run("update consents set withdrawn_at = :now where person_id = :id", now=NOON, id=worker)
        fits.ask_for_worker(tx, worker)

    await context.db.write(gone)
    assert await context.db.read(is_stale, batch)
    await fit_batch(context, batch, 2)
    assert await context.db.read(lambda tx: tx.value("select count(*) from worker_skills")) == 3


def test_when_a_fit_is_due() -> None:
    due = fits.Due(
        id=1, kind="choose_one", submissions=0, fitted=0, fitted_at=NOON, asked=False, is_done=False, created_by=1
    )
    soon, later = NOON + SECOND, NOON + refits.SETTLES
    assert not refits.is_due(due, later)
    assert not refits.is_due(due._replace(submissions=3), soon)
    assert refits.is_due(due._replace(submissions=3), later)
    assert refits.is_due(due._replace(submissions=3, is_done=True), soon)
    assert refits.is_due(due._replace(submissions=20), soon)
    assert not refits.is_due(due._replace(submissions=1_050, fitted=1_000), soon)
    assert refits.is_due(due._replace(submissions=1_100, fitted=1_000), soon)
    given_up = due._replace(submissions=30, tried_at=later)
    assert not refits.is_due(given_up, later + SECOND)
    assert refits.is_due(given_up, later - 2 * refits.RESTS), "the clock was set back"
    assert refits.is_due(due._replace(asked=True), soon)


async def test_a_batch_is_among_those_to_fit_from_the_first_answer_until_its_fit_has_seen_all(
    context: JobContext,
) -> None:
    def waits(tx: Tx) -> bool:
        return [one.id for one in fits.due(tx, after=0, limit=9)] == [batch]

    def more(tx: Tx) -> None:
        answered(tx, batch, make_worker(tx, 200, "Late"), [1])

    batch = await context.db.write(make_batch, n_tasks=3, overlap=2)
    assert not await context.db.read(waits)
    await context.db.write(more)
    assert await context.db.read(waits)
    seen = await context.db.write(refits.begin, batch, 1)
    assert seen is not None
    material = await context.db.read(refits.material, batch, await context.db.read(refits.votes_page, batch, after=0))
    await context.db.write(more)
    await context.db.write(refits.finish, batch, 1, compute(material, 1), submissions=seen, now=NOON)
    assert await context.db.read(waits)
    await fit_batch(context, batch, 2)
    assert not await context.db.read(waits)
    await context.db.write(fits.ask, batch)
    assert await context.db.read(waits)
    await context.db.write(more)
    await fit_batch(context, batch, 3)
    assert not await context.db.read(waits)
