"""Work as its worker sees it: the card, the list, instructions, the end of a batch and of a session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.rendering import card, training
from bot.rendering.card import CardView
from bot.rendering.conversation import turns_html
from bot.rendering.drafts import language_name
from bot.rendering.message import Action, Button, Message, Nothing, Renderer, StoredPhoto
from domain.active_time import QUESTIONS
from domain.batches import Batch, Submission
from domain.long_texts import CAPTION, MESSAGE, cut_end, tail, units
from domain.pay import per_hour
from domain.reviews import known_reason
from domain.rules import SECOND
from domain.working import REPORT_REASONS, left_for_one
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import assignments, batches, enrolments, sessions, submissions, worker_days
from storage.assignments import Hand
from storage.database import Tx
from storage.worker_days import Done
from usecases.answering import undo_of
from usecases.training import STAGES, Way
from usecases.work import Choice, choices


@dataclass(frozen=True, slots=True)
class Silence:
    """A card from whose worker nothing has come for a while; `questions` they were asked, 0 once they answered."""

    card: CardView
    questions: int


@dataclass(frozen=True, slots=True)
class Returned:
    """Work a reviewer sent back, as its writer sees it."""

    card: CardView
    submission: Submission
    until: int


@dataclass(frozen=True, slots=True)
class Offered:
    """The list of work: what can be started, and in which batches a test can be taken again from when on."""

    choices: list[Choice]
    later: list[tuple[Batch | None, int]]


@dataclass(frozen=True, slots=True)
class Rest:
    """The end of a batch or of a session: what the day brought, whether other batches wait, what can be undone."""

    title: str
    today: Done
    others: bool
    undo: int | None
    saved: int


def view_card(tx: Tx, person_id: int, params: dict[str, Any]) -> CardView | None:
    """The card, while it is still in the worker's hand."""
    hand = assignments.hand(tx, person_id, params["assignment"])
    if hand is None or hand.assignment.worker_id != person_id or hand.assignment.state != "offered":
        return None
    shown = _card(tx, hand, saved=params.get("saved", 0))
    return replace(shown, lesson=training.read_lesson(tx, params)) if "lesson" in params else shown


