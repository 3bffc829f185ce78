"""Training and tests as a newcomer reads them: what is right and why, how a test ended and what follows, and Why?."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bot.rendering.message import Action, Button, Message, Nothing, Renderer
from domain.batches import Batch
from domain.kinds import kind
from domain.long_texts import MESSAGE, cut_end
from domain.qualification import FAIL_AT, KNOWS, KNOWS_LITTLE, LONGEST, PASS_AT
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, enrolments, gold, people, submissions, tasks, training
from storage.database import Tx
from storage.training import Test

WHY = 240
"""Characters of an explanation on a card, at most; a caption holds 1,024 in all."""
AROUND = 320
"""Of what is said beside it."""
ANSWER = 40
LOOK_AT = 3
"""So many confusions are named after a test."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """An answer given in training: the right label, what was said, why; then `left` more, or the test, or the work."""

    batch: Batch
    label: str
    said: str
    why: str | None
    left: int = 0
    then: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """A test that ended, its batch, whose it is, and when they may try again (None: not by themselves); `saved` is what
    its last answer earned (micro-units)."""

    test: Test
    batch: Batch
    name: str
    retry_at: int | None
    failed: bool
    saved: int = 0


def read_lesson(tx: Tx, params: dict[str, Any]) -> Lesson | None:
    """What is said of the answer before a card; None where nothing is, or its gold has been taken back meanwhile."""
    one = submissions.by_id(tx, params["lesson"]) if "lesson" in params else None
    task = None if one is None else tasks.by_id(tx, one.task_id)
    batch = None if one is None else batches.by_id(tx, one.batch_id)
    if one is None or task is None or batch is None or task.gold is None:
        return None
    said = kind(batch.kind).label(one.answer)
    why = gold.why(tx, task.id)
    return Lesson(batch, task.gold, said or "", why, params.get("left", 0), params.get("then", ""))


def lesson_html(view: Lesson, words: Words, *, room: int = MESSAGE) -> Markup:
    """Right or not quite, the right answer, why (as much of it as there is room for); and where the newcomer is."""
    values = {"answer": answer(view.batch, view.label, words), "said": answer(view.batch, view.said, words)}
    if view.said == view.label:
        head = words.html("✓ <b>Right: {answer}.</b>", **values)
    else:
        head = words.html("<b>Not quite: the right answer is {answer}.</b> You said {said}.", **values)
    lines = [head]
    if view.why and room > AROUND:
        lines.append(words.html("<i>{why}</i>", why=cut_end(view.why, min(WHY, room - AROUND))))
    if view.then == "test":
        lines.append(words.html("That was the practice. Now the test: you hear how it went at its end."))
    elif view.then == "work":
        lines.append(words.html("That was the practice. From here on nothing is explained at once."))
    elif view.left:
        lines.append(words.html_many("Practice: {count} more.", "Practice: {count} more.", view.left))
    return Markup("\n".join(lines))


def beginning(batch: Batch, words: Words, *, stage: str) -> Markup:
    """What a newcomer reads before their first card of a batch, and with an offer."""
    if stage == "training" and batch.training is not None and batch.test:
        if batch.data == "photos":
            return words.html_many(
                "First {count} practice photo with an explanation, then a short test. All of it is paid.",
                "First {count} practice photos, each with an explanation, then a short test. All of it is paid.",
                batch.training,
            )
        return words.html_many(
            "First {count} task to practise with an explanation, then a short test. All of it is paid.",
            "First {count} tasks to practise, each with an explanation, then a short test. All of it is paid.",
            batch.training,
        )
    if stage == "training" and batch.training is not None:
        if batch.data == "photos":
            return words.html_many(
                "First {count} practice photo with an explanation. It is paid like all others.",
                "First {count} practice photos, each with an explanation. They are paid like all others.",
                batch.training,
            )
        return words.html_many(
            "First {count} task to practise with an explanation. It is paid like all others.",
            "First {count} tasks to practise, each with an explanation. They are paid like all others.",
            batch.training,
        )
    return words.html("First a short test of at most {count} tasks. All of it is paid.", count=LONGEST)


def answer(batch: Batch, label: str, words: Words) -> str:
    """A label as this worker reads it on the card."""
    shown = batch.face.in_language(words.language).answers
    text = shown[batch.face.answers.index(label)] if label in batch.face.answers else label
    return cut_end(text, ANSWER)


def lesson(view: Lesson | None, words: Words) -> Action:
    """The same as a message of its own, where no card follows."""
    return Nothing() if view is None else Message(lesson_html(view, words))


def result(view: Result | None, words: Words) -> Action:
    """How a test ended, kindly and exactly, and what comes next."""
    if view is None:
        return Nothing()
    test, batch = view.test, view.batch
    title, count = cut_end(batch.title, 100), test.right + test.wrong
    values = {"title": title, "right": words.number(test.right), "count": words.number(count)}
    why = Button(words.plain("Why?"), encode("test_why", test.id))
    if test.outcome == "passed":
        text = words.html(
            "<b>You are in.</b>\nThe test for <b>{title}</b>: {right} of {count} right. From here on it is the real"
            " work.",
            **values,
        )
        return Message(text, ((why,),))
    blocks = []
    if test.outcome == "failed":
        blocks.append(
            words.html(
                "<b>Not this time.</b>\nThe test for <b>{title}</b>: {right} of {count} right. That is not enough to be"
                " sure yet.",
                **values,
            )
        )
    elif count:
        blocks.append(
            words.html(
                "<b>The test of {title} cannot go on.</b>\n{right} of {count} right so far, and there are no more tasks"
                " with a known answer that you have not seen.",
                **values,
            )
        )
    else:
        blocks.append(
            words.html(
                "<b>The test of {title} cannot begin.</b>\nThere are not enough tasks with a known answer that you have"
                " not seen. That is not up to you.",
                **values,
            )
        )
    blocks.append(_look_at(view, words))
    if count:
        paid = words.money((batch.price or 0) * count)
        blocks.append(words.html("What you did is paid like all work: {amount} for the test.", amount=paid))
    if view.retry_at is not None:
        blocks.append(
            words.html("You can try again from {when}, with other tasks: /work.", when=words.when(view.retry_at))
        )
    elif view.failed:
        blocks.append(words.html("The coordinator knows and can let you in. You are told here."))
    last = (
        Button(words.plain("Change batch"), encode("change_batch")),
        Button(words.plain("Stop for now"), encode("stop_for_now")),
    )
    receipt = words.html("✓ Saved · +{amount}", amount=words.money(view.saved)) if view.saved else None
    return Message(Markup("\n\n".join(one for one in blocks if one)), ((why,), last), protect=True, receipt=receipt)


def _look_at(view: Result, words: Words) -> Markup:
    """Which answers were taken for which, most often first."""
    mixed = Counter(
        (label, said)
        for _, label, said, _ in view.test.evidence.get("answers", [])
        if said is not None and said != label
    )
    if not mixed:
        return Markup("")
    lines = [words.html("What to look at:")]
    for (label, said), count in mixed.most_common(LOOK_AT):
        values = {"answer": answer(view.batch, label, words), "said": answer(view.batch, said, words)}
        lines.append(
            words.html_many(
                "• {answer}: you said {said} ({count} time)",
                "• {answer}: you said {said} ({count} times)",
                count,
                **values,
            )
        )
    return Markup("\n".join(lines))


def why(view: Result | None, words: Words) -> Action:
    """What a test was decided by: each answer, the rule in words, its numbers and its version."""
    if view is None:
        return Nothing()
    test, batch = view.test, view.batch
    lines = []
    for number, (_, label, said, _) in enumerate(test.evidence.get("answers", [])[: LONGEST + 1], 1):
        values = {
            "number": number,
            "answer": answer(batch, label, words),
            "said": answer(batch, said, words) if said is not None else "–",
        }
        if label == said:
            lines.append(words.html("{number}. ✓ {answer}", **values))
        else:
            lines.append(words.html("{number}. ✗ {said}; right is {answer}", **values))
    blocks = [
        words.html(
            "<b>Why?</b> The test of <b>{title}</b>, {when}:", title=batch.title, when=words.when(test.ended_at)
        ),
        Markup("\n".join(lines)),
        words.html(
            "Each answer counts by how much likelier it is from somebody who knows {much} of 100 answers beyond"
            " guessing than from somebody who knows {little}. A right answer counts the more the harder it is"
            " to guess.",
            much=round(KNOWS * 100),
            little=round(KNOWS_LITTLE * 100),
        ),
        words.html(
            "The sum is {score}. At {high} or more it is passed, with right answers of two kinds at least; at {low} or"
            " less it is not; after {count} answers it is where that is clearly likelier. What others answered, and how"
            " fast it went, counts for nothing. Rule {rule}.",
            score=_hundredths(test.evidence.get("score", 0) / 1_000, words),
            high=_hundredths(PASS_AT, words),
            low=_hundredths(FAIL_AT, words),
            count=LONGEST,
            rule=test.rule,
        ),
    ]
    return Message(Markup("\n\n".join(one for one in blocks if one)))


def doubt(view: Result | None, words: Words) -> Action:
    """To the coordinator: somebody whom no test can decide about any more, who works only if they are let in."""
    if view is None:
        return Nothing()
    test, batch = view.test, view.batch
    values = {"name": view.name, "title": cut_end(batch.title, 80)}
    if not view.failed:
        return Message(words.html("<b>{name}</b> is in <b>{title}</b> by now.", **values))
    count = test.right + test.wrong
    if count:
        text = words.html(
            "<b>{name}</b> took the test of <b>{title}</b>: {right} of {count} right. There is too little gold left"
            " that they have not seen, so a test cannot decide. You can let them in.",
            right=words.number(test.right),
            count=words.number(count),
            **values,
        )
    else:
        text = words.html(
            "<b>{name}</b> cannot begin the test of <b>{title}</b>: there is too little gold left that they have not"
            " seen. You can let them in.",
            **values,
        )
    buttons = (
        Button(words.plain("Let them in"), encode("test_in", test.id)),
        Button(words.plain("Why?"), encode("test_why", test.id)),
    )
    return Message(text, (buttons,))


def came_in(view: Result | None, words: Words) -> Action:
    """Who had not passed may work after all: a coordinator says so, or the gold was wrong."""
    if view is None or view.failed:
        return Nothing()
    title = cut_end(view.batch.title, 100)
    if view.test.outcome == "let_in":
        text = words.html("<b>You are in.</b>\nThe coordinator of <b>{title}</b> lets you work there.", title=title)
    else:
        text = words.html(
            "<b>You are in.</b>\nA task of your test for <b>{title}</b> had a wrong answer, on our side. Without it you"
            " have passed.",
            title=title,
        )
    start = Button(words.plain("Start"), encode("start", view.batch.id), style="primary")
    return Message(text, ((start,),))


def goes_on(batch: Batch | None, words: Words) -> Action:
    """A test that had ended goes on: one of its answers was wrong on our side."""
    if batch is None or batch.state not in ("open", "paused"):
        return Nothing()
    text = words.html(
        "A task of your test for <b>{title}</b> had a wrong answer, on our side. It does not count, and the test goes"
        " on where it was.",
        title=cut_end(batch.title, 100),
    )
    return Message(text, ((Button(words.plain("Start"), encode("start", batch.id), style="primary"),),))


def _hundredths(value: float, words: Words) -> str:
    return words.decimal(Decimal(str(value)), 2).replace("-", "\N{MINUS SIGN}")


def _result_view(tx: Tx, _: int, params: dict[str, Any]) -> Result | None:
    test = training.by_id(tx, params["test"])
    return None if test is None else _result(tx, test)


def _last_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Result | None:
    """The worker's last test in a batch."""
    test = training.last(tx, person_id, params["batch"])
    found = None if test is None else _result(tx, test)
    return None if found is None else replace(found, saved=params.get("saved", 0))


def _result(tx: Tx, test: Test) -> Result | None:
    batch, mine = batches.by_id(tx, test.batch_id), enrolments.of(tx, test.worker_id, test.batch_id)
    if batch is None or mine is None:
        return None
    name = people.name(tx, test.worker_id)
    return Result(test, batch, name, mine.retry_at, mine.stage == "failed")


RENDERERS = {
    "lesson": Renderer(lesson, lambda tx, _, params: read_lesson(tx, params)),
    "test_result": Renderer(result, _result_view),
    "test_over": Renderer(result, _last_view),
    "test_why": Renderer(why, _result_view),
    "test_doubt": Renderer(doubt, _result_view),
    "test_came_in": Renderer(came_in, _result_view),
    "test_goes_on": Renderer(goes_on, lambda tx, _, params: batches.by_id(tx, params["batch"])),
}
