"""Whatever people are called and whatever they write, every message is one Telegram takes."""

from __future__ import annotations

import random
import zlib

import pytest

from bot.rendering import RENDERERS
from bot.rendering.message import Message, Nothing
from domain import ledger as accounts
from domain.quality import Figures
from handlers.buttons import decode, encode
from handlers.routes import COMMANDS, TAPS
from storage import bank_answers, batches, invites, ledger, payout_files, payouts, people, quality_reports, sendings
from storage import payout_methods as methods
from storage.database import Database, Tx
from tests.handlers.golden import queue_gold, queue_void
from tests.handlers.lifted import queue_topups
from tests.handlers.outstanding import queue_signals
from tests.handlers.phone import Phone
from tests.handlers.rejected import queue_outcomes, queue_rejections
from tests.handlers.test_altered_taps import numbers_of
from tests.handlers.trained import queue_let_in, queue_training
from tests.handlers.world import COORDINATOR, OTHER, OWNER, REVIEWER, STRANGER, WORKER, build, render_waiting
from usecases import reserves
from usecases.notify import tell

MARKUP = "<b>&amp;\"'</b> </blockquote><a href='x'>&lt;&#0;{name}{0}%s"
NASTY = [
    MARKUP * 100,
    "מה בתמונה? \u202e\u200f" * 400,
    "👩‍👩‍👧‍👦🇫🇷" * 700,
    "W" * 5_000,
    "& " * 3_000,
    "<",
]

ELSEWHERE = {
    "payout_method_wanted": "nobody is asked where all are paid by hand: test_payout_methods.py",
    "gold_confirm": "wants two who say the same: tests/usecases/test_gold_made.py",
}


