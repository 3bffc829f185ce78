"""/report: what the figures are, what is missing, who may ask, and that it is computed once for all who ask."""

from __future__ import annotations

import json
import re
from random import Random

import pytest

from bot.rendering.message import Message
from domain.joining import CoordinatorsOnly
from domain.long_texts import CAPTION, units
from domain.people import Person
from domain.refusals_batches import BatchGone, NotPublished
from domain.rules import DAY, HOUR, MINUTE, Rules
from storage import batches, gold_answers, job_runs, jobs, people
from tests.builders import ANSWERS, make_batch, make_draft, make_owner, make_worker
from tests.steps import answer, buttons, make_reviewer, render, screen, sent, told, write
from tests.usecases.desk import Desk
from tests.usecases.reporting import card, figures, fit, make_gold, report, work, work_off
from usecases import gold_standing, publishing, quality_reports, signals, summaries
from usecases.coordinating import progress_view


@pytest.fixture
def desk() -> Desk:
    return Desk()


def crowd(desk: Desk, count: int = 5) -> list[Person]:
    return [desk.make(make_worker, 100 + one, f"W{one}") for one in range(count)]


def tap(desk: Desk, worker: Person, batch: int, choice: int = 0) -> int:
    """One answer, half a minute after what was before."""
    desk.pass_time(30)
    return answer(desk.tx, worker, batch, now=desk.now, choice=choice)


def test_with_no_answers_yet_it_says_so_and_what_would_help(desk: Desk) -> None:
    owner = desk.make(make_owner)
    shown = report(desk, owner, desk.make(make_batch, n_tasks=5, price=50_000, overlap=3))
    assert "0 of 5 photos done (0%)" in shown.text
    assert "no gold yet. <b>Make gold</b> shows how right the answers are." in shown.text
    assert "Agreement: no answers yet." in shown.text
    assert "not fitted yet" in shown.text
    assert "Pay per hour: not measured yet" in shown.text
    assert "expected end" not in shown.text
    picture = card(shown)
    assert [tile.value for tile in (*picture.tiles, *picture.money)] == ["–"] * 4
    assert picture.bars == ()


def test_with_one_worker_agreement_cannot_be_known_and_with_two_on_other_tasks_neither(desk: Desk) -> None:
    owner, (ana, ben) = desk.make(make_owner), crowd(desk, 2)
    batch = desk.make(make_batch, n_tasks=5, price=50_000, overlap=1)
    tap(desk, ana, batch)
    assert "one worker only, so it cannot be known" in report(desk, owner, batch).text
    tap(desk, ben, batch)
    assert "no task has two answers yet, so it cannot be known" in report(desk, owner, batch).text
    found = figures(desk, owner, batch)
    assert (found.workers, found.answers, found.pairs, found.alpha) == (2, 2, 0, None)


def test_with_one_class_alone_there_is_no_alpha_and_words_for_it(desk: Desk) -> None:
    owner, workers = desk.make(make_owner), crowd(desk, 3)
    batch = desk.make(make_batch, n_tasks=4, price=50_000, overlap=3)
    for worker in workers:
        for _ in range(4):
            tap(desk, worker, batch)
    shown = report(desk, owner, batch)
    assert "<b>100%</b> of the pairs of answers say the same; all gave one and the same answer" in shown.text
    assert figures(desk, owner, batch).alpha is None


