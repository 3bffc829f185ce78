"""An installation with something of everything in it: drafts, running and closed batches, work, money, requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.rendering import RENDERERS
from bot.rendering.message import Action, Message
from domain.brief.answers import MAX_ANSWER
from domain.brief.model import MAX_INSTRUCTIONS, MAX_QUESTION, Translation
from domain.brief.settings import MAX_END
from domain.drafts import MAX_TITLE, scale_of
from domain.file_problems import Refused
from domain.kinds.base import BatchFace, Payload, payload_to_json
from domain.rejections import MAX_WORDS
from domain.reviews import MAX_REASON, checked_reason
from domain.rules import SECOND
from locales.words import Words
from storage import assignments, batches, outbox, people, refused_files
from storage import payouts as payouts_stored
from storage.database import Tx
from tests import rejecting
from tests.builders import (
    NOON,
    add_funds,
    make_batch,
    make_coordinator,
    make_draft,
    make_owner,
    make_person,
    make_rated,
    make_worker,
)
from tests.handlers import outstanding
from tests.handlers.accepted import check_accepted
from tests.steps import answer, take, write
from tests.usecases.fitting import fit
from usecases import appeals, asking, joining, leases, payouts, pilots, publishing, reporting, reviews, work, writing

DAY = 86_400 * SECOND
OWNER, COORDINATOR, STRANGER, ASKER, WORKER, OTHER, REVIEWER = 1, 2, 50, 51, 100, 101, 60
NAMES = {
    OWNER: "Olga",
    COORDINATOR: "Carla",
    STRANGER: "Sam",
    ASKER: "Asa",
    WORKER: "Ana",
    OTHER: "Oto",
    REVIEWER: "Rita",
}
CAPTION = "> Choose what is biggest in the photo."


@dataclass(frozen=True)
class Built:
    """When the world stands, and ids people may try."""

    now: int
    ids: tuple[int, ...]


def build(tx: Tx, *, text: str = "", mark: str = "") -> Built:
    """Make it by the use cases, so that every row is one that can be. `text` is what people write everywhere.

    `mark` begins everybody's name.
    """
    names = {one: mark + (text[:128] or name) for one, name in NAMES.items()}
    now = NOON
    owner = make_owner(tx, name=names[OWNER])
    coordinator = make_coordinator(tx, name=names[COORDINATOR])
    make_person(tx, STRANGER, names[STRANGER])
    asker = make_person(tx, ASKER, names[ASKER])
    joining.ask_to_join(tx, by=asker, now=now)
    reviewer = make_person(tx, REVIEWER, names[REVIEWER])
    people.change(tx, reviewer.id, is_reviewer=1)
    ana, oto = make_worker(tx, WORKER, names[WORKER]), make_worker(tx, OTHER, names[OTHER])
    photos = make_batch(tx, n_tasks=12, overlap=2, caption=CAPTION)
    prompts = make_batch(tx, "write_reply", n_tasks=12, overlap=2)
    closed, paused = make_batch(tx, n_tasks=2, price=2_000_000), make_batch(tx, n_tasks=3)
    for batch in (photos, prompts, closed, paused):
        _say(tx, batch, text)
    now += DAY
    answer(tx, ana, photos, now=now)
    answer(tx, oto, closed, now=now)
    publishing.close(tx, by=owner, batch=closed, now=now)
    write(tx, oto, prompts, text[:8_000] or "Tell them to stir.", now=now)
    reviews.accept_due(tx, now=now + 5 * DAY)
    while payouts.run_due(tx, now=now + 8 * DAY):
        pass
    assert payouts_stored.unpaid(tx, limit=2)
    now += 9 * DAY
    returned = write(tx, ana, prompts, text[:8_000] or "Too short.", now=now)
    reason = checked_reason(text[:MAX_REASON] or "Please say more.")
    rita = people.by_id(tx, reviewer.id)
    reviews.send_back(tx, by=rita, submission_id=returned, version=1, reason=reason, now=now)
    for worker in (ana, oto):
        write(tx, worker, prompts, text[:4_096] or "A reply.", now=now)
        write(tx, worker, prompts, "Another reply.", now=now)
    one = write(tx, oto, prompts, text[:4_096] or "Rejected.", now=now)
    two = write(tx, ana, prompts, "To be rejected.", now=now)
    words = text[:MAX_WORDS] or "It is random."
    rejecting.reject(tx, rita, one, words=words, now=now)
    rejecting.deliver(tx, oto, now=now)
    appeals.appeal(tx, by=oto, submission=one, now=now)
    asking.asked(tx, by=oto, submission=one, text=words, now=now)
    rejecting.reject(tx, rita, two, code="copied", words=words, now=now)
    left = take(tx, ana, prompts, now=now)
    writing.take(tx, by=ana, text=text[:4_096] or "Begun, and left.", message_id=900, now=now)
    leases.expire(tx, now=now + DAY // 4)
    assert assignments.by_id(tx, left).state == "expired"  # type: ignore[union-attr]
    now += DAY // 4
    for three in range(3):
        worker = make_worker(tx, 110 + three, f"W{three}")
        reporting.report(tx, by=worker, assignment=take(tx, worker, paused, now=now), reason=0, now=now)
    publishing.pause(tx, by=owner, batch=paused, now=now)
    draft = make_draft(tx, by=coordinator, n_tasks=5)
    make_draft(tx, "write_reply", by=owner, n_tasks=0)
    refused_files.add(tx, draft, Refused(f"{text[:200]}.txt", "not_photo"))
    batches.change(tx, draft, collecting=1)
    _say(tx, draft, text)
    add_funds(tx, by=owner, amount=10_000_000)
    pilot = make_draft(tx, by=coordinator, n_tasks=12)
    pilots.begin(tx, by=coordinator, batch=pilot, tasks=10, cost=765_000, now=now)
    _say(tx, pilot, text)
    ratings = make_rated(tx, 3, texts=True)
    _say(tx, ratings, text)
    answer(tx, ana, ratings, now=now, choice=4)
    answer(tx, ana, photos, now=now)
    for fitted in (photos, ratings):
        fit(tx, fitted, now=now)
    outstanding.record(tx, photos, prompts, (ana.id, oto.id), now=now)
    work.show(tx, by=oto, now=now)
    now += 60 * SECOND
    ids = tx.all(
        "select id from people union select id from batches union select id from assignments union select id from tasks"
        " union select id from submissions union select id from payout_runs union select id from rejections"
        " union select id from grounds union select id from proposals union select id from inquiries"
        " union select id from signals"
    )
    return Built(now, tuple(row["id"] for row in ids))


def _say(tx: Tx, batch_id: int, text: str) -> None:
    """Put the text wherever a coordinator's words stand, as long as each place takes."""
    if not text:
        return
    batch = batches.by_id(tx, batch_id)
    assert batch is not None
    answers = tuple(f"{number}{text}"[:MAX_ANSWER].strip() for number, _ in enumerate(batch.face.answers))
    words = Translation(text[:MAX_QUESTION], answers, text[:MAX_INSTRUCTIONS])
    face = BatchFace(text[:MAX_QUESTION], answers, text[:MAX_INSTRUCTIONS], "en", {"fr": words})
    if scale_of(batch):
        ends = (text[:MAX_END], text[:MAX_END])
        words = replace(words, answers=(), ends=ends)
        face = replace(face, answers=batch.face.answers, ends=ends, translations={"fr": words})
    batches.change(tx, batch_id, title=text[:MAX_TITLE], face=face.to_json())
    tx.run("update tasks set name = :name || id where batch_id = :id", name=text[:200], id=batch_id)
    if batch.data == "texts":
        payload = payload_to_json(
            Payload(messages=(("system", text), ("user", text), ("assistant", text), ("user", text)))
        )
        tx.run("update tasks set payload = :payload where batch_id = :id", payload=payload, id=batch_id)