def queue_rest(tx: Tx, text: str, now: int) -> None:
    """Messages that need a file, a failure or a long absence."""
    owner, worker = (tx.value("select id from people where telegram_id = :id", id=one) for one in (OWNER, WORKER))
    batch = tx.value("select min(id) from batches where state = 'open'")
    task = tx.value("select max(id) from tasks where payload like '%messages%'")
    written = tx.value(
        "select max(s.id) from submissions s join batches b on b.id = s.batch_id where b.kind = 'write_reply'"
    )
    pending = tx.value(
        "select max(s.id) from submissions s join batches b on b.id = s.batch_id"
        " where b.kind = 'write_reply' and s.state = 'pending'"
    )
    card = tx.value("select max(id) from assignments where worker_id = :id", id=worker)
    paused = tx.value("select id from tasks where state = 'paused'")
    refused = tx.value("select max(batch_id) from refused_files")
    begun = tx.value("select assignment_id from parts where worker_id = :id and message_id = 900", id=worker)
    open_card = tx.one("select id, worker_id, expires_at from assignments where state = 'offered'")
    assert open_card is not None
    labelled = tx.value("select min(task_id) from labels")
    tell(tx, owner, "label_why", now=now, task=labelled)
    tell(tx, worker, "accuracy_why", now=now, kind="choose_one", language="en")
    for key in ("card", "report", "instructions"):
        tell(tx, open_card["worker_id"], key, now=now, assignment=open_card["id"], first=True, saved=1)
    tell(tx, open_card["worker_id"], "lease_ends", now=now, assignment=open_card["id"], until=open_card["expires_at"])
    finished = tx.value("select id from batches where state = 'paused'")
    tx.run("update batches set state = 'open', done = tasks where id = :id", id=finished)
    payouts.close(tx, 1, state="paid", reference=None, problem=None, now=now)
    tell(tx, tx.value("select worker_id from payouts where id = 1"), "payout_paid", now=now, payout=1)
    paid_to = tx.value("select worker_id from payouts where id = 1")
    payouts.change(tx, 1, problem=f"<&{text[:30]}")
    for key in ("payout_failed", "payout_returned"):
        tell(tx, paid_to, key, now=now, payout=1)
    late = payouts.add(tx, run_id=1, worker_id=owner, amount=1, rail="sepa", method_id=None)
    tell(tx, owner, "payout_late", now=now, payout=late)
    sending = sendings.add(tx, run_id=1, number=1, key="TH<&", request=b"{}", payouts=[late], now=now)
    tell(tx, owner, "payout_unclaimed", now=now, payout=late)
    tell(tx, owner, "sending_trouble", now=now, sending=sending, why=text[:30])
    for why in ("minimum", "waiting", "not_paid", "no_method"):
        tell(tx, worker, "payout_kept", now=now, why=why)
    tell(tx, owner, "offer", now=now, batch=batch)
    pilot = tx.value("select id from batches where piloting = 1")
    for key in ("pilot_waits", "pilot_done"):
        tell(tx, owner, key, now=now, batch=pilot)
    invite = invites.add(tx, code="x", role="worker", single_use=False, created_by=owner, expires_at=now + 1, now=now)
    people.change(tx, worker, invite_id=invite)
    free = ledger.balance(tx, accounts.FUNDS)
    reserves.owe_topups(tx, batch, free + 1, now=now)
    short = text[:200]
    for key, values in {
        "failed": {"reference": "0a1b2c3d"},
        "job_failed": {"reference": "0a1b2c3d"},
        "file_refused": {"name": short, "text": "{given}: no. {columns}", "params": {"given": short, "columns": short}},
        "file_too_big": {"batch": batch, "bytes": 21_000_000},
        "export": {"batch": batch, "job": 1, "filename": "x.zip", "submissions": 3},
        "export_too_big": {"batch": batch, "job": 1, "filename": "x.zip", "submissions": 3},
        "refusal": {"text": "{given}: no.", "params": {"given": short}},
        "review_file": {"submission": written},
        "review_reason": {"submission": pending, "version": 1},
        "review": {"submission": pending, "at": now, "said": "returned"},
        "review_page": {"submission": written, "page": 0},
        "staff_joined": {"person_id": worker, "role": "reviewer"},
        "worker_joined": {"person_id": worker, "invite_id": invite},
        "summary": {"day": tx.rules.day(now), "at": now},
        "batch_done": {"batch": finished},
        "payout_file": {"run": 1},
        "payout_alert": {"run": tx.value("select id from payout_runs where state <> 'settled'"), "since": now},
        "payout_dry_run": {"at": now},
        "payout_no_file": {"run": 1},
        "payout_bank_file": {"file": a_file(tx, owner, now), "of": 2},
        "bank_answer": {"answer": an_answer(tx, owner, now), "runs": [1], "others": 3},
        "bank_answer_refused": {"text": "{given}: no.", "params": {"given": short}},
        "bank_answer_unsure": {"job": 1, "name": short},
        "brief_data": {"batch": batch},
        "brief_discard": {"batch": refused},
        "brief_discarded": {"batch": batch},
        "batch_moved": {"batch": batch},
        "batch_preview": {"batch": batch},
        "batch_close": {"batch": batch},
        "budget_ask": {"batch": batch},
        "budget_added": {"batch": batch, "pay": 1_000_000, "topups": 500_000, "fees": 30_000},
        "batch_closed": {"batch": batch, "amount": 1},
        "refused_files": {"batch": refused},
        "task_paused": {"task": paused},
        "task_resumed": {"task": paused},
    }.items():
        tell(tx, owner, key, now=now, **values)  # type: ignore[arg-type]
    for key, values in {
        "conversation": {"task": task, "page": 0},
        "conversation_file": {"task": task},
        "draft": {"assignment": begun},
        "draft_edit": {"assignment": begun},
        "draft_gone": {"assignment": begun},
        "draft_saved": {"assignment": card},
        "sent_back_over": {"submission": written},
        "sent_back": {"submission": written, "at": now},
        "join_declined": {"silent": False},
        "declined": {},
        "ready": {},
        "withdrawn": {},
        "offer_answered": {"batch": batch, "answer": "refused"},
        "nothing_left": {"batch": batch, "at": now},
        "card_hint": {"expects": "tap"},
        "hint": {},
        "reaction": {"message_id": 1, "emoji": "👌"},
        "week": {"first": tx.rules.day(now) - 6, "last": tx.rules.day(now)},
        "statement_pdf": {"job": 1, "name": "x", "month": 24322, "before": [0] * 5, "after": [1] * 5, "lines": 3},
        "statement_csv": {"job": 1, "name": "x", "month": 24322, "before": [0] * 5, "after": [1] * 5, "lines": 3},
    }.items():
        tell(tx, worker, key, now=now, **values)


