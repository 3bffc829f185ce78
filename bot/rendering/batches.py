"""Batches as coordinators see them: the one message of each, the list, the funds, exports."""

from __future__ import annotations

from typing import Any

from bot.rendering.briefs import by_params
from bot.rendering.drafts import counted, draft
from bot.rendering.message import Action, Button, Document, Message, Nothing, Renderer
from domain import ledger as accounts
from domain.batches import Batch
from domain.kinds import kind
from handlers.buttons import encode
from locales.words import Markup, Words
from storage import batches, disputes, ledger
from storage.database import Tx
from usecases import coordinating, funds
from usecases.coordinating import DraftView, ProgressView
from usecases.funds import Funds

BAR = 12


def batch(view: DraftView | ProgressView | Batch | None, words: Words) -> Action:
    """The batch's one message: draft, progress, or what became of it."""
    if isinstance(view, DraftView):
        return draft(view, words)
    if isinstance(view, ProgressView):
        return progress(view, words)
    if view is None:
        return Nothing()
    return Message(words.html("<b>{title}</b> is discarded.", title=view.title))


def moved(found: Batch | None, words: Words) -> Action:
    """What an older message of a batch becomes when the batch is shown again below."""
    return Message(words.html("<b>{title}</b> · shown again below", title=found.title)) if found else Nothing()


def _batch_view(tx: Tx, _: int, params: dict[str, Any]) -> DraftView | ProgressView | Batch | None:
    found = batches.by_id(tx, params["batch"])
    if found is None or found.state == "discarded":
        return found
    if found.is_draft:
        return coordinating.draft_view(tx, found, params["at"])
    return coordinating.progress_view(tx, found, params["at"])


def progress(view: ProgressView, words: Words) -> Message:
    """How a published batch goes."""
    found = view.batch
    lines = [
        words.html("<b>{title}</b> · {state}", title=found.title, state=state_name(found.state, words)),
        words.html(
            "{bar} {done} of {all}",
            bar=bar(found.done, found.tasks),
            done=words.number(found.done),
            all=counted(found, words),
        ),
        "",
        words.html(
            "Offered {sent} · opened {opened} · working now {working}",
            sent=words.number(found.offers - view.unsent),
            opened=words.number(found.opened),
            working=words.number(view.working),
        ),
        words.html(
            "Answers {answers} · accepted {accepted}",
            answers=words.number(found.submissions),
            accepted=words.number(found.accepted),
        ),
    ]
    if view.unsent:
        lines.insert(4, _sending(view, words))
    if view.paused_for == "topups":
        lines.insert(1, words.html("Paused: the top-up reserve is used up. Add to the budget, or go on with Resume."))
    if view.closed_to_newcomers:
        lines.insert(1, words.html("Nobody new can begin: all the gold that was paid for is used up."))
    if view.gold[1]:
        right, judged, _ = view.gold
        lines.append(words.html("Accuracy on gold {share}", share=words.share(right, judged)))
    if found.pairs:
        lines.append(words.html("Agreement {share}", share=words.share(found.pairs_same, found.pairs)))
    lines += [
        "",
        words.html("Spent {spent} of {reserved}", spent=words.money(view.spent), reserved=words.money(view.reserved)),
    ]
    if view.released:
        lines.append(words.html("Given back {released}", released=words.money(view.released)))
    if view.unasked > 0:
        lines.append(_saved(view.unasked, found, words))
    if view.lifted:
        lines.append(
            words.html("Top-ups {lifted} of {kept}", lifted=words.money(view.lifted), kept=words.money(view.kept))
        )
    rate = words.rate(view.rate)
    lines.append(
        words.html("Pay per hour {rate}", rate=rate)
        if view.measured
        else words.html("Pay per hour {rate} (estimate)", rate=rate)
    )
    if view.ends_at is not None:
        lines.append(words.html("Expected end {when}", when=words.when(view.ends_at)))
    controls = (*_controls(found, words), *_gold(view, words))
    if view.labels:
        controls = (*controls, (Button(words.plain("Labels"), encode("b_labels", found.id)),))
    if view.reports:
        controls = (*controls, (Button(words.plain("Reports"), encode("rp_next", found.id, 0)),))
    if view.disputed:
        controls = (*controls, (_disputed(view.disputed, found, words),))
    return Message(Markup("\n".join(lines)), controls)


def _saved(unasked: int, found: Batch, words: Words) -> Markup:
    """What an overlap that adapts has saved: answers that would have changed nothing."""
    return words.html_many(
        "Saved {amount}: {count} answer was not needed",
        "Saved {amount}: {count} answers were not needed",
        unasked,
        amount=words.money(unasked * (found.price or 0)),
    )


def _disputed(count: int, found: Batch, words: Words) -> Button:
    """To the tasks nobody agrees on."""
    label = words.plain("Nobody agrees")
    return Button(f"{label} · {words.number(count)}", encode("dp_show", found.id, 0))


