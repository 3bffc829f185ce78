"""Rejecting as a reviewer reads it: the code, the evidence, what will happen; and what waits for a second human."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.rendering.message import Action, Button, Keyboard, Message, Nothing, Renderer
from domain.batches import Batch
from domain.long_texts import cut_end
from domain.refusals import Refusal
from domain.rejections import CODES, HOURLY, Ground, Proposal, Target, instruction_lines, sentence
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, grounds, people, proposals
from storage.database import Tx
from storage.proposals import Part
from usecases import rejecting
from usecases.rejecting import Preview, Work

SHOWN_PARTS = 6
EVIDENCE = 300
"""Of a reviewer's words, in a list; Why? has them whole."""
NAME = 40


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal as staff see it: who may decide it, what it holds (by reason and worker), when silence pays it."""

    proposal: Proposal
    batch: Batch
    parts: tuple[tuple[Part, Ground, str], ...]
    waiting: int
    silent_at: int | None
    first: int | None
    decides: bool
    queue: bool


def ground_html(ground: Ground, batch: Batch, words: Words, limit: int = 2_000) -> Markup:
    """A code's sentence and its evidence: the line of the instructions, the other answer, the reviewer's own words."""
    head = words.html(sentence(ground.code), line=words.number(ground.line or 0))
    if ground.line is not None:
        line = instruction_line(batch, ground.line, words.language)
        return Markup(f"{head}\n{quoted(cut_end(line, limit), words)}")
    if ground.source is not None:
        same = words.html("The same stands in answer #{number}.", number=ground.source)
        return Markup(f"{head} {same}")
    return Markup(f"{head}\n{quoted(cut_end(ground.words, limit), words)}")


def quoted(said: str, words: Words) -> Markup:
    """Somebody's own words, set apart."""
    return words.html("<blockquote>{words}</blockquote>", words=said)


def instruction_line(batch: Batch, line: int, language: str) -> str:
    """A line of the instructions, counted from 1, in the reader's language where the translation has as many lines."""
    original = instruction_lines(batch.face.instructions)
    translated = instruction_lines(batch.face.in_language(language).instructions)
    found = translated if len(translated) == len(original) else original
    return found[line - 1] if 0 < line <= len(found) else ""


def _target(params: dict[str, Any]) -> Target:
    return Target(params["first"], params["last"], params["version"])


def _work_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Work, Sequence[int], dict[str, Any]] | None:
    try:
        work = rejecting.work_of(tx, people.by_id(tx, person_id), _target(params), now=params["at"])
    except Refusal:
        return None
    return work, rejecting.alike(tx, work), params


View = tuple[Work, Sequence[int], dict[str, Any]] | None


def ask_code(view: View, words: Words) -> Action:
    """Why it shall be rejected."""
    if view is None:
        return _gone(words)
    work, _, _ = view
    rows: list[tuple[Button, ...]] = []
    for index, (code, text) in enumerate(CODES):
        if code == "instruction" and not instruction_lines(work.batch.face.instructions):
            continue
        label = words.plain("It goes against an instruction.") if code == "instruction" else words.plain(text)
        rows.append((Button(label, encode("rj_code", index, *work.target)),))
    text = words.html(
        "Why is it to be rejected? Being fast, or another opinion than others have, is no reason. Nothing happens"
        " before you have seen what it means."
    )
    return Message(Markup(f"{_what(work, words)}\n\n{text}"), (*rows, _cancel(work, words)))


def ask_line(view: View, words: Words) -> Action:
    """Which line of the instructions."""
    if view is None:
        return _gone(words)
    work, _, _ = view
    lines = instruction_lines(work.batch.face.instructions)
    shown = "\n".join(
        words.html("{number}. {line}", number=number, line=cut_end(line, 100)) for number, line in enumerate(lines, 1)
    )
    buttons = [Button(str(number), encode("rj_line", number, *work.target)) for number in range(1, len(lines) + 1)]
    rows = tuple(tuple(buttons[at : at + 5]) for at in range(0, len(buttons), 5))
    text = words.html("Which of these does it go against?")
    return Message(Markup(f"{text}\n\n{shown}"), (*rows, _cancel(work, words)))


