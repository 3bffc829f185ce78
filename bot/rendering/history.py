"""/history: the last submissions and how they stand, and Why? one of them does."""

from __future__ import annotations

from typing import Any

from bot.rendering.message import Action, Button, Message, Nothing, Renderer, StoredPhoto
from bot.rendering.rejecting import ground_html
from bot.rendering.rejections import Rejected, said, standing
from bot.rendering.review import reason_html
from domain.kinds import kind
from domain.long_texts import cut_end
from domain.rules import SECOND
from handlers.buttons import encode
from locales.words import Markup, Words
from storage.database import Tx
from storage.history import Past
from usecases import history
from usecases.history import History, Why

ANSWER = 60
TITLE = 40
TOPUPS = 5


def _page_view(tx: Tx, person_id: int, params: dict[str, Any]) -> History:
    return history.page(tx, person_id, before=params["before"])


def page(view: History, words: Words) -> Action:
    """The last submissions, newest first."""
    if not view.past:
        return Message(words.html("Nothing is here yet. /work shows your next task."))
    blocks = [words.html("<b>Your last answers</b>")]
    rows: list[tuple[Button, ...]] = []
    lifted = list(view.topups)
    for number, past in enumerate(view.past, 1):
        while lifted and lifted[0][0] >= words.rules.day(past.submitted_at):
            blocks.append(_topup(*lifted.pop(0), words))
        blocks.append(_line(number, past, words))
        row = [Button(words.plain("Why? {number}", number=number), encode("hs_why", past.id))]
        if past.rejection == "open":
            row.insert(0, Button(words.plain("Appeal {number}", number=number), encode("hs_appeal", past.id)))
        rows.append(tuple(row))
    blocks += [_topup(day, amount, words) for day, amount in lifted]
    packed = (*_packed(rows), *_whys(view.topups, words))
    moves = []
    if view.newer:
        moves.append(Button(words.plain("Newest"), encode("hs_page", 0)))
    if view.before:
        moves.append(Button(words.plain("Older"), encode("hs_page", view.before)))
    keyboard = (*packed, tuple(moves)) if moves else packed
    if not view.newer:
        keyboard = (*keyboard, (Button(words.plain("How often I am right"), encode("ac_show")),))
    return Message(Markup("\n\n".join(blocks)), keyboard, protect=True)


def _topup(day: int, amount: int, words: Words) -> Markup:
    return words.html("⬆️ Top-up for {date}: +{amount}", date=words.date(day), amount=words.money(amount))


def _whys(found: tuple[tuple[int, int], ...], words: Words) -> tuple[tuple[Button, ...], ...]:
    """Why? of each top-up of the page, named by its day."""
    return tuple(
        (Button(words.plain("Why? Top-up for {date}", date=words.date(day)), encode("tu_why", day)),)
        for day, _ in found[:TOPUPS]
    )


def _packed(rows: list[tuple[Button, ...]]) -> tuple[tuple[Button, ...], ...]:
    """Buttons of one alone go three to a row."""
    found: list[tuple[Button, ...]] = []
    for row in rows:
        if len(row) == 1 and found and len(found[-1]) < 3 and all(one.text[:3] == row[0].text[:3] for one in found[-1]):
            found[-1] = (*found[-1], *row)
        else:
            found.append(row)
    return tuple(found)


def _line(number: int, past: Past, words: Words) -> Markup:
    answer = str(kind(past.kind).export_row(past.answer)["answer"]).replace("\n", " ")
    if answer in past.face.answers:
        answer = past.face.in_language(words.language).answers[past.face.answers.index(answer)]
    return words.html(
        "{number}. {title} · {task}\n<b>{answer}</b>\n{price} · {at} · {state}",
        number=number,
        title=cut_end(past.title, TITLE),
        task=cut_end(past.task, 24),
        answer=cut_end(answer, ANSWER),
        price=words.money(past.price),
        at=words.day(past.submitted_at),
        state=_state(past, words),
    )


def _state(past: Past, words: Words) -> str:
    if past.rejection == "appealed":
        return words.plain("appealed")
    names = {
        "pending": words.plain("in review until {at}", at=words.when(past.review_until)),
        "accepted": words.plain("accepted"),
        "rejected": words.plain("rejected"),
        "sent_back": words.plain("returned to you"),
    }
    return names[past.state]


def _why_view(tx: Tx, _: int, params: dict[str, Any]) -> Why | None:
    return history.explained(tx, params["submission"])


def why(view: Why | None, words: Words) -> Action:
    """What a state follows from: who or what decided, when, by which reason and rules. Nobody's account is named."""
    if view is None:
        return Nothing()
    one = view.submission
    head = words.html(
        "<b>{title}</b> · {task} · answer #{number}, handed in {at}",
        title=cut_end(view.batch.title, TITLE),
        task=cut_end(view.task.name, 24),
        number=one.id,
        at=words.when(one.submitted_at),
    )
    photo = StoredPhoto(view.task.payload.photo) if view.task.payload.photo else None
    text = Markup("\n\n".join([head, *_reasons(view, words)]))
    keyboard: list[tuple[Button, ...]] = []
    if view.rejection is not None:
        ask = Button(words.plain("Ask the coordinator"), encode("rj_inquire", one.id))
        if view.rejection.state == "open":
            keyboard.append((Button(words.plain("Appeal"), encode("hs_appeal", one.id), style="primary"),))
        keyboard.append((ask,))
    keyboard.append((Button(words.plain("Back"), encode("hs_page", 0)),))
    return Message(text, tuple(keyboard), photo=photo, protect=True)


def _reasons(view: Why, words: Words) -> list[Markup]:
    one, price = view.submission, words.money(view.submission.price)
    if view.rejection is not None and view.ground is not None:
        return _rejected(view, words)
    if one.state == "pending":
        return [
            words.html(
                "It waits for review. What nobody reviews by {at} is accepted and paid: {amount}.",
                at=words.when(one.review_until),
                amount=price,
            )
        ]
    if one.state == "sent_back":
        reason = words.html("<blockquote>{reason}</blockquote>", reason=reason_html(one.reason, words))
        until = words.when((one.decided_at or 0) + words.rules.sent_back_seconds * SECOND)
        head = words.html("A reviewer returned it, for you to improve until {at}:", at=until)
        return [Markup(f"{head}\n{reason}")]
    at = words.when(one.decided_at or 0)
    if one.decided_by is None:
        said_ = words.html(
            "Accepted by the clock on {at}: nobody had reviewed it in time, and silence pays. {amount} is yours.",
            at=at,
            amount=price,
        )
    else:
        said_ = words.html("A reviewer accepted it on {at}. {amount} is yours.", at=at, amount=price)
    return [said_]


def _rejected(view: Why, words: Words) -> list[Markup]:
    assert view.rejection is not None and view.ground is not None
    found = Rejected(view.rejection, view.submission, view.batch, view.task, view.ground)
    head = words.html(
        "You answered <b>{said}</b>. A reviewer rejected it on {at}:",
        said=said(found, ANSWER),
        at=words.when(found.rejection.at),
    )
    blocks = [Markup(f"{head}\n{ground_html(view.ground, view.batch, words, 300)}")]
    if found.rejection.seconded_by is not None:
        blocks.append(words.html("A second person agreed."))
    if not found.rejection.standing:
        blocks.append(words.html("It does not count towards your standing: ten a day do at most."))
    blocks.append(standing(found, words))
    blocks.append(words.html("Rules of rejection, version {number}.", number=view.ground.rule))
    return blocks


RENDERERS = {
    "history": Renderer(page, _page_view),
    "why": Renderer(why, _why_view),
}
