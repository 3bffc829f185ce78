"""No statement of daily work goes through a table that grows: each one that a story runs is explained, and looked over.

The story is played by real use cases, views and ticks on the real schema, with every statement noted; then SQLite says
how it would run each. A scan is fine only for what is named below, with its reason. The file is long because it is one
story.
"""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import replace
from typing import Any

import pytest

from bot.rendering import RENDERERS
from domain import ledger as accounts
from domain.bank_answers import Answer, Line, Status, Whole
from domain.fits import compute
from domain.incoming import Incoming
from domain.inference.streaming import Prior
from domain.notices import Slot
from domain.people import Person, Sender
from domain.rules import DAY, MINUTE, SECOND, Rules
from domain.statements import month_of, plan
from files import account_numbers
from files.near_texts import Alike
from locales.words import Words
from scheduler.ticks import TICKS
from storage import assignments, batches, broadcasts, inbox, jobs, ledger, outbox, people, sessions, training
from storage import lookalikes as alike
from storage.database import Tx
from storage.migrate import migrate
from storage.reviews import next_pending
from tests.builders import NOON, add_funds, make_batch, make_draft, make_owner, make_worker, publish_all
from tests.rejecting import reject as rejected
from tests.steps import make_reviewer
from tests.storage.plans import SMALL_INDEXES, NotingTx, scans
from tests.usecases.newcomers import make_gated
from tests.usecases.reporting import computed
from usecases import (
    accuracy,
    appeals,
    arrivals,
    asking,
    bank_answers,
    beliefs,
    coordinating,
    delivery,
    disputes,
    earnings,
    exports,
    fairness,
    funds,
    gold,
    gold_confirming,
    gold_doubts,
    gold_judging,
    history,
    imports,
    inspecting,
    labels,
    leaving,
    lookalikes,
    mirrors,
    payout_files,
    payout_methods,
    payouts,
    peer_scores,
    pilots,
    presence,
    proposals,
    publishing,
    qualifying,
    quality_reports,
    received,
    refits,
    rejecting,
    rejections,
    reported,
    reporting,
    reviews,
    signals,
    statements,
    topups,
    typed,
    waves,
    work,
    writing,
)
from usecases.arrivals import Arrival, Tapped
from usecases.delivery import Delivered
from usecases.imports import KnownAnswer
from usecases.notify import inform
from usecases.statements import Cursor

BOUNDED = {
    "with recursive judges": "one row for each who rejected something that is appealed",
    "select b.id, b.title, (select count(*)": "the batches with one-tap work in review",
    "and worker_id <> :besides group by": "what is in review of one batch",
    "and standing = 1 group by worker_id": "the rejections of one batch",
    "from proposed where proposal_id": "what one proposal holds",
    "from payouts where run_id = :run_id group by": "the payouts of one run",
    "state = :state group by rail": "the open payouts of one run",
    "from people p join balances a": "everybody, once for a dry run; a page of people for a run",
    "from payout_runs where state in ('approved', 'settled')": "all runs but the newest are: it stops at once",
    "from payout_runs where state <> 'gathering'": "all runs but one are shown: it stops at once",
    "select submitted_at / :quarter": "what one worker has in review",
    "from waves w join batches b": "the open batches",
    "from fairness where step = 'done'": "the newest: it stops at once",
    "from fairness_times": "a few hundred buckets",
    "from fairness_workers": "who worked in the last 30 days, once a day",
    "insert into fairness_workers": "the workers of one page of submissions",
    "select id from topups where worker_id": "one worker's: at most one a day and batch",
    "delete from questions where json_extract": "what somebody is asked just now: one row a person at most",
    "from reports where batch_id": "the reports of one task, or at most so many of a batch",
    "join scores c on c.batch_id = rb.id": "the scores of the batches with written work in review",
    "as step, count(*) as count": "the pooled ratings of one batch, into a bar a step",
    "from json_each(:reliance)": "the workers of one batch that a fit names",
    "(select t.batch_id, count(*) as n from tasks t": "the batches with tasks that wait for a human's decision",
    "where r.author_id = :worker_id": "the replies of one writer that were rated",
    "gold_why is not null as explained": "the gold of one batch, of which so many are read",
    "select worker_id from submissions where batch_id = :batch_id group by": "one batch's workers, once an export",
    "and t.id <= :last and s.state <> 'sent_back'": "the answers of one page of an export",
    "select distinct b.kind, b.language": "the batches of one worker",
    "json_each(g.evidence, '$.tasks')": "the photos of one batch that stand out",
    "from (select batch_id, count(*) as n from signals": "the batches with something nobody has looked at yet",
    "cross join signal_workers": "what stands out about the workers of one page of an export",
    "rated_submission, author_id) select": "only while some row still lacks the task it names: none does then",
}
"""Statements that scan or sort all the same, by a part of their text: what they go through does not grow with time."""