def ask_words(view: View, words: Words) -> Action:
    """The evidence in the reviewer's own words."""
    if view is None:
        return _gone(words)
    work, alike, params = view
    code = CODES[params["code"]][0]
    if code == "copied":
        text = words.html(
            "Where is it copied from? Write where the original stands (a link, a book), or the number of the other"
            " answer of this batch, for example #{number}. The writer reads it as you write it.",
            number=work.submission.id,
        )
        rows = tuple(
            (Button(words.plain("The same as #{number}", number=one), encode("rj_source", one, *work.target)),)
            for one in alike[:3]
        )
    else:
        text = words.html("What is wrong with it? Write it as a message; the writer reads it as you write it.")
        rows = ()
    head = words.html("<b>{sentence}</b>", sentence=words.plain(sentence(code)))
    return Message(Markup(f"{head}\n{text}"), (*rows, _cancel(work, words)))


def _confirm_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Preview | None:
    ground = grounds.by_id(tx, params["ground"])
    return ground and rejecting.preview(tx, people.by_id(tx, person_id), ground, now=params["at"])


def confirm(view: Preview | None, words: Words) -> Action:
    """What will happen, before it does."""
    if view is None:
        return _gone(words)
    work = view.work
    blocks = [_what(work, words), ground_html(view.ground, work.batch, words, EVIDENCE)]
    if view.second:
        limit = words.html(
            "This is more than one person may reject alone: more than a tenth of a batch, or more than {count} in an"
            " hour. A second person must agree.",
            count=HOURLY,
        )
        blocks.append(Markup(f"{limit} {_until_then(view, words)}"))
    if view.seconds or not view.second:
        blocks += [_what_then(view, words), _appeals(view, words)]
    label = (
        words.plain("Propose to reject {count}", count=words.number(work.count))
        if view.second
        else words.plain_many("Reject", "Reject {count}", work.count)
    )
    yes = Button(label, encode("rj_yes", view.ground.id), style="danger")
    return Message(Markup("\n\n".join(blocks)), ((yes,), _cancel(work, words)))


def _what_then(view: Preview, words: Words) -> Markup:
    """What becomes of the money and who is told; of a proposal, only once it is agreed to."""
    amount = words.money(view.work.amount)
    if view.second:
        return words.html_many(
            "Once somebody agrees, its {amount} is held, and the writer is told why, with the evidence. They can appeal"
            " for 14 days.",
            "Once somebody agrees, their {amount} is held, and the writer is told why, with the evidence. They can"
            " appeal for 14 days.",
            view.work.count,
            amount=amount,
        )
    return words.html_many(
        "Its {amount} is held, and the writer is told why, with the evidence. They can appeal for 14 days.",
        "Their {amount} is held, and the writer is told why, with the evidence. They can appeal for 14 days.",
        view.work.count,
        amount=amount,
    )


def _appeals(view: Preview, words: Words) -> Markup:
    if view.alone:
        return words.html("With nobody else on the team to hear an appeal, an appeal is paid at once.")
    return words.html("Somebody else hears an appeal. What nobody answers within 7 days is paid.")


def _until_then(view: Preview, words: Words) -> Markup:
    at = words.when(view.work.silent_at or 0)
    if view.seconds:
        return words.html("Until then nothing happens; what nobody decides is paid from {at} on.", at=at)
    return words.html("There is nobody else on the team, so it is paid when its period ends ({at}).", at=at)


def _what(work: Work, words: Words) -> Markup:
    title = cut_end(work.batch.title, 80)
    if work.target.single:
        return words.html("<b>{title}</b> · answer #{number}", title=title, number=work.submission.id)
    return words.html_many(
        "<b>{title}</b> · {count} answer of one worker", "<b>{title}</b> · {count} answers of one worker", work.count,
        title=title,
    )  # fmt: skip


def _cancel(work: Work, words: Words) -> tuple[Button, ...]:
    if work.target.single and not work.batch.face.answers:
        return (Button(words.plain("Cancel"), encode("rv_back", work.submission.id)),)
    return (Button(words.plain("Cancel"), encode("ow_page", work.batch.id, work.submission.worker_id, 0)),)


def _gone(words: Words) -> Message:
    return Message(words.html("This one is decided. /review shows the next."))


