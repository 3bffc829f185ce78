"""Making a draft: from what a coordinator sends, from a caption, step by step, and by the buttons under it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.batches import Batch
from domain.brief import Brief, Problem, clean, merged
from domain.brief.model import Data
from domain.drafts import FIELDS, MAX_TITLE, Settled, brief_of, concerns, needs, settle, title_of
from domain.floors import unfit
from domain.incoming import Incoming
from domain.kinds.base import Payload
from domain.notices import Slot
from domain.people import Person
from domain.refusals import StaleButton
from domain.refusals_batches import (
    BatchGone,
    BriefProblem,
    DraftChanged,
    NotADraft,
    NothingToPublish,
    NoTitle,
    UnknownFile,
)
from domain.refusals_gold import GoldAlone
from domain.rules import DAY, MINUTE, SECOND
from storage import audit, batches, draft_tasks, jobs, questions
from storage.database import Tx
from usecases import brief_fields, gold_matching, measuring, pilots, progress, publishing, qualifying
from usecases.notify import tell
from usecases.publishing import forget_question
from usecases.roles import require_coordinator

BURST = SECOND + SECOND // 5
"""Photos sent one by one are counted in the draft this long after the last of them."""
NEARBY = 10 * MINUTE
"""A draft that was fed longer ago is shown anew below what is sent now; after a day it takes in nothing more."""
AT_ONCE = 5 * SECOND
"""For files, of which few come in a row, the draft follows sooner; below a caption it stands at once."""
STEPS = ("question", "answers", "price")
"""What /newbatch asks for, in this order; then come the data."""


def receive(tx: Tx, *, by: Person, file: Incoming, now: int) -> int:
    """Take a file into the sender's collecting draft, or into a new one; returns its id. The caption is its brief.

    A caption with another question than the draft's begins a new draft. A file Telegram does not hand to bots leaves
    the draft with its brief, and the ways on are told. Raises UnknownFile.
    """
    require_coordinator(by)
    if file.what == "unknown":
        raise UnknownFile
    brief = brief_fields.read(tx, file.caption)
    if file.what == "gold":
        file = replace(file, belongs=_has_data(tx, by))
    draft = _home(tx, by, file, brief, now=now)
    if file.caption.strip() or draft.data is None:
        whole, problems = merged(brief_of(draft, tx.rules), brief), brief_fields.problems(brief)
        draft = _apply(tx, by, draft, whole, file.data, problems=problems, now=now)
    if not file.fetchable:
        tell(tx, by, "file_too_big", now=now, batch=draft.id, bytes=file.size)
    else:
        _ask_import(tx, by, draft, file, now=now)
    expect_brief(tx, by, draft, now=now)
    near = 0 if file.caption.strip() else NEARBY if file.what == "photo" else AT_ONCE
    if now - batches.fed_at(tx, draft.id) > near:
        progress.show_below(tx, by, draft.id, now=now)
    progress.show(tx, by, draft.id, now=now, not_before=now + BURST if file.what == "photo" else None)
    batches.change(tx, draft.id, fed_at=now)
    return draft.id


def _has_data(tx: Tx, by: Person) -> Data:
    """What the sender's draft holds, to which known answers can belong. Raises GoldAlone."""
    draft = batches.collecting(tx, by.id)
    if draft is None or draft.data is None:
        raise GoldAlone
    return draft.data


def begin(tx: Tx, *, by: Person, text: str = "", now: int) -> None:
    """Start a draft step by step; with a text, that text is its brief."""
    require_coordinator(by)
    draft_id = _new(tx, by, None, None, now=now)
    if text.strip():
        amend(tx, by=by, text=text, now=now, batch=draft_id)
        return
    _ask_field(tx, by, draft_id, STEPS[0], step=True, now=now)


def amend(tx: Tx, *, by: Person, text: str, now: int, batch: int) -> None:
    """Take a message as (a correction of) the brief: what is good is kept, each bad line gives one sentence."""
    require_coordinator(by)
    draft = own_draft(tx, batch)
    brief = brief_fields.read(tx, brief_fields.guessed(draft, text))
    whole, problems = merged(brief_of(draft, tx.rules), brief), brief_fields.problems(brief)
    draft = _apply(tx, by, draft, whole, draft.data, problems=problems, now=now)
    expect_brief(tx, by, draft, now=now)
    progress.show_below(tx, by, batch, now=now)