class Story:
    """Taps, messages and the clock, as the product runs them: through the inbox, the use case, the outbox, the view."""

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.now = NOON
        self.updates = 0

    def arrive(self, person: Person, use_case: Any, *, slot: str | None = None, wait: int = 9, **values: Any) -> Any:
        """One update of a person, from the inbox to its closing, then all that it queued is sent."""
        self.now += wait * SECOND
        self.updates += 1
        seq = inbox.add(self.tx, bot=1, update_id=self.updates, payload=b"{}", now=self.now)
        assert seq is not None
        assert inbox.waiting(self.tx, after=seq - 1, limit=1)
        inbox.start(self.tx, seq, 1)
        sender = Sender(person.telegram_id, "Ana", None, "en")
        tapped = Tapped(4711, media=True) if slot else None
        arrival = Arrival(seq, self.now, sender, None if slot else 5_000 + self.updates, tapped)
        handled = arrivals.handle(self.tx, arrival, slot, use_case, **values)
        assert not isinstance(handled.result, Exception), handled.result
        self.send()
        return handled.result

    def send(self) -> None:
        """The sender: what waits is loaded, read, worded and noted as sent."""
        rows = outbox.pending(self.tx, after=0, limit=1_000) + broadcasts.due(self.tx, now=self.now, limit=10)
        for pending in {row.id: row for row in rows}.values():
            row = outbox.load(self.tx, pending.id)
            if row is None:
                continue
            renderer = RENDERERS[row.key]
            seen = renderer.view(self.tx, row.person_id, row.params) if renderer.view else row.params
            renderer.render(seen, Words("en", self.tx.rules))
            shows = row.params.get("assignment") if row.key == "card" else None
            done = Delivered(row.id, row.person_id, row.slot, 4711 + row.id, False, True, shows)
            delivery.sent(self.tx, delivered=done, now=self.now)

    def tick(self) -> None:
        """Every tick until nothing is left."""
        for tick in TICKS:
            for _ in range(20):
                if not tick.work(self.tx, now=self.now):
                    break
            self.send()

    def card(self, person: Person) -> int:
        """The assignment on the person's screen."""
        card = sessions.of(self.tx, person.id).assignment_id
        assert card is not None
        return card