def dump(tx: Tx) -> dict[str, dict[str, dict[str, Any]]]:
    """All rows that mean something, by table and key; without messages that wait and what a glance leaves."""
    tables = [row["name"] for row in tx.all("select name from sqlite_master where type = 'table'")]
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for table in sorted(set(tables) - {"inbox", "outbox", "slots", "sqlite_sequence"}):
        found[table] = {}
        keys = [row["name"] for row in tx.all(f"pragma table_info({table})") if row["pk"]]
        for row in tx.all(f"select * from {table}"):
            values = dict(row)
            for ignored in ("last_message_id", "hinted", "touched_at"):
                values.pop(ignored, None)
            found[table][":".join(str(row[key]) for key in keys)] = values
    return found


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(table, row before, row after) of what differs; {} where there was or is none."""
    return [
        (table, before[table].get(key, {}), after[table].get(key, {}))
        for table in after
        for key in before[table].keys() | after[table].keys()
        if before[table].get(key) != after[table].get(key)
    ]


def render_waiting(tx: Tx, *, language: str = "en") -> list[tuple[str, Action]]:
    """Render everything that waits as the sender would, have Telegram's parser check it, and take it out."""
    made = []
    for pending in outbox.pending(tx, after=0, limit=100_000):
        row = outbox.load(tx, pending.id)
        assert row is not None
        renderer = RENDERERS[row.key]
        view = renderer.view(tx, row.person_id, row.params) if renderer.view else row.params
        action = renderer.render(view, Words(language, tx.rules, row.utc_offset))
        if isinstance(action, Message):
            try:
                check_accepted(action)
            except Exception as error:
                raise AssertionError(f"{row.key} {row.params}: {error!r}\n{action.text[:500]}") from error
        made.append((row.key, action))
        outbox.sent(tx, row.id)
    return made
