"""A draft as its coordinator sees it: one message with the brief, the money, what is missing, and the buttons."""

from __future__ import annotations

from babel import Locale

from bot.rendering import draft_money
from bot.rendering.gold import in_draft
from bot.rendering.message import Button, Keyboard, Message
from domain.batches import Batch
from domain.brief.model import Problem
from domain.drafts import FIELDS, scale_of
from domain.file_problems import REASONS, Refused
from domain.floors import house_floor
from domain.kinds import kind
from domain.qualification import answers_of_newcomers, newcomers
from domain.words import N_
from handlers.buttons import encode
from locales.words import Markup, Words
from usecases import coordinating
from usecases.coordinating import DraftView
from usecases.pilots import PilotOffer

LIMIT = 3_900
"""Characters of a message we fill; Telegram takes 4,096."""
PROBLEMS_SHOWN = 8
ANSWERS_SHOWN = 20
NAME_SHOWN = 40

FIELD_NAMES = {
    "question": N_("Question"),
    "answers": N_("Answers"),
    "instructions": N_("Instructions"),
    "price": N_("Price"),
    "overlap": N_("Overlap"),
    "language": N_("Language"),
    "most": N_("Most per worker"),
    "seconds": N_("Seconds"),
    "review": N_("Review period"),
    "title": N_("Title"),
    "floor": N_("Floor"),
    "region": N_("Region"),
    "training": N_("Training"),
    "test": N_("Test"),
    "skill": N_("Skill"),
    "gold": N_("Gold share"),
}
FIXED_BY_PILOT = ("question", "answers", "overlap", "language", "seconds", "floor", "region")
"""Not asked for once a pilot has begun."""


def draft(view: DraftView, words: Words) -> Message:
    """The draft. Long instructions and lists give way, so that it always fits into one message."""
    for detail in range(3):
        text = _text(view, words, detail)
        if len(text) <= LIMIT:
            break
    return Message(text, _keyboard(view, words))


def counted(batch: Batch, words: Words, count: int | None = None) -> Markup:
    """ "312 photos", or texts."""
    number = batch.tasks if count is None else count
    if batch.data == "texts":
        return words.html_many("{count} text", "{count} texts", number)
    return words.html_many("{count} photo", "{count} photos", number)


def language_name(code: str, words: Words) -> str:
    """A language's name in the reader's language."""
    return str(Locale.parse(words.language).languages.get(code, code))


def reason(refused: Refused, words: Words) -> str:
    """Why a file or a row was left out, as plain text."""
    sentence = words.plain(REASONS[refused.reason], **(refused.detail or {}))
    return f"{refused.name}: {sentence}" if refused.name else sentence


def problem_line(problem: Problem, words: Words) -> Markup:
    """One sentence about the brief."""
    return words.html("{sentence}", sentence=words.plain(problem.text, **problem.params))


def _text(view: DraftView, words: Words, detail: int) -> Markup:
    batch = view.batch
    parts = [
        words.html("<b>{title}</b> · draft", title=batch.title),
        _contents(view, words),
        _refused(view, words, most=(coordinating.REFUSED_SHOWN, 6, 3)[detail]),
        _brief(batch, words, instructions=(900, 300, 80)[detail]),
        in_draft(batch, view.gold, words),
        _terms(view, words),
        draft_money.money(view, words),
        draft_money.pilot(view, words),
        draft_money.floor(view, words),
        _warnings(view, words),
        _problems(view, words),
        _next(view, words),
    ]
    return Markup("\n\n".join(part for part in parts if part))