def _sending(view: ProgressView, words: Words) -> Markup:
    """How far the offers are."""
    values = {"sent": words.number(view.batch.offers - view.unsent), "all": words.number(view.batch.offers)}
    if view.sending_seconds is None:
        return words.html("Offers: {sent} of {all} sent", **values)
    time = words.duration(max(1, view.sending_seconds))
    return words.html("Offers: {sent} of {all} sent, about {time} left", time=time, **values)


def _gold(view: ProgressView, words: Words) -> tuple[tuple[Button, ...], ...]:
    """Make gold where it can be made, Confirm gold where answers agree, and gold that looks wrong."""
    found, rows = view.batch, []
    if found.state in ("open", "paused") and kind(found.kind).has_labels:
        row = [Button(words.plain("Make gold"), encode("gm_make", found.id))]
        if found.done:
            row.append(Button(words.plain("Confirm gold"), encode("gc_show", found.id)))
        rows.append(tuple(row))
    if view.closed_to_newcomers:
        rows.append((Button(words.plain("Pay for gold"), encode("gm_show", found.id)),))
    if view.gold[2]:
        text = words.plain("Gold that looks wrong ({count})", count=words.number(view.gold[2]))
        rows.append((Button(text, encode("gd_show", found.id, 0)),))
    return tuple(rows)


def _controls(found: Batch, words: Words) -> tuple[tuple[Button, ...], ...]:
    export = Button(words.plain("Export"), encode("b_export", found.id))
    scores: tuple[tuple[Button, ...], ...] = ()
    if found.submissions and kind(found.kind).input == "text":
        scores = ((Button(words.plain("Ask for scores"), encode("b_scores", found.id)),),)
    if found.state == "closed":
        return ((export,), *scores)
    if found.state == "open":
        first = Button(words.plain("Pause"), encode("b_pause", found.id))
    else:
        first = Button(words.plain("Resume"), encode("b_resume", found.id), style="success")
    close = Button(words.plain("Close"), encode("b_close", found.id), style="danger")
    budget = Button(words.plain("Add budget"), encode("b_budget", found.id))
    return ((first, close), (budget, export), *scores)


def bar(done: int, whole: int) -> str:
    """A text bar; only what is wholly done fills it."""
    full = BAR * done // whole if whole else 0
    return "▰" * full + "▱" * (BAR - full)


def state_name(state: str, words: Words) -> str:
    """A batch's state in a word."""
    names = {
        "draft": words.plain("draft"),
        "open": words.plain("open"),
        "paused": words.plain("paused"),
        "closed": words.plain("closed"),
        "discarded": words.plain("discarded"),
    }
    return names[state]


def listing(found: list[Batch], words: Words) -> Action:
    """Every batch with a button to open it."""
    if not found:
        return Message(words.html("There are no batches yet. Send photos or a file of texts, or begin with /newbatch."))
    rows = tuple((Button(_line(one, words), encode("b_open", one.id)),) for one in found)
    return Message(words.html("Your batches. Tap one to open it."), rows)


def _line(one: Batch, words: Words) -> str:
    state = words.plain("pilot") if one.is_draft and one.piloting else state_name(one.state, words)
    number = words.number(one.all_tasks) if one.is_draft else f"{words.number(one.done)}/{words.number(one.tasks)}"
    return f"{one.title[:30]} · {state} · {number}"


def _listing_view(tx: Tx, _: int, __: dict[str, Any]) -> list[Batch]:
    return coordinating.listed(tx)


def show_funds(view: tuple[Funds, int | None, bool], words: Words) -> Action:
    """Where the money is; how the owner records more."""
    found, received, owner = view
    lines = []
    if received is not None:
        lines += [words.html("{amount} recorded as received.", amount=words.money(received)), ""]
    lines += [
        words.html("<b>Funds</b>"),
        words.html("Free {amount}", amount=words.money(found.free)),
        words.html("Reserved for batches {amount}", amount=words.money(found.reserved)),
    ]
    if found.fees:
        lines.append(words.html("Set aside for fees {amount}", amount=words.money(found.fees)))
    if found.held:
        lines.append(words.html("Held while rejections can be appealed {amount}", amount=words.money(found.held)))
    lines.append(words.html("Spent on work {amount}", amount=words.money(found.spent)))
    if found.owed:
        lines += ["", _owed(found, words)]
    if owner and received is None:
        lines += ["", words.html("To record money received, write for example: /funds 500")]
    return Message(Markup("\n".join(lines)))


def _owed(found: Funds, words: Words) -> Markup:
    """What is missing, why, and what to do."""
    return words.html(
        "⚠️ {amount} is missing: people were owed more than was set aside, and they are paid all the same. No batch can"
        " be published until the owner has recorded at least this much.",
        amount=words.money(found.owed),
    )


def funds_owed(found: Funds, words: Words) -> Action:
    """To the owners, when the funds have gone below zero; nothing once they are above it again."""
    if not found.owed:
        return Nothing()
    how = words.html("To record money received, write for example: /funds 500")
    return Message(Markup(f"{_owed(found, words)}\n\n{how}"))


