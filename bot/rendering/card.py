"""The card: a task as its worker sees it. One place for work, for a coordinator's preview, for what is sent back."""

from __future__ import annotations

from dataclasses import dataclass

from bot.rendering.conversation import turns_html
from bot.rendering.message import Button, Keyboard, Message, StoredPhoto
from bot.rendering.training import Lesson, lesson_html
from domain.batches import Batch
from domain.kinds import Card, Payload, kind
from domain.kinds import Message as Turn
from domain.long_texts import CAPTION, MESSAGE, cut_end, tail, units
from domain.words import N_
from domain.working import limit_for_one, promise
from handlers.buttons import encode
from locales.words import Markup, Words

ROW_WIDTH = 34
"""Characters that fit side by side on a narrow phone; each button of a row is as wide as its longest."""
CONTROLS_WIDTH = 40
"""The same for the controls, which people know after two cards and need not read."""
ROW_MOST = 4
SCALE_ROW = 7
"""So many numbers stand side by side and can still be hit with a thumb; Telegram allows eight."""
TITLE = 100
LESSON = 600
"""Characters of what is said of the answer before, in training, generously."""
PAY_LINES = {
    "measured": N_("{price} · about {time} · {rate}"),
    "pilot": N_("{price} · about {time} · {rate} (measured in the pilot)"),
    "kind": N_("{price} · about {time} · {rate} (as in earlier batches)"),
    "estimate": N_("{price} · about {time} · {rate} (estimate)"),
}
AROUND = 480
"""Characters of a card besides conversation and question, generously: title, number, pay, hints."""


@dataclass(frozen=True, slots=True)
class CardView:
    """What a card shows. Without an assignment it is a preview: its buttons say so and do nothing.

    `position` is the number of the task for this worker; `undo` the submission Undo would take back; `saved` what the
    answer before this card earned (micro-units), for the line an older message keeps; `lesson` what a newcomer in
    training is told of that answer.
    """

    batch: Batch
    payload: Payload
    position: int = 1
    assignment_id: int | None = None
    undo: int | None = None
    saved: int = 0
    lesson: Lesson | None = None


def card_message(view: CardView, words: Words) -> Message:
    """The card of a task: photo or conversation, question, pay, answers, controls."""
    card = shown(view, words)
    return _message(view, card, words, (*answer_rows(view, card), *control_rows(view, card, words)))


def message(view: CardView, words: Words, keyboard: Keyboard) -> Message:
    """The same card under another keyboard: the question what is wrong with it."""
    return _message(view, shown(view, words), words, keyboard)


def _message(view: CardView, card: Card, words: Words, keyboard: Keyboard) -> Message:
    receipt = words.html("✓ Saved · +{amount}", amount=words.money(view.saved)) if view.saved else None
    return Message(
        text(view, card, words),
        keyboard,
        photo=StoredPhoto(card.photo) if card.photo else None,
        shows=view.assignment_id,
        protect=True,
        receipt=receipt,
    )


def shown(view: CardView, words: Words) -> Card:
    """The card in the receiver's language."""
    return kind(view.batch.kind).card(view.batch.face, view.payload, words.language)


def text(view: CardView, card: Card, words: Words) -> Markup:
    """Title and number, the conversation's end where there is one, the question, what it pays."""
    limit = limit_for_one(view.batch)
    head = words.html(
        "<b>{title}</b> · {position} of up to {limit} for you",
        title=cut_end(view.batch.title, TITLE),
        position=words.number(view.position),
        limit=words.number(max(limit, view.position)),
    )
    foot = [words.html("<b>{question}</b>", question=question(card, words))]
    if card.scale:
        foot.append(words.html("{scale}", scale=card.scale))
    foot.append(pay_line(view.batch, words))
    if view.position == 1 and not view.batch.face.instructions:
        foot.append(terms_line(view.batch, words))
    if card.expects == "text":
        foot.append(words.html("✍️ Write your reply as a message; it is sent only when you tap Submit."))
    lesson = []
    if view.lesson is not None:
        room = (CAPTION if card.photo else MESSAGE) - sum(map(units, (head, *foot)))
        lesson = [lesson_html(view.lesson, words, room=room)]
    if not card.messages:
        return Markup("\n\n".join([*lesson, "\n".join([head, *foot])]))
    turns, cut = _last_turns(card, beside=_beside(view))
    beginning = [words.html("<i>The beginning is left out: Show all has it.</i>")] if cut else []
    return Markup("\n\n".join([*lesson, head, *beginning, turns_html(turns, words), "\n".join(foot)]))