def _contents(view: DraftView, words: Words) -> Markup:
    batch, lines = view.batch, []
    if batch.tasks or batch.gold:
        lines.append(counted(batch, words, batch.all_tasks + batch.gold))
    elif not view.coming:
        lines.append(words.html("Nothing in it yet. Send photos, a ZIP of photos, or a CSV or JSONL file of texts."))
    if view.coming and view.total > 1:
        taking = words.html("Taking in {done} of {total} …", done=view.taken, total=view.total)
        lines.append(taking)
    elif view.coming:
        lines.append(words.html_many("Taking in {count} file …", "Taking in {count} files …", view.coming))
    if view.lookalikes:
        lines.append(
            words.html_many(
                "Some photos show almost the same: {count} group.",
                "Some photos show almost the same: {count} groups.",
                view.lookalikes,
            )
        )
    return Markup("\n".join(lines))


def _refused(view: DraftView, words: Words, *, most: int) -> Markup:
    if not view.refused_count:
        return Markup("")
    head = words.html_many("{count} could not be used:", "{count} could not be used:", view.refused_count)
    lines = [
        words.html("• {line}", line=reason(Refused(_short(one.name), one.reason, _short_detail(one.detail)), words))
        for one in view.refused[:most]
    ]
    rest = view.refused_count - len(lines)
    if rest > 0:
        lines.append(words.html_many("… and {count} more", "… and {count} more", rest))
    return Markup("\n".join([head, *lines]))


def _brief(batch: Batch, words: Words, *, instructions: int) -> Markup:
    lines = []
    if batch.face.question:
        lines.append(words.html("<b>{question}</b>", question=batch.face.question))
    scale = scale_of(batch)
    if scale is not None:
        lines.append(words.html("A scale from {first} to {last}", first=scale.first, last=scale.last))
        if scale.ends:
            lines.append(words.html("{low} – {high}", low=scale.ends[0], high=scale.ends[1]))
    elif batch.face.answers:
        shown = " · ".join(batch.face.answers[:ANSWERS_SHOWN])
        rest = len(batch.face.answers) - ANSWERS_SHOWN
        lines.append(words.html("{answers}", answers=shown + (f" · +{rest}" if rest > 0 else "")))
    elif batch.kind == "write_reply":
        lines.append(words.html("Workers write a reply."))
    if batch.face.instructions:
        text = batch.face.instructions
        cut = text if len(text) <= instructions else text[:instructions].rstrip() + "…"
        lines.append(words.html("<blockquote>{instructions}</blockquote>", instructions=cut))
    if batch.face.translations:
        names = ", ".join(language_name(code, words) for code in batch.face.translations)
        lines.append(words.html("Translated: {languages}", languages=names))
    return Markup("\n".join(lines))


def _terms(view: DraftView, words: Words) -> Markup:
    batch, quote = view.batch, view.quote
    if batch.overlap_least is None:
        answers = words.html_many("{count} answer a task", "{count} answers a task", batch.overlap)
    else:
        answers = words.html(
            "{least} to {most} answers a task, more only where they differ",
            least=batch.overlap_least,
            most=batch.overlap,
        )
    lines = [words.html("{language} · {answers}", language=language_name(batch.language, words), answers=answers)]
    seconds = words.duration(quote.seconds)
    if quote.source == "pilot":
        lines.append(words.html("About {seconds} a task (measured in the pilot)", seconds=seconds))
    elif quote.source == "kind":
        lines.append(words.html("About {seconds} a task (as in your last batches of this kind)", seconds=seconds))
    elif batch.seconds_given:
        lines.append(words.html("About {seconds} a task", seconds=seconds))
    else:
        lines.append(words.html("About {seconds} a task (estimate)", seconds=seconds))
    lines.append(words.html("Accepted by itself after {period}", period=words.duration(batch.review_seconds)))
    if batch.most_per_worker is not None:
        lines.append(words.html("At most {count} for one worker", count=words.number(batch.most_per_worker)))
    lines += _newcomers(batch, words)
    if batch.region is not None:
        lines.append(words.html("Region {region}", region=batch.region))
    if batch.floor is not None and view.gate.floor != house_floor(batch.region, words.rules):
        lines.append(words.html("Floor of its own: {rate}", rate=words.rate(batch.floor)))
    return Markup("\n".join(lines))