def queue_quality(tx: Tx, text: str, now: int) -> None:
    """A report, and a worker's answer that missed a gold, for as long as it takes to render them."""
    owner = tx.value("select id from people where telegram_id = :id", id=OWNER)
    one = tx.one(
        "select s.id, s.task_id, s.batch_id, s.worker_id from submissions s join batches b on b.id = s.batch_id"
        " where b.kind = 'choose_one' and s.state in ('pending', 'accepted') order by s.id limit 1"
    )
    assert one is not None
    figures = Figures(at=now, tasks=12, done=1, answers=3, workers=2, gold=1, gold_answers=2, pairs=1, fit_rule="<&")
    quality_reports.keep(tx, one["batch_id"], state="", figures=figures)
    tell(tx, owner, "quality_report", now=now, batch=one["batch_id"])
    batch = batches.by_id(tx, one["batch_id"])
    assert batch is not None
    tx.run(
        "update tasks set gold = :gold, gold_why = :why where id = :id",
        gold=batch.face.answers[1],
        why=text[:300],
        id=one["task_id"],
    )
    tx.run(
        "insert into gold_misses (submission_id, task_id, batch_id, worker_id, label, gold, forgiven, told_at)"
        " values (:id, :task, :batch, :worker, 'x', :gold, 0, :now)",
        id=one["id"],
        task=one["task_id"],
        batch=batch.id,
        worker=one["worker_id"],
        gold=batch.face.answers[1],
        now=now,
    )
    tell(tx, one["worker_id"], "example", now=now, submission=one["id"])
    tell(tx, one["worker_id"], "week", now=now, first=tx.rules.day(now) - 60, last=tx.rules.day(now))


def forget_quality(tx: Tx) -> None:
    """The task is ordinary work again."""
    tx.run("update tasks set gold = null, gold_why = null where id in (select task_id from gold_misses)")
    tx.run("delete from gold_misses")


def queue_mirrors(tx: Tx, now: int) -> None:
    """The week of everybody who decided something."""
    for row in tx.all("select distinct decided_by from submissions where decided_by is not null"):
        tell(tx, row["decided_by"], "mirror", now=now, first=0, last=tx.rules.day(now))


def a_file(tx: Tx, owner: int, now: int) -> int:
    """A file of a run, as short as files are."""
    return payout_files.add(
        tx,
        content=zlib.compress(b"bytes"),
        run_id=1,
        rail="sepa",
        number=1,
        key="MSG",
        name="x.xml",
        sha256="0" * 64,
        count=1,
        total=1,
        created_at=now,
        created_by=owner,
    )


def an_answer(tx: Tx, owner: int, now: int) -> int:
    """A bank's answer that brought everything there is."""
    answer = bank_answers.add(tx, sha256="0" * 64, form="list", by=owner, now=now)
    bank_answers.count(tx, answer, dict.fromkeys(bank_answers.COUNTS, 2))
    return answer