def is_cut(view: CardView, card: Card) -> bool:
    """Whether the conversation does not fit the card."""
    return _last_turns(card, beside=_beside(view))[1]


def _beside(view: CardView) -> int:
    return 0 if view.lesson is None else LESSON


def question(card: Card, words: Words) -> str:
    """What is asked; a reply to write has a question of our own when its batch has none."""
    return card.question or words.plain("Write the reply you would like to get.")


def _last_turns(card: Card, *, beside: int = 0) -> tuple[tuple[Turn, ...], bool]:
    """What fits of the conversation beside title, question, pay and hint; a caption holds less than a message.

    `beside` is what a lesson takes.
    """
    taken = units(card.question + card.scale) + AROUND + beside
    return tail(card.messages, (CAPTION if card.photo else MESSAGE) - taken)


def pay_line(batch: Batch, words: Words) -> Markup:
    """ "$0.05 · about 9 s · $20/h", with where the time comes from until the batch's own answers have told."""
    said = promise(batch)
    values = {
        "price": words.money(said.price),
        "time": words.duration(said.seconds),
        "rate": words.rate(said.per_hour),
    }
    return words.html(PAY_LINES[said.source], **values)


def terms_line(batch: Batch, words: Words) -> Markup:
    """By when the work is accepted, and when and in which currency it is paid (product.md, promise 1)."""
    rules = words.rules
    values = {"period": words.duration(batch.review_seconds), "currency": rules.currency}
    if rules.every_seconds is not None:
        every = words.duration(rules.every_seconds)
        return words.html("Accepted within {period}, paid in {currency} every {every}", every=every, **values)
    day = words.weekday(rules.payout_weekday)
    return words.html("Accepted within {period}, paid in {currency} on the {day} after", day=day, **values)


def answer_rows(view: CardView, card: Card) -> Keyboard:
    """The answers, in the batch's order."""
    return choices(view.batch, [Button(one.text, _data(view, "answer", one.index)) for one in card.answers])


def choices(batch: Batch, buttons: list[Button]) -> Keyboard:
    """A button an answer, as many to a row as their texts allow; a scale in one row, or in two."""
    if kind(batch.kind).is_ordinal:
        row = len(buttons) if len(buttons) <= SCALE_ROW else -(-len(buttons) // 2)
        return tuple(tuple(buttons[at : at + row]) for at in range(0, len(buttons), row))
    return in_rows(buttons, ROW_WIDTH)


def times(label: str, count: int, words: Words) -> str:
    """How often something was said, or is known: "Cat 12"; of a step of a scale "3 × 12", for it is a number itself."""
    return f"{label} × {words.number(count)}" if label.lstrip("-").isdigit() else f"{label} {words.number(count)}"


def control_rows(view: CardView, card: Card, words: Words) -> Keyboard:
    """Show all, Undo, Skip, Report a problem, Instructions, Change batch, Stop for now: those that apply."""
    rows: list[tuple[Button, ...]] = []
    if is_cut(view, card):
        rows.append((Button(words.plain("Show all"), _data(view, "show_all")),))
    if view.undo is not None:
        rows.append((Button(words.plain("Undo"), encode("undo", view.undo)),))
    skip = Button(words.plain("Skip"), _data(view, "skip"))
    rows += in_rows([skip, Button(words.plain("Report a problem"), _data(view, "report"))], CONTROLS_WIDTH)
    return (*rows, *place_rows(view, words))


def place_rows(view: CardView, words: Words) -> Keyboard:
    """Instructions (where there are any), Change batch, Stop for now."""
    buttons = []
    if view.batch.face.instructions:
        buttons.append(Button(words.plain("Instructions"), _data(view, "instructions")))
    preview = view.assignment_id is None
    buttons.append(Button(words.plain("Change batch"), encode("b_previewed" if preview else "change_batch")))
    buttons.append(Button(words.plain("Stop for now"), encode("b_previewed" if preview else "stop_for_now")))
    return in_rows(buttons, CONTROLS_WIDTH)


def in_rows(buttons: list[Button], width: int) -> Keyboard:
    """Buttons in their order, as many to a row as fit `width` characters side by side."""
    rows: list[list[Button]] = []
    for button in buttons:
        row = rows[-1] if rows else []
        longest = max(len(one.text) for one in (*row, button))
        if row and len(row) < ROW_MOST and longest * (len(row) + 1) <= width:
            row.append(button)
        else:
            rows.append([button])
    return tuple(map(tuple, rows))


def _data(view: CardView, action: str, *numbers: int) -> str:
    return encode("b_previewed") if view.assignment_id is None else encode(action, view.assignment_id, *numbers)