def ask_field(tx: Tx, *, by: Person, batch: int, field: int, now: int) -> None:
    """Ask for a new value of one thing about the draft. Raises StaleButton for a field there is not."""
    require_coordinator(by)
    own_draft(tx, batch)
    if not 0 <= field < len(FIELDS):
        raise StaleButton
    _ask_field(tx, by, batch, FIELDS[field], step=False, now=now)


def answer_field(tx: Tx, *, by: Person, text: str, now: int, batch: int, field: str, step: bool = False) -> None:
    """Set one thing about the draft. A value that cannot be used raises the sentence about it, and stays asked for."""
    require_coordinator(by)
    draft = own_draft(tx, batch)
    if step and brief_fields.is_whole(text):
        amend(tx, by=by, text=text, now=now, batch=batch)
        return
    if field == "title":
        title = clean(text)[:MAX_TITLE]
        if not title:
            raise NoTitle
        batches.change(tx, batch, title=title)
    else:
        old = brief_of(draft, tx.rules)
        new = brief_fields.SETTERS[field](tx, old, text)
        _apply(tx, by, draft, new, draft.data, problems=_still(draft, field), now=now)
    if step:
        _next_step(tx, by, batch, field, now=now)
        return
    expect_brief(tx, by, own_draft(tx, batch), now=now)
    progress.show_below(tx, by, batch, now=now)


def set_price(tx: Tx, *, by: Person, batch: int, price: int, now: int) -> None:
    """Set the price that meets the floor by what was measured. Raises DraftChanged when it is another one by now."""
    require_coordinator(by)
    draft = own_draft(tx, batch)
    if measuring.gate_of(tx, draft).would_do != price:
        raise DraftChanged
    new = replace(brief_of(draft, tx.rules), price=price)
    _apply(tx, by, draft, new, draft.data, problems=_still(draft, "price"), now=now)
    progress.show(tx, by, batch, now=now)


