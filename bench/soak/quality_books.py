"""What must hold of gold, newcomers, an overlap that adapts, fits and disputes, in any database at rest."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Final

from domain.inference import streaming
from domain.inference.streaming import Belief, Prior
from domain.kinds import kind

LIVE: Final = "('pending', 'accepted', 'sent_back')"
HAD: Final = "('offered', 'submitted', 'skipped', 'reported')"
"""States of an assignment whose task is never given to its worker again: a card that ran out unanswered may be."""
GOLD: Final = "(t.gold is not null or t.gold_rests = 1)"
"""What is counted as gold: also what was taken back when no money was left to ask about it as ordinary work."""
IN: Final = frozenset({"passed", "skilled", "passed_before", "let_in"})
"""Ends of a test, or ways around it, after which somebody works."""


def no_gold_is_given_twice(db: sqlite3.Connection) -> Iterator[str]:
    """Nobody has had the same gold task in two cards, unless the one before ran out unanswered.

    That one may be skipped or answered on the old message later; no row says so but that its worker had been asked
    whether they are still there, or warned.
    """
    rows = db.execute(
        "select a.task_id, a.worker_id, count(*) + 1 as cards from assignments a join tasks t on t.id = a.task_id"
        f" where t.gold_at is not null and a.state in {HAD} and a.warned = 0 and a.asked_at is null and exists"
        " (select 1 from assignments later where later.task_id = a.task_id and later.worker_id = a.worker_id"
        f" and later.id > a.id and later.state in {HAD}) group by 1, 2"
    )
    yield from (f"gold {row['task_id']} was given to worker {row['worker_id']} {row['cards']} times" for row in rows)


def every_answer_is_paid_once(db: sqlite3.Connection) -> Iterator[str]:
    """Each submission, of practice and gold too, was credited its price to its worker, once."""
    credited: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in db.execute("select id, amount, credit from transfers where id like 'submission:%:credited'"):
        credited[int(row["id"].split(":")[1])].append((row["amount"], row["credit"]))
    for row in db.execute(
        "select s.id, s.price, s.worker_id, t.gold from submissions s join tasks t on t.id = s.task_id"
    ):
        if credited[row["id"]] != [(row["price"], f"worker:{row['worker_id']}:review")]:
            what = "an answer to gold" if row["gold"] is not None else "an answer"
            yield f"submission {row['id']}, {what}, was credited {credited[row['id']]}, its price is {row['price']}"


def no_task_has_more_answers_than_its_most(db: sqlite3.Connection) -> Iterator[str]:
    """Ordinary work has its batch's overlap at most, besides rejected answers that were good after all and late ones.

    No row says that an answer was late: its worker had been asked whether they are still there, was warned, or took
    longer than a lease. A task that was gold has the answers it had then.
    """
    rows = db.execute(
        f"select t.id, b.overlap, (select count(*) from submissions s where s.task_id = t.id and s.state in {LIVE})"
        " as answers, (select count(*) from rejections r join submissions s on s.id = r.submission_id"
        " where s.task_id = t.id and r.state = 'upheld') as upheld,"
        " (select count(*) from submissions s join assignments a on a.id = s.assignment_id where s.task_id = t.id"
        f" and s.state in {LIVE} and (a.warned = 1 or a.asked_at is not null"
        " or s.submitted_at - a.offered_at not between 0 and b.lease_seconds * 1000000)) as late"
        " from tasks t join batches b on b.id = t.batch_id where t.gold_at is null and t.answered >= b.overlap"
    )
    for row in rows:
        if row["answers"] > row["overlap"] + row["upheld"] + row["late"]:
            yield f"task {row['id']} has {row['answers']} answers, of {row['overlap']} at most"


def wanted_and_gold_are_counted_right(db: sqlite3.Connection) -> Iterator[str]:
    """What a batch's tasks want, what they did not want of the most, and its gold's places are a recount."""
    rows = db.execute(
        "select b.id, b.wanted, b.unasked, b.gold, b.gold_taken, b.gold_answered,"
        f" coalesce(sum(iif({GOLD} or (b.piloting = 1 and t.state = 'paused'), 0, t.wanted)), 0) as now_wanted,"
        " coalesce(sum(iif(b.overlap_least is not null and t.state = 'done', b.overlap - t.wanted, 0)), 0)"
        " as now_unasked, coalesce(sum(t.gold is not null), 0) as now_gold,"
        f" coalesce(sum(iif({GOLD}, t.taken, 0)), 0) as now_gold_taken,"
        f" coalesce(sum(iif({GOLD}, t.answered, 0)), 0) as now_gold_answered"
        " from batches b join tasks t on t.batch_id = b.id where b.state in ('open', 'paused', 'closed') group by b.id"
    )
    for row in rows:
        for name in ("wanted", "unasked", "gold", "gold_taken", "gold_answered"):
            if row[name] != row[f"now_{name}"]:
                yield f"batch {row['id']} counts {row[name]} {name}, has {row[f'now_{name}']}"


def what_is_not_needed_goes_back(db: sqlite3.Connection) -> Iterator[str]:
    """A closed batch holds what open cards and work sent back may still earn; one whose overlap adapts, all of it done,
    has given back what no task can want any more."""
    rows = db.execute(
        "select b.id, coalesce(b.price, 0) * (b.leased + (select count(*) from submissions s where s.batch_id = b.id"
        " and s.state = 'sent_back')) as needed, coalesce((select balance from accounts a"
        " where a.id = 'batch:' || b.id || ':reserve'), 0) as held from batches b where b.state = 'closed'"
    )
    for row in rows:
        if row["held"] != row["needed"]:
            yield f"batch {row['id']} is closed and holds {row['held']}, needs {row['needed']}"
    rows = db.execute(
        "select id, tasks * overlap - wanted - spared as left from batches where state in ('open', 'paused')"
        " and overlap_least is not null and pilot_tasks is null and done >= tasks"
    )
    yield from (f"batch {row['id']} is done and keeps {row['left']} answers' pay" for row in rows if row["left"] > 0)


def what_is_believed_is_what_the_votes_say(db: sqlite3.Connection) -> Iterator[str]:
    """What a task's row keeps is what its live answers make, weighed as the batch's last fit found.

    A row that was made with an earlier fit's weights waits for the task's next answer: its votes are right.
    """
    votes: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    adapting = {
        row["id"]: (row["kind"], Prior.from_text(row["prior"]))
        for row in db.execute(
            "select id, kind, prior from batches where overlap_least is not null"
            " and state in ('open', 'paused', 'closed')"
        )
        if kind(row["kind"]).has_labels and not kind(row["kind"]).is_ordinal
    }
    for row in db.execute(
        "select s.task_id, s.batch_id, s.answer, e.reliance from submissions s left join enrolments e"
        f" on e.worker_id = s.worker_id and e.batch_id = s.batch_id where s.state in {LIVE}"
    ):
        if row["batch_id"] in adapting:
            label = kind(adapting[row["batch_id"]][0]).label(json.loads(row["answer"]))
            if label is not None:
                votes[row["task_id"]].append((label, row["reliance"]))
    for row in db.execute(
        "select id, batch_id, belief, gold is not null or gold_rests = 1 as is_gold from tasks"
        " where answered > 0 or belief is not null"
    ):
        if row["batch_id"] not in adapting:
            continue
        prior = adapting[row["batch_id"]][1]
        if row["is_gold"] or not votes[row["id"]]:
            if row["belief"] is not None:
                yield f"task {row['id']} believes {row['belief']} and has nothing to"
            continue
        anew = streaming.of(votes[row["id"]], prior)
        kept = Belief(-1, {}, {}) if row["belief"] is None else Belief.from_text(row["belief"])
        if kept.votes != anew.votes or kept.fit > prior.fit or (kept.fit == prior.fit and kept != anew):
            yield f"task {row['id']} believes {row['belief']}, its answers say {anew.to_text()}"


def a_batch_has_one_fit_at_a_time(db: sqlite3.Connection) -> Iterator[str]:
    """Labels, skills and weights of a batch are all of its newest fit, which says how it came about.

    Those that a fit under way has stored already are left out.
    """
    newest = {row[0]: row[1] for row in db.execute("select batch_id, max(id) from fits group by batch_id")}
    for row in db.execute("select f.*, (select max(id) from submissions) as last from fits f"):
        params = json.loads(row["params"])
        if row["rule"] < 1 or not isinstance(params, dict) or not params or row["upto"] > (row["last"] or 0):
            yield f"fit {row['id']} does not say from what it came: {tuple(row)}"
    for table in ("labels", "worker_skills"):
        under_way = "select id from jobs where state = 'waiting'"
        for row in db.execute(
            f"select batch_id, fit_id, count(*) as n from {table} where fit_id not in ({under_way}) group by 1, 2"
        ):
            if newest.get(row["batch_id"]) != row["fit_id"]:
                yield f"{row['n']} {table} of batch {row['batch_id']} are of fit {row['fit_id']}"
    for row in db.execute("select id, prior from batches where prior is not null"):
        if (fit := Prior.from_text(row["prior"]).fit) and fit != newest.get(row["id"]):
            yield f"votes of batch {row['id']} weigh as fit {fit} found, the newest is {newest.get(row['id'])}"


def newcomers_go_one_way(db: sqlite3.Connection) -> Iterator[str]:
    """Training, then the test, then work or another try: where somebody stands is where their rows have led them."""
    tests: dict[tuple[int, int], list[sqlite3.Row]] = defaultdict(list)
    for row in db.execute("select * from tests order by worker_id, batch_id, attempt"):
        tests[row["worker_id"], row["batch_id"]].append(row)
    for (worker, batch), made in tests.items():
        where = f"worker {worker} in batch {batch}"
        if [one["attempt"] for one in made] != [*range(1, len(made) + 1)]:
            yield f"{where} has attempts {[one['attempt'] for one in made]}"
        if any(one["outcome"] in IN for one in made[:-1]):
            yield f"{where} was tested after they had come in"
        if any(later["after"] < one["upto"] for one, later in pairwise(made)):
            yield f"{where} was tested by the same answers twice"
    rows = db.execute(
        "select e.*, b.training, b.test from enrolments e join batches b on b.id = e.batch_id"
        " where e.staged_at is not null or e.stage <> 'working'"
    )
    for row in rows:
        made, stage = tests[row["worker_id"], row["batch_id"]], row["stage"]
        came_in = bool(made) and made[-1]["outcome"] in IN
        holds = {
            "training": row["training"] is not None and row["trained_upto"] is None and not made,
            "testing": row["test"] == 1 and not came_in,
            "failed": row["test"] == 1 and bool(made) and not came_in,
            "working": came_in or row["test"] == 0,
        }
        if row["staged_at"] is None or not holds[stage] or (row["retry_at"] is not None and stage != "failed"):
            ends = ", ".join(one["outcome"] for one in made)
            yield f"worker {row['worker_id']} in batch {row['batch_id']} is {stage} after {ends or 'no test'}"


def a_missed_gold_is_noted_as_it_is(db: sqlite3.Connection) -> Iterator[str]:
    """A miss is of its answer; one of a worker in a batch is forgiven; of gold that was taken back none counts."""
    forgiven = Counter[tuple[int, int]]()
    rows = db.execute(
        "select m.*, s.worker_id as who, s.task_id as task, s.answer, b.kind, t.gold as now from gold_misses m"
        " join submissions s on s.id = m.submission_id join batches b on b.id = m.batch_id"
        " join tasks t on t.id = m.task_id"
    )
    for row in rows:
        number = row["submission_id"]
        said = kind(row["kind"]).label(json.loads(row["answer"]))
        if (row["worker_id"], row["task_id"], row["label"]) != (row["who"], row["task"], said) or said == row["gold"]:
            yield f"submission {number} is told as a miss and is none"
        if row["void_at"] is None and row["now"] != row["gold"]:
            yield f"submission {number} counts as a miss of gold that says {row['now']} now"
        forgiven[row["worker_id"], row["batch_id"]] += row["forgiven"] and row["void_at"] is None
    yield from (f"worker {who} was forgiven {n} times in batch {b}" for (who, b), n in forgiven.items() if n > 1)


def a_decided_task_was_given_up(db: sqlite3.Connection) -> Iterator[str]:
    """A human decides what nobody agreed on, and nothing they answered; what is given up is done."""
    rows = db.execute(
        "select id, state, given_up_at, decided_at, decided_by, exists (select 1 from submissions s where s.task_id ="
        f" tasks.id and s.worker_id = tasks.decided_by and s.state in {LIVE}) as own from tasks"
        " where given_up_at is not null or decided_at is not null or decided is not null"
    )
    for row in rows:
        if row["decided_at"] is None and (row["state"] != "done" or row["decided_by"] is not None):
            yield f"task {row['id']} is given up, {row['state']} and decided by {row['decided_by']}"
        if row["decided_at"] is not None and (row["given_up_at"] is None or row["decided_by"] is None or row["own"]):
            yield f"task {row['id']} was decided and could not be"


RULES: Final[tuple[Callable[[sqlite3.Connection], Iterator[str]], ...]] = (
    no_gold_is_given_twice,
    every_answer_is_paid_once,
    no_task_has_more_answers_than_its_most,
    wanted_and_gold_are_counted_right,
    what_is_not_needed_goes_back,
    what_is_believed_is_what_the_votes_say,
    a_batch_has_one_fit_at_a_time,
    newcomers_go_one_way,
    a_missed_gold_is_noted_as_it_is,
    a_decided_task_was_given_up,
)
