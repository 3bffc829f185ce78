"""Gold that looks wrong, as a coordinator sees it: who answered what, as counts, and the three ways on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.rendering.card import in_rows, times
from bot.rendering.gold import NAME, ROW_WIDTH, TITLE, question, task_photo, task_text
from bot.rendering.message import Action, Button, Message, Nothing, Renderer
from domain.gold_doubts import Doubt
from domain.long_texts import cut_end
from handlers.buttons import encode
from locales.words import Markup, Words
from storage.database import Tx
from usecases import gold_doubts
from usecases.gold_doubts import Doubted


@dataclass(frozen=True, slots=True)
class Doubting:
    """A doubt on the screen, and what became of the one before it."""

    found: Doubted
    said: str | None


def _doubt_view(tx: Tx, _: int, params: dict[str, Any]) -> Doubting | None:
    found = gold_doubts.doubted(tx, params["batch"], params["task"])
    return None if found is None else Doubting(found, params.get("said"))


def doubting(view: Doubting | None, words: Words) -> Action:
    """Gold that looks wrong, with who answered what as counts, and the three ways on."""
    if view is None:
        return Nothing()
    found = view.found
    title = words.html("<b>{title}</b>", title=cut_end(found.batch.title, TITLE))
    before = _became(view.said, words)
    if found.task is None or found.doubt is None:
        none = words.html("No gold looks wrong.") if found.more == 0 else words.html("This has been decided.")
        row = [Button(words.plain("Back"), encode("q_show", found.batch.id))]
        if found.more:
            row.insert(0, Button(words.plain("Next"), encode("gd_next", found.batch.id, 0)))
        return Message(Markup("\n".join([title, *before, none])), (tuple(row),))
    one, answers = found.doubt, found.batch.face.answers
    known = answers.index(one.gold)
    lines = [
        *before,
        words.html(
            "<b>{title}</b> · {task}", title=cut_end(found.batch.title, TITLE), task=cut_end(found.task.name, NAME)
        ),
        *task_text(found.task, words),
        question(found.batch, words),
        _reasons(one, words),
    ]
    keep = Button(words.plain("Right as it is"), encode("gd_keep", found.task.id, known), style="success")
    back = Button(words.plain("Take it back"), encode("gd_back", found.task.id, known))
    rows: list[tuple[Button, ...]] = [(keep, back)]
    others = [label for label, _ in one.votes if label != one.gold and label in answers][:3]
    rows += in_rows(
        [
            Button(
                words.plain("It is: {label}", label=label),
                encode("gd_to", found.task.id, answers.index(label), known),
            )
            for label in others
        ],
        ROW_WIDTH,
    )
    if found.more:
        rows.append((Button(words.plain("Next"), encode("gd_next", found.batch.id, found.task.id)),))
    return Message(Markup("\n\n".join(lines)), tuple(rows), photo=task_photo(found.task))


def _reasons(one: Doubt, words: Words) -> Markup:
    """What the gold says, who answered what, how good these are elsewhere."""
    votes = " · ".join(times(cut_end(label, NAME), count, words) for label, count in one.votes)
    lines = [
        words.html("Known answer: <b>{gold}</b>", gold=one.gold),
        words.html("Answers: {votes}", votes=votes),
    ]
    if one.good:
        good = " · ".join(times(cut_end(label, NAME), count, words) for label, count in one.good)
        right, known = one.record
        if known:
            lines.append(
                words.html(
                    "Of people who are good elsewhere ({right} of {known} other known answers right): {votes}",
                    right=words.number(right),
                    known=words.number(known),
                    votes=good,
                )
            )
        else:
            lines.append(words.html("Of people who are good elsewhere: {votes}", votes=good))
    if one.objections:
        lines.append(
            words.html_many(
                "{count} person says that their answer is right.",
                "{count} people say that their answer is right.",
                one.objections,
            )
        )
    lines.append(
        words.html(
            "Taken back, it counts for nobody any more, and who was told so hears that the question was wrong. One that"
            " is hard but right can stay."
        )
    )
    return Markup("\n".join(lines))


def _became(said: str | None, words: Words) -> list[Markup]:
    texts = {
        "kept": words.html("✓ It stays as it is."),
        "changed": words.html("✓ Changed. What was answered to it before counts for nobody."),
        "asked": words.html("✓ Taken back. It is ordinary work now, and goes on with the answers it has."),
        "done": words.html("✓ Taken back. It has answers enough to be ordinary work that is done."),
        "retired": words.html("✓ Taken back. There is no money left to ask more about it; the answers it has stay."),
    }
    return [texts[said]] if said in texts else []


RENDERERS = {"gold_doubt": Renderer(doubting, _doubt_view)}
