"""The daily quality summary: how it goes in words and as a picture, and who to have a look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.rendering.message import Action, Button, Drawn, Message, Renderer
from domain.long_texts import CAPTION, cut_end, units
from domain.rules import SECOND
from files.charts import BatchBar, summary_chart
from handlers.buttons import encode
from locales.words import Markup, Words
from storage.database import Tx
from usecases import summaries
from usecases.summaries import COUNTED, BatchLine, LookAt, Summary

TITLE = 40
LOOKS = 4
"""So many batches and hints stand in the caption, fewer where they would not fit; the picture shows more batches."""


def summary(view: tuple[Summary, int, list[int]], words: Words) -> Action:
    """One message with the picture; what it shows is in the words too. Reports that do not follow have a button."""
    seen, at, reported = view
    text = ""
    for room in range(LOOKS, -1, -1):
        blocks = [
            words.html("<b>Quality summary</b> · {day}", day=words.day(seen.day_at)),
            _day(seen, words),
            Markup("\n".join(_batch(line, words) for line in seen.lines[-max(1, room) :])),
            _queue(seen, at, words),
            _facts(seen, words),
            _looks(seen.looks[:room], words),
        ]
        text = "\n\n".join(block for block in blocks if block)
        if units(text) <= CAPTION:
            break
    rows = tuple((_report_button(line, words),) for line in seen.lines if line.batch.id not in reported)
    return Message(text, rows, photo=_picture(seen, words))


def _report_button(line: BatchLine, words: Words) -> Button:
    return Button(
        words.plain("Report: {title}", title=cut_end(line.batch.title, TITLE)), encode("q_show", line.batch.id)
    )


def _day(seen: Summary, words: Words) -> Markup:
    if not seen.workers:
        return words.html("Nobody worked that day.")
    text = words.html_many(
        "{people} worked: {count} submission, {amount}",
        "{people} worked: {count} submissions, {amount}",
        seen.done.submissions,
        people=words.html_many("{count} person", "{count} people", seen.workers),
        amount=words.money(seen.done.earned),
    )
    if seen.hourly is None:
        return text
    return Markup(text + words.html(", {rate} of active time", rate=words.rate(seen.hourly)))


def _batch(line: BatchLine, words: Words) -> Markup:
    batch = line.batch
    values = {
        "title": cut_end(batch.title, TITLE),
        "done": words.number(batch.done),
        "tasks": words.number(batch.tasks),
        "agreement": words.share(batch.pairs_same, batch.pairs),
        "rate": "–" if line.hourly is None else words.rate(line.hourly),
    }
    if not line.gold:
        return words.html("“{title}” {done} of {tasks} done, agreement {agreement}, {rate}", **values)
    return words.html(
        "“{title}” {done} of {tasks} done, {gold} right on gold, agreement {agreement}, {rate}",
        gold=words.share(line.gold_right, line.gold),
        **values,
    )


def _queue(seen: Summary, at: int, words: Words) -> Markup:
    if not seen.waiting or seen.waiting_since is None:
        return words.html("No written work waits for a review.")
    age = words.duration(max(0, at - seen.waiting_since) // SECOND)
    if seen.waiting >= COUNTED:
        count = words.number(COUNTED - 1)
        return words.html("More than {count} wait for a review, the oldest for {age}: /review", count=count, age=age)
    return words.html_many(
        "{count} waits for a review, the oldest for {age}: /review",
        "{count} wait for a review, the oldest for {age}: /review",
        seen.waiting,
        age=age,
    )


def _facts(seen: Summary, words: Words) -> Markup:
    """The month behind the day, as /fairness has it."""
    facts = seen.facts
    if facts is None or facts.median is None or facts.review_micros is None:
        return Markup("")
    return words.html(
        "30 days: half of the people earned {rate} or more with top-ups, half of the work was reviewed within {time}."
        " /fairness has the rest.",
        rate=words.rate(facts.median),
        time=words.duration(facts.review_micros // SECOND),
    )


def _looks(looks: Sequence[LookAt], words: Words) -> Markup:
    if not looks:
        return Markup("")
    lines = [words.html("<b>Have a look</b> (there may be a good reason)")]
    lines += [_look(one, words) for one in looks]
    return Markup("\n".join(lines))


def _look(one: LookAt, words: Words) -> Markup:
    name, title, look = cut_end(one.name, 30), cut_end(one.title, 30), one.look
    if look.why == "disagrees":
        return words.html(
            "{name}: answers “{title}” differently from the others ({share} the same)",
            name=name,
            title=title,
            share=words.share(look.part, look.whole),
        )
    if look.why == "fast":
        millis = words.number(look.part)
        return words.html("{name}: {millis} ms a task in “{title}”", name=name, title=title, millis=millis)
    if look.why == "rejected":
        return words.html_many(
            "{name}: {count} answer in “{title}” was rejected",
            "{name}: {count} answers in “{title}” were rejected",
            look.part,
            name=name,
            title=title,
        )
    return words.html_many(
        "{name}: reported {count} task of “{title}”; perhaps there is something wrong with it",
        "{name}: reported {count} tasks of “{title}”; perhaps there is something wrong with them",
        look.part,
        name=name,
        title=title,
    )


def _picture(seen: Summary, words: Words) -> Drawn:
    bars = tuple(
        BatchBar(
            title=line.batch.title,
            share=line.batch.done / line.batch.tasks if line.batch.tasks else 0.0,
            progress=words.plain(
                "{done} of {tasks}", done=words.number(line.batch.done), tasks=words.number(line.batch.tasks)
            ),
            agreement=words.share(line.batch.pairs_same, line.batch.pairs),
            hourly="–" if line.hourly is None else words.rate(line.hourly),
            pay=None if line.hourly is None or not words.rules.floor else line.hourly / words.rules.floor,
        )
        for line in seen.lines
    )
    more = words.plain_many("and {count} more batch", "and {count} more batches", seen.more) if seen.more else ""
    texts = {
        "title": words.plain("Quality summary"),
        "day": words.day(seen.day_at),
        "batch": words.plain("batch"),
        "agreement": words.plain("agreement"),
        "hourly": words.plain("pay per hour"),
        "floor": words.plain("the floor: {rate}", rate=words.rate(words.rules.floor)) if words.rules.floor else "",
        "more": more,
        "empty": words.plain("No batch is open."),
    }
    return Drawn(summary_chart, (bars, texts))


def _view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Summary, int, list[int]]:
    return summaries.of(tx, day=params["day"], at=params["at"]), params["at"], params.get("reported", [])


RENDERERS = {"summary": Renderer(summary, _view)}
