"""Payout runs as staff read them: what is due, what is approved, how each rail stands, what a dry run says.

It is long because the files and answers of banks belong to the same screens.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.rendering.message import Action, Button, Document, Keyboard, Message, Nothing, Renderer
from domain.bank_answers import key_of
from domain.money import as_decimal_text
from domain.payout_methods import masked
from domain.payouts import AGAIN_AFTER, LISTED, OPEN, Payout, PayoutRun, minimum
from domain.periods import next_payout
from domain.rails import BY_HAND, RAILS
from files.exports import Cell
from files.payout_tables import unpacked, written_list
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import bank_answers, payout_files, payout_methods, payouts, people
from storage.bank_answers import BankAnswer
from storage.database import Tx
from storage.payout_files import PayoutFile
from usecases.dry_runs import DryRun
from usecases.dry_runs import dry_run as judged
from usecases.payout_files import NAMES, installation

RUNS = 10
FILE_STEP = 5_000

STATES = (*OPEN, "paid", "failed", "returned")

Standing = list[tuple[str, str, int, int]]
"""Of a run: (rail, state, how many, micro-units)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One payout with its worker's name, opened for staff only."""

    payout: Payout
    name: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its first lines and how each rail stands; `alone`: nobody else could approve it."""

    run: PayoutRun
    lines: tuple[Line, ...]
    standing: Standing
    confirmed_by: str
    approved_by: str
    alone: bool


def rail_name(rail: str, words: Words) -> str:
    """A rail as staff call it."""
    return {
        BY_HAND: words.plain("by hand"),
        "csv": words.plain("table for a bank"),
        "csv_paypal": words.plain("PayPal mass payment"),
        "csv_mobile": words.plain("mobile money"),
        "sepa": words.plain("SEPA"),
        "paypal": words.plain("PayPal"),
    }[rail]


def run(view: RunView, words: Words) -> Action:
    """The list with its total, how it stands, and what can be done with it."""
    one = view.run
    parts = [
        words.html("<b>Payout {period}</b>", period=period_name(one, words)),
        Markup("\n".join(_line(line, words) for line in view.lines[:LISTED])),
    ]
    more = one.count - min(len(view.lines), LISTED)
    if more > 0:
        parts.append(words.html_many("and {count} more, in the list", "and {count} more, in the list", more))
    parts.append(
        words.html_many(
            "<b>Total {total}</b> for {count} person",
            "<b>Total {total}</b> for {count} people",
            one.count,
            total=words.money(one.total),
        )
    )
    if {rail for rail, *_ in view.standing} != {BY_HAND} or one.state in ("approved", "settled"):
        parts.append(_rails(view, words))
    parts.append(_what_next(view, words))
    return Message("\n\n".join(parts), _buttons(view, words))


def _line(line: Line, words: Words) -> Markup:
    name = line.name[:40] + ("…" if len(line.name) > 40 else "")
    return words.html("{amount} · {name}", amount=words.money(line.payout.amount), name=name)


def _rails(view: RunView, words: Words) -> Markup:
    """One line a rail: how many payouts are in which state."""
    lines = []
    for rail in RAILS:
        found = {state: number for one, state, number, _ in view.standing if one == rail}
        if found:
            said = ", ".join(_count(state, found[state], words) for state in STATES if state in found)
            lines.append(words.html("{rail}: {said}", rail=rail_name(rail, words), said=said))
    return Markup("\n".join(lines))


def _count(state: str, number: int, words: Words) -> str:
    return {
        "reserved": words.plain_many("{count} to pay", "{count} to pay", number),
        "sending": words.plain_many("{count} under way", "{count} under way", number),
        "unknown": words.plain_many("{count} not known", "{count} not known", number),
        "paid": words.plain_many("{count} paid", "{count} paid", number),
        "failed": words.plain_many("{count} failed", "{count} failed", number),
        "returned": words.plain_many("{count} came back", "{count} came back", number),
    }[state]


def _what_next(view: RunView, words: Words) -> Markup:
    one = view.run
    if one.state == "proposed":
        if one.total > words.rules.payout_two_above:
            return words.html("Nothing is paid before two people have approved it: it is more than {limit}.",
                              limit=words.money(words.rules.payout_two_above))  # fmt: skip
        return words.html("Nothing is paid before somebody approves it.")
    if one.state == "confirming":
        return _second(view, words)
    if one.state == "settled":
        return words.html("Settled, {at}: each of them has ended.", at=words.day_and_time(one.settled_at or 0))
    parts = [
        words.html("Approved by {name}, {at}.", name=view.approved_by, at=words.day_and_time(one.approved_at or 0))
    ]
    waits = {(rail, state) for rail, state, *_ in view.standing if state in OPEN}
    if (BY_HAND, "reserved") in waits:
        parts.append(words.html("Pay each person by hand, then mark it paid: everybody gets a receipt."))
    if any(RAILS[rail].how == "file" and state == "reserved" for rail, state in waits):
        parts.append(words.html("Take the file for the bank and upload it there, once."))
    if any(RAILS[rail].how == "file" and state != "reserved" for rail, state in waits):
        parts.append(
            words.html(
                "When the bank has answered, send me its answer as a file, or the list with the status filled in."
            )
        )
    if any(RAILS[rail].how == "api" and state != "unknown" for rail, state in waits):
        parts.append(words.html("What goes over PayPal is paid by itself."))
    return Markup(" ".join(parts))


def _second(view: RunView, words: Words) -> Markup:
    one = view.run
    at = one.confirmed_at or 0
    said = words.html("Approved by {name}, {at}: one of two.", name=view.confirmed_by, at=words.day_and_time(at))
    if view.alone:
        again = words.html(
            "You are the only one here, so look at it again and approve it once more from {at} on.",
            at=words.day_and_time(at + AGAIN_AFTER),
        )
    else:
        again = words.html("Now somebody else looks at it and approves it, too.")
    return Markup(f"{said} {again}")


def _buttons(view: RunView, words: Words) -> Keyboard:
    one = view.run
    rows: list[tuple[Button, ...]] = []
    rails = {(rail, state) for rail, state, *_ in view.standing}
    if one.state in ("proposed", "confirming"):
        rows.append((Button(words.plain("Approve"), encode("po_approve", one.id), style="primary"),))
    if one.state in ("approved", "settled"):
        files = [rail for rail in RAILS if RAILS[rail].how == "file" and any(rail == name for name, _ in rails)]
        if one.state == "approved" and (BY_HAND, "reserved") in rails:
            rows.append((Button(words.plain("Mark paid"), encode("po_paid", one.id), style="success"),))
        for rail in files:
            text = words.plain("File for the bank")
            text = f"{text} · {rail_name(rail, words)}" if len(files) > 1 else text
            rows.append((Button(text, encode("po_file", one.id, NAMES.index(rail))),))
    if one.state != "settled":
        rows.append((Button(words.plain("List"), encode("po_list", one.id)),))
    return tuple(rows)


def period_name(one: PayoutRun, words: Words) -> str:
    """The period as people say it: the day of its cut-off; with the hour where several fall on a day."""
    return words.day_and_time(one.cutoff) if words.rules.every_seconds else words.day(one.cutoff)


def _run_view(tx: Tx, person_id: int, params: dict[str, Any]) -> RunView:
    one = payouts.by_id(tx, params["run"])
    assert one is not None
    lines = [Line(payout, people.name(tx, payout.worker_id)) for payout in payouts.of_run(tx, one.id, limit=LISTED)]
    first, second = ("" if by is None else people.name(tx, by) for by in (one.confirmed_by, one.approved_by))
    alone = all(person.id == one.confirmed_by for person in people.coordinators(tx))
    return RunView(one, tuple(lines), payouts.standing(tx, one.id), first, second, alone)


# The list.


def file(view: tuple[PayoutRun, bytes], words: Words) -> Action:
    """Everybody in a run, for who pays by hand or with a program; what became of each can be written into it."""
    one, data = view
    return Message(
        words.html(
            "Everybody in the payout {period}. When you know what became of them, write paid, failed or returned into"
            " the column “status” and send me the list: each is then settled, and reads it.",
            period=period_name(one, words),
        ),
        document=Document(f"payout-{one.period}.csv", data=data),
        silent=True,
    )


def _file_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[PayoutRun, bytes]:
    one = payouts.by_id(tx, params["run"])
    assert one is not None
    own = installation(tx)
    rows: list[list[Cell]] = []
    after = 0
    while page := payouts.of_run(tx, one.id, after=after, limit=FILE_STEP):
        after = page[-1].worker_id
        rows += [_row(tx, payout, own) for payout in page]
    return one, written_list(rows)


def _row(tx: Tx, payout: Payout, own: str) -> list[Cell]:
    method = None if payout.method_id is None else payout_methods.by_id(tx, payout.method_id)
    number, name = ("", "") if method is None else payout_methods.details(tx, method.id)
    currency = tx.rules.currency
    return [
        key_of(own, payout.id),
        name or people.name(tx, payout.worker_id),
        method.kind if method else payout.rail,
        "" if method is None else masked(method.kind, number),
        Decimal(as_decimal_text(payout.amount, currency=currency)),
        currency,
        payout.state if payout.state in ("paid", "failed", "returned") else "",
        payout.problem,
        payout.reference,
        None,
    ]


# Files for banks and their answers.


def bank_file(view: tuple[PayoutFile, PayoutRun, bytes, int] | None, words: Words) -> Action:
    """A file for a bank: the same bytes each time."""
    if view is None:
        return Nothing()
    one, _, data, number = view
    parts = [
        words.html("<b>File for the bank: {rail}</b>", rail=rail_name(one.rail, words)),
        words.html_many("{amount} for {count} person", "{amount} for {count} people", one.count,
                        amount=words.money(one.total)),
    ]  # fmt: skip
    if number > 1:
        parts.append(words.html("File {number} of {of}: upload each of them.", number=one.number, of=number))
    parts.append(
        words.html(
            "Upload it at the bank once. Asked for again, it is the same file: a bank that knows it already refuses it."
            " When the bank has answered, send me the answer as a file."
        )
    )
    parts.append(words.html("<code>{key}</code>\nSHA-256 <code>{hash}</code>", key=one.key, hash=one.sha256[:16]))
    return Message("\n\n".join(parts), document=Document(one.name, data=data))


def _bank_file_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[PayoutFile, PayoutRun, bytes, int] | None:
    one = payout_files.by_id(tx, params["file"])
    found = None if one is None else payouts.by_id(tx, one.run_id)
    if one is None or found is None or not people.by_id(tx, person_id).may_coordinate:
        return None
    return one, found, unpacked(payout_files.content(tx, one.id)), params["of"]


def no_file(params: dict[str, Any], words: Words) -> Action:
    """Nobody was left to be in the file."""
    return Message(
        words.html(
            "There is no file: nobody in it could be paid that way. Each of them has the money on their balance again,"
            " and was asked for another way to be paid."
        )
    )


@dataclass(frozen=True, slots=True)
class AnswerView:
    """What came of an answer; `missing` of its runs are still under way and not in it."""

    answer: BankAnswer
    periods: tuple[PayoutRun, ...]
    missing: int
    others: int


def bank_answer(view: AnswerView, words: Words) -> Action:
    """212 paid, 3 failed, 1 came back, 4 not in the file."""
    one = view.answer
    said = [
        text
        for number, text in (
            (one.paid, words.plain_many("{count} paid", "{count} paid", one.paid)),
            (one.failed, words.plain_many("{count} failed", "{count} failed", one.failed)),
            (one.returned, words.plain_many("{count} came back", "{count} came back", one.returned)),
            (one.waiting, words.plain_many("{count} still under way", "{count} still under way", one.waiting)),
            (one.known, words.plain_many("{count} known before", "{count} known before", one.known)),
            (view.missing, words.plain_many("{count} not in the file", "{count} not in the file", view.missing)),
        )
        if number
    ]
    names = ", ".join(period_name(run, words) for run in view.periods)
    parts = [words.html("<b>The bank’s answer</b>"), Markup(", ".join(said)) if said else words.html("Nothing is new.")]
    if names:
        parts[0] = words.html("<b>The bank’s answer</b> · payout {period}", period=names)
    if one.failed or one.returned:
        parts.append(words.html("Who was not paid has the money on their balance again, and knows why."))
    if one.strange:
        parts.append(
            words.html_many(
                "⚠️ The file says paid of {count} payout that had failed or come back, so its money is on the worker’s"
                " balance, too. Ask the bank.",
                "⚠️ The file says paid of {count} payouts that had failed or come back, so their money is on the"
                " workers’ balances, too. Ask the bank.",
                one.strange,
            )
        )
    if view.others:
        parts.append(
            words.html_many(
                "{count} entry is about something else.", "{count} entries are about something else.", view.others
            )
        )
    return Message("\n\n".join(parts))


def _answer_view(tx: Tx, person_id: int, params: dict[str, Any]) -> AnswerView:
    answer = bank_answers.by_id(tx, params["answer"])
    assert answer is not None
    found = [one for run_id in params["runs"] if (one := payouts.by_id(tx, run_id)) is not None]
    under_way = sum(
        number
        for one in found
        for rail, state, number, _ in payouts.standing(tx, one.id)
        if state in ("sending", "unknown") and RAILS[rail].how != "api"
    )
    return AnswerView(answer, tuple(found[:5]), max(0, under_way - answer.waiting), params["others"])


def answer_refused(params: dict[str, Any], words: Words) -> Action:
    """Why a bank's answer cannot be used; nothing was recorded."""
    values = dict(params["params"])
    if isinstance(values.get("at"), int):
        values["at"] = words.day_and_time(values["at"])
    return Message(words.html(params["text"], **values))


