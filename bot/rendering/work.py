"""Work as its worker sees it: the card, the list, instructions, the end of a batch and of a session, offers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.rendering import card
from bot.rendering.card import CardView
from bot.rendering.conversation import turns_html
from bot.rendering.drafts import language_name
from bot.rendering.message import Action, Button, Message, Nothing, Renderer, StoredPhoto
from bot.rendering.reported import decide_rows
from domain.active_time import QUESTIONS
from domain.batches import Batch, Submission, Task
from domain.long_texts import CAPTION, MESSAGE, cut_end, tail, units
from domain.pay import per_hour
from domain.reviews import known_reason
from domain.rules import SECOND
from domain.working import REPORT_REASONS, left_for_one, limit_for_one, promise
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import assignments, batches, enrolments, reports, sessions, submissions, tasks, worker_days
from storage.assignments import Hand
from storage.database import Tx
from storage.reports import Report
from storage.worker_days import Done
from usecases.answering import undo_of
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
class Rest:
    """The end of a batch or of a session: what the day brought, whether other batches wait, what can be undone."""

    title: str
    today: Done
    others: bool
    undo: int | None
    saved: int


@dataclass(frozen=True, slots=True)
class Paused:
    """A task that was reported several times; `found` are the reports nobody has decided about."""

    batch: Batch
    task: Task
    reasons: dict[str, int]
    found: tuple[Report, ...]


def view_card(tx: Tx, person_id: int, params: dict[str, Any]) -> CardView | None:
    """The card, while it is still in the worker's hand."""
    hand = assignments.hand(tx, person_id, params["assignment"])
    if hand is None or hand.assignment.worker_id != person_id or hand.assignment.state != "offered":
        return None
    return _card(tx, hand, saved=params.get("saved", 0))


def view_instructed(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[CardView, bool] | None:
    """The card whose batch's instructions are shown (also of work that was sent back)."""
    hand = assignments.hand(tx, person_id, params["assignment"])
    return None if hand is None else (_card(tx, hand), params["first"])


def view_returned(tx: Tx, person_id: int, params: dict[str, Any]) -> Returned | None:
    """The work sent back, while it waits for its writer."""
    one = submissions.by_id(tx, params["submission"])
    if one is None or one.state != "sent_back" or one.decided_at is None:
        return None
    hand = assignments.hand(tx, person_id, one.assignment_id)
    assert hand is not None
    return Returned(_card(tx, hand), one, one.decided_at + tx.rules.sent_back_seconds * SECOND)


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
        others=any(batch is None or choice.batch.id != batch.id for choice in choices(tx, person_id)),
        undo=undo,
        saved=params.get("saved", 0),
    )


def view_lease(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Batch, int] | None:
    """The batch of a card whose lease ends, unless the worker has come back to it."""
    hand = assignments.hand(tx, person_id, params["assignment"])
    if hand is None or hand.assignment.state != "offered" or hand.assignment.expires_at != params["until"]:
        return None
    return hand.place.batch, params["until"]


def view_offer(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Batch, int] | None:
    """The batch, while it is open and the worker has not begun or refused it; what they did of it in its pilot."""
    batch = batches.by_id(tx, params["batch"])
    place = enrolments.of(tx, person_id, params["batch"])
    if batch is None or batch.state != "open":
        return None
    answered = place is not None and place.state in ("working", "refused")
    worked_in_pilot = place is not None and place.state == "working" and batch.pilot_tasks and not batch.piloting
    return (batch, 0 if place is None else place.done) if worked_in_pilot or not answered else None


def view_paused(tx: Tx, _: int, params: dict[str, Any]) -> Paused | None:
    """The paused task and why."""
    task = tasks.by_id(tx, params["task"])
    batch = None if task is None else batches.by_id(tx, task.batch_id)
    if task is None or batch is None:
        return None
    found = tuple(reports.open_of_task(tx, batch.id, task.id))
    return Paused(batch, task, reports.reasons(tx, batch.id, task.id), found)


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


def instructions(view: tuple[CardView, bool] | None, words: Words) -> Action:
    """What the coordinator asks for, in the worker's language where it is translated."""
    if view is None:
        return Nothing()
    one, first = view
    shown = card.shown(one, words)
    title = words.html("<b>{title}</b>: how to do it", title=cut_end(one.batch.title, 100))
    pay = [card.pay_line(one.batch, words)] if first else []
    said = Markup("\n\n".join([title, words.html("{instructions}", instructions=shown.instructions), *pay]))
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