@pytest.fixture(scope="module")
def noted() -> dict[str, list[str]]:
    """Every statement of the story with its plan."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma foreign_keys = on")
    migrate(connection)
    connection.execute("begin")
    tx = NotingTx(connection, Rules(bot_username="tallyhand_bot", quick_tap_millis=0, quiet_hours=False))
    owner = make_owner(tx)
    workers = [make_worker(tx, 100 + number, f"W{number}") for number in range(3)]
    reviewer = make_reviewer(tx)
    tapped, written = make_batch(tx, n_tasks=30, overlap=3), make_batch(tx, "write_reply", 4, 500_000, 3)
    draft = make_draft(tx, n_tasks=20, by=owner)
    add_funds(tx, by=owner)
    gated = make_gated(tx, caption="training 1\ntest yes\nskill 80")
    split = make_batch(tx, n_tasks=3, overlap=3, adaptive=2)
    known = make_draft(tx, n_tasks=12, by=owner, price=2_000_000, overlap=2, caption="gold 100%")
    tx.noted.clear()
    story = Story(tx)
    _play(story, owner, reviewer, workers, tapped, written)
    _play_pilot(story, owner, workers[0], draft)
    _play_newcomers(story, owner, workers[1], gated)
    _play_disputes(story, owner, reviewer, split)
    _play_gold(story, owner, known)
    return {
        sql: [row[3] for row in connection.execute(f"explain query plan {sql}", values).fetchall()]
        for sql, values in tx.noted.items()
    }


def _play_disputes(story: Story, owner: Person, reviewer: Person, batch: int) -> None:
    """Tasks on which three say three things: a human decides, one of the answers is rejected after a fit."""
    tx = story.tx
    workers = [make_worker(tx, 300 + number, f"D{number}") for number in range(3)]
    for answer, ana in enumerate(workers):
        story.arrive(ana, work.start, slot=Slot.CARD, batch=batch)
        while sessions.of(tx, ana.id).assignment_id is not None:
            story.arrive(ana, work.submit, slot=Slot.CARD, assignment=story.card(ana), answer_index=answer)
    first, second, third = (row[0] for row in tx.all("select id from tasks where batch_id = :id order by id", id=batch))
    story.arrive(reviewer, inspecting.show_batches, slot=Slot.REVIEW)
    story.arrive(reviewer, disputes.show, slot=Slot.REVIEW, batch=batch)
    story.arrive(reviewer, disputes.skip, slot=Slot.REVIEW, task=first)
    story.arrive(reviewer, disputes.decide, slot=Slot.REVIEW, task=second, choice=1)
    story.arrive(reviewer, disputes.not_usable, slot=Slot.REVIEW, task=third)
    beliefs.adopt(tx, batch, Prior(1, 8_000, 200), {workers[0].id: 9_000})
    one = tx.value("select max(id) from submissions where task_id = :id", id=first)
    rejected(tx, owner, one, now=story.now)
    story.send()


def _play_gold(story: Story, owner: Person, draft: int) -> None:
    """Known answers of a file, some made, one confirmed; misses are told, one is doubted and taken back."""
    tx = story.tx
    job = jobs.ask(tx, "import", person_id=owner.id, batch_id=draft, now=story.now, batch=draft, what="gold", name="g")
    lines = [KnownAnswer((str(number),), "Cat") for number in range(1, 4)]
    imports.finish(tx, job=job, known=lines, now=story.now)
    story.arrive(owner, gold.make, batch=draft)
    row = tx.one("select id from tasks where batch_id = :id and gold is null order by id limit 1", id=draft)
    assert row is not None
    story.arrive(owner, gold.answer, slot=Slot.GOLD, task=row["id"], index=1, made=0)
    story.arrive(owner, gold.undo, slot=Slot.GOLD, task=row["id"], made=1)
    publish_all(tx, draft, now=story.now)
    row = tx.one("select id from tasks where batch_id = :id and gold is null order by id limit 1", id=draft)
    assert row is not None
    story.arrive(owner, gold.answer, slot=Slot.GOLD, task=row["id"], index=1, made=0)
    for number in range(2):
        ana = make_worker(tx, 400 + number, f"G{number}")
        story.arrive(ana, work.start, slot=Slot.CARD, batch=draft)
        while sessions.of(tx, ana.id).assignment_id is not None:
            story.arrive(ana, work.submit, slot=Slot.CARD, assignment=story.card(ana), answer_index=2)
        story.tick()
    story.arrive(owner, gold_confirming.show, batch=draft)
    story.arrive(owner, gold.stop, slot=Slot.GOLD, batch=draft, made=0)
    miss = tx.one("select submission_id, task_id from gold_misses where worker_id = :id limit 1", id=ana.id)
    assert miss is not None
    story.arrive(ana, gold_judging.object_to, slot=Slot.GOLD_MISSED, submission=miss["submission_id"])
    story.arrive(owner, gold_doubts.show, batch=draft)
    story.arrive(owner, gold_doubts.take_back, slot=Slot.GOLD, task=miss["task_id"])


def _play_newcomers(story: Story, owner: Person, ana: Person, batch: int) -> None:
    """One who practises, is not let in by the test, hears why, and is let in; one whose test's gold was wrong."""
    tx = story.tx
    story.arrive(ana, work.start, slot=Slot.CARD, batch=batch)
    story.arrive(ana, reporting.skip, slot=Slot.CARD, assignment=story.card(ana))
    while sessions.of(tx, ana.id).assignment_id is not None:
        story.arrive(ana, work.submit, slot=Slot.CARD, assignment=story.card(ana), answer_index=2)
    story.arrive(ana, work.change_batch, slot=Slot.CARD)
    test = training.last(tx, ana.id, batch)
    assert test is not None and test.outcome == "failed"
    story.arrive(ana, qualifying.why, test=test.id)
    qualifying.gold_changed(tx, test.evidence["answers"][0][0], now=story.now)
    story.arrive(owner, qualifying.let_in, test=test.id)
    assert training.last(tx, ana.id, batch) != test