def unsure(params: dict[str, Any], words: Words) -> Action:
    """Only who sent a file can say what it is."""
    job = params["job"]
    return Message(
        words.html(
            "What is {name}? It names payouts of this bot, and I do not see a column that says what became of them.",
            name=params["name"] or words.plain("this file"),
        ),
        (
            (Button(words.plain("A bank’s answer"), encode("po_answer", job)),),
            (Button(words.plain("Data for a batch"), encode("po_data", job)),),
        ),
    )


# What a run would do, and what does not end.


def dry_run(view: tuple[DryRun, int], words: Words) -> Action:
    """What a run now would pay, and whom it would leave out."""
    found, at = view
    parts = [words.html("<b>Dry run</b>: what a payout now would pay. Nothing has happened.")]
    if found.people:
        lines = [_part(rail_name(part.name, words), part.people, part.amount, words) for part in found.paid]
        total = _part(words.plain("Together"), found.people, found.total, words)
        parts.append(Markup("\n".join([*lines, total] if len(lines) > 1 else lines)))
    else:
        parts.append(words.html("Nobody would be paid."))
    if found.left_out:
        least = words.money(minimum(words.rules))
        reasons = {
            "minimum": words.plain("below the minimum ({amount})", amount=least),
            "no_method": words.plain("no payout method yet"),
            "waiting": words.plain("their first method or a change still waits"),
            "not_paid": words.plain("a method that no way of paying here reaches"),
        }
        left = [_part(reasons[part.name], part.people, part.amount, words) for part in found.left_out]
        parts.append(Markup("\n".join([words.html("<b>Left out</b>"), *left])))
    if found.short:
        parts.append(
            words.html(
                "⚠️ The clients’ funds owe {amount}: record the money with /funds.", amount=words.money(found.short)
            )
        )
    parts.append(words.html("The next payout is on {at}.", at=words.day_and_time(next_payout(words.rules, at).due_at)))
    return Message("\n\n".join(parts))


