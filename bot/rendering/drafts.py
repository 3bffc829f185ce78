"""A draft as its coordinator sees it: one message with the brief, the money, what is missing, and the buttons."""

from __future__ import annotations

from babel import Locale

from bot.rendering.message import Button, Keyboard, Message
from domain.batches import Batch
from domain.brief.model import Problem
from domain.drafts import FIELDS
from domain.file_problems import REASONS, Refused
from domain.words import N_
from handlers.buttons import encode
from locales.words import Markup, Words
from usecases import coordinating
from usecases.coordinating import DraftView

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
}


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
        _terms(batch, words),
        _money(view, words),
        _warnings(view, words),
        _problems(view, words),
        _next(view, words),
    ]
    return Markup("\n\n".join(part for part in parts if part))


def _contents(view: DraftView, words: Words) -> Markup:
    batch, lines = view.batch, []
    if batch.tasks:
        lines.append(counted(batch, words))
    elif not view.coming:
        lines.append(words.html("Nothing in it yet. Send photos, a ZIP of photos, or a CSV or JSONL file of texts."))
    if view.coming and view.total > 1:
        taking = words.html("Taking in {done} of {total} …", done=view.taken, total=view.total)
        lines.append(taking)
    elif view.coming:
        lines.append(words.html_many("Taking in {count} file …", "Taking in {count} files …", view.coming))
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
    if batch.face.answers:
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


def _terms(batch: Batch, words: Words) -> Markup:
    if batch.overlap_least is None:
        answers = words.html_many("{count} answer a task", "{count} answers a task", batch.overlap)
    else:
        answers = words.html(
            "{least} to {most} answers a task, more only where they differ",
            least=batch.overlap_least,
            most=batch.overlap,
        )
    lines = [words.html("{language} · {answers}", language=language_name(batch.language, words), answers=answers)]
    seconds = words.duration(batch.seconds)
    if batch.seconds_given:
        lines.append(words.html("About {seconds} a task", seconds=seconds))
    else:
        lines.append(words.html("About {seconds} a task (estimate)", seconds=seconds))
    lines.append(words.html("Accepted by itself after {period}", period=words.duration(batch.review_seconds)))
    if batch.most_per_worker is not None:
        lines.append(words.html("At most {count} for one worker", count=words.number(batch.most_per_worker)))
    return Markup("\n".join(lines))


def _money(view: DraftView, words: Words) -> Markup:
    batch, quote = view.batch, view.quote
    if batch.price is None or quote.cost is None or quote.rate is None:
        return words.html("Free funds: {free}", free=words.money(quote.free))
    lines = [words.html("{price} a task · {rate}", price=words.money(batch.price), rate=words.rate(quote.rate))]
    if batch.tasks:
        lines.append(
            words.html(
                "{tasks} × {overlap} × {price} = {pay}",
                tasks=batch.tasks,
                overlap=batch.overlap,
                price=words.money(batch.price),
                pay=words.money(quote.cost.pay),
            )
        )
        if quote.cost.topups:
            lines.append(words.html("+ {amount} kept back for top-ups", amount=words.money(quote.cost.topups)))
        if quote.cost.fees:
            lines.append(words.html("+ {amount} for what paying out costs", amount=words.money(quote.cost.fees)))
        lines.append(
            words.html(
                "= <b>{cost}</b> of {free} free", cost=words.money(quote.cost.total), free=words.money(quote.free)
            )
        )
        if quote.cost.topups or quote.cost.fees or batch.overlap_least is not None:
            lines.append(words.html("What is not needed comes back."))
    return Markup("\n".join(lines))


def _warnings(view: DraftView, words: Words) -> Markup:
    batch, quote, lines = view.batch, view.quote, []
    if quote.would_do is not None and quote.rate is not None:
        lines.append(
            words.html(
                "⚠️ At {rate} this is below the floor of {floor}. A price of {price} would do.",
                rate=words.rate(quote.rate),
                floor=words.rate(words.rules.floor),
                price=words.money(quote.would_do),
            )
        )
    if quote.cost is not None and quote.cost.total > quote.free:
        if quote.fit:
            fitting = words.html("{fit} of {all} fit the free funds.", fit=quote.fit, all=counted(batch, words))
            lines.append(Markup(f"⚠️ {fitting}"))
        else:
            text = words.html("The free funds cover none of it yet. The owner records money with /funds.")
            lines.append(Markup(f"⚠️ {text}"))
    if view.workers == 0:
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
    publish = _publish(view, words)
    first = []
    if batch.tasks:
        first.append(Button(words.plain("Preview"), encode("b_preview", batch.id)))
    if publish is not None:
        first.append(publish)
    if first:
        rows.append(tuple(first))
    if batch.problems:
        rows.append((Button(words.plain("Leave it out"), encode("b_leave", batch.id)),))
    if view.quote.cost is not None and view.quote.cost.total > view.quote.free:
        rows.append((Button(words.plain("Change overlap"), encode("b_overlap", batch.id)),))
    if view.refused_count > len(view.refused):
        rows.append((Button(words.plain("Show the list"), encode("b_refused", batch.id)),))
    fields = [
        Button(words.plain(FIELD_NAMES[name]), encode("b_field", batch.id, index)) for index, name in enumerate(FIELDS)
    ]
    rows += [tuple(fields[start : start + 3]) for start in range(0, len(fields), 3)]
    rows.append((Button(words.plain("Discard"), encode("b_discard", batch.id), style="danger"),))
    return tuple(rows)


def _publish(view: DraftView, words: Words) -> Button | None:
    batch, quote = view.batch, view.quote
    if view.coming or _gathering(batch) or view.problems or not quote.fit or quote.fitting is None:
        return None
    text = words.plain("Publish") if quote.fit == batch.tasks else words.plain("Publish {count}", count=quote.fit)
    return Button(text, encode("b_publish", batch.id, quote.fit, quote.fitting.total), style="success")


def _short(name: str) -> str:
    return name if len(name) <= NAME_SHOWN else "…" + name[1 - NAME_SHOWN :]


def _short_detail(detail: dict[str, object] | None) -> dict[str, object]:
    return {name: _short(value) if isinstance(value, str) else value for name, value in (detail or {}).items()}
