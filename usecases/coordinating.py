"""What coordinators look at: the list of batches, one of them, what was left out; and the facts behind each screen."""

from __future__ import annotations

from dataclasses import dataclass

from domain import ledger as accounts
from domain.batches import Batch, Task
from domain.brief.model import Problem
from domain.drafts import Quote, sentences
from domain.file_problems import Refused
from domain.floors import Gate
from domain.offers import free_places
from domain.pay import MEASURED_FROM, estimate_rate, per_hour
from domain.people import Person
from domain.refusals_batches import BatchGone, NothingRefused
from storage import (
    additions,
    batches,
    broadcasts,
    disputes,
    draft_tasks,
    fits,
    gold_answers,
    jobs,
    ledger,
    offers,
    refused_files,
    reports,
    signals,
)
from storage.database import Tx
from storage.offers import SkillGate
from usecases import gold_matching, measuring, paces, pilots, progress, qualifying, reserves, training
from usecases.gold_matching import GoldView
from usecases.notify import tell
from usecases.pilots import PilotOffer, PilotStanding
from usecases.roles import require_coordinator

LISTED = 12
REFUSED_SHOWN = 15
REFUSED_LISTED = 5_000


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as its coordinator sees it. `coming` counts files being taken in, `taken` of `total` those of the first.

    `gate` is what the floor says; `pilot` what one would take, or how far it is. `workers` who could do it are counted
    no further than the overlap.
    """

    batch: Batch
    problems: tuple[Problem, ...]
    quote: Quote
    gate: Gate
    pilot: PilotOffer | PilotStanding | None
    workers: int
    coming: int
    taken: int
    total: int
    refused: list[Refused]
    refused_count: int
    gold: GoldView
    lookalikes: int
    """Groups of photos that show almost the same and that nobody has looked at."""


@dataclass(frozen=True, slots=True)
class ProgressView:
    """A published batch: micro-units reserved for pay and spent, people at work now, pay an hour, when it may end.

    `kept` is what is kept back for top-ups (micro-units), `lifted` what of it was paid out.

    `measured` tells whether the rate is measured or an estimate; `ends_at` is None while it cannot be told. Of the
    batch's offers `unsent` wait to go out, the last in about `sending_seconds` (None while they do not go).
    `paused_for` says why it rests when no coordinator paused it; `reports` wait for one. Of its done tasks `unasked`
    answers were not wanted, and `disputed` wait for a human because nobody agrees on them.
    `labels`: a fit has put some together. `closed_to_newcomers`: no gold is left to train or test them by.
    """

    batch: Batch
    reserved: int
    spent: int
    released: int
    kept: int
    lifted: int
    working: int
    rate: int
    measured: bool
    ends_at: int | None
    unsent: int = 0
    sending_seconds: int | None = None
    paused_for: str | None = None
    reports: int = 0
    gold: tuple[int, int, int] = (0, 0, 0)
    """Right answers to gold, all that were judged, and how much of the gold looks wrong."""
    unasked: int = 0
    disputed: int = 0
    labels: bool = False
    closed_to_newcomers: bool = False


def show_list(tx: Tx, *, by: Person, now: int) -> None:
    """Show what batches there are."""
    require_coordinator(by)
    tell(tx, by, "batches", now=now)


def open_batch(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Show a batch at the end of the chat, with its buttons."""
    require_coordinator(by)
    if batches.by_id(tx, batch) is None:
        raise BatchGone
    progress.show_below(tx, by, batch, now=now)


def show_refused(tx: Tx, *, by: Person, batch: int, now: int) -> None:
    """Send the whole list of what was left out, as a document."""
    require_coordinator(by)
    if refused_files.count(tx, batch) == 0:
        raise NothingRefused
    tell(tx, by, "refused_files", now=now, batch=batch)


def listed(tx: Tx) -> list[Batch]:
    """Drafts, open, paused and the last closed batches: the newest of each."""
    found = [batch for state in ("draft", "open", "paused") for batch in batches.newest(tx, state, limit=LISTED)]
    return found + batches.newest(tx, "closed", limit=LISTED // 2)


def draft_view(tx: Tx, batch: Batch, now: int) -> DraftView:
    """What the draft's message shows, as of `now`."""
    coming = jobs.of_batch(tx, batch.id, "import")
    first = coming[0].progress if coming else {}
    return DraftView(
        batch=batch,
        problems=(*sentences(batch), *qualifying.lacking(tx, batch)),
        quote=measuring.quote_of(tx, batch),
        gate=measuring.gate_of(tx, batch),
        pilot=pilots.standing(tx, batch) or pilots.offered(tx, batch),
        workers=offers.count_up_to(tx, batch.language, SkillGate.of(batch, now=now), batch.overlap),
        coming=len(coming),
        taken=int(first.get("next", 0)),
        total=int(first.get("total", 0)),
        refused=refused_files.of_batch(tx, batch.id, limit=REFUSED_SHOWN),
        refused_count=refused_files.count(tx, batch.id),
        gold=gold_matching.view(tx, batch),
        lookalikes=signals.count(tx, batch.id, kind="photos"),
    )


def progress_view(tx: Tx, batch: Batch, now: int) -> ProgressView:
    """What the progress message shows, as of `now`."""
    assert batch.price is not None and batch.published_at is not None, "published batches have both"
    reserved = ledger.moved(tx, f"batch:{batch.id}:reserved") + additions.given(tx, batch.id).pay
    kept, not_lifted = reserves.kept_for_topups(tx, batch.id)
    released, _ = batches.released(tx, batch.id)
    enough = batch.measured >= MEASURED_FROM
    measured = per_hour(batch.price * batch.measured, batch.active_micros) if enough else None
    left = max(0, batch.wanted - batch.plain_submissions)
    unsent = broadcasts.waiting(tx, batch.id) if batch.offers else 0
    going = batch.state == "open" and free_places(batch, batches.leased(tx, batch.id)) > 0
    return ProgressView(
        batch=batch,
        reserved=reserved,
        spent=reserved - released - ledger.balance(tx, accounts.reserve(batch.id)),
        released=released,
        kept=kept,
        lifted=kept - not_lifted,
        working=batches.working(tx, batch.id),
        rate=estimate_rate(batch.price, batch.seconds) if measured is None else measured,
        measured=measured is not None,
        ends_at=paces.ends_at(tx, batch, left=left, now=now),
        unsent=unsent,
        sending_seconds=round(unsent / tx.rules.sends_per_second) if going else None,
        paused_for=batches.rests(tx, batch.id)[0],
        reports=reports.count_open(tx, batch.id),
        gold=gold_answers.summary(tx, batch.id) if batch.gold or batch.gold_answered else (0, 0, 0),
        unasked=batches.unasked(tx, batch.id),
        disputed=disputes.count(tx, batch.id),
        labels=fits.last(tx, batch.id) is not None,
        closed_to_newcomers=going and training.is_used_up(batch),
    )


def first_task(tx: Tx, batch_id: int) -> Task | None:
    """The task a preview shows."""
    return draft_tasks.first(tx, batch_id)


def refused_list(tx: Tx, batch_id: int) -> list[Refused]:
    """Everything left out, up to a length nobody reads beyond."""
    return refused_files.of_batch(tx, batch_id, limit=REFUSED_LISTED)
