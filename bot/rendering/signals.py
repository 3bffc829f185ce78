"""What stands out, as staff look at it, and what they write to those it is about. The words accuse nobody."""

from __future__ import annotations

from typing import Any

from bot.rendering.message import Action, Button, Message, Nothing, Renderer, StoredPhoto
from domain.batches import Batch
from domain.long_texts import cut_end
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, signals
from storage.database import Tx
from usecases.inspecting import TAPPED
from usecases.signals import Look, look

NAME = 60
LABEL = 36
VOTES = 4
TEXT = 1_200
"""Characters of each of two texts that are shown beside each other."""
NAMED = 6


def _view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, Look | None, int]:
    signal = params["signal"]
    found = None if signal is None else look(tx, signal)
    return batches.by_id(tx, params["batch"]), found, int(params.get("photo", 0))


def signal(view: tuple[Batch | None, Look | None, int], words: Words) -> Action:
    """Who is meant, what stands out, answers or photos to see for oneself; or that nothing is left."""
    batch, found, turned = view
    back = Button(words.plain("One-tap work"), encode("ow_list"))
    if batch is not None and batch.state == "draft":
        back = Button(words.plain("Back to the draft"), encode("b_open", batch.id))
    if batch is None or found is None:
        title = "" if batch is None else cut_end(batch.title, 80)
        return Message(words.html("<b>{title}</b>: nothing waits to be looked at.", title=title), ((back,),))
    one = found.signal
    names = ", ".join(cut_end(name, NAME) for name in found.names[:NAMED])
    head = words.html("<b>{title}</b>", title=cut_end(batch.title, 80))
    if names:
        head = words.html("<b>{title}</b> · {names}", title=cut_end(batch.title, 80), names=names)
    if one.outcome is not None:
        said = (
            words.html("Looked at: it is fine.")
            if one.outcome == "fine"
            else words.html("Looked at: they were written to.")
        )
        following = Button(words.plain("Next"), encode("sg_show", batch.id))
        return Message(Markup(f"{head}\n\n{said}"), ((following, back),))
    blocks = [head, _what(found, words)]
    if one.kind == "texts":
        blocks += [_text(found, number, words) for number in range(len(found.examples))]
    elif found.examples:
        blocks.append(Markup("\n".join(_example(number, one, words) for number, one in enumerate(found.examples, 1))))
    if one.workers:
        blocks.append(
            words.html(
                "This is for you to look at, not a verdict: nobody is rejected, suspended or paid less for it. There"
                " may be a good reason."
            )
        )
    looks: tuple[Button, ...] = ()
    if batch.kind in TAPPED:
        looks = tuple(
            Button(str(number), encode("ow_one", answered.submission.id))
            for number, (answered, _) in enumerate(found.examples, 1)
        )
    if found.photos:
        looks = tuple(Button(str(at + 1), encode("sg_photo", one.id, at)) for at in range(len(found.photos)))
    rows: list[tuple[Button, ...]] = [looks] if looks else []
    if one.workers and batch.kind in TAPPED:
        for worker, name in list(zip(one.workers, found.names, strict=True))[:NAMED]:
            label = words.plain("See their answers")
            if len(one.workers) > 1:
                label = words.plain("Answers of {name}", name=cut_end(name, LABEL))
            rows.append((Button(label, encode("ow_page", batch.id, worker, 0)),))
    if one.workers:
        rows.append((Button(words.plain("Talk to them"), encode("sg_talk", one.id)),))
    rows.append(
        (Button(words.plain("Fine"), encode("sg_fine", one.id)), Button(words.plain("Next"), encode("sg_next", one.id)))
    )
    photo = StoredPhoto(found.photos[turned % len(found.photos)][1]) if found.photos else None
    return Message(Markup("\n\n".join(blocks)), (*rows, (back,)), photo=photo, protect=True)


def in_words(kind: str, words: Words) -> str:
    """What stands out in a few words, as a button that leads to it."""
    match kind:
        case "blind":
            return words.plain("Look: many answers unlike the others'")
        case "constant":
            return words.plain("Look: nearly always the same answer")
        case "copies" | "ring":
            return words.plain("Look: the same answers as somebody else")
        case "speed":
            return words.plain("Look: answers sooner than one can tap")
        case _:
            return words.plain("Look: texts like other texts")


