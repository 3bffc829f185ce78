"""Statements: which month, the two documents, the week in chat, and the reviewers' own mirror of their week."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final

from bot.rendering.learning import example_buttons, mirrored
from bot.rendering.message import Action, Button, Document, Keyboard, Message, Nothing, Renderer
from domain.pay import per_hour
from domain.rules import SECOND, Rules
from domain.statements import ACCOUNTS, ORDER, Balances, Plan, first_day
from domain.words import N_
from files.statements import Formats, Sheet
from handlers.buttons import encode
from locales.words import Markup, Words
from storage.database import Tx
from usecases import statements as usecase
from usecases import weekly
from usecases.statements import Months
from usecases.weekly import Mirror, Week

YEAR: Final = 12
EVENTS: Final[dict[tuple[str, str], str]] = {
    ("submission", "credited"): N_("Handed in"),
    ("submission", "undone"): N_("Taken back with Undo"),
    ("submission", "sent_back"): N_("Sent back to you"),
    ("submission", "rejected"): N_("Rejected, held while you may appeal"),
    ("submission", "forfeited"): N_("Rejection stands"),
    ("submission", "upheld"): N_("Rejection taken back"),
    ("submission", "accepted"): N_("Accepted"),
    ("report", "credited"): N_("Paid for a problem you reported"),
    ("topup", "credited"): N_("Top-up to the floor"),
    ("payout", "failed"): N_("Payout did not go through"),
    ("payout", "returned"): N_("Payout came back"),
    ("payout", "reserved"): N_("Payout prepared"),
    ("payout", "paid"): N_("Paid out"),
    ("worker", "rounded"): N_("Below the smallest coin"),
}
PLACES: Final[dict[str, str]] = {
    "review": N_("In review"),
    "available": N_("Available"),
    "transit": N_("On its way"),
    "paid": N_("Paid"),
    "held": N_("Held"),
}


def statement_button(words: Words) -> Button:
    """**Statement**, which asks for the month."""
    return Button(words.plain("Statement"), encode("statement"))


def file_name(month: int) -> str:
    """What the documents are called, without their ending."""
    return f"statement-{month // YEAR}-{month % YEAR + 1:02d}"


def which_month(view: tuple[Months, int | None], words: Words) -> Action:
    """This month, the last, or a page of earlier ones: a year, the newest first."""
    there, newest = view
    if newest is None:
        rows = [[Button(words.plain("This month"), encode("st_month", there.current), style="primary")]]
        if there.first < there.current:
            rows[0].append(Button(words.plain("Last month"), encode("st_month", there.current - 1)))
        if there.first < there.current - 1:
            rows.append([Button(words.plain("An earlier month"), encode("st_earlier", there.current - 2))])
    else:
        oldest = max(there.first, newest - YEAR + 1)
        shown = [Button(words.month(one), encode("st_month", one)) for one in range(newest, oldest - 1, -1)]
        rows = [shown[at : at + 2] for at in range(0, len(shown), 2)]
        if oldest > there.first:
            rows.append([Button(words.plain("An earlier month"), encode("st_earlier", oldest - 1))])
        rows.append([Button(words.plain("Back"), encode("statement"))])
    keyboard: Keyboard = tuple(tuple(row) for row in rows)
    return Message(
        words.html(
            "A statement lists every amount that moved in a month, with what caused it: as PDF to read, and as CSV for"
            " a spreadsheet. Which month?"
        ),
        keyboard,
    )


def _which_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Months, int | None]:
    return usecase.months(tx, person_id, at=params["at"]), params.get("newest")


def sheet(plan: Plan, name: str, before: Balances, language: str, rules: Rules) -> Sheet:
    """Everything the documents say, in the worker's language and the installation's time."""
    words = Words(language, rules)
    last = rules.day(plan.until - 1)
    period = words.plain(
        "{first} – {last} · {currency} · time zone {zone}",
        first=words.date(first_day(plan.month)),
        last=words.date(last),
        currency=rules.currency,
        zone=rules.timezone,
    )
    if plan.until < plan.ends:
        period = words.plain("{period} · not over yet", period=period)
    texts = {
        "title": words.plain("Statement"),
        "month": words.month(plan.month),
        "name": name,
        "period": period,
        "opening": words.plain("At the beginning"),
        "came": words.plain("Came in"),
        "went": words.plain("Went out"),
        "closing": words.plain("At the end"),
        "day": words.plain("Day"),
        "what": words.plain("What, for what, and its cause"),
        "amount": words.plain("Amount"),
        "moves": words.plain("What moved"),
        "nothing": words.plain("Nothing moved in this time."),
        "note": words.plain("One-tap work is summed up by day here; the CSV has every line."),
        "time": words.plain("Time"),
        "event": words.plain("What"),
        "for": words.plain("For"),
        "task": words.plain("Task"),
        "cause": words.plain("Cause"),
        "currency": words.plain("Currency"),
        "from": words.plain("From"),
        "to": words.plain("To"),
    }
    return Sheet(
        words=texts,
        events=tuple(words.plain(EVENTS[one]) for one in ORDER),
        accounts=tuple(words.plain(PLACES[one]) for one in ACCOUNTS),
        before=before,
        currency=rules.currency,
        formats=_formats(language, rules),
        made_at=plan.at,
    )


def _formats(language: str, rules: Rules) -> Formats:
    """Functions of this module, so that they can go to a worker process."""
    return Formats(
        money=partial(_money, language, rules),
        day=partial(_day, language, rules),
        times=partial(_times, language, rules),
        local=partial(_local, rules),
        day_of=partial(_day_of, rules),
        page=partial(_page, language, rules),
    )


def _money(language: str, rules: Rules, micro: int) -> str:
    return Words(language, rules).money(micro)


def _day(language: str, rules: Rules, day: int) -> str:
    return Words(language, rules).date(day)


def _times(language: str, rules: Rules, count: int, micro: int) -> str:
    words = Words(language, rules)
    return f"{words.number(count)} × {words.money(micro)}"


def _page(language: str, rules: Rules, page: int, pages: int) -> str:
    words = Words(language, rules)
    return words.plain("Page {page} of {pages}", page=words.number(page), pages=words.number(pages))


def _local(rules: Rules, at: int) -> datetime:
    return rules.local(at)


def _day_of(rules: Rules, at: int) -> int:
    return rules.day(at)


def document_pdf(params: dict[str, Any], words: Words) -> Action:
    """The PDF, with the four balances in its caption."""
    before, after = params["before"], params["after"]
    lines = [
        words.html("<b>Your statement of {month}</b>", month=words.month(params["month"])),
        words.html_many(
            "{count} movement, each with its cause.", "{count} movements, each with its cause.", params["lines"]
        )
        if params["lines"]
        else words.html("Nothing moved in this time."),
    ]
    for place, use in enumerate(ACCOUNTS):
        if before[place] or after[place]:
            lines.append(
                words.html(
                    "{place}: {before} → {after}",
                    place=words.plain(PLACES[use]),
                    before=words.money(before[place]),
                    after=words.money(after[place]),
                )
            )
    return Message("\n".join(lines), document=_document(params, "pdf"))


def document_csv(params: dict[str, Any], words: Words) -> Action:
    """The CSV beside it."""
    text = words.html("The same for a spreadsheet: every movement on a line of its own.")
    return Message(text, document=_document(params, "csv"), silent=True)


def _document(params: dict[str, Any], ending: str) -> Document:
    path = f"statements/{params['job']}.{ending}"
    return Document(f"{params['name']}.{ending}", path=path, sealed=b"statements")


def week(view: Week, words: Words) -> Action:
    """A worker's week in a few lines."""
    if view.empty:
        return Nothing()
    days = {"first": words.date(view.first), "last": words.date(view.last)}
    lines = [words.html("<b>Your week</b> · {first} – {last}", **days)]
    if view.done.submissions or view.done.active_micros:
        lines.append(_worked(view, words))
    if view.topups:
        lines.append(words.html("Top-ups to the floor {amount}", amount=words.money(view.topups)))
    if view.rejected:
        lines.append(
            words.html_many(
                "{count} rejected. /history says why, and you can appeal there.",
                "{count} rejected. /history says why, and you can appeal there.",
                view.rejected,
            )
        )
    if view.paid and view.paid_at is not None:
        lines.append(words.html("Paid {amount}, {day}", amount=words.money(view.paid), day=words.day(view.paid_at)))
    lines.append(_waiting(view, words))
    lines += mirrored(view, words)
    return Message("\n".join(lines), ((statement_button(words),), *example_buttons(view, words)))