def _proposal_view(tx: Tx, person_id: int, params: dict[str, Any]) -> Proposed | None:
    found = proposals.by_id(tx, params["proposal"])
    batch = None if found is None else batches.by_id(tx, found.batch_id)
    if found is None or batch is None:
        return None
    parts = []
    for part in proposals.parts(tx, found.id, limit=SHOWN_PARTS):
        ground = grounds.by_id(tx, part.ground_id)
        assert ground is not None
        parts.append((part, ground, people.name(tx, part.worker_id)))
    person = people.by_id(tx, person_id)
    return Proposed(
        proposal=found,
        batch=batch,
        parts=tuple(parts),
        waiting=proposals.still_pending(tx, found.id),
        silent_at=proposals.paid_from(tx, found.id),
        first=proposals.first(tx, found.id),
        decides=person.may_review and person_id != found.by,
        queue=bool(params.get("queue")),
    )


def proposal(view: Proposed | None, words: Words) -> Action:
    """Somebody wants to reject more than one person may: a second human agrees or declines."""
    if view is None:
        return Nothing()
    found, title = view.proposal, cut_end(view.batch.title, 80)
    if found.state != "waiting":
        return Message(decided_html(found, title, words))
    blocks = [
        words.html_many(
            "<b>{title}</b>: {count} rejection waits for a second person.",
            "<b>{title}</b>: {count} rejections wait for a second person.",
            found.size,
            title=title,
        )
    ]
    for part, ground, name in view.parts:
        head = words.html_many(
            "<b>{name}</b> · {count} answer", "<b>{name}</b> · {count} answers", part.size, name=cut_end(name, NAME)
        )
        blocks.append(Markup(f"{head}\n{ground_html(ground, view.batch, words, 150)}"))
    shown = sum(part.size for part, _, _ in view.parts)
    if shown < found.size:
        blocks.append(words.html_many("… and {count} more.", "… and {count} more.", found.size - shown))
    if view.silent_at is None:
        blocks.append(words.html("All of it is decided by now; nothing is left to agree to."))
    else:
        blocks.append(
            words.html_many(
                "{count} answer still waits. Until you agree nothing happens to it, and from {at} on it is paid."
                " Whoever agrees cannot hear the appeal.",
                "{count} answers still wait. Until you agree nothing happens to them, and from {at} on they are paid."
                " Whoever agrees cannot hear the appeals.",
                view.waiting,
                at=words.when(view.silent_at),
            )
        )
    return Message(Markup("\n\n".join(blocks)), _proposal_keyboard(view, words))


def _proposal_keyboard(view: Proposed, words: Words) -> Keyboard:
    if not view.decides:
        return ()
    one, count = view.proposal.id, view.proposal.size
    first = (
        Button(words.plain("Agree"), encode("pq_agree" if view.queue else "pp_agree", one, count), style="danger"),
        Button(words.plain("Decline"), encode("pq_decline" if view.queue else "pp_decline", one, count)),
    )
    second = [Button(words.plain("Skip"), encode("pp_skip", one))] if view.queue else []
    if view.first is not None and view.batch.face.answers:
        second.insert(0, Button(words.plain("Look at one"), encode("ow_one", view.first)))
    return (first, tuple(second)) if second else (first,)


def decided(view: Proposed | None, words: Words) -> Action:
    """To who proposed it: what the second human said."""
    if view is None or view.proposal.state == "waiting":
        return Nothing()
    return Message(decided_html(view.proposal, cut_end(view.batch.title, 80), words))


def decided_html(found: Proposal, title: str, words: Words) -> Markup:
    """What became of a proposal."""
    if found.state == "declined":
        return words.html_many(
            "<b>{title}</b>: a second person declined {count} rejection. Nothing happens to the work.",
            "<b>{title}</b>: a second person declined {count} rejections. Nothing happens to the work.",
            found.size,
            title=title,
        )
    return words.html_many(
        "<b>{title}</b>: a second person agreed to {count} rejection. What is paid or changed by then stays as it is.",
        "<b>{title}</b>: a second person agreed to {count} rejections. What is paid or changed by then stays as it is.",
        found.size,
        title=title,
    )


RENDERERS = {
    "reject_code": Renderer(ask_code, _work_view),
    "reject_line": Renderer(ask_line, _work_view),
    "reject_words": Renderer(ask_words, _work_view),
    "reject_confirm": Renderer(confirm, _confirm_view),
    "proposal": Renderer(proposal, _proposal_view),
    "proposal_decided": Renderer(decided, _proposal_view),
}