def _play(story: Story, owner: Person, reviewer: Person, workers: list[Person], tapped: int, written: int) -> None:
    tx = story.tx
    for batch in (tapped, written):
        while waves.offer_step(tx, batch=batch, now=story.now):
            pass
    story.send()
    for ana in workers:
        story.arrive(ana, work.show)
        story.arrive(ana, work.start, slot=Slot.CARD, batch=tapped)
        for number in range(17):
            result = story.arrive(ana, work.submit, slot=Slot.CARD, assignment=story.card(ana), answer_index=number % 2)
            if number == 3:
                story.arrive(ana, work.undo, slot=Slot.CARD, submission=result.submission_id)
        story.arrive(ana, reporting.skip, slot=Slot.CARD, assignment=story.card(ana))
        story.arrive(ana, reporting.report, slot=Slot.CARD, assignment=story.card(ana), reason=0)
        story.arrive(ana, work.change_batch, slot=Slot.CARD)
        for _ in range(2):
            story.arrive(ana, work.start, slot=Slot.CARD, batch=written)
            story.updates += 1
            story.arrive(ana, writing.take, text="Hello there, thank you.", message_id=6_000 + story.updates)
            hand = assignments.hand(tx, ana.id, story.card(ana))
            assert hand is not None
            version = hand.assignment.draft_version
            story.arrive(ana, writing.submit, slot=Slot.DRAFT, assignment=hand.assignment.id, version=version)
        story.arrive(ana, earnings.show)
    for batch in (tapped, written):
        story.arrive(owner, coordinating.open_batch, batch=batch)
    story.arrive(owner, coordinating.show_list)
    story.arrive(owner, funds.funds)
    assert jobs.waiting(tx, "offers", limit=10)
    story.arrive(reviewer, reviews.open_queue)
    for use_case, more in ((reviews.accept, {}), (reviews.send_back_for, {"code": 0})):
        one = next_pending(tx, kinds=reviews.WRITTEN, reviewer_id=reviewer.id, after=0)
        assert one is not None
        story.arrive(reviewer, use_case, slot=Slot.REVIEW, submission_id=one.id, version=one.version, **more)
    _play_rejections(story, owner, reviewer, workers, tapped)
    for ana in workers:
        story.arrive(ana, work.show)
        story.arrive(ana, work.stop)
    _take_long(story, workers[0], tapped)
    for days in (1, 4, 8):
        story.now += days * DAY
        story.tick()
    story.arrive(owner, payouts.overview)
    run = tx.value("select max(id) from payout_runs")
    story.arrive(owner, payouts.approve, slot=Slot.payout_run(run), run_id=run)
    story.arrive(owner, payouts.mark_paid, slot=Slot.payout_run(run), run_id=run)
    story.arrive(workers[0], work.start, slot=Slot.CARD, batch=written)
    story.arrive(owner, publishing.pause, slot=Slot.batch(tapped), batch=tapped)
    story.arrive(owner, peer_scores.ask, slot=Slot.batch(written), batch=written, said={"en": peer_scores.ASKING})
    story.arrive(owner, publishing.close, slot=Slot.batch(written), batch=written)
    story.now += 60 * MINUTE
    story.tick()
    story.arrive(workers[0], earnings.show)
    lifted = tx.value("select min(day) from topups where worker_id = :id", id=workers[0].id)
    story.arrive(workers[0], topups.why, day=lifted)
    story.arrive(workers[0], fairness.show)
    story.arrive(owner, quality_reports.report)
    story.arrive(owner, quality_reports.show, batch=tapped)
    _play_fit(story, owner, workers[0], tapped)
    for job in jobs.waiting(tx, quality_reports.JOB, limit=9):
        computed(tx, job, now=story.now)
    story.send()
    mirrors.example(tx, workers[0].id, tx.value("select min(id) from submissions"))
    story.arrive(workers[0], statements.choose)
    month = month_of(tx.rules, story.now)
    story.arrive(workers[0], statements.ask, month=month)
    asked, cursor = plan(tx.rules, worker=workers[0].id, month=month, at=story.now), Cursor()
    while not cursor.done:
        cursor = statements.part(tx, asked, cursor).cursor
    day = tx.rules.day(story.now)
    for person in (*workers, reviewer):
        inform(tx, person, "week", now=story.now, first=day - 30, last=day)
        inform(tx, person, "mirror", now=story.now, first=day - 30, last=day)
    story.send()
    assert people.by_telegram_id(tx, 100) is not None
    _choose_methods(story, workers)
    _pay_by_file(story, owner, workers)