def _worked(view: Week, words: Words) -> Markup:
    tasks = words.html_many("{count} task", "{count} tasks", view.done.submissions)
    amount, time = words.money(view.done.earned), words.duration(view.done.active_micros // SECOND)
    hourly = per_hour(view.done.earned + view.topups, view.done.active_micros)
    if hourly is None:
        return words.html("{tasks}, {amount}", tasks=tasks, amount=amount)
    if view.topups:
        return words.html(
            "{tasks}, {amount} for {time} of work; with the top-ups {rate}",
            tasks=tasks,
            amount=amount,
            time=time,
            rate=words.rate(hourly),
        )
    return words.html(
        "{tasks}, {amount} for {time} of work ({rate})", tasks=tasks, amount=amount, time=time, rate=words.rate(hourly)
    )


def _waiting(view: Week, words: Words) -> Markup:
    if not view.available and not view.in_review:
        return words.html("Nothing is waiting for you to be paid.")
    if not view.in_review:
        return words.html("Waiting for the next payout: {amount}", amount=words.money(view.available))
    if not view.available:
        return words.html("Waiting: {amount} in review", amount=words.money(view.in_review))
    return words.html(
        "Waiting: {available} for the next payout, {in_review} in review",
        available=words.money(view.available),
        in_review=words.money(view.in_review),
    )


def _week_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Week:
    return weekly.of(tx, person_id, first=params["first"], last=params["last"])


def mirror(view: Mirror, words: Words) -> Action:
    """What a reviewer's own week was like, from the side of the people who waited."""
    if not view.decided and not view.appeals:
        return Nothing()
    days = {"first": words.date(view.first), "last": words.date(view.last)}
    lines = [words.html("<b>Your reviews</b> · {first} – {last}", **days)]
    if view.decided and view.median_micros is not None:
        lines.append(
            words.html_many(
                "{count} decided by you; half of the writers waited {time} or less.",
                "{count} decided by you; half of the writers waited {time} or less.",
                view.decided,
                time=words.duration(view.median_micros // SECOND),
            )
        )
        lines.append(
            words.html_many(
                "{count} of them rejected ({share}).",
                "{count} of them rejected ({share}).",
                view.rejected,
                share=words.share(view.rejected, view.decided),
            )
            if view.rejected
            else words.html("None of them rejected.")
        )
    if view.appeals:
        lines.append(
            words.html_many(
                "{count} appeal against you was decided; {lost} went to the worker.",
                "{count} appeals against you were decided; {lost} went to the worker.",
                view.appeals,
                lost=words.number(view.lost),
            )
        )
    return Message("\n".join(lines))


def _mirror_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Mirror:
    return weekly.mirror(tx, person_id, first=params["first"], last=params["last"])


RENDERERS = {
    "statement_months": Renderer(which_month, _which_view),
    "statement_pdf": Renderer(document_pdf),
    "statement_csv": Renderer(document_csv),
    "week": Renderer(week, _week_view),
    "mirror": Renderer(mirror, _mirror_view),
}