def _part(name: str, number: int, amount: int, words: Words) -> Markup:
    return words.html_many(
        "{name}: {amount} for {count} person",
        "{name}: {amount} for {count} people",
        number,
        name=name,
        amount=words.money(amount),
    )


def _dry_run_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[DryRun, int]:
    return judged(tx), params["at"]


def alert(view: tuple[RunView, int] | None, words: Words) -> Action:
    """A run that does not go on by itself, and what to do; nothing is said when it has meanwhile."""
    if view is None:
        return Nothing()
    found, since = view
    one = found.run
    parts = [words.html("⚠️ <b>Payout {period} is not finished</b>", period=period_name(one, words))]
    at = words.day_and_time(since)
    if one.state in ("proposed", "confirming"):
        parts.append(words.html("It has waited for approval since {at}; {total} are due.", at=at,
                                total=words.money(one.total)))  # fmt: skip
        if one.state == "confirming":
            parts.append(_second(found, words))
        return Message("\n\n".join(parts), ((Button(words.plain("Show the payout"), encode("po_show", one.id)),),))
    parts.append(words.html("Something of it has been under way since {at}.", at=at))
    parts.append(_rails(found, words))
    parts.append(_what_next(found, words))
    if any(state == "unknown" for _, state, *_ in found.standing):
        parts.append(
            words.html(
                "Of some nobody can tell by program: look at the bank or provider, and write what you see into"
                " the list."
            )
        )
    return Message("\n\n".join(parts), _buttons(found, words))