def _play_fit(story: Story, owner: Person, ana: Person, batch: int) -> None:
    """Labels and skills are put together, looked at from both sides, and written into an export."""
    fit, seen = 10**6, refits.begin(story.tx, batch, 10**6)
    assert seen is not None
    fitted = compute(refits.material(story.tx, batch, refits.votes_page(story.tx, batch, after=0)), fit)
    refits.store_labels(story.tx, batch, fit, fitted.labels)
    refits.finish(story.tx, batch, fit, fitted, submissions=seen, now=story.now)
    _play_signals(story, owner, ana, batch)
    story.arrive(owner, labels.show, batch=batch)
    story.arrive(owner, labels.why, slot=Slot.QUALITY, task=fitted.labels[0][0])
    story.arrive(ana, accuracy.show, slot=Slot.HISTORY)
    story.arrive(ana, accuracy.why, slot=Slot.HISTORY, place=0)
    plan = exports.plan(story.tx, batch)
    for read in (exports.submissions_page, exports.tasks_page, exports.workers_page):
        read(story.tx, plan, after=0, upto=plan.upto)


def _play_signals(story: Story, owner: Person, ana: Person, batch: int) -> None:
    """A worker stands out, photos look alike, and so do texts; somebody writes to her and finds the rest fine."""
    tx = story.tx
    sql = "select max(id) from submissions where worker_id = :who and batch_id = +:id"
    one = tx.value(sql, who=ana.id, id=batch)
    written = tx.value("select max(batch_id) from submissions where answer ->> 'text' is not null")
    found = [("blind", (ana.id,), 900, {"answers": 17, "agreed": 2, "examples": [one]})]
    signals.record(tx, batch, found, kinds=signals.FOUND_IN_ANSWERS, rule=1, now=story.now)
    for searched in (batch, written):
        lookalikes.ask(tx, searched, person_id=owner.id, now=story.now)
    shown = lookalikes.photos_page(tx, batch, after=0)
    alike.looked(tx, {shown[0].sha256: b""})
    alike.searched(tx, batch)
    places = [photo.task_id for photo in shown]
    lookalikes.found_photos(tx, batch, places, [(0, 1, 3)], rule=1, now=story.now)
    texts = [text.submission_id for text in lookalikes.texts_page(tx, written, after=0)]
    copies = [Alike((ana.id,), 97, 0, 1, (1,))]
    lookalikes.found_texts(tx, written, texts, copies, rule=1, now=story.now)
    alike.again(tx, texts[0])
    ids = sorted(row["id"] for row in tx.all("select id from signals where outcome is null"))
    story.arrive(owner, signals.show, slot=Slot.REVIEW, batch=batch)
    story.arrive(owner, signals.following, slot=Slot.REVIEW, signal=ids[0])
    story.arrive(owner, signals.turn, slot=Slot.REVIEW, signal=ids[1], photo=1)
    story.arrive(owner, inspecting.show_page, slot=Slot.REVIEW, batch=batch, worker=ana.id, after=0)
    story.arrive(owner, signals.talk, signal=ids[0])
    story.arrive(owner, signals.talked, signal=ids[0], text="Is everything clear?")
    for signal in ids[1:]:
        story.arrive(owner, signals.fine, slot=Slot.REVIEW, signal=signal)