def _funds_owed_view(tx: Tx, _: int, __: dict[str, Any]) -> Funds:
    return funds.standing(tx)


def _funds_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[Funds, int | None, bool]:
    return funds.standing(tx), params["received"], funds.may_record(tx, person_id)


def ask_close(found: Batch | None, words: Words) -> Action:
    """Whether a batch shall end."""
    if found is None or found.state not in ("open", "paused"):
        return Nothing()
    yes = Button(words.plain("Close"), encode("b_close_yes", found.id), style="danger")
    no = Button(words.plain("Keep it open"), encode("b_keep", found.id))
    text = words.html(
        "Close <b>{title}</b>? {done} of {all} are done. Open cards can still be answered and are paid; the money that"
        " is left goes back to the funds. A closed batch cannot be opened again.",
        title=found.title,
        done=words.number(found.done),
        all=counted(found, words),
    )
    return Message(text, ((yes, no),))


def closed(view: tuple[Batch | None, int, int, int], words: Words) -> Action:
    """A batch has ended; what went back, what was saved, and what follows."""
    found, amount, kept, unasked = view
    if found is None:
        return Nothing()
    text = words.html(
        "<b>{title}</b> is closed. {amount} went back to the free funds.", title=found.title, amount=words.money(amount)
    )
    if kept:
        more = words.html(
            "{amount} is kept back for top-ups until the days worked in it are settled.", amount=words.money(kept)
        )
        text = Markup(f"{text} {more}")
    if unasked > 0:
        text = Markup(f"{text}\n{_saved(unasked, found, words)}.")
    return Message(text, ((Button(words.plain("Export"), encode("b_export", found.id)),),))


def _closed_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, int, int, int]:
    batch = params["batch"]
    kept, unasked = ledger.balance(tx, accounts.topups(batch)), batches.unasked(tx, batch)
    return batches.by_id(tx, batch), params["amount"], kept, unasked


def done(view: tuple[Batch | None, int, int], words: Words) -> Action:
    """The last task of a batch is done; what its answers' agreement has saved is free again."""
    found, spared, disputed = view
    if found is None or found.done < found.tasks:
        return Nothing()
    text = words.html(
        "<b>{title}</b> is done: all {all} have their answers.", title=found.title, all=counted(found, words)
    )
    if spared:
        saved = words.html(
            "Where the answers agreed, no more were asked for: {amount} is free again.", amount=words.money(spared)
        )
        text = Markup(f"{text}\n{saved}")
    if disputed:
        left = words.html_many(
            "Nobody agrees on {count} task: you can say what is right.",
            "Nobody agrees on {count} tasks: you can say what is right.",
            disputed,
        )
        text = Markup(f"{text}\n{left}")
    export = Button(words.plain("Export"), encode("b_export", found.id), style="success")
    close = Button(words.plain("Close"), encode("b_close", found.id))
    more = ((_disputed(disputed, found, words),),) if disputed else ()
    return Message(text, ((export, close), *more))


def _done_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, int, int]:
    return batches.by_id(tx, params["batch"]), params.get("spared", 0), disputes.count(tx, params["batch"])


def export(view: tuple[Batch | None, dict[str, Any]], words: Words) -> Action:
    """The document with every submission, one row a task and one a worker."""
    found, params = view
    if found is None:
        return Nothing()
    answers = words.html_many("{count} submission", "{count} submissions", params["submissions"])
    text = words.html(
        "<b>{title}</b>: {answers}, one row a task with its label and how sure it is, and one row a worker, each as CSV"
        " and JSONL. Workers have numbers in place of names.",
        title=found.title,
        answers=answers,
    )
    return Message(text, document=Document(params["filename"], path=f"exports/{params['job']}.zip"))


def export_too_big(view: tuple[Batch | None, dict[str, Any]], words: Words) -> Action:
    """An export Telegram does not take: where it lies."""
    found, params = view
    if found is None:
        return Nothing()
    return Message(
        words.html(
            "The export of <b>{title}</b> is larger than the 50 MB Telegram takes. It lies in the bot's data folder for"
            " a week: <code>exports/{job}.zip</code>",
            title=found.title,
            job=params["job"],
        )
    )


def _export_view(tx: Tx, _: int, params: dict[str, Any]) -> tuple[Batch | None, dict[str, Any]]:
    return batches.by_id(tx, params["batch"]), params


RENDERERS = {
    "batch": Renderer(batch, _batch_view),
    "batch_moved": Renderer(moved, by_params),
    "batches": Renderer(listing, _listing_view),
    "funds": Renderer(show_funds, _funds_view),
    "funds_owed": Renderer(funds_owed, _funds_owed_view),
    "batch_close": Renderer(ask_close, by_params),
    "batch_closed": Renderer(closed, _closed_view),
    "batch_done": Renderer(done, _done_view),
    "export": Renderer(export, _export_view),
    "export_too_big": Renderer(export_too_big, _export_view),
}
