"""The measured facts of /fairness in words and as a picture, and the rule they are held against."""

from __future__ import annotations

from typing import Any

from bot.rendering.message import Action, Drawn, Message, Renderer
from domain.fairness import FLOOR_AT, LEAST_PEOPLE, WINDOW, Facts, bar_width
from domain.rules import SECOND
from files.charts import hourly_chart
from locales.words import Markup, Words
from storage import fairness as rows
from storage.database import Tx


def fairness(facts: Facts | None, words: Words) -> Action:
    """What was measured and the rule; with few people the rule alone, and why."""
    if facts is None or not facts.shown:
        return Message(f"{_head(words)}\n\n{_too_few(words)}\n\n{_rule(words)}")
    blocks = [_head(words), _pay(facts, words), _work(facts, words), _rule(words)]
    return Message("\n\n".join(block for block in blocks if block), photo=_picture(facts, words))


def _head(words: Words) -> Markup:
    return words.html("<b>Is it fair here?</b> Measured, not promised.")


def _too_few(words: Words) -> Markup:
    return words.html(
        "Fewer than {count} people worked here in {days} days. With so few, a figure would tell somebody's pay, so none"
        " is shown yet.",
        count=words.number(LEAST_PEOPLE),
        days=words.number(WINDOW),
    )


def _pay(facts: Facts, words: Words) -> Markup:
    assert facts.median is not None and facts.tenth is not None
    lines = [
        words.html_many(
            "{count} person worked, {first} – {last}: what an hour of work brought, with top-ups",
            "{count} people worked, {first} – {last}: what an hour of work brought, with top-ups",
            facts.workers,
            first=words.date(facts.first_day),
            last=words.date(facts.day),
        ),
        words.html("· half of them {rate} or more", rate=words.rate(facts.median)),
        words.html("· the lowest-paid tenth {rate} or less", rate=words.rate(facts.tenth)),
    ]
    if facts.floor:
        lines.append(
            words.html(
                "· {share} of them at least the floor of {floor}, or within 5% of it",
                share=words.share(facts.at_floor, facts.workers),
                floor=words.rate(facts.floor),
            )
        )
    return Markup("\n".join(lines))


def _work(facts: Facts, words: Words) -> Markup:
    lines = []
    if facts.decided:
        if facts.rejected:
            lines.append(
                words.html(
                    "Rejected: {rejected} of {decided} ({share}); {overturned} of these taken back on appeal",
                    share=_share(facts.rejected, facts.decided, words),
                    rejected=words.number(facts.rejected),
                    decided=words.number(facts.decided),
                    overturned=words.number(facts.overturned),
                )
            )
        else:
            lines.append(words.html("Rejected: nothing of {decided}", decided=words.number(facts.decided)))
    if facts.review_micros is not None:
        time = words.duration(facts.review_micros // SECOND)
        lines.append(words.html("From handing in to the decision: half of the work within {time}", time=time))
    if facts.pay_micros is not None:
        time = words.duration(facts.pay_micros // SECOND)
        lines.append(words.html("From handing in to the money: half of the work within {time}", time=time))
    return Markup("\n".join(lines))


def _share(part: int, whole: int, words: Words) -> str:
    """A small share is not rounded to nothing."""
    return words.plain("under {share}", share=words.share(1, 100)) if part * 100 < whole else words.share(part, whole)


def _rule(words: Words) -> Markup:
    floor = words.rules.floor
    if not floor:
        return words.html(
            "<b>The rule</b> Every task shows its price, and what that makes an hour, before you begin. What nobody"
            " reviews in time is accepted and paid."
        )
    return words.html(
        "<b>The rule</b> Every task shows its price, and what that makes an hour, before you begin. When a day of yours"
        " brings less than {floor} for an hour of work, the difference is added as a top-up. What nobody reviews in"
        " time is accepted and paid.",
        floor=words.rate(floor),
    )


def _picture(facts: Facts, words: Words) -> Drawn | None:
    if not facts.drawn:
        return None
    assert facts.median is not None
    width = bar_width(facts.floor, facts.median)
    labels = tuple(words.rate(width * place) for place in range(len(facts.bars)))
    texts = {
        "title": words.plain("Pay for an hour of work"),
        "days": words.plain(
            "{first} – {last}, with top-ups", first=words.date(facts.first_day), last=words.date(facts.day)
        ),
        "floor": words.plain("the floor: {rate}", rate=words.rate(facts.floor)) if facts.floor else "",
        "people": words.plain_many("{count} person", "{count} people", max(facts.bars)),
    }
    return Drawn(hourly_chart, (facts.bars, labels, texts, FLOOR_AT if facts.floor else 0))


def _view(tx: Tx, _: int, __: dict[str, Any]) -> Facts | None:
    return rows.newest(tx)


RENDERERS = {"fairness": Renderer(fairness, _view)}
