"""From draft to batch and to its end, on the real database."""

from __future__ import annotations

import pytest

from domain import ledger as accounts
from domain.joining import CoordinatorsOnly
from domain.refusals_batches import (
    BriefProblem,
    DraftChanged,
    NotADraft,
    NotEnoughFunds,
    NothingToPublish,
    NotPublished,
    StillTakingIn,
)
from storage import batches, draft_tasks, jobs, ledger, outbox, questions
from storage.database import Database, Tx
from tests.builders import (
    NOON,
    add_funds,
    finish_jobs,
    make_batch,
    make_coordinator,
    make_draft,
    make_owner,
    make_worker,
    publish,
)
from tests.steps import books_are_right
from usecases import drafts, progress, publishing, reserves, typed

PRICE = 50_000
PAY = 4 * 3 * PRICE
TOPUPS = PAY // 2
FEES = (PAY + TOPUPS) // 50
COST = PAY + TOPUPS + FEES


def _draft(tx: Tx, n_tasks: int = 4, overlap: int = 3, free: int = COST + 400_000) -> int:
    owner = make_owner(tx)
    add_funds(tx, by=owner, amount=free)
    return make_draft(tx, n_tasks=n_tasks, by=owner, price=PRICE, overlap=overlap)


async def test_publishing_reserves_the_pay_of_all_answers_and_sets_aside_top_ups_and_fees(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft = _draft(tx)
        receipt = publish(tx, by=make_owner(tx), batch=draft, tasks=4, cost=COST, now=NOON)
        assert receipt == publishing.Published(COST, 4, None)
        assert ledger.balance(tx, accounts.reserve(draft)) == PAY
        assert ledger.balance(tx, accounts.topups(draft)) == TOPUPS
        assert ledger.balance(tx, accounts.FEES) == FEES
        assert ledger.balance(tx, accounts.FUNDS) == 400_000
        batch = batches.by_id(tx, draft)
        assert batch is not None
        assert (batch.state, batch.collecting, batch.published_at) == ("open", False, NOON)
        first = draft_tasks.first(tx, draft)
        assert first is not None
        assert first.wanted == 3

    await db.write(story)


@pytest.mark.parametrize("end", ["published", "discarded"])
async def test_what_was_asked_about_a_draft_is_not_asked_once_a_colleague_has_ended_it(db: Database, end: str) -> None:
    def story(tx: Tx) -> None:
        draft = _draft(tx)
        olga, carla = make_owner(tx), make_coordinator(tx)
        drafts.ask_field(tx, by=carla, batch=draft, field=0, now=NOON)
        if end == "published":
            publish(tx, by=olga, batch=draft, tasks=4, cost=COST, now=NOON)
        else:
            drafts.discard(tx, by=olga, batch=draft, now=NOON)
        assert questions.open_for(tx, carla.id) is None
        typed.text(tx, by=carla, text="What is it?", message_id=1, now=NOON)  # a stray: one hint, no refusal for ever

    await db.write(story)


async def test_a_second_tap_on_publish_is_refused_and_reserves_nothing(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft = _draft(tx)
        publish(tx, by=make_owner(tx), batch=draft, tasks=4, cost=COST, now=NOON)
        with pytest.raises(NotADraft):
            publish(tx, by=make_owner(tx), batch=draft, tasks=4, cost=COST, now=NOON)
        assert ledger.balance(tx, accounts.reserve(draft)) == PAY

    await db.write(story)


async def test_a_button_that_shows_another_cost_publishes_nothing(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft = _draft(tx)
        batches.change(tx, draft, price=2 * PRICE)
        with pytest.raises(DraftChanged):
            publish(tx, by=make_owner(tx), batch=draft, tasks=4, cost=COST, now=NOON)

    await db.write(story)


async def test_a_batch_the_funds_do_not_cover_is_refused_with_both_amounts(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft = _draft(tx, free=COST - 1)
        with pytest.raises(NotEnoughFunds) as refusal:
            publish(tx, by=make_owner(tx), batch=draft, tasks=4, cost=COST, now=NOON)
        assert refusal.value.params == {"amount": COST, "amount_free": COST - 1}

    await db.write(story)


async def test_what_fits_is_published_and_the_rest_stays_a_draft(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft = _draft(tx, free=COST // 2)
        receipt = publish(tx, by=make_owner(tx), batch=draft, tasks=2, cost=COST // 2, now=NOON)
        assert receipt.left_in is not None
        opened, rest = batches.by_id(tx, draft), batches.by_id(tx, receipt.left_in)
        assert opened is not None and rest is not None
        assert (opened.tasks, rest.tasks, rest.state, rest.price) == (2, 2, "draft", PRICE)
        assert (rest.face, rest.overlap, rest.title) == (opened.face, 3, opened.title)
        assert ledger.balance(tx, accounts.FUNDS) == 0

    await db.write(story)


@pytest.mark.parametrize(
    ("caption", "price", "tasks", "refusal"),
    [("", None, 3, BriefProblem), ("", PRICE, 0, NothingToPublish)],
)
async def test_an_incomplete_draft_is_not_published(
    db: Database, caption: str, price: int | None, tasks: int, refusal: type[Exception]
) -> None:
    def story(tx: Tx) -> None:
        owner = make_owner(tx)
        draft = make_draft(tx, n_tasks=tasks, by=owner, price=price, caption=caption)
        with pytest.raises(refusal):
            publish(tx, by=owner, batch=draft, tasks=max(1, tasks), cost=PRICE, now=NOON)

    await db.write(story)


async def test_a_draft_whose_files_are_still_coming_in_is_not_published(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft = _draft(tx)
        jobs.ask(tx, "import", person_id=1, batch_id=draft, now=NOON, batch=draft, what="archive", file_id="x", name="")
        with pytest.raises(StillTakingIn):
            publish(tx, by=make_owner(tx), batch=draft, tasks=4, cost=COST, now=NOON)
        finish_jobs(tx, "import")
        publish(tx, by=make_owner(tx), batch=draft, tasks=4, cost=COST, now=NOON)

    await db.write(story)


async def test_a_worker_cannot_publish(db: Database) -> None:
    def story(tx: Tx) -> None:
        draft = _draft(tx)
        with pytest.raises(CoordinatorsOnly):
            publish(tx, by=make_worker(tx), batch=draft, tasks=4, cost=COST, now=NOON)

    await db.write(story)


async def test_closing_gives_back_all_but_open_cards_and_what_is_left_follows_once(db: Database) -> None:
    def story(tx: Tx) -> None:
        batch = make_batch(tx, n_tasks=4, overlap=3)
        owner = make_owner(tx)
        batches.change(tx, batch, leased=2)
        assert publishing.close(tx, by=owner, batch=batch, now=NOON) == (PAY - 2 * PRICE) * 102 // 100
        assert ledger.balance(tx, accounts.reserve(batch)) == 2 * PRICE
        with pytest.raises(NotPublished):
            publishing.close(tx, by=owner, batch=batch, now=NOON)
        assert reserves.release_rest(tx, batch, NOON) == 0
        batches.change(tx, batch, leased=1)
        assert reserves.release_rest(tx, batch, NOON) == PRICE * 102 // 100
        assert reserves.release_rest(tx, batch, NOON) == 0
        assert [transfer.cause for transfer in ledger.caused_by(tx, "batch", batch)] == [
            f"batch:{batch}:reserved",
            f"batch:{batch}:released",
            f"batch:{batch}:released:2",
            f"batch:{batch}:topups_reserved",
            f"batch:{batch}:fees_reserved",
            f"batch:{batch}:fees_released",
            f"batch:{batch}:fees_released:2",
        ]
        assert ledger.total(tx) == 0

    await db.write(story)


async def test_top_ups_go_back_once_when_the_batch_is_closed_and_its_days_are_settled(db: Database) -> None:
    def story(tx: Tx) -> None:
        batch = make_batch(tx, n_tasks=4, overlap=3)
        assert reserves.release_topups(tx, batch, NOON) == 0  # it is open
        publishing.close(tx, by=make_owner(tx), batch=batch, now=NOON)
        reserves.release_topups(tx, batch, NOON)
        assert reserves.release_topups(tx, batch, NOON) == 0
        assert ledger.balance(tx, accounts.FUNDS) == COST
        assert ledger.balance(tx, accounts.FEES) == 0
        books_are_right(tx)

    await db.write(story)


async def test_progress_waits_in_the_outbox_at_most_once(db: Database) -> None:
    def story(tx: Tx) -> None:
        batch = make_batch(tx)
        tx.run("delete from outbox")
        progress.refresh(tx, batch, NOON)
        progress.refresh(tx, batch, NOON + 1)
        rows = outbox.pending(tx, after=0, limit=10)
        assert [row.not_before for row in rows] == [NOON + progress.EVERY]

    await db.write(story)


async def test_when_the_last_task_is_done_the_coordinator_is_told_once(db: Database) -> None:
    def story(tx: Tx) -> None:
        carla = make_coordinator(tx)
        batch = make_batch(tx, by=carla, n_tasks=2)
        batches.change(tx, batch, done=2)
        progress.refresh(tx, batch, NOON)
        progress.refresh(tx, batch, NOON + 1)
        told = tx.all("select person_id from outbox where key = 'batch_done'")
        assert [row["person_id"] for row in told] == [carla.id]

    await db.write(story)