def skip_answers(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """No answers to choose from: workers write. Goes on with the next step."""
    require_coordinator(by)
    own_draft(tx, batch)
    question = questions.open_for(tx, by.id)
    if question is None or question.params != {"batch": batch, "field": "answers", "step": True}:
        raise StaleButton
    _next_step(tx, by, batch, "answers", now=now)


def cancel(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Ask nothing more; a draft begun step by step that holds nothing yet is discarded."""
    require_coordinator(by)
    question = questions.open_for(tx, by.id)
    forget_question(tx, by, batch)
    draft = batches.by_id(tx, batch)
    stepping = question is not None and question.params.get("batch") == batch and question.params.get("step")
    if draft is not None and draft.state == "draft" and stepping and draft.tasks == 0 and draft.data is None:
        batches.change(tx, batch, state="discarded", collecting=0)
    tell(tx, by, "brief_cancelled", now=now, slot=Slot.confirm(batch), batch=batch)


def leave_out(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Go on without the lines of the brief that could not be used."""
    require_coordinator(by)
    own_draft(tx, batch)
    batches.set_problems(tx, batch, ())
    expect_brief(tx, by, own_draft(tx, batch), now=now)
    progress.show(tx, by, batch, now=now)


def that_is_all(tx: Tx, *, by: Person, batch: int, now: int) -> int:
    """The draft takes in nothing more; returns how many tasks it has by now."""
    require_coordinator(by)
    draft = own_draft(tx, batch)
    batches.change(tx, batch, collecting=0)
    progress.show(tx, by, batch, now=now)
    return draft.tasks


def preview(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Show the coordinator the card a worker will see, once nothing of it is missing any more."""
    require_coordinator(by)
    draft = own_draft(tx, batch)
    if draft.tasks == 0:
        raise NothingToPublish
    for problem in (*needs(draft), *qualifying.lacking(tx, draft)):
        raise BriefProblem(problem)
    tell(tx, by, "batch_preview", now=now, batch=batch)


def ask_discard(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Ask whether the draft shall go; an empty one goes at once."""
    require_coordinator(by)
    draft = own_draft(tx, batch)
    if draft.tasks == 0 and not jobs.of_batch(tx, batch, "import", limit=1):
        _drop(tx, by, batch, now=now)
        return
    tell(tx, by, "brief_discard", now=now, batch=batch)


def discard(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Drop the draft; what is still being taken in for it stops. One with a pilot is closed: its answers are paid."""
    require_coordinator(by)
    draft = own_draft(tx, batch)
    if draft.piloting:
        publishing.end(tx, by, draft, now=now)
        return
    _drop(tx, by, batch, now=now)
    tell(tx, by, "brief_discarded", now=now, slot=Slot.confirm(batch), batch=batch)


def keep(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Neither closed nor discarded: say so in the question's place."""
    require_coordinator(by)
    tell(tx, by, "brief_cancelled", now=now, slot=Slot.confirm(batch), batch=batch)


def nothing(tx: Tx, *, by: Person, now: int) -> None:
    """A button of a preview: it does nothing but end the tap."""


def own_draft(tx: Tx, batch_id: int) -> Batch:
    """The draft. Raises BatchGone, NotADraft."""
    draft = batches.by_id(tx, batch_id)
    if draft is None or draft.state == "discarded":
        raise BatchGone
    if not draft.is_draft:
        raise NotADraft
    return draft


def estimate(tx: Tx, batch_id: int) -> None:
    """Set the expected seconds a task by what the tasks are like; a number the coordinator gave stays."""
    draft = own_draft(tx, batch_id)
    if draft.seconds_given:
        return
    made = settle(brief_of(draft, tx.rules), draft.data, language=draft.language, rules=tx.rules).kind
    batches.change(tx, batch_id, seconds=made.default_seconds(_typical(tx, draft)))


def new_draft(tx: Tx, by: Person, data: Data, name: str | None, caption: str, *, now: int) -> int:
    """A new draft with a caption as its brief, for data that do not come by Telegram; returns its id."""
    require_coordinator(by)
    draft_id = _new(tx, by, data, name, now=now)
    brief = brief_fields.read(tx, caption)
    _apply(tx, by, own_draft(tx, draft_id), brief, data, problems=brief_fields.problems(brief), now=now)
    return draft_id


def _drop(tx: Tx, by: Person, batch: int, *, now: int) -> None:
    batches.change(tx, batch, state="discarded", collecting=0)
    questions.close_about(tx, batch)
    audit.add(tx, person_id=by.id, action="batch.discarded", subject=f"batch:{batch}", now=now)
    progress.show(tx, by, batch, now=now)


def _home(tx: Tx, by: Person, file: Incoming, brief: Brief, *, now: int) -> Batch:
    """The draft a file belongs to."""
    draft = batches.collecting(tx, by.id)
    if draft is not None and now - batches.fed_at(tx, draft.id) > DAY:
        draft = None
    other_question = draft is not None and draft.face.question and brief.question not in ("", draft.face.question)
    if draft is None or other_question or draft.data not in (None, file.data):
        draft_id = _new(tx, by, file.data, _own_name(file), now=now)
        return own_draft(tx, draft_id)
    if draft.data is None:
        batches.change(tx, draft.id, title=title_of(_own_name(file), file.data, _day(tx, now)))
    return own_draft(tx, draft.id)


def _own_name(file: Incoming) -> str | None:
    return None if file.what == "photo" else file.name


def _new(tx: Tx, by: Person, data: Data | None, name: str | None, *, now: int) -> int:
    settled = settle(Brief(), data, language=by.language, rules=tx.rules)
    return batches.add(
        tx,
        kind=settled.kind.name,
        title=title_of(name, data or "texts", _day(tx, now)),
        face=settled.face,
        language=settled.language,
        seconds=settled.kind.default_seconds(),
        review_seconds=settled.review_seconds,
        lease_seconds=settled.lease_seconds,
        created_by=by.id,
        now=now,
    )


def _day(tx: Tx, now: int) -> str:
    return tx.rules.local(now).date().isoformat()


def _ask_import(tx: Tx, by: Person, draft: Batch, file: Incoming, *, now: int) -> None:
    name = file.name or ""
    if file.what == "photo":
        number = draft.received + 1
        batches.change(tx, draft.id, received=number)
        name = name or str(number)
        dedupe = f"album:{by.id}:{file.group}" if file.group else None
        tell(tx, by, "reaction", now=now, dedupe=dedupe, message_id=file.message_id, emoji="👍")
    values: dict[str, Any] = {"what": file.what, "file_id": file.file_id, "name": name}
    jobs.ask(tx, "import", person_id=by.id, batch_id=draft.id, now=now, batch=draft.id, **values)


def _apply(
    tx: Tx, by: Person, draft: Batch, brief: Brief, data: Data | None, *, problems: tuple[Problem, ...], now: int
) -> Batch:
    """Write what the brief makes of the draft, and of a pilot under way what that allows."""
    brief, more = unfit(brief, tx.rules)
    settled: Settled = settle(brief, data, language=draft.language, rules=tx.rules)
    estimated = settled.kind.default_seconds(_typical(tx, draft) if draft.tasks else None)
    columns = {
        "kind": settled.kind.name,
        "face": settled.face,
        "language": settled.language,
        "price": settled.price,
        "overlap": settled.overlap,
        "overlap_least": settled.overlap_least,
        "most_per_worker": settled.most_per_worker,
        "seconds": settled.seconds or estimated,
        "seconds_given": int(settled.seconds is not None),
        "review_seconds": settled.review_seconds,
        "lease_seconds": settled.lease_seconds,
        "floor": settled.floor,
        "region": settled.region,
        "training": settled.training,
        "test": int(settled.test),
        "skill_least": settled.skill_least,
        "gold_share": settled.gold_share,
        "data": data,
    }
    if draft.piloting:
        columns = pilots.amend(tx, by=by, draft=draft, changed=columns, now=now)
    batches.change(tx, draft.id, **columns | {"face": settled.face.to_json()})
    batches.set_problems(tx, draft.id, (*problems, *more))
    gold_matching.match_again(tx, draft.id)
    return own_draft(tx, draft.id)


def _typical(tx: Tx, draft: Batch) -> Payload | None:
    """A task of the draft's mean length, to estimate the reading time by."""
    if draft.data != "texts":
        return None
    return Payload(messages=(("user", " " * draft_tasks.average_length(tx, draft.id)),))


def expect_brief(tx: Tx, by: Person, draft: Batch, *, now: int) -> None:
    """While the brief is not complete, the next plain text is a correction of it; commands and buttons go on working.

    A question about something else is not taken over.
    """
    open_question = questions.open_for(tx, by.id)
    if open_question is not None and open_question.params.get("batch") != draft.id:
        return
    if needs(draft) or draft.problems:
        questions.ask(tx, by.id, "brief", now=now, batch=draft.id)
    else:
        forget_question(tx, by, draft.id)


def _next_step(tx: Tx, by: Person, batch_id: int, field: str, *, now: int) -> None:
    following = STEPS[STEPS.index(field) + 1 :]
    draft = own_draft(tx, batch_id)
    if following:
        _ask_field(tx, by, batch_id, following[0], step=True, now=now)
    elif draft.data is None:
        questions.close(tx, by.id)
        tell(tx, by, "brief_data", now=now, batch=batch_id)
    else:
        questions.close(tx, by.id)
        progress.show_below(tx, by, batch_id, now=now)


def _ask_field(tx: Tx, by: Person, batch_id: int, field: str, *, step: bool, now: int) -> None:
    questions.ask(tx, by.id, "batch_field", now=now, batch=batch_id, field=field, step=step)
    tell(tx, by, "brief_ask", now=now, batch=batch_id, field=field, step=step)


def _still(draft: Batch, field: str) -> tuple[Problem, ...]:
    """Bad lines of the caption that this change leaves standing; lines nobody understood have been read by now."""
    return tuple(one for one in draft.problems if "line" not in one.params and not concerns(one, field))
