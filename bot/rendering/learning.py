"""What a worker reads of their own work: how often they are right, and answers to learn from. To nobody else.

Warm and exact: everybody misses some, and nothing follows from it. Nobody is named, nobody compared.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from bot.rendering.drafts import language_name
from bot.rendering.message import Action, Button, Message, Nothing, Renderer, StoredPhoto
from domain.long_texts import cut_end
from domain.quality import WHOLE
from domain.words import N_
from handlers.buttons import encode
from locales.words import Markup, Words
from storage.database import Tx
from usecases import mirrors
from usecases.mirrors import Example, Known, Rated
from usecases.weekly import Week

TITLE: Final = 40
TASK: Final = 24
ANSWER: Final = 40
WHY: Final = 200
PROMPT: Final = 600
NAMES: Final[dict[str, str]] = {
    "choose_one": N_("Choosing an answer"),
    "rate": N_("Rating on a scale"),
    "write_reply": N_("Writing replies"),
}


def mirrored(view: Week, words: Words) -> list[Markup]:
    """The lines of the mirror below a week's; none where there is nothing to say."""
    if not view.known and not view.examples and view.rated is None:
        return []
    lines = [Markup(""), words.html("<b>How it went</b> · you alone read this")]
    lines += [known_line(one, words) for one in view.known]
    if view.rated is not None:
        lines.append(_rated(view.rated, words))
    if view.examples:
        lines.append(Markup(""))
        lines.append(
            words.html("Worth a second look; everybody misses some, and your pay is not touched:")
            if len(view.examples) > 1
            else words.html("Worth a second look; everybody misses one, and your pay is not touched:")
        )
        lines += [
            words.html("{number}. {example}", number=number, example=_said(one, words))
            for number, one in enumerate(view.examples, 1)
        ]
    return lines


def example_buttons(view: Week, words: Words) -> tuple[tuple[Button, ...], ...]:
    """A button for each example: its photo or text again."""
    if not view.examples:
        return ()
    return (
        tuple(
            Button(words.plain("Look at {number}", number=number), encode("wk_look", one.submission_id))
            for number, one in enumerate(view.examples, 1)
        ),
    )


def kind_line(kind: str, language: str, words: Words) -> str:
    """A kind of work and its language, in words."""
    name = words.plain(NAMES.get(kind, kind))
    return words.plain("{kind}, {language}", kind=name, language=language_name(language, words))


def known_line(one: Known, words: Words) -> Markup:
    """How often somebody is right in a kind of work: never without its interval, or that it is not enough to say."""
    what = kind_line(one.kind, one.language, words)
    if one.share is None:
        return words.html("{what}: not enough answers yet to say. That is no bad sign.", what=what)
    return words.html_many(
        "{what}: about {share} right, likely {low}–{high}%, from {count} answer",
        "{what}: about {share} right, likely {low}–{high}%, from {count} answers",
        one.answers,
        what=what,
        share=words.share(one.share, WHOLE),
        low=round(100 * one.low / WHOLE),
        high=round(100 * one.high / WHOLE),
    )


def _rated(one: Rated, words: Words) -> Markup:
    return words.html_many(
        "Others rated {count} of your replies: {score} of {most}",
        "Others rated {count} of your replies: {score} of {most} on average",
        one.replies,
        score=words.decimal(Decimal(one.score) / 1_000, 1),
        most=words.number(one.most),
    )


def _said(one: Example, words: Words) -> Markup:
    """What they said and what is right, with the reason there is."""
    values = {
        "title": cut_end(one.batch.title, TITLE),
        "task": cut_end(one.task.name, TASK),
        "said": cut_end(_shown(one, one.said, words), ANSWER),
        "right": cut_end(_shown(one, one.right, words), ANSWER),
    }
    if one.others:
        return words.html_many(
            "{title} · {task}: you answered <b>{said}</b>; {count} other answered <b>{right}</b>",
            "{title} · {task}: you answered <b>{said}</b>; {count} others answered <b>{right}</b>",
            one.others,
            **values,
        )
    text = words.html("{title} · {task}: you answered <b>{said}</b>, it is <b>{right}</b>", **values)
    return words.html("{example}. {why}", example=text, why=cut_end(one.why, WHY)) if one.why else text


def _shown(one: Example, label: str, words: Words) -> str:
    """A label as the worker's own buttons name it."""
    face = one.batch.face
    if label not in face.answers:
        return label
    return face.in_language(words.language).answers[face.answers.index(label)]


def example(view: Example | None, words: Words) -> Action:
    """The task once more, with what they answered and what is right."""
    if view is None:
        return Nothing()
    blocks = [_said(view, words)]
    payload = view.task.payload
    said = [text for _, text in payload.messages]
    if said and not payload.photo:
        blocks.append(words.html("<blockquote>{prompt}</blockquote>", prompt=cut_end(said[-1], PROMPT)))
    if view.batch.face.question:
        blocks.append(words.html("{question}", question=view.batch.face.in_language(words.language).question))
    closing = (
        words.html("The others may be wrong, too: it is shown to think about. Your answer is paid like any other.")
        if view.others
        else words.html("Everybody misses some. Your answer is paid like any other.")
    )
    photo = StoredPhoto(payload.photo) if payload.photo else None
    return Message(Markup("\n\n".join([*blocks, closing])), photo=photo, protect=True)


def _view(tx: Tx, person_id: int, params: dict[str, Any]) -> Example | None:
    return mirrors.example(tx, person_id, params["submission"])


RENDERERS = {"example": Renderer(example, _view)}