def _newcomers(batch: Batch, words: Words) -> list[Markup]:
    """How newcomers begin: what they practise, whether they are tested, who needs neither."""
    lines = []
    if batch.training is not None and batch.test:
        lines.append(
            words.html_many(
                "Newcomers: {count} task to practise, then a test",
                "Newcomers: {count} tasks to practise, then a test",
                batch.training,
            )
        )
    elif batch.training is not None:
        lines.append(
            words.html_many(
                "Newcomers: {count} task to practise", "Newcomers: {count} tasks to practise", batch.training
            )
        )
    elif batch.test:
        lines.append(words.html("Newcomers: a test first"))
    if lines and batch.gold:
        people = newcomers(batch, batch.all_tasks)
        lines.append(
            words.html_many(
                "Paid for about {count} of them, {answers} answers together",
                "Paid for about {count} of them, {answers} answers together",
                people,
                answers=words.number(answers_of_newcomers(batch, batch.all_tasks)),
            )
        )
    if batch.skill_least is not None and batch.test:
        lines.append(words.html("Without a test: who has a skill of {skill} or more", skill=batch.skill_least))
    elif batch.skill_least is not None:
        lines.append(words.html("Only for people with a skill of {skill} or more", skill=batch.skill_least))
    return lines


def _warnings(view: DraftView, words: Words) -> Markup:
    batch, quote, lines = view.batch, view.quote, []
    if quote.cost is not None and quote.cost.total > quote.free:
        if quote.fit > (batch.tasks if batch.piloting else 0):
            everything = counted(batch, words, batch.all_tasks)
            fitting = words.html("{fit} of {all} fit the free funds.", fit=quote.fit, all=everything)
            lines.append(Markup(f"⚠️ {fitting}"))
        else:
            text = words.html("The free funds cover none of it yet. The owner records money with /funds.")
            lines.append(Markup(f"⚠️ {text}"))
    if batch.skill_least is not None and not batch.test and view.workers < batch.overlap:
        lines.append(
            words.html_many(
                "⚠️ {count} worker with a skill of {skill} takes work in {language}; {overlap} answers a task need as"
                " many workers. With a test others can show what they know: test yes",
                "⚠️ {count} workers with a skill of {skill} take work in {language}; {overlap} answers a task need as"
                " many workers. With a test others can show what they know: test yes",
                view.workers,
                skill=batch.skill_least,
                language=language_name(batch.language, words),
                overlap=batch.overlap,
            )
        )
    elif view.workers == 0:
        text = words.html("No worker takes work in {language} yet.", language=language_name(batch.language, words))
        way = words.html("/invite brings people in.")
        lines.append(Markup(f"⚠️ {text} {way}"))
    elif view.workers < batch.overlap:
        lines.append(
            words.html_many(
                "⚠️ {count} worker takes work in {language}; {overlap} answers a task need as many workers.",
                "⚠️ {count} workers take work in {language}; {overlap} answers a task need as many workers.",
                view.workers,
                language=language_name(batch.language, words),
                overlap=batch.overlap,
            )
        )
    return Markup("\n".join(lines))


def _problems(view: DraftView, words: Words) -> Markup:
    lines = [Markup("❗ " + problem_line(problem, words)) for problem in view.problems[:PROBLEMS_SHOWN]]
    rest = len(view.problems) - PROBLEMS_SHOWN
    if rest > 0:
        lines.append(words.html_many("… and {count} more", "… and {count} more", rest))
    return Markup("\n".join(lines))


def _next(view: DraftView, words: Words) -> Markup:
    lines = []
    if view.problems:
        lines.append(words.html("Send the corrected lines as a message, or use the buttons."))
    if view.batch.problems:
        lines.append(words.html("<b>Leave it out</b> goes on without what could not be read."))
    if _gathering(view.batch):
        lines.append(words.html("Send more photos, or tap <b>That is all</b>."))
    elif view.batch.collecting and view.batch.tasks:
        lines.append(words.html("More files you send now are added here."))
    return Markup("\n".join(lines))


