"""A batch's report made at a desk, step by step as its job does it, and what stands in for a fit."""

from __future__ import annotations

from collections.abc import Iterable

from bot.rendering.message import Drawn, Message
from domain.people import Person
from domain.quality import Figures, agreement
from files.quality_charts import Card
from storage import gold, jobs, tasks
from storage.database import Tx
from storage.jobs import Job
from tests.steps import screen
from tests.usecases.desk import Desk
from usecases import quality_reports
from usecases.quality_reports import Pass


def work_off(desk: Desk) -> int:
    """Do every job of reports that waits; returns for how many of them figures had to be computed."""
    computed = 0
    for job in jobs.waiting(desk.tx, quality_reports.JOB, limit=100):
        computed += work(desk, job)
    return computed


def work(desk: Desk, job: Job) -> bool:
    """One of them."""
    with desk.tx.savepoint():
        return computed(desk.tx, job, now=desk.now)


def computed(tx: Tx, job: Job, *, now: int) -> bool:
    """One job in the steps of bot/quality_reports.py; tells whether figures had to be computed."""
    assert job.batch_id is not None
    found = None
    if not quality_reports.is_fresh(tx, job.batch_id, now=now):
        seen = Pass()
        after: int | None = 0
        while after is not None:
            page, after = quality_reports.page(tx, job.batch_id, after=after)
            seen.add(page)
        agreed = agreement(tuple(seen.patterns.items()), quality_reports.order(tx, job.batch_id))
        found = quality_reports.figures(tx, job.batch_id, seen, agreed, now=now)
    quality_reports.finish(tx, job=job, found=found, now=now)
    return found is not None


def report(desk: Desk, by: Person, batch: int, language: str = "en") -> Message:
    """Somebody asks for the report of a batch and gets it."""
    desk.do(quality_reports.show, by, batch=batch)
    work_off(desk)
    return screen(desk.tx, by, "quality_report", language)


def figures(desk: Desk, by: Person, batch: int) -> Figures:
    """What the report of a batch shows."""
    report(desk, by, batch)
    return Figures.from_json(desk.value("select figures from quality_reports where batch_id = :id", id=batch))


def card(message: Message) -> Card:
    """The picture of a report, as it goes to a worker process."""
    assert isinstance(message.photo, Drawn)
    (found,) = message.photo.args
    assert isinstance(found, Card)
    return found


def make_gold(desk: Desk, by: Person, batch: int, labels: Iterable[str], *, why: str | None = None) -> list[int]:
    """Make the first tasks of a batch gold, with these labels; returns the tasks."""
    rows = desk.tx.all("select id from tasks where batch_id = :id and gold is null order by id", id=batch)
    made = []
    for row, label in zip(rows, labels, strict=False):
        task = tasks.by_id(desk.tx, row["id"])
        assert task is not None
        gold.make(desk.tx, task, label, why=why, by=by.id, salt=1, now=desk.now)
        made.append(task.id)
    return made


def fit(desk: Desk, batch: int, confidences: Iterable[int], label: str = "Cat") -> None:
    """Labels as a fit leaves them: one a task, from the first on, with these confidences."""
    number = 1 + (desk.value("select max(id) from fits") or 0)
    desk.tx.run(
        "insert into fits (id, batch_id, at, rule, upto, answers, tasks, workers)"
        " values (:id, :batch, :now, 7, 1, 380, 40, 6)",
        id=number,
        batch=batch,
        now=desk.now,
    )
    rows = desk.tx.all("select id from tasks where batch_id = :id and gold is null order by id", id=batch)
    for row, confidence in zip(rows, confidences, strict=False):
        desk.tx.run(
            "insert or replace into labels (task_id, batch_id, label, confidence, votes, source, fit_id)"
            " values (:task, :batch, :label, :confidence, '{}', 'fit', :fit)",
            task=row["id"],
            batch=batch,
            label=label,
            confidence=confidence,
            fit=number,
        )