def _take_long(story: Story, ana: Person, batch: int) -> None:
    """A day that needs lifting: cards that take so long that they ask, and an answer each time."""
    story.arrive(ana, work.start, slot=Slot.CARD, batch=batch)
    for _ in range(3):
        for _ in range(4):
            story.now += 40 * SECOND
            story.tick()
            story.arrive(ana, presence.still_here, slot=Slot.CARD, wait=3, assignment=story.card(ana))
        story.arrive(ana, work.submit, slot=Slot.CARD, assignment=story.card(ana), answer_index=0)
    story.arrive(ana, work.stop)


def _choose_methods(story: Story, workers: list[Person]) -> None:
    """From now on there is more than by hand: who has money is asked, numbers are given, changed and disowned."""
    tx = story.tx
    tx.rules = replace(tx.rules, rails=("by_hand", "csv"))
    story.tick()
    for ana, iban in zip(workers, ("DE89370400440532013000", "FR1420041010050500013M02606"), strict=False):
        story.arrive(ana, payout_methods.show)
        story.arrive(ana, payout_methods.choose, slot=Slot.PAYOUT_METHOD, kind=0)
        for text in (iban, "Ana"):
            story.arrive(ana, typed.text, text=text, message_id=9_000, read=account_numbers.read)
        story.arrive(ana, payout_methods.choose, slot=Slot.PAYOUT_METHOD, kind=3)
    change = tx.value("select max(id) from payout_methods")
    story.arrive(workers[1], payout_methods.disown, slot=Slot.PAYOUT_METHOD, method_id=change)
    story.arrive(workers[0], payout_methods.ask_remove, slot=Slot.PAYOUT_METHOD)
    story.arrive(workers[2], leaving.withdraw, agreed_at=tx.value("select max(agreed_at) from consents"))
    for days in (2, 3, 70):
        story.now += days * DAY
        story.tick()