def view_instructed(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[CardView, bool, str] | None:
    """The card whose batch's instructions are shown (also of work that was sent back), and its worker's stage."""
    hand = assignments.hand(tx, person_id, params["assignment"])
    return None if hand is None else (_card(tx, hand), params["first"], hand.place.enrolment.stage)


def view_returned(tx: Tx, person_id: int, params: dict[str, Any]) -> Returned | None:
    """The work sent back, while it waits for its writer."""
    one = submissions.by_id(tx, params["submission"])
    if one is None or one.state != "sent_back" or one.decided_at is None:
        return None
    hand = assignments.hand(tx, person_id, one.assignment_id)
    assert hand is not None
    return Returned(_card(tx, hand), one, one.decided_at + tx.rules.sent_back_seconds * SECOND)


def view_list(tx: Tx, person_id: int, params: dict[str, Any]) -> Offered:
    """What the worker can start, and the tests they can take again later."""
    at = params.get("at", 0)
    later = enrolments.to_try_again(tx, person_id, after=at)
    return Offered(choices(tx, person_id, now=at), [(batches.by_id(tx, batch), when) for batch, when in later])


def view_rest(tx: Tx, person_id: int, params: dict[str, Any]) -> Rest:
    """What the day brought so far, and what else there is."""
    day = tx.rules.day(params["at"])
    undo = sessions.of(tx, person_id).undo_submission_id if "batch" in params else None
    last = None if undo is None else submissions.by_id(tx, undo)
    batch = batches.by_id(tx, params["batch"]) if "batch" in params else None
    if last is not None and (last.state != "pending" or last.review_started_at or batch is None or batch.closed_at):
        undo = None
    return Rest(
        title=batch.title if batch else "",
        today=worker_days.between(tx, person_id, day, day),
        others=any(batch is None or choice.batch.id != batch.id for choice in choices(tx, person_id, now=params["at"])),
        undo=undo,
        saved=params.get("saved", 0),
    )


def view_lease(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Batch, int] | None:
    """The batch of a card whose lease ends, unless the worker has come back to it."""
    hand = assignments.hand(tx, person_id, params["assignment"])
    if hand is None or hand.assignment.state != "offered" or hand.assignment.expires_at != params["until"]:
        return None
    return hand.place.batch, params["until"]


def the_card(view: CardView | None, words: Words) -> Action:
    """The next task."""
    return Nothing() if view is None else card.card_message(view, words)


def view_still_there(tx: Tx, person_id: int, params: dict[str, Any]) -> Silence | None:
    """The card in hand, and whether a question about it is open."""
    hand = assignments.hand(tx, person_id, params["assignment"])
    if hand is None or hand.assignment.worker_id != person_id or hand.assignment.state != "offered":
        return None
    return Silence(_card(tx, hand), hand.assignment.questions)


def still_there(view: Silence | None, words: Words) -> Action:
    """The card with the question whether its worker is still there, and without it once they are; it makes no noise."""
    if view is None:
        return Nothing()
    shown = card.card_message(view.card, words)
    if not view.questions:
        return replace(shown, stays=True)
    if view.questions < QUESTIONS:
        line = words.html("<b>Still there?</b> Tap Still here, and all of your time on this one counts.")
    else:
        line = words.html(
            "<b>Still there?</b> We ask for the last time: tap Still here now, and all of your time on this one counts."
        )
    here = Button(words.plain("Still here"), encode("still_here", view.card.assignment_id or 0), style="primary")
    return replace(shown, text=Markup(f"{shown.text}\n\n{line}"), keyboard=((here,), *shown.keyboard), stays=True)


def report(view: CardView | None, words: Words) -> Action:
    """The card with the question what is wrong with it."""
    if view is None or view.assignment_id is None:
        return Nothing()
    one = view.assignment_id
    reasons = tuple(
        (Button(words.plain(said), encode("reported", one, index)),)
        for index, (code, said) in enumerate(REPORT_REASONS)
        if code != "photo" or view.payload.photo
    )
    return card.message(view, words, (*reasons, (Button(words.plain("Back"), encode("card", one)),)))


def instructions(view: tuple[CardView, bool, str] | None, words: Words) -> Action:
    """What the coordinator asks for, in the worker's language where it is translated; to newcomers, how they begin."""
    if view is None:
        return Nothing()
    one, first, stage = view
    shown = card.shown(one, words)
    title = words.html("<b>{title}</b>: how to do it", title=cut_end(one.batch.title, 100))
    how = [words.html("{instructions}", instructions=shown.instructions)] if shown.instructions else []
    begins = [training.beginning(one.batch, words, stage=stage)] if first and stage != "working" else []
    pay = [Markup(f"{card.pay_line(one.batch, words)}\n{card.terms_line(one.batch, words)}")] if first else []
    said = Markup("\n\n".join([title, *how, *begins, *pay]))
    fits = one.payload.photo is not None and not first and units(said) <= CAPTION
    assert one.assignment_id is not None
    return Message(
        said,
        ((Button(words.plain("Got it"), encode("got_it", one.assignment_id), style="primary"),),),
        photo=StoredPhoto(one.payload.photo) if fits and one.payload.photo else None,
        shows=one.assignment_id,
        protect=True,
    )


def returned(view: Returned | None, words: Words) -> Action:
    """Work that was sent back, with the reason; the draft stands below it."""
    if view is None:
        return Nothing()
    reason = view.submission.reason or ""
    known = known_reason(reason)
    said = words.html("{reason}", reason=words.plain(known) if known else cut_end(reason, 500))
    head = words.html(
        "<b>{title}</b>: please look at your reply once more. The reviewer says:\n<blockquote>{reason}</blockquote>",
        title=cut_end(view.card.batch.title, 100),
        reason=said,
    )
    shown = card.shown(view.card, words)
    foot = words.html(
        "<b>{question}</b>\nEdit your messages or write it anew, then tap Submit. It is yours until {until};"
        " its {amount} stays reserved for you.",
        question=card.question(shown, words),
        until=words.when(view.until),
        amount=words.money(view.submission.price),
    )
    turns, cut = tail(shown.messages, MESSAGE - units(head) - units(foot) - 200)
    blocks = [head, *([turns_html(turns, words)] if turns else []), foot]
    more = ((Button(words.plain("Show all"), encode("show_all", view.card.assignment_id or 0)),),) if cut else ()
    return Message(
        Markup("\n\n".join(blocks)),
        (*more, *card.place_rows(view.card, words)),
        shows=view.card.assignment_id,
        protect=True,
    )


def batches_to_start(offered: Offered, words: Words) -> Action:
    """What is open for this worker: pay, rate, language, how many are left; or that nothing is."""
    view = offered.choices
    later = [
        words.html(
            "<b>{title}</b>: you can take the test again from {when}.",
            title=cut_end(batch.title, 100),
            when=words.when(when),
        )
        for batch, when in offered.later
        if batch is not None
    ]
    if not view:
        nothing = words.html(
            "Nothing to do for you right now. You will get a message when a new batch opens; /earnings shows what"
            " you have earned, /settings your languages."
        )
        return Message(Markup("\n\n".join([nothing, *later])), protect=True)
    blocks = [words.html("<b>What would you like to do?</b>")]
    rows = []
    for number, choice in enumerate(view, 1):
        left = left_for_one(choice.batch, choice.done)
        blocks.append(
            words.html(
                "{number}. <b>{title}</b>\n{pay}\n{terms}\n{language} · {left}{refused}{begins}",
                number=number,
                title=cut_end(choice.batch.title, 100),
                pay=card.pay_line(choice.batch, words),
                terms=card.terms_line(choice.batch, words),
                language=language_name(choice.batch.language, words),
                left=words.plain_many("{count} left", "{count} left", left),
                refused=words.plain(" · you said not this one") if choice.refused else "",
                begins=_begins(choice.batch, choice.way, words),
            )
        )
        label = (
            words.plain("Start")
            if len(view) == 1
            else words.plain("Start {number}: {title}", number=number, title=cut_end(choice.batch.title, 28))
        )
        rows.append((Button(label, encode("start", choice.batch.id), style=None if choice.refused else "primary"),))
    return Message(Markup("\n\n".join([*blocks, *later])), tuple(rows), protect=True)


def _begins(batch: Batch, way: Way, words: Words) -> Markup:
    """How a newcomer begins, on a line of its own."""
    return Markup(f"\n{training.beginning(batch, words, stage=way)}") if way in STAGES else Markup("")


def nothing_left(view: Rest, words: Words) -> Action:
    """The worker has done all there is for them in a batch, for the moment."""
    blocks = [
        words.html("That was all there is for you in <b>{title}</b> right now. Thank you!", title=view.title),
        _today(view.today, words),
    ]
    rows = [(Button(words.plain("Undo"), encode("undo", view.undo)),)] if view.undo is not None else []
    last = [Button(words.plain("Stop for now"), encode("stop_for_now"))]
    if view.others:
        last.insert(0, Button(words.plain("Change batch"), encode("change_batch")))
    else:
        blocks.append(words.html("You will get a message when a new batch opens."))
    receipt = words.html("✓ Saved · +{amount}", amount=words.money(view.saved)) if view.saved else None
    return Message(Markup("\n\n".join(blocks)), (*rows, tuple(last)), protect=True, receipt=receipt)


def stopped(view: Rest, words: Words) -> Action:
    """Today's total."""
    blocks = [words.html("<b>That is it for now.</b>"), _today(view.today, words)]
    start = ((Button(words.plain("Start working"), encode("work"), style="primary"),),)
    return Message(Markup("\n".join(blocks)), start, protect=True)


def lease_ends(view: tuple[Batch, int] | None, words: Words) -> Action:
    """A card is about to go to somebody else."""
    if view is None:
        return Nothing()
    batch, until = view
    return Message(
        words.html(
            "Your task in <b>{title}</b> is still open. It is kept for you until {until}, then somebody else gets it;"
            " that is no harm to you.",
            title=batch.title,
            until=words.clock(until),
        ),
        ((Button(words.plain("Go on"), encode("work"), style="primary"),),),
    )


def card_hint(params: dict[str, Any], words: Words) -> Action:
    """How the card in hand is answered."""
    if params["expects"] == "tap":
        return Message(words.html("This task is answered with a button. Tap one of the answers on the card."))
    return Message(words.html("This task is answered in writing. Write your reply as a plain message, without a file."))


def _card(tx: Tx, hand: Hand, *, saved: int = 0) -> CardView:
    return CardView(
        batch=hand.place.batch,
        payload=hand.task.payload,
        position=hand.place.enrolment.done + 1,
        assignment_id=hand.assignment.id,
        undo=undo_of(tx, hand),
        saved=saved,
    )


def _today(today: Done, words: Words) -> Markup:
    if not today.submissions:
        return words.html("Nothing handed in yet today.")
    hourly = per_hour(today.earned, today.active_micros)
    values = {"amount": words.money(today.earned), "rate": "" if hourly is None else words.rate(hourly)}
    if hourly is None:
        return words.html_many(
            "Today: {count} task, {amount}.", "Today: {count} tasks, {amount}.", today.submissions, **values
        )
    return words.html_many(
        "Today: {count} task, {amount}, that is {rate}.",
        "Today: {count} tasks, {amount}, that is {rate}.",
        today.submissions,
        **values,
    )


RENDERERS = {
    "card": Renderer(the_card, view_card),
    "still_there": Renderer(still_there, view_still_there),
    "report": Renderer(report, view_card),
    "instructions": Renderer(instructions, view_instructed),
    "returned": Renderer(returned, view_returned),
    "batches_to_start": Renderer(batches_to_start, view_list),
    "nothing_left": Renderer(nothing_left, view_rest),
    "stopped_for_now": Renderer(stopped, view_rest),
    "lease_ends": Renderer(lease_ends, view_lease),
    "card_hint": Renderer(card_hint),
}