def _alert_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[RunView, int] | None:
    found = _run_view(tx, person_id, params)
    return None if found.run.state == "settled" else (found, params["since"])


def overview(view: tuple[list[PayoutRun], int], words: Words) -> Action:
    """The last runs and when the next is."""
    runs, at = view
    following = words.html("The next payout is on {at}.", at=words.day_and_time(next_payout(words.rules, at).due_at))
    buttons = ((Button(words.plain("Dry run"), encode("po_dry")),),)
    if not runs:
        return Message(words.html("There was no payout yet.") + " " + following, buttons)
    lines = [
        words.html(
            "{period} · {total} · {state}",
            period=period_name(one, words),
            total=words.money(one.total),
            state=_state(one, words),
        )
        for one in runs
    ]
    return Message("\n\n".join([words.html("<b>Payouts</b>"), "\n".join(lines), following]), buttons)


def _state(one: PayoutRun, words: Words) -> str:
    return {
        "proposed": words.plain("waits for Approve"),
        "confirming": words.plain("approved by one of two"),
        "approved": words.plain("approved, being paid"),
        "settled": words.plain("settled"),
    }[one.state]


def _overview_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[list[PayoutRun], int]:
    return payouts.recent(tx, limit=RUNS), params["at"]


RENDERERS = {
    "payout_run": Renderer(run, _run_view),
    "payout_file": Renderer(file, _file_view),
    "payout_bank_file": Renderer(bank_file, _bank_file_view),
    "payout_no_file": Renderer(no_file),
    "bank_answer": Renderer(bank_answer, _answer_view),
    "bank_answer_refused": Renderer(answer_refused),
    "bank_answer_unsure": Renderer(unsure),
    "payout_dry_run": Renderer(dry_run, _dry_run_view),
    "payout_alert": Renderer(alert, _alert_view),
    "payouts": Renderer(overview, _overview_view),
}
