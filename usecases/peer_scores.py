"""Written replies judged by other workers: a coordinator asks, a batch of ratings is drafted, the scores come back.

A score is shown and nothing else: it never rejects, never pays less.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.batches import Batch
from domain.brief import Brief, Scale, Translation
from domain.brief.model import MAX_INSTRUCTIONS
from domain.drafts import MAX_TASKS, MAX_TITLE, settle
from domain.kinds import kind
from domain.people import Person
from domain.refusals_batches import BatchGone, NothingToRate, NotPublished, NotWritten
from domain.words import N_
from storage import audit, batches, peer_scores
from storage.database import Tx
from usecases import drafts, progress
from usecases.reviews import REPLY
from usecases.roles import require_coordinator

RATERS: Final = 3
"""So many raters a reply to begin with; the draft's Overlap changes it."""
STEPS: Final = (1, 5)


class Asking(NamedTuple):
    """What a batch of peer scores says, in one language."""

    title: str
    question: str
    low: str
    high: str
    heading: str

    def instructions(self, of_writers: str) -> str:
        """What raters read first: what the writers were told, under its heading; "" where they were told nothing."""
        return f"{self.heading}\n{of_writers}"[:MAX_INSTRUCTIONS] if of_writers else ""


ASKING: Final = Asking(
    N_("Rate: {title}"), N_("How good is the reply?"), N_("Bad"), N_("Very good"), N_("The writers were told:")
)


def ask(tx: Tx, *, by: Person, batch: int, said: Mapping[str, Asking], now: int) -> int:
    """Draft a batch in which other workers rate the replies of a batch; returns how many replies there are in it.

    `said` is what it says by language, English among them. Each reply is asked for once: asking again takes what has
    been written since. Raises BatchGone, NotPublished, NotWritten, NothingToRate.
    """
    require_coordinator(by)
    written = batches.by_id(tx, batch)
    if written is None or written.state == "discarded":
        raise BatchGone
    if written.is_draft:
        raise NotPublished
    if kind(written.kind).has_labels:
        raise NotWritten
    draft = _draft(tx, by, written, said, now=now)
    count = peer_scores.copy_replies(tx, written.id, to=draft, role=REPLY, limit=MAX_TASKS)
    if count == 0:
        raise NothingToRate
    peer_scores.freeze(tx, draft, now=now)
    batches.change(tx, draft, tasks=count)
    drafts.estimate(tx, draft)
    audit.add(tx, person_id=by.id, action="batch.scores_asked", subject=f"batch:{batch}", now=now, draft=draft)
    drafts.expect_brief(tx, by, drafts.own_draft(tx, draft), now=now)
    progress.show(tx, by, draft, now=now)
    return count


def _draft(tx: Tx, by: Person, written: Batch, said: Mapping[str, Asking], *, now: int) -> int:
    """The draft: the writers' instructions tell raters too what a good reply is."""
    own = written.language if written.language in said else "en"
    words = said[own]
    translations = {
        code: Translation(
            question=other.question,
            ends=(other.low, other.high),
            instructions=other.instructions(written.face.translations.get(code, Translation()).instructions),
        )
        for code, other in said.items()
        if code != own
    }
    brief = Brief(
        question=words.question,
        scale=Scale(*STEPS, (words.low, words.high)),
        instructions=words.instructions(written.face.instructions),
        translations=translations,
    )
    settled = settle(brief, "texts", language=written.language, rules=tx.rules)
    draft = batches.add(
        tx,
        kind=settled.kind.name,
        title=words.title.format(title=written.title)[:MAX_TITLE],
        face=settled.face,
        language=settled.language,
        seconds=settled.kind.default_seconds(),
        review_seconds=settled.review_seconds,
        lease_seconds=settled.lease_seconds,
        created_by=by.id,
        now=now,
        collecting=False,
    )
    batches.change(tx, draft, overlap=RATERS, data="texts", region=written.region, rates_batch=written.id)
    return draft
