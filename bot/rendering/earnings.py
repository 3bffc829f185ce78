"""What a worker has earned, in words and as a picture of 30 days."""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.rendering.message import Action, Button, Drawn, Keyboard, Message, Renderer
from bot.rendering.statements import statement_button
from domain.rules import Rules
from files.charts import Day, earnings_chart
from handlers.buttons import encode
from locales.words import Markup, Words
from storage.database import Tx
from usecases import earnings as usecase
from usecases.earnings import Earned, Earnings


def earnings(view: Earnings, words: Words) -> Action:
    """Everything about one's money in one message; somebody new is shown the way to the first task."""
    work: Keyboard = ((Button(words.plain("Start working"), encode("work"), style="primary"),),)
    if view.method_wanted and not view.empty:
        work = ((Button(words.plain("Payout method"), encode("pm")),), *work)
    if view.empty:
        return Message(
            words.html(
                "Nothing earned yet. Every task shows what it pays before you begin, and silence pays: what nobody"
                " reviews in time is yours. /work shows your first task."
            ),
            work,
        )
    keyboard = (*work[:-1], (*(work[-1] if view.may_work else ()), statement_button(words)))
    money = [_money(view, words), _times(view, words), _next(view, words), _where_to(view, words)]
    blocks = [*money, _picture_in_words(view, words)]
    return Message("\n\n".join(block for block in blocks if block), keyboard, photo=_picture(view, words))


def _money(view: Earnings, words: Words) -> Markup:
    lines = [words.html("<b>Available {amount}</b>", amount=words.money(view.available))]
    if view.in_review and view.silent_until is not None:
        lines.append(
            words.html(
                "In review {amount}, yours by {at} at the latest",
                amount=words.money(view.in_review),
                at=words.day_and_time(view.silent_until),
            )
        )
    else:
        lines.append(words.html("In review {amount}", amount=words.money(view.in_review)))
    if view.held:
        lines.append(words.html("Held, of rejected work: {amount} (/history)", amount=words.money(view.held)))
    if view.in_transit:
        lines.append(words.html("On its way to you {amount}", amount=words.money(view.in_transit)))
    lines.append(words.html("Paid {amount}", amount=words.money(view.paid)))
    return Markup("\n".join(lines))


def _times(view: Earnings, words: Words) -> Markup:
    lines = [
        words.html("Today {amount}", amount=words.money(view.today.earned)),
        words.html("This week {amount}", amount=words.money(view.week.earned)),
        words.html("All time {amount}", amount=words.money(view.ever.earned)),
    ]
    if view.topups:
        lines.append(words.html("of it {amount} as top-ups to the floor", amount=words.money(view.topups)))
    if view.hourly is not None:
        lines.append(words.html("{rate} of active time", rate=words.rate(view.hourly)))
    return Markup("\n".join(lines))


def _next(view: Earnings, words: Words) -> Markup:
    at = words.day_and_time(view.payout_at)
    if view.method_wanted:
        return words.html("Next payday: {at}.", at=at)
    if view.payout_expected > view.payout > 0:
        return words.html(
            "Next payout {at}: {amount}, or {expected} with what is accepted by then",
            at=at,
            amount=words.money(view.payout),
            expected=words.money(view.payout_expected),
        )
    if view.payout_expected > 0:
        return words.html("Next payout {at}: {amount}", at=at, amount=words.money(view.payout_expected))
    return words.html(
        "Next payout {at}. Payouts begin at {minimum}; what you have stays yours until then.",
        at=at,
        minimum=words.money(view.minimum),
    )


def _where_to(view: Earnings, words: Words) -> Markup:
    if not view.method_wanted:
        return Markup("")
    return words.html(
        "<b>Where shall your money go?</b> I do not know yet. Your balance stays yours until you choose a payout"
        " method."
    )


def _picture_in_words(view: Earnings, words: Words) -> Markup:
    """For who does not see the picture: the same in a sentence."""
    best = max(view.days, key=lambda day: day.accepted + day.in_review)
    if best.accepted + best.in_review == 0:
        return Markup("")
    return words.html_many(
        "<i>Picture: your last 30 days, work on {count} of them. The best was {day} with {amount}.</i>",
        "<i>Picture: your last 30 days, work on {count} of them. The best was {day} with {amount}.</i>",
        sum(1 for day in view.days if day.accepted + day.in_review),
        day=_label(best, words),
        amount=words.money(best.accepted + best.in_review),
    )


def _picture(view: Earnings, words: Words) -> Drawn:
    days = tuple(Day(_label(day, words), day.accepted, day.in_review) for day in view.days)
    texts = {
        "title": words.plain("Your last 30 days"),
        "total": words.money(sum(day.accepted + day.in_review for day in view.days)),
        "paid": words.plain("accepted"),
        "review": words.plain("in review"),
        "today": words.plain("today"),
        "empty": words.plain("Nothing in the last 30 days. Your next task is one tap away."),
    }
    return Drawn(earnings_chart, (days, texts, partial(money_of, words.language, words.rules)))


def money_of(language: str, rules: Rules, micro: int) -> str:
    """An amount in words; a plain function, so that it can go to a worker process."""
    return Words(language, rules).money(micro)


def _label(day: Earned, words: Words) -> str:
    return words.date(day.day)


def _view(tx: Tx, person_id: int, params: dict[str, Any]) -> Earnings:
    return usecase.of(tx, person_id, at=params["at"])


RENDERERS = {"earnings": Renderer(earnings, _view)}