def test_the_figures_are_those_of_the_rows(desk: Desk) -> None:
    """Counted by hand beside it: gold apart from the rest, pairs of all answers to a task, money from the ledger."""
    owner, workers, rng = desk.make(make_owner), crowd(desk), Random(4)
    batch = desk.make(make_batch, n_tasks=20, price=50_000, overlap=3)
    gold = set(make_gold(desk, owner, batch, ["Cat", "Dog", "Cat"]))
    said: dict[int, list[str]] = {}
    for _ in range(14):
        for worker in workers:
            choice = rng.choice((0, 0, 0, 1, 2))
            try:
                number = tap(desk, worker, batch, choice)
            except AssertionError:
                continue
            task = desk.value("select task_id from submissions where id = :id", id=number)
            said.setdefault(task, []).append(ANSWERS[choice])
    ordinary = {task: given for task, given in said.items() if task not in gold}
    pairs = [one == other for given in ordinary.values() for place, one in enumerate(given) for other in given[:place]]
    right = [
        label == known
        for task, known in zip(sorted(gold), ("Cat", "Dog", "Cat"), strict=True)
        for label in said.get(task, [])
    ]
    found = figures(desk, owner, batch)
    assert found.gold == 3
    assert (found.gold_answers, found.gold_right) == (len(right), sum(right))
    assert (found.pairs, found.same) == (len(pairs), sum(pairs))
    assert (found.tasks, found.answers) == (17, sum(map(len, ordinary.values())))
    assert found.done == sum(len(given) == 3 for given in ordinary.values())
    assert found.spent == 50_000 * sum(map(len, said.values()))
    assert found.workers == 5
    assert found.ends_at is None or found.ends_at > desk.now


def test_labels_are_told_with_how_sure_they_are_and_which_fit_made_them(desk: Desk) -> None:
    owner = desk.make(make_owner)
    batch = desk.make(make_batch, n_tasks=10, price=50_000, overlap=3)
    fit(desk, batch, [9_900, 9_500, 9_000, 8_000, 6_500, 4_000])
    shown = report(desk, owner, batch)
    assert "<b>78%</b> of them expected right; 3 of 6 are at least 90% sure, 2 less than 70%" in shown.text
    assert "90–100%: 3 · 80–90%: 1 · 60–70%: 1 · under 50%: 1" in shown.text
    assert "from 380 answers, rule 7" in shown.text
    assert [one.count for one in card(shown).bars] == [1, 0, 1, 0, 1, 3]
    assert buttons(shown)["Labels"] == ("b_labels", (batch,)), "each with its Why?"


def test_what_the_picture_says_the_caption_says(desk: Desk) -> None:
    owner, workers = desk.make(make_owner), crowd(desk, 3)
    batch = desk.make(make_batch, n_tasks=8, price=50_000, overlap=3)
    make_gold(desk, owner, batch, ["Cat"])
    for worker in workers:
        for turn in range(6):
            tap(desk, worker, batch, choice=int(turn == 3 and worker is workers[0]))
    fit(desk, batch, [9_900, 9_500, 6_000])
    shown = report(desk, owner, batch)
    picture, plain = card(shown), re.sub("<[^>]+>", "", shown.text)
    for tile in (*picture.tiles, *picture.money):
        assert tile.value in plain and tile.note in plain, tile
    for one in picture.bars:
        assert f"{one.label}: {one.shown}" in plain or not one.count
    assert all(part in plain for part in (picture.title, picture.progress, picture.average, *picture.foot))


