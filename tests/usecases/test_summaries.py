"""The daily summary: once a day, to coordinators, with hints and never verdicts."""

from __future__ import annotations

import pickle

import pytest

from bot.rendering.message import Drawn
from domain.long_texts import CAPTION, units
from domain.people import Person
from domain.rules import DAY, HOUR, MINUTE, SECOND, Rules
from locales.words import Words
from storage import people
from storage.database import Database, Tx
from tests.builders import NOON, make_batch, make_coordinator, make_owner, make_person, make_worker
from tests.steps import answer, screen, sent, take, told, write
from usecases import reporting, summaries, work

MORNING = NOON + DAY - 3 * HOUR
"""Nine the next morning."""


def _run(tx: Tx, now: int) -> None:
    while summaries.run_due(tx, now=now):
        pass


def _people_at_work(tx: Tx) -> tuple[int, list[Person]]:
    """Three workers answer Cat, one always Dog, one far too fast."""
    batch = make_batch(tx, n_tasks=20, price=50_000, overlap=5)
    names = ["Ana", "Ben", "Chi", "Contrary", "Flash"]
    workers = [make_worker(tx, 100 + index, name) for index, name in enumerate(names)]
    for worker in workers:
        for index in range(20):
            assignment = take(tx, worker, batch, now=NOON + index * MINUTE)
            pause = SECOND // 2 if worker.id == workers[4].id else 9 * SECOND
            tx.run(
                "update assignments set shown_at = :at where id = :id", id=assignment, at=NOON + index * MINUTE - pause
            )
            choice = 1 if worker.id == workers[3].id else 0
            work.submit(tx, by=worker, assignment=assignment, answer_index=choice, now=NOON + index * MINUTE)
    return batch, workers


