"""What a worker reads about their money, in words and as a picture."""

from __future__ import annotations

import pickle

import pytest

from bot.rendering.message import Drawn
from domain.long_texts import CAPTION, units
from domain.rules import DAY, HOUR, MINUTE, SECOND
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_worker
from tests.steps import TASK_SECONDS, answer, screen
from usecases import earnings, payouts, reviews
from usecases.earnings import NoEarnings

PRICE = 50_000


async def test_a_newcomer_is_shown_the_way_to_the_first_task(db: Database) -> None:
    def story(tx: Tx) -> None:
        worker = make_worker(tx)
        earnings.show(tx, by=worker, now=NOON)
        shown = screen(tx, worker, "earnings")
        assert "/work" in shown.text
        assert shown.photo is None

    await db.write(story)


async def test_who_has_no_money_here_is_told_what_earnings_are(db: Database) -> None:
    def story(tx: Tx) -> None:
        with pytest.raises(NoEarnings):
            earnings.show(tx, by=make_coordinator(tx), now=NOON)

    await db.write(story)


async def test_every_number_is_what_was_done(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner, worker = make_owner(tx), make_worker(tx)
        batch = make_batch(tx, n_tasks=40, price=PRICE)
        for index in range(25):
            answer(tx, worker, batch, now=NOON + index * TASK_SECONDS * SECOND)
        assert earnings.of(tx, worker.id, at=NOON + HOUR).hourly == PRICE * 3_600 // TASK_SECONDS
        reviews.accept_due(tx, now=NOON + DAY + 30 * MINUTE)
        for day in range(1, 3):
            answer(tx, worker, batch, now=NOON + day * DAY + HOUR)
        at = NOON + 2 * DAY + 2 * HOUR
        seen = earnings.of(tx, worker.id, at=at)
        assert (seen.available, seen.in_review, seen.paid) == (25 * PRICE, 2 * PRICE, 0)
        assert seen.silent_until == NOON + 3 * DAY + HOUR + TASK_SECONDS * SECOND
        assert seen.today.earned == PRICE
        assert seen.ever.earned == 27 * PRICE
        assert len(seen.days) == 30
        assert [(day.accepted, day.in_review) for day in seen.days[-3:]] == [(25 * PRICE, 0), (0, PRICE), (0, PRICE)]
        assert (seen.payout, seen.payout_expected) == (1_250_000, 1_350_000)
        while payouts.run_due(tx, now=seen.payout_at):
            pass
        assert earnings.of(tx, worker.id, at=seen.payout_at).in_transit == seen.payout_expected
        earnings.show(tx, by=worker, now=at)
        shown = screen(tx, worker, "earnings")
        assert "On its way to you $1.35" in shown.text
        assert "/h of active time" in shown.text
        assert owner.id != worker.id

    await db.write(story)


async def test_below_the_minimum_it_says_so(db: Database) -> None:
    def story(tx: Tx) -> None:
        worker = make_worker(tx)
        batch = make_batch(tx, n_tasks=3, price=PRICE)
        answer(tx, worker, batch, now=NOON)
        earnings.show(tx, by=worker, now=NOON + HOUR)
        text = screen(tx, worker, "earnings").text
        assert "Payouts begin at $1.00" in text

    await db.write(story)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_picture_can_be_drawn_elsewhere_and_the_caption_fits(db: Database, language: str) -> None:
    def story(tx: Tx) -> Drawn:
        worker = make_worker(tx)
        batch = make_batch(tx, n_tasks=30, price=1_234_567_891)
        for index in range(20):
            answer(tx, worker, batch, now=NOON + index * HOUR)
        at = NOON + DAY
        earnings.show(tx, by=worker, now=at)
        shown = screen(tx, worker, "earnings", language)
        assert units(shown.text) <= CAPTION
        assert isinstance(shown.photo, Drawn)
        return shown.photo

    drawn = await db.write(story)
    again = pickle.loads(pickle.dumps(drawn))
    assert again.function(*again.args).startswith(b"\x89PNG")
