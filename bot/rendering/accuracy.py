"""How often a worker is right, as they alone read it, and Why?. No figure without its interval."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from bot.rendering.learning import kind_line, known_line
from bot.rendering.message import Action, Button, Message, Nothing, Renderer
from domain.long_texts import cut_end
from domain.quality import WHOLE
from domain.skills import InBatch
from handlers.buttons import encode
from locales.words import Markup, Words
from storage.database import Tx
from storage.scales import Rater
from usecases import accuracy as usecase
from usecases.accuracy import BATCHES, Accuracy, Why
from usecases.mirrors import Known as Line

TITLE: Final = 40
STEP: Final = 1_000
LITTLE: Final = 100
"""In thousandths of a step: who rates no further off than this rates as others do."""


def _view(tx: Tx, person_id: int, _: dict[str, Any]) -> Accuracy:
    return usecase.of(tx, person_id)


def accuracy(view: Accuracy, words: Words) -> Action:
    """Each kind of work and language, with Why? where there is something to explain."""
    back = Button(words.plain("Back"), encode("hs_page", 0))
    blocks = [words.html("<b>How often you are right</b> · you alone read this")]
    whys: list[Button] = []
    lines = []
    for number, (kind, language, known) in enumerate(view.known, 1):
        line = Line.of(kind, language, None if known is None else known.skill)
        lines.append(words.html("{number}. {line}", number=number, line=known_line(line, words)))
        if known is not None:
            whys.append(Button(words.plain("Why? {number}", number=number), encode("ac_why", number - 1)))
    lines += [_rates(title, one, words) for title, one in view.rates]
    if not lines:
        blocks.append(words.html("Nothing can be said yet. It begins a while after your first answers."))
    else:
        blocks += [Markup("\n".join(lines)), _used(words)]
    rows = [tuple(whys[first : first + 3]) for first in range(0, len(whys), 3)]
    return Message(Markup("\n\n".join(blocks)), (*rows, (back,)))


def _used(words: Words) -> Markup:
    """What follows from it, and what never does."""
    return words.html(
        "It is used for this: how much your answer weighs in a label, and which batches you enter without a test. It"
        " never changes your pay, and nothing is rejected because of it."
    )


def _rates(title: str, one: Rater, words: Words) -> Markup:
    """How somebody rates beside others: in steps of the scale."""
    name = cut_end(title, TITLE)
    if not one.enough:
        return words.html("{title}: not enough ratings yet to say. That is no bad sign.", title=name)
    values = {
        "title": name,
        "low": _steps(one.bias_low, words),
        "high": _steps(one.bias_high, words),
    }
    if one.bias_low <= LITTLE and one.bias_high >= -LITTLE:
        return words.html("{title}: you rate about as others do (likely {low} to {high} steps beside them)", **values)
    steps = _steps(abs(one.bias), words)
    if one.bias > 0:
        return words.html(
            "{title}: you rate about {steps} steps higher than others (likely {low} to {high}); it is taken out, so it"
            " does no harm",
            steps=steps,
            **values,
        )
    return words.html(
        "{title}: you rate about {steps} steps lower than others (likely {low} to {high}); it is taken out, so it does"
        " no harm",
        title=name,
        steps=steps,
        low=_steps(-one.bias_high, words),
        high=_steps(-one.bias_low, words),
    )


def _steps(value: int, words: Words) -> str:
    return words.decimal(Decimal(value) / STEP, 1).replace("-", "\N{MINUS SIGN}")


def _why_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Why | None:
    return usecase.explained(tx, person_id, kind_=params["kind"], language=params["language"])


def why(view: Why | None, words: Words) -> Action:
    """What a score follows from: the answers compared, batch by batch, missed gold, chance, and the rule."""
    if view is None:
        return Nothing()
    known, skill = view.known, view.known.skill
    blocks = [words.html("<b>{what}</b>", what=kind_line(known.kind, known.language, words))]
    if skill.enough:
        blocks.append(
            words.html_many(
                "About {share} right, likely between {low} and {high}, from {count} answer.",
                "About {share} right, likely between {low} and {high}, from {count} answers.",
                skill.answers,
                share=words.share(skill.estimate, WHOLE),
                low=words.share(skill.low, WHOLE),
                high=words.share(skill.high, WHOLE),
            )
        )
    else:
        blocks.append(
            words.html_many(
                "Not enough yet: {count} answer could be compared, and from so few anything might follow.",
                "Not enough yet: {count} answers could be compared, and from so few anything might follow.",
                skill.answers,
            )
        )
    blocks.append(
        words.html(
            "Each of your answers is compared with the label that everybody's answers make together, and with gold"
            " where the answer is known. A label that is not sure counts in parts. What expired, was skipped, given"
            " back or used for training does not count."
        )
    )
    lines = [_part(title, one, words) for title, one in view.parts[:BATCHES]]
    if len(view.parts) > BATCHES:
        lines.append(words.html_many("and {count} older batch", "and {count} older batches", len(view.parts) - BATCHES))
    blocks.append(Markup("\n".join(lines)))
    if view.missed:
        blocks.append(_missed(view, words))
    if skill.enough and skill.corrected_low:
        blocks.append(
            words.html(
                "With what luck alone would bring taken out it is {low} at least: batches that ask for a skill ask for"
                " that.",
                low=words.share(skill.corrected_low, WHOLE),
            )
        )
    blocks.append(words.html("Computed {at}, rule {rule}.", at=words.when(known.at), rule=known.rule))
    back = Button(words.plain("Back"), encode("ac_show"))
    return Message(Markup("\n\n".join(blocks)), ((back,),))


def _part(title: str, one: InBatch, words: Words) -> Markup:
    return words.html_many(
        "{title}: {count} answer, about {right} thought right; by luck it would be {chance}",
        "{title}: {count} answers, about {right} thought right; by luck it would be {chance}",
        one.answers,
        title=cut_end(title, TITLE),
        right=words.number(round(one.right / WHOLE)),
        chance=words.number(round(one.answers * one.chance / WHOLE)),
    )


def _missed(view: Why, words: Words) -> Markup:
    missed = words.html_many(
        "Of gold you missed {count}, and were told which.",
        "Of gold you missed {count}, and were told which.",
        view.missed,
    )
    if not view.forgiven:
        return missed
    forgiven = words.html_many(
        "{count} of them is forgiven and does not count.",
        "{count} of them are forgiven and do not count.",
        view.forgiven,
    )
    return Markup(f"{missed} {forgiven}")


RENDERERS = {"accuracy": Renderer(accuracy, _view), "accuracy_why": Renderer(why, _why_view)}