def _gathering(batch: Batch) -> bool:
    """Photos come one by one, and who sends them has not said that these are all."""
    return batch.collecting and batch.received > 0


def _keyboard(view: DraftView, words: Words) -> Keyboard:
    batch = view.batch
    rows: list[tuple[Button, ...]] = []
    if _gathering(batch):
        rows.append((Button(words.plain("That is all"), encode("b_all", batch.id), style="primary"),))
    first = []
    if batch.tasks:
        first.append(Button(words.plain("Preview"), encode("b_preview", batch.id)))
    first += _onwards(view, words)
    rows += [tuple(first[start : start + 3]) for start in range(0, len(first), 3)]
    if batch.problems:
        rows.append((Button(words.plain("Leave it out"), encode("b_leave", batch.id)),))
    if view.quote.cost is not None and view.quote.cost.total > view.quote.free and not batch.piloting:
        rows.append((Button(words.plain("Change overlap"), encode("b_overlap", batch.id)),))
    if view.refused_count > len(view.refused):
        rows.append((Button(words.plain("Show the list"), encode("b_refused", batch.id)),))
    if view.lookalikes:
        label = words.plain("Look-alikes ({count})", count=words.number(view.lookalikes))
        rows.append((Button(label, encode("b_alike", batch.id)),))
    if not batch.piloting and kind(batch.kind).has_labels and batch.face.answers and batch.all_tasks + batch.gold:
        row = [Button(words.plain("Make gold"), encode("gm_make", batch.id))] if batch.tasks else []
        if view.gold.given:
            row.append(Button(words.plain("Forget gold"), encode("gm_forget", batch.id)))
        rows.append(tuple(row))
    if batch.piloting and batch.submissions:
        rows.append((Button(words.plain("Export"), encode("b_export", batch.id)),))
    fields = [
        Button(words.plain(FIELD_NAMES[name]), encode("b_field", batch.id, index))
        for index, name in enumerate(FIELDS)
        if not (batch.piloting and name in FIXED_BY_PILOT) and (name != "region" or words.rules.region_floors)
    ]
    rows += [tuple(fields[start : start + 3]) for start in range(0, len(fields), 3)]
    rows.append((Button(words.plain("Discard"), encode("b_discard", batch.id), style="danger"),))
    return tuple(rows)


def _onwards(view: DraftView, words: Words) -> list[Button]:
    """Pilot, Publish, Set price: what the floor and the funds leave open."""
    batch, quote, gate = view.batch, view.quote, view.gate
    if view.coming or _gathering(batch) or view.problems or batch.price is None or not batch.tasks:
        return []
    found = []
    if isinstance(view.pilot, PilotOffer):
        data = encode("b_pilot", batch.id, view.pilot.tasks, view.pilot.cost.total)
        found.append(Button(words.plain("Pilot"), data, style="primary" if gate.needs_pilot else None))
    least = batch.tasks + (batch.resting > 0) if batch.piloting else 1
    if gate.is_open and quote.fitting is not None and quote.fit >= least:
        whole = quote.fit == batch.all_tasks
        text = words.plain("Publish") if whole else words.plain("Publish {count}", count=quote.fit)
        data = encode("b_publish", batch.id, quote.fit, quote.fitting.total)
        found.append(Button(text, data, style="success"))
    elif gate.would_do is not None:
        text = words.plain("Set price to {price}", price=words.money(gate.would_do))
        found.append(Button(text, encode("b_price", batch.id, gate.would_do), style="primary"))
    return found


def _short(name: str) -> str:
    return name if len(name) <= NAME_SHOWN else "…" + name[1 - NAME_SHOWN :]


def _short_detail(detail: dict[str, object] | None) -> dict[str, object]:
    return {name: _short(value) if isinstance(value, str) else value for name, value in (detail or {}).items()}