def queue_methods(tx: Tx, text: str, now: int) -> None:
    """Messages about payout methods: a number whose holder is asked for, one that is used and one that is to follow."""
    other, owner, worker = (people.by_telegram_id(tx, one) for one in (OTHER, OWNER, WORKER))
    assert other is not None and owner is not None and worker is not None
    used, change = (
        _method(tx, worker.id, f"+25471234567{number}", name=text[:70], at=now + number) for number in (0, 1)
    )
    asked = methods.begin(tx, other.id, "paypal", "a&b@example.org", now=now)
    tell(tx, other, "payout_holder", now=now, method=asked, problem="name_long", facts={"limit": 70})
    tell(tx, other, "payout_number", now=now, kind="iban", problem=None, facts={})
    for key, method in (
        ("payout_method_set", used),
        ("payout_method_active", used),
        ("payout_method_changing", change),
    ):
        tell(tx, worker, key, now=now, method=method, at=now)
    tell(tx, worker, "payout_method_remove", now=now)
    tell(tx, worker, "taken_out", now=now, message_id=1)
    tell(tx, owner, "payout_method_shared", now=now, worker=worker.id, other=other.id)
    tell(tx, owner, "payout_method_disowned", now=now, worker=worker.id, used=True)


def _method(tx: Tx, worker: int, number: str, *, name: str, at: int) -> int:
    methods.begin(tx, worker, "mobile", number, now=at)
    begun = methods.begun(tx, worker)
    assert begun is not None
    methods.confirm(tx, begun, name=name, active_from=at, now=at - int(number[-1]))
    return begun.id


@pytest.mark.parametrize(
    ("text", "language"),
    list(zip([*NASTY, NASTY[3]], ["en", "fr", "es", "fr", "es", "en", "es"], strict=True)),
    ids=["markup", "rtl", "emoji", "long", "amp", "lt", "long-es"],
)
async def test_every_message_is_accepted_whatever_people_write(db: Database, text: str, language: str) -> None:
    built = await db.write(build, text=text)
    made: dict[str, int] = {}

    async def rendered() -> list[str]:
        found = await db.write(render_waiting, language=language)
        seen = []
        for key, action in found:
            made[key] = made.get(key, 0) + (not isinstance(action, Nothing))
            if isinstance(action, Message):
                seen += [button.data for row in action.keyboard for button in row if button.data]
        return seen

    await rendered()
    await db.write(queue_rest, text=text, now=built.now)
    await db.write(queue_methods, text=text, now=built.now)
    await rendered()
    await db.write(queue_topups, text=text, now=built.now)
    await rendered()
    await db.write(queue_rejections, now=built.now)
    await rendered()
    await db.write(queue_outcomes, now=built.now)
    await db.write(queue_mirrors, now=built.now)
    await rendered()
    await db.write(queue_quality, text=text, now=built.now)
    await db.write(queue_training, text=text, now=built.now)
    await db.write(queue_signals, text=text, now=built.now)
    await rendered()
    await db.write(queue_let_in, now=built.now)
    await db.write(queue_gold, now=built.now)
    await rendered()
    await db.write(queue_void, now=built.now)
    await rendered()
    await db.write(forget_quality)
    pick = random.Random(language + text[:3])
    phones = [Phone(db, one, text[:128], built.now) for one in (STRANGER, WORKER, OTHER, REVIEWER, COORDINATOR, OWNER)]
    for phone in phones:
        for command in COMMANDS:
            await phone.command(f"/{command}")
            seen = await rendered()
            for data in seen:
                if decode(data)[0] not in ("withdraw_yes", "b_close_yes", "b_discard_yes"):
                    await phone.tap(data)
                    phone.now += 1_000_000
                    await rendered()
            await phone.command(f"/{command} {text[:3_000]}")
            await phone.write(text[:4_096])
            phone.now += 1_000_000
            await rendered()
    actions = sorted(TAPS)
    pick.shuffle(actions)
    for action in actions:
        await pick.choice(phones).tap(encode(action, *numbers_of(action, pick, built.ids)))
    await rendered()
    never = {key for key in RENDERERS if not made.get(key)} - ELSEWHERE.keys()
    assert not never, sorted(never)
