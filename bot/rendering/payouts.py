"""Payout runs as staff read them, and the receipt of who was paid."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.rendering.message import Action, Button, Document, Keyboard, Message, Nothing, Renderer
from domain.money import as_decimal_text
from domain.payouts import LISTED, Payout, PayoutRun
from domain.periods import next_payout
from files.exports import Cell, safe_cell
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import payouts, people
from storage.database import Tx

RUNS = 10
FILE_STEP = 5_000


@dataclass(frozen=True, slots=True)
class Line:
    """One payout with its worker's name, opened for staff only."""

    payout: Payout
    name: str
    username: str | None
    telegram_id: int


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with its first lines (or, for the file, all of them)."""

    run: PayoutRun
    lines: tuple[Line, ...]
    approved_by: str | None


def run(view: RunView, words: Words) -> Action:
    """The list with its total, and what can be done with it."""
    one = view.run
    parts = [
        words.html("<b>Payout {period}</b>", period=period_name(one, words)),
        Markup("\n".join(_line(line, words) for line in view.lines[:LISTED])),
    ]
    more = one.count - min(len(view.lines), LISTED)
    if more > 0:
        parts.append(words.html_many("and {count} more, in the file", "and {count} more, in the file", more))
    parts.append(
        words.html_many(
            "<b>Total {total}</b> for {count} person",
            "<b>Total {total}</b> for {count} people",
            one.count,
            total=words.money(one.total),
        )
    )
    parts.append(_standing(view, words))
    return Message("\n\n".join(parts), _buttons(one, words))


def _line(line: Line, words: Words) -> Markup:
    name = line.name[:40] + ("…" if len(line.name) > 40 else "")
    return words.html("{amount} · {name}", amount=words.money(line.payout.amount), name=name)


def _standing(view: RunView, words: Words) -> Markup:
    one = view.run
    if one.state == "proposed":
        return words.html("Approve it, pay each person by hand, then mark it paid: everybody gets a receipt.")
    if one.state == "approved":
        return words.html(
            "Approved by {name}, {at}. Pay each person by hand, then mark it paid.",
            name=view.approved_by or "",
            at=words.day_and_time(one.approved_at or 0),
        )
    return words.html("Paid, {at}. The receipts are on their way.", at=words.day_and_time(one.settled_at or 0))


def _buttons(one: PayoutRun, words: Words) -> Keyboard:
    if one.state == "proposed":
        return ((Button(words.plain("Approve"), encode("po_approve", one.id), style="primary"),),)
    if one.state == "approved":
        return ((Button(words.plain("Mark paid"), encode("po_paid", one.id), style="success"),),)
    return ()


def period_name(one: PayoutRun, words: Words) -> str:
    """The period as people say it: the day of its cut-off; with the hour where several fall on a day."""
    return words.day_and_time(one.cutoff) if words.rules.every_seconds else words.day(one.cutoff)


def _run_view(tx: Tx, person_id: int, params: dict[str, Any]) -> RunView:
    return _load(tx, params["run"], limit=LISTED)


def _file_view(tx: Tx, person_id: int, params: dict[str, Any]) -> RunView:
    return _load(tx, params["run"], limit=None)


def _load(tx: Tx, run_id: int, *, limit: int | None) -> RunView:
    one = payouts.by_id(tx, run_id)
    assert one is not None
    lines: list[Line] = []
    while page := payouts.of_run(
        tx, run_id, after=lines[-1].payout.worker_id if lines else 0, limit=limit or FILE_STEP
    ):
        lines += [_opened(tx, payout) for payout in page]
        if limit is not None:
            break
    return RunView(one, tuple(lines), None if one.approved_by is None else people.name(tx, one.approved_by))


def _opened(tx: Tx, payout: Payout) -> Line:
    worker = people.by_id(tx, payout.worker_id)
    return Line(payout, people.name(tx, worker.id), people.username(tx, worker.id), worker.telegram_id)


def file(view: RunView, words: Words) -> Action:
    """The whole list, for who pays by hand or with a program."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["payout", "person", "name", "username", "telegram_id", "amount", "currency"])
    currency = words.rules.currency
    for line in view.lines:
        one = line.payout
        amount = Decimal(as_decimal_text(one.amount, currency=currency))
        row: list[Cell] = [one.id, one.worker_id, line.name, line.username, line.telegram_id, amount, currency]
        writer.writerow([safe_cell(cell) for cell in row])
    return Message(
        words.html("Everybody in the payout {period}.", period=period_name(view.run, words)),
        document=Document(f"payout-{view.run.period}.csv", data=out.getvalue().encode("utf-8-sig")),
        silent=True,
    )


def overview(view: tuple[list[PayoutRun], int], words: Words) -> Action:
    """The last runs and when the next is."""
    runs, at = view
    following = words.html("The next payout is on {at}.", at=words.day_and_time(next_payout(words.rules, at).due_at))
    if not runs:
        return Message(words.html("There was no payout yet.") + " " + following)
    lines = [
        words.html(
            "{period} · {total} · {state}",
            period=period_name(one, words),
            total=words.money(one.total),
            state=_state(one, words),
        )
        for one in runs
    ]
    return Message("\n\n".join([words.html("<b>Payouts</b>"), "\n".join(lines), following]))


def _state(one: PayoutRun, words: Words) -> str:
    if one.state == "proposed":
        return words.plain("waits for Approve")
    if one.state == "approved":
        return words.plain("approved, waits for Mark paid")
    return words.plain("paid")


def _overview_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[list[PayoutRun], int]:
    return payouts.recent(tx, limit=RUNS), params["at"]


def receipt(view: tuple[Payout, PayoutRun] | None, words: Words) -> Action:
    """What a worker was paid, and for when."""
    if view is None:
        return Nothing()
    payout, one = view
    return Message(
        words.html(
            "💸 <b>{amount}</b> paid to you, for everything accepted until {at}. It was paid by hand; if it has not"
            " arrived, ask your coordinator for receipt {number}.\n\n/earnings shows the rest.",
            amount=words.money(payout.amount),
            at=words.day_and_time(one.created_at),
            number=f"{one.period}/{payout.id}",
        )
    )


def _receipt_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Payout, PayoutRun] | None:
    payout = payouts.payout(tx, params["payout"])
    one = None if payout is None else payouts.by_id(tx, payout.run_id)
    return None if payout is None or one is None or payout.worker_id != person_id else (payout, one)


RENDERERS = {
    "payout_run": Renderer(run, _run_view),
    "payout_file": Renderer(file, _file_view),
    "payouts": Renderer(overview, _overview_view),
    "payout_paid": Renderer(receipt, _receipt_view),
}
