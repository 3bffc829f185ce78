"""/report: a batch's quality as one picture with the same in words, what is missing, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from bot.rendering.batches import state_name
from bot.rendering.drafts import counted
from bot.rendering.message import Action, Button, Drawn, Keyboard, Message, Nothing, Renderer
from domain.intervals import wilson
from domain.kinds import kind
from domain.long_texts import CAPTION, cut_end, units
from domain.pay import MEASURED_FROM, per_hour
from domain.quality import EDGES, SURE, UNSURE, WHOLE, Figures
from domain.rules import SECOND
from domain.words import N_
from files.quality_charts import Bar, Card, Tile, quality_chart
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches
from storage.database import Tx
from usecases import quality_reports
from usecases.quality_reports import COUNTED, Report

TITLE = 60
LISTED_TITLE = 40
UNKNOWN = "–"
SURE_FROM = 8_000
"""From this confidence on a bar is drawn as sure."""


def report(view: tuple[Report | None, bool], words: Words) -> Action:
    """The picture, its caption, and the things to do. What does not fit gives way from the end; the picture has it."""
    found, daily = view
    if found is None or found.figures is None:
        return Nothing()
    blocks = list(_blocks(found, found.figures, words))
    while units("\n".join(blocks)) > CAPTION:
        del blocks[-2]  # before the last, which says from when the figures are
    return Message("\n".join(blocks), _keyboard(found, words), photo=picture(found, words), silent=daily)


def _blocks(found: Report, figures: Figures, words: Words) -> Iterable[Markup]:
    yield words.html(
        "<b>{title}</b> · {state}", title=cut_end(found.batch.title, TITLE), state=state_name(found.batch.state, words)
    )
    yield Markup(_progress(found, figures, words))
    yield Markup("")
    if figures.has_labels:
        yield _headed(words.html("Right on gold:"), _gold(figures, words))
        yield _headed(words.html("Agreement:"), _agreement(figures, words))
        if not figures.steps:
            yield _headed(words.html("Labels:"), _sure(figures, words))
    else:
        yield from (_told(tile, words) for tile in _written(figures, words))
    if figures.steps:
        yield words.html("Ratings: {average}", average=_average(figures, words))
    if bars := " · ".join(f"{one.label}: {one.shown}" for one in reversed(_bars(figures, words)) if one.count):
        yield words.html("{bars}", bars=bars)
    if figures.decided:
        yield words.html_many("{count} label set by a person", "{count} labels set by a person", figures.decided)
    yield Markup("")
    yield from (_told(tile, words) for tile in _money(figures, words))
    if waits := _waits(found, figures, words):
        yield words.html("{waits}", waits=waits)
    yield words.html("<i>{fit}</i>", fit=" · ".join(filter(None, (_as_of(figures, words), _fit(figures, words)))))


def _headed(head: Markup, rest: Markup) -> Markup:
    return Markup(f"{head} {rest}")


def _told(tile: Tile, words: Words) -> Markup:
    """A tile as a line."""
    if tile.value == UNKNOWN:
        return words.html("{label}: {note}", label=tile.label, note=tile.note)
    value = f"▼ {tile.value}" if tile.low else tile.value
    return words.html("{label}: <b>{value}</b>, {note}", label=tile.label, value=value, note=tile.note)


def _progress(found: Report, figures: Figures, words: Words) -> str:
    text = words.html("{done} of {all} done", done=words.number(figures.done), all=counted(found.batch, words))
    if figures.tasks:
        text = Markup(f"{text} ({words.share(figures.done, figures.tasks)})")
    end = _end(figures, words)
    return words.html("{progress} · {end}", progress=text, end=end) if end else text


def _end(figures: Figures, words: Words) -> str:
    return "" if figures.ends_at is None else words.plain("expected end {when}", when=words.when(figures.ends_at))


def _gold(figures: Figures, words: Words) -> Markup:
    """The share of right answers to gold, and what that says of all: an interval, not a point."""
    if not figures.gold:
        return words.html("no gold yet. <b>Make gold</b> shows how right the answers are.")
    if not figures.gold_answers:
        return words.html_many(
            "{count} gold task, and no answer to it yet.",
            "{count} gold tasks, and no answer to them yet.",
            figures.gold,
        )
    return words.html(
        "<b>{share}</b>, {note}",
        share=words.share(figures.gold_right, figures.gold_answers),
        note=_likely(figures, words),
    )


def _likely(figures: Figures, words: Words) -> str:
    span = wilson(figures.gold_right, figures.gold_answers)
    assert span is not None
    return words.plain(
        "{right} of {answers} answers; likely {low}–{high}%",
        right=words.number(figures.gold_right),
        answers=words.number(figures.gold_answers),
        low=round(100 * span[0]),
        high=round(100 * span[1]),
    )


def _agreement(figures: Figures, words: Words) -> Markup:
    unknown = _no_agreement(figures, words)
    if unknown:
        return words.html("{unknown}", unknown=unknown)
    return words.html(
        "<b>{share}</b> of the pairs of answers say the same; {alpha}",
        share=words.share(figures.same, figures.pairs),
        alpha=_alpha(figures, words),
    )


def _no_agreement(figures: Figures, words: Words) -> str:
    """Why it is not known, if it is not."""
    if not figures.answers:
        return words.plain("no answers yet.")
    if figures.pairs:
        return ""
    if figures.workers < 2:
        return words.plain("one worker only, so it cannot be known.")
    return words.plain("no task has two answers yet, so it cannot be known.")


def _alpha(figures: Figures, words: Words) -> str:
    if figures.alpha is None:
        return words.plain("all gave one and the same answer, so α cannot tell it from chance")
    value = words.decimal(Decimal(figures.alpha) / WHOLE, 2).replace("-", "\N{MINUS SIGN}")
    return words.plain("α {alpha} (0 is chance, 1 is always)", alpha=value)


def _sure(figures: Figures, words: Words) -> Markup:
    if not figures.bins or figures.sure is None:
        return words.html("{unknown}", unknown=_no_labels(figures, words))
    sure = sum(many for edge, many in zip(EDGES, figures.bins, strict=True) if edge >= SURE)
    unsure = sum(many for edge, many in zip(EDGES, figures.bins, strict=True) if edge < UNSURE)
    return words.html(
        "<b>{share}</b> of them expected right; {sure} of {all} are at least {least} sure, {unsure} less than {below}",
        share=words.share(figures.sure, WHOLE),
        sure=words.number(sure),
        all=words.number(figures.labels),
        least=words.share(SURE, WHOLE),
        unsure=words.number(unsure),
        below=words.share(UNSURE, WHOLE),
    )


def _no_labels(figures: Figures, words: Words) -> str:
    if not figures.has_labels:
        return words.plain("nobody was asked to rate the replies. /batches has the batch, and a button for it.")
    if figures.fit_rule is None:
        return words.plain("not fitted yet. That comes by itself, soon after the first answers.")
    return words.plain("none yet.")


def _bars(figures: Figures, words: Words) -> tuple[Bar, ...]:
    """Labels by how sure they are; of what was rated, results by the step that is nearest."""
    found = []
    if figures.steps:
        first = figures.highest - len(figures.steps) + 1
        return tuple(
            Bar(words.number(first + place), words.number(many), many, sure=True)
            for place, many in enumerate(figures.steps)
        )
    for place, (edge, many) in enumerate(zip(EDGES, figures.bins, strict=False)):
        upper = EDGES[place + 1] if place + 1 < len(EDGES) else WHOLE
        if place:
            label = words.plain("{low}–{high}%", low=edge // 100, high=upper // 100)
        else:
            label = words.plain("under {share}", share=words.share(upper, WHOLE))
        found.append(Bar(label, words.number(many), many, edge >= SURE_FROM))
    return tuple(found)


def _average(figures: Figures, words: Words) -> str:
    """What was rated, on average."""
    assert figures.score is not None
    return words.plain_many(
        "{score} of {highest} on average, {count} rated",
        "{score} of {highest} on average, {count} rated",
        figures.scored,
        score=words.decimal(Decimal(figures.score) / 1_000, 1),
        highest=words.number(figures.highest),
    )


def _written(figures: Figures, words: Words) -> tuple[Tile, Tile]:
    """What stands in the place of gold and agreement where people write: what was accepted, what waits."""
    accepted = Tile(words.plain("Accepted"), UNKNOWN, words.plain("no answers yet."))
    waiting = Tile(words.plain("In review"), UNKNOWN, words.plain("nothing waits."))
    if figures.answers and not figures.accepted and figures.waits == figures.answers:
        accepted = Tile(accepted.label, UNKNOWN, words.plain("none is reviewed yet."))
    elif figures.answers:
        share = words.share(figures.accepted, figures.answers)
        note = words.plain(
            "{accepted} of {answers} replies",
            accepted=words.number(figures.accepted),
            answers=words.number(figures.answers),
        )
        accepted = Tile(accepted.label, share, note)
    if figures.waits and figures.waits_since is not None:
        age = words.duration(max(0, figures.at - figures.waits_since) // SECOND)
        many = words.number(min(figures.waits, COUNTED - 1))
        more = f"{many}+" if figures.waits >= COUNTED else many
        waiting = Tile(waiting.label, more, words.plain("the oldest for {age}", age=age))
    return accepted, waiting


def _money(figures: Figures, words: Words) -> tuple[Tile, ...]:
    """Pay an hour, what a label costs, and what an overlap that adapts has saved."""
    enough = figures.measured >= MEASURED_FROM
    hourly = per_hour(figures.paid_for + figures.lifted, figures.active) if enough else None
    floor = words.rules.floor
    tiles = []
    if hourly is None:
        tiles.append(Tile(words.plain("Pay per hour"), UNKNOWN, words.plain("not measured yet")))
    else:
        note = (
            words.plain("with top-ups; the floor is {floor}", floor=words.rate(floor))
            if floor
            else words.plain("with top-ups")
        )
        tiles.append(Tile(words.plain("Pay per hour"), words.rate(hourly), note, low=hourly < floor))
    each = figures.per_label
    if each is None:
        tiles.append(Tile(words.plain("A result costs"), UNKNOWN, words.plain("none is finished yet")))
    else:
        answers = words.decimal(Decimal(figures.answers - figures.open_answers) / figures.done, 1)
        if figures.gold_answers or figures.gold_learning:
            note = words.plain("{answers} answers each, with gold and top-ups", answers=answers)
        else:
            note = words.plain("{answers} answers each, with top-ups", answers=answers)
        tiles.append(Tile(words.plain("A result costs"), words.money(_cents(each)), note))
    if figures.saved:
        whole = figures.saved + figures.answers - figures.open_answers
        share = words.share(figures.saved, whole)
        note = words.plain_many("{count} answer was not needed", "{count} answers were not needed", figures.saved)
        tiles.append(Tile(words.plain("Saved"), share, note))
    return tuple(tiles)


def _cents(micro: int) -> int:
    """To three places of a unit: nobody compares a ten-thousandth of a cent."""
    return -(-micro // 1_000) * 1_000


def _waits(found: Report, figures: Figures, words: Words) -> str:
    """How long people took to review, where people did."""
    if figures.review is None:
        return ""
    return words.plain("Half of the reviews came within {time}", time=words.duration(figures.review // SECOND))


def _as_of(figures: Figures, words: Words) -> str:
    return words.plain("As of {when}", when=words.when(figures.at))


def _fit(figures: Figures, words: Words) -> str:
    if figures.fit_at is None:
        return ""
    return words.plain_many(
        "Labels fitted {when} from {count} answer, rule {rule}",
        "Labels fitted {when} from {count} answers, rule {rule}",
        figures.fit_answers,
        when=words.when(figures.fit_at),
        rule=figures.fit_rule,
    )


def _compared(figures: Figures, words: Words) -> tuple[Tile, Tile]:
    """Gold and agreement; what is not known says why."""
    gold = Tile(words.plain("Right on gold"), UNKNOWN, _capital(_plainly(_gold(figures, words))))
    span = wilson(figures.gold_right, figures.gold_answers)
    if span is not None:
        share = figures.gold_right / figures.gold_answers
        value = words.share(figures.gold_right, figures.gold_answers)
        gold = Tile(gold.label, value, _likely(figures, words), (span[0], share, span[1]))
    agree = Tile(words.plain("Two answers agree"), UNKNOWN, _capital(_no_agreement(figures, words)))
    if not agree.note:
        share = figures.same / figures.pairs
        value = words.share(figures.same, figures.pairs)
        agree = Tile(agree.label, value, _alpha(figures, words), (share, share, share))
    return gold, agree


def picture(found: Report, words: Words) -> Drawn:
    """The card that files/quality_charts.py draws."""
    figures = found.figures
    assert figures is not None
    average = ""
    if figures.steps:
        average = _average(figures, words)
    elif figures.sure is not None:
        average = words.plain("{share} of them expected right", share=words.share(figures.sure, WHOLE))
    rated = figures.steps or not figures.has_labels
    card = Card(
        title=found.batch.title,
        when=f"{_as_of(figures, words)} · {state_name(found.batch.state, words)}",
        done=figures.done / figures.tasks if figures.tasks else 0.0,
        progress=_plainly(
            words.html("{done} of {all} done", done=words.number(figures.done), all=counted(found.batch, words))
        ),
        end=_capital(_end(figures, words)),
        tiles=_compared(figures, words) if figures.has_labels else _written(figures, words),
        heading=words.plain("How it was rated") if rated else words.plain("How sure the labels are"),
        average=average,
        bars=_bars(figures, words),
        missing=_capital(_no_labels(figures, words)),
        money=_money(figures, words),
        foot=tuple(filter(None, (_waits(found, figures, words), _fit(figures, words)))),
    )
    return Drawn(quality_chart, (card,))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plainly(html: Markup) -> str:
    """The same without tags, for a picture."""
    return html.replace("<b>", "").replace("</b>", "")


def _keyboard(found: Report, words: Words) -> Keyboard:
    """The things to do, those there are, then the way to the others."""
    batch, to_do = found.batch, found.to_do
    things = (
        (to_do.disputes, N_("Tasks nobody agrees on ({count})"), encode("q_disputes", batch.id)),
        (to_do.doubts, N_("Gold that looks wrong ({count})"), encode("gd_show", batch.id, 0)),
        (to_do.people, N_("People to talk to ({count})"), encode("q_people", batch.id)),
    )
    rows = [(Button(words.plain(text, count=words.number(count)), data),) for count, text, data in things if count]
    last = [Button(words.plain("Other batches"), encode("q_list"))]
    if found.figures is not None and found.figures.bins:
        last.insert(0, Button(words.plain("Labels"), encode("b_labels", batch.id)))
    if kind(batch.kind).has_labels and not batch.gold and batch.state in ("open", "paused"):
        last.insert(0, Button(words.plain("Make gold"), encode("gm_make", batch.id)))
    return (*rows, tuple(last))


def listing(found: list[Report], words: Words) -> Action:
    """Every batch there is a report of, a line and a button each."""
    if not found:
        return Message(
            words.html("No batch is published yet, so there is nothing to report. /batches shows what there is.")
        )
    lines = [words.html("<b>Which batch?</b> Tap one for its report."), Markup("")]
    lines += [_line(one, words) for one in found]
    rows = tuple((Button(cut_end(one.batch.title, LISTED_TITLE), encode("q_show", one.batch.id)),) for one in found)
    return Message(Markup("\n".join(lines)), rows)


def _line(one: Report, words: Words) -> Markup:
    """How far it is, and what is known of its quality, of which moment it may be."""
    batch, figures = one.batch, one.figures
    parts = [
        state_name(batch.state, words),
        words.plain("{done} of {tasks}", done=words.number(batch.done), tasks=words.number(batch.tasks)),
    ]
    if figures is not None and figures.gold_answers:
        parts.append(words.plain("gold {share}", share=words.share(figures.gold_right, figures.gold_answers)))
    if batch.pairs:
        parts.append(words.plain("agreement {share}", share=words.share(batch.pairs_same, batch.pairs)))
    if figures is not None and figures.sure is not None:
        parts.append(words.plain("labels {share}", share=words.share(figures.sure, WHOLE)))
    return words.html("“{title}” · {state}", title=cut_end(batch.title, LISTED_TITLE), state=" · ".join(parts))


def _report_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Report | None, bool]:
    batch = batches.by_id(tx, params["batch"])
    return None if batch is None else quality_reports.of(tx, batch), params.get("daily", False)


def _listing_view(tx: Tx, _: int, __: dict[str, Any]) -> list[Report]:
    return quality_reports.listed(tx)


RENDERERS = {"quality_report": Renderer(report, _report_view), "quality_reports": Renderer(listing, _listing_view)}
