"""Payout runs as staff read them: what is due, what is approved, how each rail stands, what does not end by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Keyboard, Message, Nothing, Renderer
from domain.payouts import AGAIN_AFTER, LISTED, OPEN, Payout, PayoutRun
from domain.periods import next_payout
from domain.rails import BY_HAND, RAILS
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import payouts, people
from storage.database import Tx
from usecases.payout_files import NAMES

RUNS = 10

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
    "payout_alert": Renderer(alert, _alert_view),
    "payouts": Renderer(overview, _overview_view),
}