def test_written_work_is_told_by_what_was_accepted_and_what_waits(desk: Desk) -> None:
    owner, (ana, *_) = desk.make(make_owner), crowd(desk, 1)
    batch = desk.make(make_batch, "write_reply", n_tasks=4, price=500_000)
    for number in range(3):
        desk.pass_time(90)
        write(desk.tx, ana, batch, f"Reply {number}", now=desk.now)
    desk.pass_time(3 * HOUR // 1_000_000)
    shown = report(desk, owner, batch)
    assert "Accepted: none is reviewed yet." in shown.text, "0% would sound like a judgement"
    assert "In review: <b>3</b>, the oldest for 3 h" in shown.text
    assert "Right on gold" not in shown.text and "Agreement" not in shown.text


def test_answers_from_before_a_task_became_gold_do_not_count_nor_does_training(desk: Desk) -> None:
    owner, (ana,) = desk.make(make_owner), crowd(desk, 1)
    batch = desk.make(make_batch, n_tasks=6, price=50_000, overlap=2)
    tap(desk, ana, batch, choice=1)
    desk.pass_time(60)
    (task,) = make_gold(desk, owner, batch, ["Cat"])
    assert figures(desk, owner, batch).gold_answers == 0
    desk.tx.run("update submissions set submitted_at = :now where task_id = :task", now=desk.now, task=task)
    desk.pass_time(600)
    assert (figures(desk, owner, batch).gold_answers, figures(desk, owner, batch).gold_right) == (1, 0)
    for stage, upto, counted in (("working", 10**6, 0), ("training", None, 0), ("failed", None, 0), ("working", 0, 1)):
        desk.tx.run("update enrolments set stage = :stage, trained_upto = :upto", stage=stage, upto=upto)
        desk.pass_time(600)
        found = figures(desk, owner, batch)
        assert (found.gold_answers, found.gold_learning) == (counted, 1 - counted)
        desk.make(lambda tx: gold_standing.refresh(tx, batch))
        assert gold_answers.summary(desk.tx, batch)[1] == counted, "its message and the summary say the same"


@pytest.mark.parametrize("state", ["open", "paused"])
def test_the_command_shows_the_one_batch_that_is_under_way_at_once(desk: Desk, state: str) -> None:
    owner = desk.make(make_owner)
    closed, batch = (desk.make(make_batch, n_tasks=2) for _ in range(2))
    publishing.close(desk.tx, by=owner, batch=closed, now=desk.now)
    if state == "paused":
        desk.do(publishing.pause, owner, batch=batch)
    sent(desk.tx)
    desk.do(quality_reports.report, owner)
    work_off(desk)
    shown = screen(desk.tx, owner, "quality_report")
    assert f"· {state}" in shown.text
    assert buttons(shown) == {"Make gold": ("gm_make", (batch,)), "Other batches": ("q_list", ())}


def test_what_is_to_do_is_one_tap_away_where_there_is_something(desk: Desk) -> None:
    owner = desk.make(make_owner)
    batch = desk.make(make_batch, n_tasks=6, price=50_000, overlap=2)
    (gold,) = make_gold(desk, owner, batch, ["Cat"])
    assert list(buttons(report(desk, owner, batch))) == ["Other batches"]
    desk.tx.run(
        "update tasks set given_up_at = 1 where batch_id = :id and id > :gold and id < :last",
        id=batch,
        gold=gold,
        last=gold + 4,
    )
    desk.tx.run("update batches set gold_doubts = 1 where id = :id", id=batch)
    ana = desk.make(make_worker)
    signals.record(desk.tx, batch, [("blind", [ana.id], 9_000, {})], kinds=["blind"], rule=1, now=desk.now)
    shown = report(desk, owner, batch)
    assert buttons(shown)["People to talk to (1)"] == ("q_people", (batch,))
    assert buttons(shown)["Tasks nobody agrees on (3)"] == ("q_disputes", (batch,))
    assert buttons(shown)["Gold that looks wrong (1)"] == ("gd_show", (batch, 0))
    desk.tx.run("update tasks set decided_at = 2, decided = 'Cat' where given_up_at is not null")
    assert "Tasks nobody agrees on" not in str(report(desk, owner, batch).keyboard), "counted as the message goes out"


def test_with_several_batches_it_asks_which_and_says_a_line_of_each(desk: Desk) -> None:
    owner, (ana, ben) = desk.make(make_owner), crowd(desk, 2)
    first, second = (desk.make(make_batch, n_tasks=3, price=50_000, overlap=2) for _ in range(2))
    desk.tx.run("update batches set title = 'Pets <b>' where id = :id", id=first)
    desk.tx.run("update batches set title = 'Cars' where id = :id", id=second)
    for worker in (ana, ben):
        tap(desk, worker, first)
    sent(desk.tx)
    desk.do(quality_reports.report, owner)
    shown = screen(desk.tx, owner, "quality_reports")
    assert "“Pets &lt;b&gt;” · open · 1 of 3 · agreement 100%" in shown.text
    assert "“Cars” · open · 0 of 3" in shown.text
    assert buttons(shown) == {"Cars": ("q_show", (second,)), "Pets <b>": ("q_show", (first,))}
    assert jobs.waiting(desk.tx, quality_reports.JOB, limit=9) == []


def test_with_no_batch_it_says_what_to_do(desk: Desk) -> None:
    owner = desk.make(make_owner)
    desk.do(quality_reports.report, owner)
    assert "No batch is published yet" in screen(desk.tx, owner, "quality_reports").text


def test_it_is_for_coordinators_and_of_batches_that_are_published(desk: Desk) -> None:
    owner, (ana,), rita = desk.make(make_owner), crowd(desk, 1), desk.make(make_reviewer)
    batch, draft = desk.make(make_batch, n_tasks=2), desk.make(make_draft, by=owner)
    for nobody in (ana, rita):
        for verb, values in (
            (quality_reports.report, {}),
            (quality_reports.show_list, {}),
            (quality_reports.show, {"batch": batch}),
        ):
            with pytest.raises(CoordinatorsOnly):
                desk.do(verb, nobody, **values)
    with pytest.raises(NotPublished):
        desk.do(quality_reports.show, owner, batch=draft)
    with pytest.raises(BatchGone):
        desk.do(quality_reports.show, owner, batch=10**9)
    assert jobs.waiting(desk.tx, quality_reports.JOB, limit=9) == []


def test_it_is_computed_once_for_all_who_ask_until_something_changes(desk: Desk) -> None:
    owner, (ana,) = desk.make(make_owner), crowd(desk, 1)
    carla = desk.make(make_owner, telegram_id=2, name="Carla")
    batch = desk.make(make_batch, n_tasks=9)
    sent(desk.tx)
    for _ in range(3):
        assert desk.do(quality_reports.show, owner, batch=batch, wait=1) is True
    assert desk.do(quality_reports.show, carla, batch=batch, wait=1) is True
    assert work_off(desk) == 1
    assert (told(desk.tx, owner), told(desk.tx, carla)) == (["quality_report"], ["quality_report"])
    assert desk.do(quality_reports.show, owner, batch=batch) is False, "at once: nothing has changed"
    assert told(desk.tx, owner).count("quality_report") == 2
    tap(desk, ana, batch)
    assert desk.do(quality_reports.show, owner, batch=batch) is True
    assert work_off(desk) == 1
    desk.now += quality_reports.FRESH
    assert desk.do(quality_reports.show, owner, batch=batch) is True, "an expected end grows old by itself"


def test_a_job_that_is_done_twice_tells_once(desk: Desk) -> None:
    owner = desk.make(make_owner)
    batch = desk.make(make_batch, n_tasks=2)
    desk.do(quality_reports.show, owner, batch=batch)
    (job,) = jobs.waiting(desk.tx, quality_reports.JOB, limit=9)
    assert work(desk, job)
    quality_reports.finish(desk.tx, job=job, found=None, now=desk.now)
    assert told(desk.tx, owner).count("quality_report") == 1


def test_a_report_of_a_batch_that_is_larger_than_a_page_is_that_of_one_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, workers, rng = desk.make(make_owner), crowd(desk, 3), Random(1)
    batch = desk.make(make_batch, n_tasks=11, price=50_000, overlap=3)
    for worker in workers:
        for _ in range(8):
            tap(desk, worker, batch, rng.randrange(3))
    whole = figures(desk, owner, batch)
    monkeypatch.setattr(quality_reports, "PAGE", 2)
    desk.tx.run("delete from quality_reports")
    desk.now -= 5 * 1_000_000
    assert figures(desk, owner, batch) == whole


def test_the_end_is_expected_by_day_at_the_pace_of_the_last_days(desk: Desk) -> None:
    owner, workers = desk.make(make_owner), crowd(desk, 2)
    batch = desk.make(make_batch, n_tasks=200, price=50_000, overlap=1)
    for _ in range(10):
        for worker in workers:
            desk.pass_time(150)
            answer(desk.tx, worker, batch, now=desk.now)
    found = figures(desk, owner, batch)  # 20 answers in 50 min: 180 more take seven and a half hours
    assert found.ends_at is not None
    assert found.ends_at - desk.now == pytest.approx(7.2 * HOUR, rel=0.1)
    assert desk.rules.local(found.ends_at).hour < 21
    desk.now += 8 * HOUR
    found = figures(desk, owner, batch)  # now eight hours lie behind in which nobody came
    assert found.ends_at is not None
    assert found.ends_at - desk.now > 3 * DAY
    assert 8 <= desk.rules.local(found.ends_at).hour < 21
    published = batches.by_id(desk.tx, batch)
    assert published is not None
    assert progress_view(desk.tx, published, desk.now).ends_at == found.ends_at, "the batch's message says the same"
    desk.now += 10 * DAY
    assert figures(desk, owner, batch).ends_at is None, "nobody works any more"


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_long_titles_and_large_numbers_fit_the_caption(desk: Desk, language: str) -> None:
    owner, workers = desk.make(make_owner), crowd(desk, 2)
    batch = desk.make(make_batch, n_tasks=12, price=999_999_999, overlap=2)
    desk.tx.run("update batches set title = :title where id = :id", title="Very <long> & more " * 40, id=batch)
    make_gold(desk, owner, batch, ["Cat"])
    for worker in workers:
        for _ in range(6):
            tap(desk, worker, batch)
    fit(desk, batch, [9_900, 4_000, 5_500, 6_500, 7_500, 8_500])
    desk.tx.run("update batches set unasked = 12345 where id = :id", id=batch)
    shown = report(desk, owner, batch, language)
    assert units(shown.text) <= CAPTION


def test_the_summary_is_followed_by_the_reports_of_where_most_was_done(desk: Desk) -> None:
    owner, (ana,) = desk.make(make_owner), crowd(desk, 1)
    batches = [desk.make(make_batch, n_tasks=9, price=50_000) for _ in range(5)]
    for many, batch in enumerate(batches):
        for _ in range(many):
            tap(desk, ana, batch)
    sent(desk.tx)
    desk.now += DAY
    while summaries.run_due(desk.tx, now=desk.now):
        pass
    asked = [job.batch_id for job in jobs.waiting(desk.tx, quality_reports.JOB, limit=9)]
    assert asked == batches[:1:-1], "the three with most new answers, most first"
    assert [action for action, _ in buttons(screen(desk.tx, owner, "summary")).values()] == ["q_show"] * len(
        {desk.value("select title from batches where id = :id", id=one) for one in batches[:2]}
    )
    assert desk.do(quality_reports.show, owner, batch=asked[0]) is True
    assert len(jobs.waiting(desk.tx, quality_reports.JOB, limit=9)) == 4, "who asks does not wait for the morning's"
    work_off(desk)
    assert told(desk.tx, owner) == ["summary"] + ["quality_report"] * 4
    owners = desk.tx.all(
        "select params from outbox where key = 'quality_report' and state = 'waiting' order by lane, id"
    )
    assert [json.loads(row["params"]).get("daily", False) for row in owners] == [False, True, True, True]
    for daily in (False, True):
        shown = render(desk.tx, "quality_report", {"batch": asked[0], "daily": daily}, owner)
        assert isinstance(shown, Message) and shown.silent is daily
    assert "quality_report" not in told(desk.tx, ana)
    sent(desk.tx)
    desk.now += DAY
    while summaries.run_due(desk.tx, now=desk.now):
        pass
    assert told(desk.tx, owner) == ["summary"], "nothing new: the summary alone"
    assert job_runs.furthest(desk.tx, summaries.NAME)


def test_reports_of_the_summary_wait_for_the_morning_and_not_for_who_said_stop() -> None:
    desk = Desk(Rules(summary_hour=3))
    owner, carla = desk.make(make_owner), desk.make(make_owner, telegram_id=2, name="Carla")
    people.change(desk.tx, carla.id, listening="nothing")
    ana = desk.make(make_worker)
    tap(desk, ana, desk.make(make_batch, n_tasks=9))
    desk.now += 15 * HOUR + 10 * MINUTE
    sent(desk.tx)
    while summaries.run_due(desk.tx, now=desk.now):
        pass
    work_off(desk)
    due = desk.tx.all("select person_id, not_before from outbox where key = 'quality_report' and state = 'waiting'")
    assert [row["person_id"] for row in due] == [owner.id]
    assert desk.rules.local(due[0]["not_before"]).hour == 8