def _pay_by_file(story: Story, owner: Person, workers: list[Person]) -> None:
    """A run over a rail of files: judged, approved, filed, answered; and one that nobody looks after."""
    tx = story.tx
    for ana in workers[:2]:
        credit, cause = accounts.available(ana.id), f"topup:{900 + ana.id}:credited"
        debit, amount, now = accounts.WORLD, 9_000_000, story.now
        ledger.transfer(tx, cause=cause, debit=debit, credit=credit, amount=amount, currency="USD", now=now)
    story.arrive(owner, payouts.show_dry_run)
    story.now += 7 * DAY
    story.tick()
    run = int(tx.value("select max(id) from payout_runs"))
    story.arrive(owner, payouts.approve, slot=Slot.payout_run(run), run_id=run)
    story.now += 3 * DAY
    story.tick()
    csv = payout_files.NAMES.index("csv")
    story.arrive(owner, payout_files.ask, run_id=run, rail=csv)
    assert payout_files.plan(tx, run_id=run, rail="csv").number == 1
    orders = payout_files.page(tx, run_id=run, rail="csv", after=0, limit=100)
    payout_files.keep(
        tx, run_id=run, rail="csv", number=1, key="M", name="x.csv", sha256="0", content=zlib.compress(b""),
        orders=(len(orders), sum(order.micro for order in orders), orders[-1].id), by=owner.id, now=story.now,
    )  # fmt: skip
    asked = tx.value("select max(id) from jobs")
    payout_files.finish(tx, job=asked, run_id=run, rail="csv", now=story.now)
    story.arrive(owner, payouts.show_list, run_id=run)
    file = Incoming("table", "f", "answer.csv", 9)
    story.arrive(owner, received.file, file=file)
    job = tx.value("select max(id) from jobs")
    bank_answers.once(tx, sha256="1", answer=None)
    line = Line(payout_files.installation(tx), orders[0].id, Status.FAILED, problem="ac04")
    answer = Answer("list", (line,), (Whole("M", Status.PAID),))
    found = bank_answers.together(tx, found=bank_answers.check(tx, lines=answer.lines), answer=answer)
    bank_answers.begin(tx, job=job, sha256="1", form="list", now=story.now)
    bank_answers.step(tx, job=job, found=found, start=0, now=story.now)
    bank_answers.finish(tx, job=job, others=0, now=story.now)
    story.tick()


def _play_pilot(story: Story, owner: Person, ana: Person, draft: int) -> None:
    """A pilot that waits, is worked at, and published with the rest."""
    tx = story.tx
    story.arrive(owner, pilots.begin, slot=Slot.batch(draft), batch=draft, tasks=10, cost=765_000)
    story.now += 2 * DAY
    story.tick()
    while waves.offer_step(tx, batch=draft, now=story.now):
        pass
    story.send()
    story.arrive(ana, work.start, slot=Slot.CARD, batch=draft)
    story.arrive(ana, work.submit, slot=Slot.CARD, assignment=story.card(ana), answer_index=0)
    story.arrive(ana, work.stop, slot=Slot.CARD)
    found = batches.by_id(tx, draft)
    assert found is not None
    fitting = coordinating.draft_view(tx, found, NOON).quote.fitting
    assert fitting is not None
    story.arrive(owner, publishing.publish, slot=Slot.batch(draft), batch=draft, tasks=20, cost=fitting.total)