def batches_to_start(view: list[Choice], words: Words) -> Action:
    """What is open for this worker: pay, rate, language, how many are left; or that nothing is."""
    if not view:
        return Message(
            words.html(
                "Nothing to do for you right now. You will get a message when a new batch opens; /earnings shows what"
                " you have earned, /settings your languages."
            ),
            protect=True,
        )
    blocks = [words.html("<b>What would you like to do?</b>")]
    rows = []
    for number, choice in enumerate(view, 1):
        left = left_for_one(choice.batch, choice.done)
        blocks.append(
            words.html(
                "{number}. <b>{title}</b>\n{pay}\n{language} · {left}{refused}",
                number=number,
                title=cut_end(choice.batch.title, 100),
                pay=card.pay_line(choice.batch, words),
                language=language_name(choice.batch.language, words),
                left=words.plain_many("{count} left", "{count} left", left),
                refused=words.plain(" · you said not this one") if choice.refused else "",
            )
        )
        label = (
            words.plain("Start")
            if len(view) == 1
            else words.plain("Start {number}: {title}", number=number, title=cut_end(choice.batch.title, 28))
        )
        rows.append((Button(label, encode("start", choice.batch.id), style=None if choice.refused else "primary"),))
    return Message(Markup("\n\n".join(blocks)), tuple(rows), protect=True)


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


def offer(view: tuple[Batch, int] | None, words: Words) -> Action:
    """One message when a batch opens: how much there is to do, how long it takes, what it brings."""
    if view is None:
        return Nothing()
    batch, done = view
    said = promise(batch)
    count = max(1, limit_for_one(batch) - done)
    values = {
        "title": cut_end(batch.title, 100),
        "time": words.duration(said.seconds * count),
        "amount": words.money(said.price * count),
    }
    if batch.data == "photos":
        text = words.html_many(
            "<b>{title}</b>\n{count} photo, about {time}, about {amount}",
            "<b>{title}</b>\n{count} photos, about {time}, about {amount}",
            count,
            **values,
        )
    else:
        text = words.html_many(
            "<b>{title}</b>\n{count} task, about {time}, about {amount}",
            "<b>{title}</b>\n{count} tasks, about {time}, about {amount}",
            count,
            **values,
        )
    pay = words.html("Each: {pay}", pay=card.pay_line(batch, words))
    keyboard = (
        (Button(words.plain("Start"), encode("offer_start", batch.id), style="primary"),),
        (
            Button(words.plain("Later"), encode("offer_later", batch.id)),
            Button(words.plain("Not this one"), encode("offer_no", batch.id)),
        ),
    )
    return Message(Markup(f"{text}\n{pay}"), keyboard)


def view_offered(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, str]:
    """The batch of an offer, and what was answered."""
    return batches.by_id(tx, params["batch"]), params["answer"]


def offer_answered(view: tuple[Batch | None, str], words: Words) -> Action:
    """What became of an offer, in its place."""
    batch, answer = view
    if batch is None:
        return Nothing()
    title = cut_end(batch.title, 100)
    start = Button(words.plain("Start"), encode("offer_start", batch.id))
    if answer == "started":
        return Message(words.html("<b>{title}</b>: started. /work goes on with it.", title=title))
    if answer == "later":
        return Message(words.html("<b>{title}</b> waits for you in /work.", title=title), ((start,),))
    return Message(
        words.html("<b>{title}</b>: not this one. Should you change your mind, it stays in /work.", title=title)
    )


def task_paused(view: Paused | None, words: Words) -> Action:
    """To the coordinator: a task several workers reported."""
    if view is None:
        return Nothing()
    said = dict(REPORT_REASONS)
    blocks = [
        words.html(
            "Task {name} of <b>{title}</b> was reported several times and is paused: nobody gets it until you say so.",
            name=view.task.name,
            title=view.batch.title,
        ),
        *(
            words.html("• {reason}: {count}", reason=words.plain(said[code]), count=count)
            for code, count in view.reasons.items()
        ),
    ]
    photo = StoredPhoto(view.task.payload.photo) if view.task.payload.photo else None
    again = ((Button(words.plain("Offer it again"), encode("resume_task", view.task.id)),),)
    if view.found:
        blocks.append(
            words.html(
                "If you agree that something is wrong with it, each report pays {amount}, like the task.",
                amount=words.money(view.batch.price or 0),
            )
        )
    rows = decide_rows(view.task.id, view.found, words)
    return Message(Markup("\n".join(blocks)), (*rows, *(again if view.task.state == "paused" else ())), photo=photo)


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
    "batches_to_start": Renderer(batches_to_start, lambda tx, person_id, _: choices(tx, person_id)),
    "nothing_left": Renderer(nothing_left, view_rest),
    "stopped_for_now": Renderer(stopped, view_rest),
    "lease_ends": Renderer(lease_ends, view_lease),
    "card_hint": Renderer(card_hint),
    "offer": Renderer(offer, view_offer),
    "offer_answered": Renderer(offer_answered, view_offered),
    "task_paused": Renderer(task_paused, view_paused),
    "task_resumed": Renderer(task_paused, view_paused),
}
