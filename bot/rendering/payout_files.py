"""What goes out of a run as a file and comes back: the list of everybody, files for banks, and what banks answered."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.rendering.message import Action, Button, Document, Message, Nothing, Renderer
from bot.rendering.payouts import period_name, rail_name
from domain.bank_answers import key_of
from domain.money import as_decimal_text
from domain.payout_methods import masked
from domain.payouts import Payout, PayoutRun
from domain.rails import RAILS
from files.exports import Cell
from files.payout_tables import unpacked, written_list
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import bank_answers, payout_files, payout_methods, payouts, people
from storage.bank_answers import BankAnswer
from storage.database import Tx
from storage.payout_files import PayoutFile
from usecases.payout_files import installation

LIST_STEP = 5_000


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
    while page := payouts.of_run(tx, one.id, after=after, limit=LIST_STEP):
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


RENDERERS = {
    "payout_file": Renderer(file, _file_view),
    "payout_bank_file": Renderer(bank_file, _bank_file_view),
    "payout_no_file": Renderer(no_file),
    "bank_answer": Renderer(bank_answer, _answer_view),
    "bank_answer_refused": Renderer(answer_refused),
    "bank_answer_unsure": Renderer(unsure),
}