async def test_coordinators_get_it_once_a_day_and_others_not(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner, carla = make_owner(tx), make_coordinator(tx)
        reviewer = make_person(tx, 60, "Rita")
        people.change(tx, reviewer.id, is_reviewer=1)
        worker = make_worker(tx)
        answer(tx, worker, make_batch(tx, n_tasks=2), now=NOON)
        sent(tx)
        for at in (MORNING, MORNING + MINUTE, MORNING - DAY // 2, MORNING + HOUR):
            _run(tx, at)
        first = [told(tx, owner).count("summary"), told(tx, carla).count("summary")]
        assert first == [2, 2]  # one for the evening before as the clock was put back, one for the morning
        _run(tx, MORNING + DAY)
        assert told(tx, carla).count("summary") == 3
        assert "summary" not in told(tx, reviewer) + told(tx, worker)

    await db.write(story)


async def test_days_of_downtime_bring_one_summary(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner = make_owner(tx)
        make_batch(tx, n_tasks=2)
        _run(tx, MORNING)
        _run(tx, MORNING + 5 * DAY)
        assert told(tx, owner).count("summary") == 2

    await db.write(story)


@pytest.mark.parametrize("hours", [0, 5, 14.5, 17])
async def test_one_that_is_caught_up_tells_of_the_day_it_was_due_for(db: Database, hours: float) -> None:
    """Due at eight; at 01:00 the next night it is still that morning's, about the day before."""

    def story(tx: Tx) -> None:
        owner, worker = make_owner(tx), make_worker(tx)
        batch = make_batch(tx, n_tasks=9)
        for minutes in range(3):
            answer(tx, worker, batch, now=NOON + minutes * MINUTE)
        answer(tx, worker, batch, now=NOON + DAY // 2 + HOUR)  # the day after: not what this summary is about
        _run(tx, MORNING - HOUR + int(hours * HOUR))
        shown = screen(tx, owner, "summary").text
        assert "1 person worked: 3 submissions" in shown
        assert Words("en", tx.rules).day(NOON) in shown

    await db.write(story)


async def test_nothing_is_said_where_nothing_happens(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner = make_owner(tx)
        _run(tx, MORNING)
        assert "summary" not in told(tx, owner)

    await db.write(story)


async def test_it_says_how_it_goes_and_who_to_have_a_look_at(db: Database) -> None:
    def story(tx: Tx) -> Drawn:
        owner = make_owner(tx)
        _, workers = _people_at_work(tx)
        written = make_batch(tx, "write_reply", 2, 500_000)
        write(tx, workers[0], written, "A reply", now=NOON + 2 * HOUR)
        _run(tx, MORNING)
        shown = screen(tx, owner, "summary")
        assert "5 people worked: 101 submissions, $5.50" in shown.text
        assert "20 of 20 done, agreement 60%" in shown.text
        assert "1 waits for a review" in shown.text
        assert "Contrary: answers" in shown.text
        assert "Flash: 500 ms a task" in shown.text
        assert "there may be a good reason" in shown.text
        assert "Ana" not in shown.text
        assert units(shown.text) <= CAPTION
        assert isinstance(shown.photo, Drawn)
        return shown.photo

    drawn = await db.write(story)
    again = pickle.loads(pickle.dumps(drawn))
    assert again.function(*again.args).startswith(b"\x89PNG")


async def test_many_reports_are_a_hint_about_the_tasks_too(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner, worker = make_owner(tx), make_worker(tx)
        batch = make_batch(tx, n_tasks=8, price=50_000)
        for index in range(6):
            assignment = take(tx, worker, batch, now=NOON + index * MINUTE)
            reporting.report(tx, by=worker, assignment=assignment, reason=1, now=NOON + index * MINUTE + 9 * SECOND)
        _run(tx, MORNING)
        text = screen(tx, owner, "summary").text
        assert "Ana: reported 6 tasks" in text
        assert "something wrong with them" in text

    await db.write(story)


async def test_long_names_and_many_batches_still_fit_the_caption(db: Database) -> None:
    def story(tx: Tx) -> None:
        owner = make_owner(tx)
        for index in range(12):
            batch = make_batch(tx, n_tasks=1, price=999_999_999)
            title = f"{index} " + "A very long title of a batch, as people do write them " * 5
            tx.run("update batches set title = :title where id = :id", title=title, id=batch)
        worker = make_worker(tx, name="W" * 200)
        answer(tx, worker, batch, now=NOON)
        _run(tx, MORNING)
        for language in ("en", "fr"):
            shown = screen(tx, owner, "summary", language)
            assert units(shown.text) <= CAPTION
            assert isinstance(shown.photo, Drawn)
            assert shown.photo.function(*shown.photo.args).startswith(b"\x89PNG")

    await db.write(story)


class TestTrial:
    """A summary every five minutes."""

    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(every_seconds=300, quiet_hours=False)

    async def test_it_comes_only_when_there_was_work(self, db: Database) -> None:
        def story(tx: Tx) -> None:
            owner, worker = make_owner(tx), make_worker(tx)
            batch = make_batch(tx, n_tasks=5)
            told_after = []
            for turn in range(4):
                if turn in (1, 2):
                    answer(tx, worker, batch, now=NOON + turn * 5 * MINUTE)
                _run(tx, NOON + turn * 5 * MINUTE + 4 * MINUTE)
                told_after.append(told(tx, owner).count("summary"))
            assert told_after == [0, 1, 2, 2]
            assert "1 person worked: 2 submissions" in screen(tx, owner, "summary").text

        await db.write(story)


async def test_a_few_answers_measure_no_hour_as_in_the_report(db: Database) -> None:
    def story(tx: Tx) -> None:
        make_owner(tx)
        worker, batch = make_worker(tx), make_batch(tx, n_tasks=12)
        for number in range(12):
            (line,) = summaries.of(tx, day=0, at=NOON).lines
            assert (line.hourly is None) == (number < 10)
            answer(tx, worker, batch, now=NOON + number * MINUTE)

    await db.write(story)
