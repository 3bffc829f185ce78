"""Each rule of the soak can be broken: a sound database and an honest witness keep all, one fault breaks one.

Over 400 lines: a table of faults, one a rule.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.soak import books, questions, seeding, told
from bench.soak.evidence import Arrived, Evidence
from bench.soak.people import FIRST_WORKER, OWNER
from bench.soak.trace import Fact
from bench.soak.victims import Death
from bench.soak.witness import Put, Silence, Witness
from domain.people import Person
from domain.rules import HOUR, MINUTE, Rules
from storage import inbox, jobs, payouts, people, tasks
from storage.cipher import Cipher
from storage.database import Database, Tx
from tests.builders import NOON
from tests.steps import answer, take
from tests.usecases.fitting import fit
from usecases import funds, leases, reviews
from usecases import payouts as paying
from usecases.notify import tell

ANA = FIRST_WORKER
BEN = FIRST_WORKER + 1
UPDATE = 4711


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of a day's work: answers in all states, a payout run that is paid, an update handled, people who were
    trained and tested, a fit."""
    return tmp_path_factory.mktemp("sound")


@pytest.fixture
async def data_dir(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to break."""
    if not (sound / "tallyhand.db").exists():
        await seeding.seed(sound, workers=[ANA, BEN], submissions=40, replies=4, gated=20)
        db = await Database.open(sound / "tallyhand.db", Cipher(seeding.SECRET.encode()), Rules())
        try:
            await db.write(_work)
        finally:
            await db.close()
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "tallyhand.db").write_bytes((sound / "tallyhand.db").read_bytes())
    return folder


def _work(tx: Tx) -> None:
    now = NOON
    owner = people.by_telegram_id(tx, OWNER)
    assert owner is not None
    for number in (ANA, BEN):
        worker = people.by_telegram_id(tx, number)
        assert worker is not None
        for _ in range(6):
            now += MINUTE
            answer(tx, worker, 1, now=now)
    while reviews.accept_due(tx, now=now + MINUTE):
        pass
    while paying.run_due(tx, now=now + MINUTE):
        pass
    run = payouts.unpaid(tx, limit=1)[0]
    paying.approve(tx, by=owner, run_id=run.id, now=now)
    paying.mark_paid(tx, by=owner, run_id=run.id, now=now)
    worker = people.by_telegram_id(tx, ANA)
    assert worker is not None
    answer(tx, worker, 1, now=now + 2 * MINUTE)
    funds.record(tx, by=owner, amount=5_000_000, message_id=1, now=now)
    seq = inbox.add(tx, bot=1, update_id=UPDATE, payload=b"{}", now=now)
    assert seq is not None and inbox.close(tx, seq)
    _quality(tx, now=tx.value("select max(gold_at) from tasks") + HOUR)
    for kind in ("offers",):
        for job in jobs.waiting(tx, kind, limit=9):
            jobs.close(tx, job.id, now=now)
    tx.run("update outbox set state = 'sent' where state = 'waiting'")
    leases.release_all(tx, worker, now=now + 3 * MINUTE)
    tx.run("update outbox set state = 'sent' where state = 'waiting'")


def _quality(tx: Tx, *, now: int) -> None:
    """Two come in by training and test and agree on ordinary tasks, before a fit and after it."""
    for wanted in (3, 1):
        for number in (ANA, BEN):
            worker = people.by_telegram_id(tx, number)
            assert worker is not None
            plain = 0
            while plain < wanted:
                now += MINUTE
                plain += _answer_right(tx, worker, now=now)
            leases.release_all(tx, worker, now=now + 2 * MINUTE)
        if wanted > 1:
            fit(tx, GATED, now=now + HOUR)
            now += 2 * HOUR


def _answer_right(tx: Tx, worker: Person, *, now: int) -> bool:
    """One answer in the batch with gold; whether it was to ordinary work."""
    task = tasks.by_id(tx, _card(tx, take(tx, worker, GATED, now=now)))
    assert task is not None
    label = task.gold or questions.truth(task.payload.messages[0][1]) or "Cannot say"
    answer(tx, worker, GATED, choice=("Yes", "No", "Cannot say").index(label), now=now)
    return task.gold is None


def _card(tx: Tx, assignment: int) -> int:
    return int(tx.value("select task_id from assignments where id = :id", id=assignment))


def spoil(data_dir: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data_dir / "tallyhand.db", isolation_level=None)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount != 0, statement


def broken(found: list[books.Violation]) -> set[str]:
    return {one.rule for one in found}


# The books


def test_a_sound_database_keeps_every_rule(data_dir: Path) -> None:
    assert books.violations(data_dir) == []


REJECTION = (
    "insert into rejections (submission_id, batch_id, worker_id, ground_id, by, at, day_counted, standing, due_at)"
    " select id, batch_id, worker_id, 1, 1, 1, 0, 0, 1 from submissions where id = 13"
)
GATED = 3
GOLD_CARD = (
    "select a.id from assignments a join tasks t on t.id = a.task_id where t.gold is not null"
    " and a.state = 'submitted' limit 1"
)
BOOKS = {
    "every_reference_leads_somewhere": ["update tasks set batch_id = 999 where id = 20"],
    "the_ledger_is_right": ["update submissions set price = price + 1 where id = 13"],
    "every_cause_moves_money_once": [
        "update balances set balance = balance + 1 where id = (select number from accounts where id = 'funds')"
    ],
    "held_is_what_open_rejections_hold": [REJECTION],
    "a_rejection_ends_in_one_way": [REJECTION],
    "a_day_is_topped_up_once": [
        "insert into topups (worker_id, day, batch_id, amount, evidence, at) values (3, 1, 1, 5, '{}', 1)"
    ],
    "every_payout_is_known": ["update payouts set amount = amount + 1 where id = 1"],
    "an_assignment_has_one_answer": [
        "update assignments set state = 'skipped' where id = (select assignment_id from submissions where id = 1)"
    ],
    "places_are_counted_right": ["update tasks set taken = 3 where id = 1"],
    "nobody_has_a_task_twice": [
        "drop index assignments_one_open",
        "insert into assignments (task_id, batch_id, worker_id, state, offered_at, expires_at)"
        " select 19, 1, (select id from people where telegram_id = 700000101), 'offered', 1, 2 union all"
        " select 19, 1, (select id from people where telegram_id = 700000101), 'offered', 1, 2",
    ],
    "batches_are_counted_right": ["update batches set accepted = accepted + 1 where id = 1"],
    "workers_are_counted_right": ["update enrolments set done = done + 1"],
    "days_are_counted_right": ["update days set workers = workers + 1"],
    "no_gold_is_given_twice": [
        "insert into assignments (task_id, batch_id, worker_id, state, offered_at, expires_at)"
        f" select task_id, batch_id, worker_id, 'skipped', 1, 2 from assignments where id = ({GOLD_CARD})"
    ],
    "every_answer_is_paid_once": [f"update submissions set price = price + 1 where assignment_id = ({GOLD_CARD})"],
    "no_task_has_more_answers_than_its_most": ["update batches set overlap = 1 where id = 1"],
    "wanted_and_gold_are_counted_right": ["update batches set gold_answered = gold_answered + 1 where id = 3"],
    "what_is_not_needed_goes_back": ["update batches set state = 'closed' where id = 1"],
    "what_is_believed_is_what_the_votes_say": [
        """update tasks set belief = '[0,{"Yes":[3,9]}]' where belief is not null"""
    ],
    "a_batch_has_one_fit_at_a_time": ["update labels set fit_id = fit_id - 1"],
    "newcomers_go_one_way": ["update enrolments set stage = 'testing' where batch_id = 3"],
    "a_missed_gold_is_noted_as_it_is": [
        "insert into gold_misses (submission_id, task_id, batch_id, worker_id, label, gold, forgiven, told_at) select"
        " s.id, t.id, t.batch_id, s.worker_id, t.gold, t.gold, 0, 1 from submissions s join tasks t on t.id = s.task_id"
        " where t.gold is not null limit 1"
    ],
    "a_decided_task_was_given_up": ["update tasks set decided = 'Yes', decided_at = 1 where belief is not null"],
}


@pytest.mark.parametrize("rule", BOOKS)
def test_a_broken_book_is_found(data_dir: Path, rule: str) -> None:
    spoil(data_dir, *BOOKS[rule])
    assert rule in broken(books.violations(data_dir))


@pytest.mark.parametrize(
    ("rule", "statement"),
    [
        ("wanted_and_gold_are_counted_right", "update batches set unasked = unasked + 1 where id = 3"),
        ("wanted_and_gold_are_counted_right", "update batches set wanted = wanted - 1 where id = 3"),
        ("what_is_not_needed_goes_back", "update batches set done = tasks where id = 3"),
        ("what_is_believed_is_what_the_votes_say", "update tasks set belief = null where belief is not null"),
        (
            "what_is_believed_is_what_the_votes_say",
            """update tasks set belief = '[0,{"No":[1,1]}]' where gold is not null""",
        ),
        ("what_is_believed_is_what_the_votes_say", "update enrolments set reliance = 6001 where batch_id = 3"),
        ("a_batch_has_one_fit_at_a_time", "update fits set params = '{}'"),
        ("a_batch_has_one_fit_at_a_time", "update fits set rule = 0"),
        ("a_batch_has_one_fit_at_a_time", "update worker_skills set fit_id = 0"),
        ("a_batch_has_one_fit_at_a_time", "update batches set prior = '[9,7000,200]' where id = 3"),
        ("newcomers_go_one_way", "update tests set attempt = 2"),
        ("newcomers_go_one_way", "update tests set outcome = 'failed'"),
        ("newcomers_go_one_way", "update enrolments set retry_at = 5 where batch_id = 3"),
        ("newcomers_go_one_way", "update enrolments set stage = 'training' where batch_id = 3"),
        (
            "newcomers_go_one_way",
            "insert into tests select id + 9, worker_id, batch_id, kind, language, 2, after, upto, began_at, ended_at,"
            " outcome, right, wrong, by_id, rule, evidence from tests",
        ),
        (
            "a_missed_gold_is_noted_as_it_is",
            "insert into gold_misses (submission_id, task_id, batch_id, worker_id, label, gold, forgiven, told_at)"
            " select s.id, t.id, t.batch_id, s.worker_id, t.gold, 'Cannot say', 0, 1 from submissions s"
            " join tasks t on t.id = s.task_id where t.gold is not null limit 1",
        ),
        ("a_decided_task_was_given_up", "update tasks set given_up_at = 1 where batch_id = 3 and state = 'open'"),
        (
            "a_decided_task_was_given_up",
            "update tasks set given_up_at = 1, decided_at = 1, decided_by = (select s.worker_id from submissions s"
            " where s.task_id = tasks.id) where belief is not null",
        ),
    ],
)
def test_what_else_may_be_wrong_about_quality_is_found(data_dir: Path, rule: str, statement: str) -> None:
    spoil(data_dir, statement)
    assert rule in broken(books.violations(data_dir))


def test_a_damaged_file_is_found(data_dir: Path) -> None:
    path = data_dir / "tallyhand.db"
    with closing(books.connect(path)) as db:
        size = db.execute("pragma page_size").fetchone()[0]
        root = db.execute("select rootpage from sqlite_master where name = 'tasks_of_batch'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * size + size // 2)
        file.write(b"\x00" * (size // 2))
    assert "the_file_is_sound" in broken(books.violations(data_dir))


def test_each_rule_of_the_books_is_broken_by_a_test() -> None:
    names = {rule.__name__ for rule in books.RULES}
    assert names == BOOKS.keys() | {"the_file_is_sound"}


# What was told


def fact(name: str, at: float, **more: Any) -> Fact:
    return {"fact": name, "t": at, **more}


def going(row: int, at: float, *, chat: int = ANA, lane: int = 0, key: str = "said") -> Fact:
    return fact("go", at, row=row, chat=chat, lane=lane, slot=None, key=key, edits=False)


def gone(row: int, at: float, message: int, *, chat: int = ANA) -> Fact:
    return fact("gone", at, row=row, chat=chat, lane=0, slot=None, message=message, new=True)


def call(at: float, **more: Any) -> dict[str, Any]:
    line = {"at": at, "method": "sendMessage", "chat_id": ANA, "ok": True, "error_code": None, "description": None}
    return line | {"fault": None, "milliseconds": 1.0} | more


START, AGAIN = fact("start", 100.0, pid=1), fact("start", 200.0, pid=2)
ENDED = fact("ended", 199.0, pid=1)


def honest(data_dir: Path) -> Evidence:
    """A run in which all went well: an update, a message, a kill that doubled one, a SIGTERM."""
    with closing(books.connect(data_dir / "tallyhand.db")) as db:
        one = db.execute("select id, assignment_id from submissions order by id limit 1").fetchone()
    witness = Witness(
        puts={UPDATE: Put(UPDATE, "message", OWNER, 90.0, confirmed=True)},
        saved={one["assignment_id"]: ANA},
        undoable={one["id"]: ANA},
        received=[(UPDATE, 5_000_000)],
        stopped=[Silence(ANA, 150.0, 160.0)],
        blocked=[Silence(BEN, 150.0, 160.0)],
    )
    facts = [START, going(1, 110.0), gone(1, 110.1, 11), going(2, 199.0), AGAIN, going(2, 201.0), gone(2, 201.1, 13)]
    return Evidence(
        data_dir=data_dir,
        witness=witness,
        facts=facts,
        calls=[call(110.0), call(199.0), call(201.0)],
        arrived=[Arrived(ANA, 11, 110.05), Arrived(ANA, 12, 199.1), Arrived(ANA, 13, 201.05)],
        now=300.0,
        deaths=[Death("kill", "", 199.5, -9, False), Death("term", "", 300.0, 0, True)],
        started=[99.0, 199.6],
    )


def test_an_honest_run_keeps_every_rule_and_its_one_doubled_message_is_counted(data_dir: Path) -> None:
    evidence = honest(data_dir)
    assert told.violations(evidence) == []
    assert told.doubled(evidence) == 1


def _late_by(evidence: Evidence, seconds: float) -> Evidence:
    return replace(evidence, facts=[*evidence.facts, going(9, 150.0 + seconds, lane=2, key="offer")])


TOLD: dict[str, Any] = {
    "every_confirmed_update_was_handled": lambda e: _with(
        e, puts=e.witness.puts | {7: Put(7, "message", ANA, 1.0, confirmed=True)}
    ),
    "what_was_said_to_be_saved_is_there": lambda e: _with(e, saved={1_000: ANA}),
    "money_received_is_booked_once": lambda e: _with(e, received=[(UPDATE, 5_000_000), (UPDATE, 5_000_000)]),
    "what_a_bank_said_is_booked": lambda e: _with(_over_a_file(e), banked={2: ["paid"], 1: ["failed"]}),
    "no_message_comes_twice_but_after_a_kill": lambda e: replace(e, arrived=[*e.arrived, Arrived(BEN, 14, 120.0)]),
    "a_missed_gold_is_told_once": lambda e: _with(e, missed={1: {(ANA, 11)}}),
    "one_message_at_a_time_to_a_chat": lambda e: replace(e, facts=[*e.facts, going(3, 202.0), going(4, 202.1)]),
    "answers_come_in_order": lambda e: replace(
        e, facts=[*e.facts, gone(6, 202.0, 15), gone(5, 203.0, 16)], arrived=e.arrived
    ),
    "nothing_goes_to_who_said_stop": lambda e: _late_by(e, 5.0),
    "who_blocked_the_bot_is_left_alone": lambda e: replace(
        e, facts=[*e.facts, going(5, 151.0, chat=BEN), going(5, 152.0, chat=BEN)]
    ),
    "telegram_never_asks_us_to_wait": lambda e: replace(e, calls=[*e.calls, call(150.0, error_code=429, ok=False)]),
    "every_process_ends_as_it_should": lambda e: replace(e, deaths=[Death("term", "", 300.0, -9, True)]),
}


def _over_a_file(evidence: Evidence) -> Evidence:
    spoil(evidence.data_dir, "update payouts set rail = 'csv'")
    return evidence


def _with(evidence: Evidence, **values: Any) -> Evidence:
    return replace(evidence, witness=replace(evidence.witness, **values))


@pytest.mark.parametrize("rule", TOLD)
def test_a_broken_promise_is_found(data_dir: Path, rule: str) -> None:
    assert rule in broken(told.violations(TOLD[rule](honest(data_dir))))


async def test_what_still_waits_is_found(data_dir: Path) -> None:
    db = await Database.open(data_dir / "tallyhand.db", Cipher(seeding.SECRET.encode()), Rules())
    try:
        await db.write(lambda tx: tell(tx, 1, "help", now=NOON))
    finally:
        await db.close()
    assert broken(told.violations(honest(data_dir))) == {"nothing_waits_in_the_end"}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ('{"event": "update_given_up", "seq": 3}', "the_log_names_no_fault_of_ours"),
        ("Traceback (most recent call last):", "the_log_names_no_fault_of_ours"),
        ('{"event": "sent", "to": "Olivia"}', "the_log_names_nobody"),
        ('{"event": "not_sent", "url": "http://x/bot1000001:LOCAL/sendMessage"}', "the_log_names_nobody"),
    ],
)
def test_a_log_that_says_too_much_is_found(data_dir: Path, line: str, rule: str) -> None:
    (data_dir.parent / "log.jsonl").write_text(line + "\n")
    assert broken(told.violations(honest(data_dir))) == {rule}


def test_each_rule_of_what_was_told_is_broken_by_a_test() -> None:
    others = {"nothing_waits_in_the_end", "the_log_names_no_fault_of_ours", "the_log_names_nobody"}
    assert {rule.__name__ for rule in told.RULES} == TOLD.keys() | others


def test_a_miss_that_is_told_again_by_another_row_is_found_and_a_message_that_came_twice_is_not(data_dir: Path) -> None:
    spoil(
        data_dir,
        "insert into gold_misses (submission_id, task_id, batch_id, worker_id, label, gold, forgiven, told_at)"
        " select id, task_id, batch_id, worker_id, 'Cat', 'Dog', 1, 1 from submissions where id = 1",
    )
    evidence = honest(data_dir)
    once = _with(evidence, missed={1: {(ANA, 12), (ANA, 13)}})  # a kill came between
    assert told.violations(once) == []
    again = _with(evidence, missed={1: {(ANA, 11), (ANA, 13)}})
    assert broken(told.violations(again)) == {"a_missed_gold_is_told_once"}


def test_tries_that_reached_no_server_are_none_to_reach_who_blocked_the_bot(data_dir: Path) -> None:
    evidence = honest(data_dir)
    lost = [
        one
        for at in (151.0, 152.0, 153.0)
        for one in (going(5, at, chat=BEN), fact("error", at + 0.1, row=5, chat=BEN, error="TimedOut"))
    ]
    assert told.violations(replace(evidence, facts=[*evidence.facts, *lost])) == []


def test_what_was_saved_from_an_old_card_is_with_the_one_that_was_given_anew(data_dir: Path) -> None:
    spoil(
        data_dir,
        "insert into assignments (id, task_id, batch_id, worker_id, state, offered_at, expires_at)"
        " select 9999, task_id, batch_id, worker_id, 'expired', 1, 2 from assignments where id = 1",
    )
    evidence = honest(data_dir)
    assert told.violations(_with(evidence, saved={9999: ANA})) == []
    assert broken(told.violations(_with(evidence, saved={9999: BEN}))) == {"what_was_said_to_be_saved_is_there"}


def test_a_report_that_was_paid_is_earned_on_its_day(data_dir: Path) -> None:
    report = (
        "insert into reports (assignment_id, task_id, batch_id, worker_id, reason, at, state, amount)"
        " select id, task_id, batch_id, worker_id, 'other', 1, 'agreed', 7 from assignments where id = 1"
    )
    earn = (
        "update worker_days set earned = earned + 7"
        " where (worker_id, day) = (select w.worker_id, min(w.day) from worker_days w"
    )
    spoil(data_dir, report)
    assert "workers_are_counted_right" in broken(books.violations(data_dir))
    spoil(data_dir, f"{earn} join assignments a on a.worker_id = w.worker_id where a.id = 1)")
    assert "workers_are_counted_right" not in broken(books.violations(data_dir))


def test_a_second_message_of_one_kill_to_one_chat_is_too_many(data_dir: Path) -> None:
    evidence = honest(data_dir)
    twice = [*evidence.facts[:-2], going(1, 200.5), gone(1, 200.6, 15), *evidence.facts[-2:]]
    evidence = replace(evidence, facts=twice, arrived=[*evidence.arrived, Arrived(ANA, 15, 200.55)])
    assert [one.where for one in told.violations(evidence)] == [f"kill 0 doubled 2 messages to {ANA}"]


def test_a_row_sent_twice_by_a_process_that_was_not_killed_is_found(data_dir: Path) -> None:
    evidence = honest(data_dir)
    facts = [START, going(1, 110.0), gone(1, 110.1, 11), ENDED, AGAIN, going(1, 201.0), gone(1, 201.1, 13)]
    evidence = replace(evidence, facts=facts, arrived=[Arrived(ANA, 11, 110.05), Arrived(ANA, 13, 201.05)])
    assert broken(told.violations(evidence)) == {"no_message_comes_twice_but_after_a_kill"}


def test_a_send_whose_answer_was_cut_off_may_come_again(data_dir: Path) -> None:
    evidence = honest(data_dir)
    cut = call(120.0, fault="reset_after", ok=False, description="connection reset")
    evidence = replace(evidence, calls=[*evidence.calls, cut], arrived=[*evidence.arrived, Arrived(ANA, 15, 120.01)])
    assert told.violations(evidence) == []
