"""The money of a draft as its coordinator sees it: what it costs, how far its pilot is, what the floor says."""

from __future__ import annotations

from domain import gold
from domain.floors import price_meeting
from domain.pay import per_hour
from domain.rules import SECOND
from locales.words import Markup, Words
from usecases.coordinating import DraftView
from usecases.pilots import PilotOffer, PilotStanding

CENT = 10_000


def money(view: DraftView, words: Words) -> Markup:
    """What publishing costs, line by line, against the free funds."""
    batch, quote = view.batch, view.quote
    if batch.price is None or quote.cost is None or quote.rate is None:
        return words.html("Free funds: {free}", free=words.money(quote.free))
    lines = [words.html("{price} a task · {rate}", price=words.money(batch.price), rate=words.rate(quote.rate))]
    tasks = batch.resting if batch.piloting else batch.tasks
    if tasks:
        terms = {
            "tasks": tasks,
            "overlap": batch.overlap,
            "price": words.money(batch.price),
            "pay": words.money(quote.cost.pay),
        }
        answers = gold.budget(batch, batch.all_tasks)
        if answers:
            lines.append(words.html("({tasks} × {overlap} + {gold} to gold) × {price} = {pay}", gold=answers, **terms))
        else:
            lines.append(words.html("{tasks} × {overlap} × {price} = {pay}", **terms))
        if quote.cost.topups:
            lines.append(words.html("+ {amount} kept back for top-ups", amount=words.money(quote.cost.topups)))
        if quote.cost.fees:
            lines.append(words.html("+ {amount} for what paying out costs", amount=words.money(quote.cost.fees)))
        lines.append(
            words.html(
                "= <b>{cost}</b> of {free} free", cost=words.money(quote.cost.total), free=words.money(quote.free)
            )
        )
        if quote.cost.topups or quote.cost.fees or batch.overlap_least is not None:
            lines.append(words.html("What is not needed comes back."))
    return Markup("\n".join(lines))


def pilot(view: DraftView, words: Words) -> Markup:
    """How far the pilot is."""
    standing, batch = view.pilot, view.batch
    if not isinstance(standing, PilotStanding):
        return Markup("")
    if not standing.answers or batch.median_micros is None:
        return words.html("Pilot: {answers} of {all} answered.", answers=standing.answers, all=standing.places)
    return words.html_many(
        "Pilot: {answers} of {all} answered, {count} worker, about {time} each, {rate} so far",
        "Pilot: {answers} of {all} answered, {count} workers, about {time} each, {rate} so far",
        standing.workers,
        answers=standing.answers,
        all=standing.places,
        time=words.duration(max(1, round(batch.median_micros / SECOND))),
        rate=words.rate(per_hour(batch.price or 0, max(1, batch.median_micros)) or 0),
    )


def floor(view: DraftView, words: Words) -> Markup:
    """What the floor says: whether it can be published, by how much not, or what measures it."""
    batch, gate, quote = view.batch, view.gate, view.quote
    if gate.floor == 0 or batch.price is None or not batch.tasks:
        return Markup("")
    least = words.rate(gate.floor)
    if gate.is_open:
        return words.html("✓ Meets the floor of {floor}.", floor=least)
    if gate.rate is not None and gate.would_do is not None:
        return words.html(
            "⚠️ An hour of it brings {rate}, {missing} less than the floor of {floor}. A price of {price} would do.",
            rate=words.rate(gate.rate),
            missing=words.money(-(-gate.missing // CENT) * CENT),
            floor=least,
            price=words.money(gate.would_do),
        )
    lines = []
    would_do = price_meeting(gate.floor, quote.seconds * SECOND, words.rules.currency)
    if batch.price < would_do:
        lines.append(
            words.html(
                "⚠️ By the estimate this is below the floor of {floor}. A price of {price} would do.",
                floor=least,
                price=words.money(would_do),
            )
        )
    if isinstance(view.pilot, PilotOffer):
        lines.append(
            words.html_many(
                "What an hour of it brings is not measured yet. <b>Pilot</b> has {count} task done now, paid like all"
                " others, for {cost}, and measures it against the floor of {floor}.",
                "What an hour of it brings is not measured yet. <b>Pilot</b> has {count} tasks done now by a few"
                " workers, paid like all others, for {cost}, and measures it against the floor of {floor}.",
                view.pilot.tasks,
                floor=least,
                cost=words.money(view.pilot.cost.total),
            )
        )
    elif isinstance(view.pilot, PilotStanding):
        lines.append(words.html("It can be published when the pilot has measured it (floor {floor}).", floor=least))
    return Markup("\n".join(lines))