def _what(found: Look, words: Words) -> Markup:
    """What stands out, in figures a human can check."""
    seen = {name: words.number(value) for name, value in found.signal.evidence.items() if isinstance(value, int)}
    match found.signal.kind:
        case "blind":
            return words.html(
                "Of {answers} answers, {agreed} are what the others found. Tapping without looking would give about as"
                " many.",
                **seen,
            )
        case "constant":
            return words.html("Of {answers} answers, {same} are the same one, whatever the task shows.", **seen)
        case "copies":
            return words.html(
                "They did {shared} tasks both, and {same} of their answers are alike, also where others found something"
                " else.",
                **seen,
            )
        case "ring":
            return words.html(
                "Their answers are alike, also where others found something else: of {shared} tasks that two of them"
                " did, {same} have the same answer.",
                **seen,
            )
        case "speed":
            return words.html(
                "{fast} of {answers} answers came sooner than anybody can see the task and tap. A slow connection can"
                " look like this.",
                **seen,
            )
        case "texts":
            return words.html_many(
                "{texts} answer reads almost the same as another ({percent} % alike):",
                "{texts} answers read almost the same as others. The two most alike ({percent} %):",
                int(found.signal.evidence["texts"]),
                **seen,
            )
        case _:
            names = ", ".join(cut_end(name, LABEL) for name, _ in found.photos)
            return words.html_many(
                "{photos} photo shows almost the same: {names}",
                "{photos} photos show almost the same: {names}",
                int(found.signal.evidence["photos"]),
                names=names if len(found.photos) == found.signal.evidence["photos"] else f"{names} …",
                photos=seen["photos"],
            )


def _text(found: Look, place: int, words: Words) -> Markup:
    """One of the texts that are alike, with who wrote it."""
    answered = found.examples[place][0]
    names = dict(zip(found.signal.workers, found.names, strict=True))
    return words.html(
        "{number}. {task}, {name}:\n<blockquote>{said}</blockquote>",
        number=place + 1,
        task=cut_end(answered.name, NAME),
        name=cut_end(names.get(answered.submission.worker_id, ""), NAME),
        said=cut_end(answered.said, TEXT),
    )


def _example(number: int, example: tuple[Any, tuple[tuple[str, int], ...]], words: Words) -> Markup:
    answered, votes = example
    others = ", ".join(f"{cut_end(said, LABEL)} ×{words.number(count)}" for said, count in votes[:VOTES])
    task, said = cut_end(answered.name, NAME), cut_end(answered.said, LABEL)
    if not others:
        return words.html("{number}. {task}: <b>{said}</b>", number=number, task=task, said=said)
    return words.html(
        "{number}. {task}: <b>{said}</b> · others: {others}", number=number, task=task, said=said, others=others
    )


def prompt(view: tuple[Batch | None, Look | None], words: Words) -> Action:
    """What the words to them reply to."""
    _, found = view
    if found is None:
        return Nothing()
    text = words.html(
        "What would you like to say to them? Reply to this message. Each reads it alone and sees your words, not your"
        " name."
    )
    return Message(text, prompt=words.plain("Your words"))


def _prompt_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, Look | None]:
    return None, look(tx, params["signal"])


def sent(params: dict[str, Any], words: Words) -> Action:
    """The words are on their way, and to how many; what waits besides is one tap away."""
    text = words.html("Sent.")
    if params["reached"] < params["of"]:
        text = words.html(
            "Sent to {reached} of {all}. The others left, blocked the bot, or said stop.",
            reached=words.number(params["reached"]),
            all=words.number(params["of"]),
        )
    return Message(text, ((Button(words.plain("Next"), encode("sg_show", params["batch"])),),))


def _wrote_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, int | None, str]:
    return batches.by_id(tx, params["batch"]), params["submission"], signals.words(tx, params["words"])


def wrote(view: tuple[Batch | None, int | None, str], words: Words) -> Action:
    """What a coordinator has to say, as the worker reads it, with a way to answer."""
    batch, submission, said = view
    if batch is None:
        return Nothing()
    text = words.html(
        "The coordinator of <b>{title}</b> writes to you:\n<blockquote>{words}</blockquote>",
        title=cut_end(batch.title, 80),
        words=said,
    )
    ask = Button(words.plain("Ask the coordinator"), encode("rj_inquire", submission or 0))
    return Message(text, ((ask,),) if submission is not None else ())


RENDERERS = {
    "signal": Renderer(signal, _view),
    "signal_prompt": Renderer(prompt, _prompt_view),
    "signal_sent": Renderer(sent),
    "coordinator_wrote": Renderer(wrote, _wrote_view),
}
