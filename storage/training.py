"""Gold as one newcomer has met it, and the tests that ended: what training and qualification are judged from."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from domain.kinds import Answer
from domain.kinds.base import answer_from_json
from storage.database import Tx

LOOKED_AT = 300
"""Newcomers are trained and tested with the first so many gold tasks of a batch, classes side by side: enough for ten
tests, and read in a few milliseconds at each answer of theirs."""
MET = """select t.id, t.gold, t.explained, t.gold_rests, a.id as assignment_id, s.id as submission_id, s.answer,
 s.submitted_at from (select id, gold, gold_why is not null as explained, gold_rests, gold_at, gold_order, gold_class
  from tasks where batch_id = :batch_id and gold is not null order by gold_order, gold_class limit :limit) t
 left join assignments a on a.task_id = t.id and a.worker_id = :worker_id
  and a.state in ('offered', 'submitted', 'skipped', 'reported')
 left join submissions s on s.task_id = t.id and s.worker_id = :worker_id
  and s.state in ('pending', 'accepted', 'sent_back') and s.submitted_at >= coalesce(t.gold_at, 0)
 order by t.gold_order, t.gold_class, s.id"""


class Gold(NamedTuple):
    """A gold task of a batch, and what a worker did with it: `assignment_id` None where they never had it (or lost it).

    `explained`: it says why its answer is right. `rests`: offered to nobody. `answer` is what stands of theirs, handed
    in as `submission_id` since the task is gold: what was answered before is no question of a test.
    """

    task_id: int
    label: str
    explained: bool
    rests: bool
    assignment_id: int | None
    submission_id: int | None
    answer: Answer | None
    submitted_at: int | None


class Test(NamedTuple):
    """How a worker came to work in a batch, or did not; see the table. `evidence` is what its outcome follows from."""

    id: int
    worker_id: int
    batch_id: int
    kind: str
    language: str
    attempt: int
    after: int
    upto: int
    began_at: int
    ended_at: int
    outcome: str
    right: int
    wrong: int
    by_id: int | None
    rule: str
    evidence: dict[str, Any]


TEST = ", ".join(Test._fields)
PASSED = (
    "select id from tests where worker_id = :worker_id and kind = :kind and language = :language"
    " and outcome = 'passed' and ended_at >= :since order by ended_at desc limit 1"
)


def met(tx: Tx, worker_id: int, batch_id: int) -> list[Gold]:
    """The batch's gold in its order with what this worker did with it, each task once; at most LOOKED_AT."""
    rows = tx.all(MET, worker_id=worker_id, batch_id=batch_id, limit=LOOKED_AT)
    found: dict[int, Gold] = {}
    for row in rows:
        values = [*row]
        values[2], values[3] = bool(values[2]), bool(values[3])
        values[6] = None if values[6] is None else answer_from_json(values[6])
        one = Gold(*values)
        if one.task_id not in found or one.submission_id is not None:
            found[one.task_id] = one
    return list(found.values())


def add(tx: Tx, test: Test) -> int:
    """Store how it ended, as the next attempt (`id` and `attempt` are given here); returns its id."""
    values = test._asdict() | {"evidence": json.dumps(test.evidence, ensure_ascii=False)}
    return tx.add(
        "insert into tests (worker_id, batch_id, kind, language, attempt, after, upto, began_at, ended_at, outcome,"
        " right, wrong, by_id, rule, evidence) select :worker_id, :batch_id, :kind, :language,"
        " 1 + coalesce(max(attempt), 0), :after, :upto, :began_at, :ended_at, :outcome, :right, :wrong, :by_id, :rule,"
        " :evidence from tests where worker_id = :worker_id and batch_id = :batch_id",
        **{name: value for name, value in values.items() if name not in ("id", "attempt")},
    )


def judged_anew(tx: Tx, test: Test) -> None:
    """Store what an ended test comes to now."""
    tx.run(
        "update tests set outcome = :outcome, right = :right, wrong = :wrong, evidence = :evidence where id = :id",
        id=test.id,
        outcome=test.outcome,
        right=test.right,
        wrong=test.wrong,
        evidence=json.dumps(test.evidence, ensure_ascii=False),
    )


def reopened(tx: Tx, test_id: int) -> None:
    """The test had not ended after all: it goes on, and is stored when it ends."""
    tx.run("delete from tests where id = :id", id=test_id)


def by_id(tx: Tx, test_id: int) -> Test | None:
    """The test, if there is one (ids come in button data)."""
    row = tx.one(f"select {TEST} from tests where id = :id", id=test_id)
    return None if row is None else _test(tuple(row))


def last(tx: Tx, worker_id: int, batch_id: int) -> Test | None:
    """The worker's last one in the batch."""
    row = tx.one(
        f"select {TEST} from tests where worker_id = :worker_id and batch_id = :batch_id order by attempt desc limit 1",
        worker_id=worker_id,
        batch_id=batch_id,
    )
    return None if row is None else _test(tuple(row))


def ended_with(tx: Tx, batch_id: int, task_id: int) -> list[Test]:
    """The last test of each worker in the batch whose test this task was a question of."""
    rows = tx.all(
        f"select {TEST} from tests e where e.batch_id = :batch_id and e.upto > e.after"
        " and e.attempt = (select max(l.attempt) from tests l where l.worker_id = e.worker_id"
        " and l.batch_id = e.batch_id) and exists (select 1 from submissions s where s.task_id = :task_id"
        " and s.worker_id = e.worker_id and s.state in ('pending', 'accepted', 'sent_back') and s.id > e.after"
        " and s.id <= e.upto)",
        batch_id=batch_id,
        task_id=task_id,
    )
    return [_test(tuple(row)) for row in rows]


def passed_since(tx: Tx, worker_id: int, *, kind: str, language: str, since: int) -> int | None:
    """The last test of this kind and language that the worker passed since an instant."""
    found: int | None = tx.value(PASSED, worker_id=worker_id, kind=kind, language=language, since=since)
    return found


def _test(values: tuple[Any, ...]) -> Test:
    return Test(*values)._replace(evidence=json.loads(values[-1]))
