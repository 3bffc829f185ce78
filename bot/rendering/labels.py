"""Labels as a coordinator looks them over, the least sure first, and Why? one of them is what it is."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from bot.rendering.card import times
from bot.rendering.message import Action, Button, Message, Nothing, Renderer, StoredPhoto
from domain import agreement
from domain.batches import Batch
from domain.long_texts import cut_end
from domain.quality import WHOLE
from domain.words import N_
from handlers.buttons import encode
from locales.words import Markup, Words
from storage.database import Tx
from storage.fits import Fit
from usecases import labels
from usecases.labels import Page, Why

TITLE: Final = 60
TASK: Final = 30
ANSWER: Final = 30
SAID: Final = 500
GIVEN: Final = 5
TRUST: Final = {
    "much": N_("{count} very reliable"),
    "well": N_("{count} reliable"),
    "some": N_("{count} of some weight"),
    "little": N_("{count} hardly better than chance"),
    "unknown": N_("{count} not known well yet"),
}
"""How far those who answered are trusted, the most first."""


def _page_view(tx: Tx, _: int, params: dict[str, Any]) -> Page | None:
    confidence, task = params["after"]
    return labels.page(tx, params["batch"], after=(confidence, task))


def page(view: Page | None, words: Words) -> Action:
    """The labels of a batch, the least sure first, each with Why?."""
    if view is None:
        return Nothing()
    blocks = [words.html("<b>{title}</b> · labels, the least sure first", title=cut_end(view.batch.title, TITLE))]
    if view.fit is not None:
        blocks.append(_made(view.fit, words))
    shown = _shown(view.batch, words)
    lines = [
        words.html(
            "{number}. {task}: <b>{label}</b> {share} · {votes}",
            number=number,
            task=cut_end(one.task, TASK),
            label=cut_end(shown.get(one.label, one.label), ANSWER),
            share=words.share(one.confidence, WHOLE),
            votes=_counted(one.votes, shown, words),
        )
        for number, one in enumerate(view.labels, 1)
    ]
    nothing = words.html("There is nothing more: all other labels are gold or were set by a human.")
    blocks.append(Markup("\n".join(lines)) if lines else nothing)
    whys = [Button(words.plain("Why? {number}", number=n), encode("lb_why", x.task_id)) for n, x in _numbered(view)]
    rows = [tuple(whys[first : first + 3]) for first in range(0, len(whys), 3)]
    moves = []
    if not view.is_first:
        moves.append(Button(words.plain("Least sure"), encode("lb_list", view.batch.id)))
    if view.after is not None:
        moves.append(Button(words.plain("Surer ones"), encode("lb_more", view.batch.id, *view.after)))
    return Message(Markup("\n\n".join(blocks)), (*rows, tuple(moves)) if moves else tuple(rows), protect=True)


def _numbered(view: Page) -> list[tuple[int, Any]]:
    return list(enumerate(view.labels, 1))


def _made(fit: Fit, words: Words) -> Markup:
    """When the labels were put together, from what, by which rule, and whether they were held against gold."""
    made = words.html_many(
        "Put together {at} from {count} answer, rule {rule}.",
        "Put together {at} from {count} answers, rule {rule}.",
        fit.answers,
        at=words.when(fit.at),
        rule=fit.rule,
    )
    gold = fit.params.get("gold")
    if gold is None:
        return made  # a scale's ratings: gold is among them, and there is no calibration
    held = (
        words.html_many(
            "How sure they are was checked against {count} gold task.",
            "How sure they are was checked against {count} gold tasks.",
            gold,
        )
        if gold
        else words.html("Without gold nobody can check how sure they are: take the figures for an order, not more.")
    )
    return Markup(f"{made} {held}")


def _why_view(tx: Tx, _: int, params: dict[str, Any]) -> Why | None:
    return labels.explained(tx, params["task"])


def why(view: Why | None, words: Words) -> Action:
    """What a label follows from: the votes, how far those who gave them are trusted, gold, and the rule."""
    if view is None:
        return Nothing()
    shown = _shown(view.batch, words)
    blocks = [
        words.html(
            "<b>{title}</b> · {task}", title=cut_end(view.batch.title, TITLE), task=cut_end(view.task.name, TASK)
        )
    ]
    blocks += [words.html("{said}", said=cut_end(said, SAID)) for _, said in view.task.payload.messages[-1:]]
    blocks += _label(view, shown, words)
    if view.votes:
        lines = [_vote(label, said, shown, words) for label, said in view.votes[:GIVEN]]
        blocks.append(Markup("\n".join([words.html("What was answered, and how far we trust who said it:"), *lines])))
    if view.since:
        blocks.append(
            words.html_many(
                "{count} of these answers came later and is not in the label yet.",
                "{count} of these answers came later and are not in the label yet.",
                view.since,
            )
        )
    if view.fit is not None:
        blocks.append(_made(view.fit, words))
    back = Button(words.plain("Labels"), encode("lb_list", view.batch.id))
    photo = StoredPhoto(view.task.payload.photo) if view.task.payload.photo else None
    return Message(Markup("\n\n".join(blocks)), ((back,),), photo=photo, protect=True)


def _label(view: Why, shown: dict[str, str], words: Words) -> list[Markup]:
    """The label, and what makes it that."""
    known = view.known
    if known.gold is not None:
        said = words.html(
            "<b>{label}</b>: this is gold. Its answer is known, whatever was answered.",
            label=cut_end(shown.get(known.gold, known.gold), ANSWER),
        )
        return [said, *([words.html("{why}", why=cut_end(known.gold_why, SAID))] if known.gold_why else [])]
    if known.decided_at is not None:
        at = words.when(known.decided_at)
        if known.decided is None:
            return [words.html("It has no label: a human said on {at} that it is not usable.", at=at)]
        label = cut_end(shown.get(known.decided, known.decided), ANSWER)
        return [words.html("<b>{label}</b>: a human decided so on {at}.", label=label, at=at)]
    one = view.label
    if one is None:
        return [words.html("It has no label yet.")]
    text = words.html(
        "<b>{label}</b>, about {share} sure. A reliable person's answer weighs more than others', and what few agree"
        " on stays unsure.",
        label=cut_end(shown.get(one.label, one.label), ANSWER),
        share=words.share(one.confidence, WHOLE),
    )
    return [text]


def _vote(label: str, said: tuple[str, ...], shown: dict[str, str], words: Words) -> Markup:
    counted = Counter(said)
    trusted = ", ".join(words.plain(TRUST[word], count=words.number(counted[word])) for word in TRUST if counted[word])
    said_ = cut_end(shown.get(label, label), ANSWER)
    return words.html(
        "{label} {count}: {trusted}",
        label=f"{said_} ×" if label.lstrip("-").isdigit() else said_,
        count=words.number(len(said)),
        trusted=trusted,
    )


def _counted(votes: dict[str, int], shown: dict[str, str], words: Words) -> str:
    ranked = agreement.ranked(votes)[:GIVEN]
    return ", ".join(times(cut_end(shown.get(label, label), ANSWER), count, words) for label, count in ranked)


def _shown(batch: Batch, words: Words) -> dict[str, str]:
    """Answers in the reader's language, by label."""
    return dict(zip(batch.face.answers, batch.face.in_language(words.language).answers, strict=True))


RENDERERS = {"labels": Renderer(page, _page_view), "label_why": Renderer(why, _why_view)}