def _play_rejections(story: Story, owner: Person, reviewer: Person, workers: list[Person], tapped: int) -> None:
    """A rejection, its appeal, its outcome; a proposal and a second human; a question; a report; the history."""
    tx, ana = story.tx, workers[0]
    one = next_pending(tx, kinds=reviews.WRITTEN, reviewer_id=reviewer.id, after=0)
    assert one is not None
    writer = people.by_id(tx, one.worker_id)
    target = {"first": one.id, "last": one.id, "version": one.version}
    story.arrive(reviewer, rejecting.ask_code, slot=Slot.REVIEW, **target)
    story.arrive(reviewer, rejecting.ask_evidence, slot=Slot.REVIEW, code=2, **target)
    story.arrive(reviewer, typed.text, text="From a book", message_id=1)
    ground = tx.value("select max(id) from grounds")
    story.arrive(reviewer, rejecting.confirm, slot=Slot.REVIEW, ground=ground)
    story.now += MINUTE
    rejections.delivered(tx, worker_id=writer.id, batch_id=one.batch_id, upto=1, now=story.now)
    story.arrive(writer, appeals.appeal, slot=Slot.REJECTION, submission=one.id)
    story.arrive(writer, asking.asked, submission=one.id, text="Why?")
    story.arrive(owner, asking.replied, inquiry=1, text="So.")
    story.arrive(owner, appeals.open_queue)
    story.arrive(owner, appeals.skip, slot=Slot.REVIEW, rejection=1)
    story.arrive(owner, appeals.pay, slot=Slot.REVIEW, rejection=1)
    story.arrive(reviewer, inspecting.show_batches, slot=Slot.REVIEW)
    story.arrive(reviewer, inspecting.show_workers, slot=Slot.REVIEW, batch=tapped)
    story.arrive(reviewer, inspecting.show_page, slot=Slot.REVIEW, batch=tapped, worker=ana.id, after=0)
    first = tx.value("select min(id) from submissions where worker_id = :id and state = 'pending'", id=ana.id)
    story.arrive(reviewer, inspecting.show_one, slot=Slot.REVIEW, submission=first)
    last = tx.value("select max(id) from submissions where batch_id = :id", id=tapped)
    target = {"first": first, "last": last, "version": 0}
    story.arrive(reviewer, rejecting.ask_evidence, slot=Slot.REVIEW, code=0, **target)
    story.arrive(reviewer, typed.text, text="Blank", message_id=2)
    ground = tx.value("select max(id) from grounds")
    story.arrive(reviewer, rejecting.confirm, slot=Slot.REVIEW, ground=ground)
    size = tx.value("select size from proposals where id = 1")
    story.arrive(owner, appeals.open_queue)
    story.arrive(owner, proposals.agree, slot=Slot.proposal(1), proposal=1, count=size)
    rejections.delivered(tx, worker_id=ana.id, batch_id=tapped, upto=10**6, now=story.now)
    rejections.tell_again(tx, now=story.now)
    story.arrive(ana, appeals.appeal_all, slot=Slot.REJECTION, batch=tapped)
    story.arrive(ana, history.show)
    story.arrive(ana, history.why, slot=Slot.HISTORY, submission=first)
    story.arrive(owner, reported.show, batch=tapped)
    task = tx.value("select min(task_id) from reports")
    story.arrive(owner, reported.agree, task=task, upto=10**6)


def test_the_story_runs_what_daily_work_runs(noted: dict[str, list[str]]) -> None:
    assert len(noted) > 120
    for part in ("into submissions", "into ledger", "into inbox", "into outbox", "from tasks t where t.batch_id",
                 "with recursive waiting", "into payouts", "from days", "from waves", "from timings"):  # fmt: skip
        assert any(part in sql for sql in noted), part


def test_no_statement_goes_through_or_sorts_what_grows(noted: dict[str, list[str]]) -> None:
    found = [
        f"{step}   in   {sql}"
        for sql, plan in noted.items()
        for step in plan
        if ("TEMP B-TREE" in step or scans(step, sql)) and not any(part in sql for part in BOUNDED)
    ]
    assert not found, "\n".join(found)


def test_a_statement_looks_up_each_transfer_by_its_cause(noted: dict[str, list[str]]) -> None:
    """Not by a range of causes: between two submissions of one worker are those of everybody else."""
    asked = {sql for sql in noted if "join ledger l" in sql and ".worker_id = :worker_id" in sql}
    assert len(asked) >= 2, "submissions and payouts at least"
    for sql in asked:
        assert "SEARCH l USING PRIMARY KEY (kind=? AND subject=?)" in noted[sql], f"{noted[sql]}   in   {sql}"


def test_every_exception_is_still_needed(noted: dict[str, list[str]]) -> None:
    steps = [step for plan in noted.values() for step in plan]
    assert [name for name in SMALL_INDEXES if not any(f"INDEX {name}" in step for step in steps)] == []
    assert [part for part in BOUNDED if not any(part in sql for sql in noted)] == []
