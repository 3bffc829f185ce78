"""Tasks, the places in them, and the choice of the next one: two index look-ups, however large the batch is."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Row

from domain.batches import Task
from domain.kinds.base import parse_payload
from storage.database import Tx

COLUMNS = "id, batch_id, name, payload, state, wanted, taken, answered, gold, belief"
_PAYLOAD = COLUMNS.split(", ").index("payload")
OFFERED = "(state = 'open' or (gold is not null and gold_rests = 0))"
"""Gold is paused for the ways of ordinary work; `gold_rests` says the same of it."""
IS_GOLD = "(gold is not null or gold_rests = 1)"
"""Counted as gold: also what was taken back when there was no money to ask about it as ordinary work."""
NOT_HAD = """not exists (select 1 from assignments a where a.worker_id = :worker_id and a.task_id = t.id
 and a.state in ('offered', 'submitted', 'skipped', 'reported')) and t.author_id is not :worker_id"""
"""Which tasks a worker can be given: none they had, and none that rates what they wrote themselves."""
NEXT_BY_ID = f"""select t.id, t.freed from tasks t where t.batch_id = :batch_id and t.id > :after
 and t.state = 'open' and t.taken < t.wanted and {NOT_HAD} order by t.id limit 1"""
NEXT_FREED = f"""select t.id, t.freed from tasks t where t.batch_id = :batch_id and t.freed > :after
 and t.state = 'open' and t.taken < t.wanted and t.freed > 0 and {NOT_HAD} order by t.freed limit 1"""


ANSWER_AMONG = f"""update tasks set answered = answered + 1, belief = :belief where id = :id
 returning state, wanted, answered, {IS_GOLD} as is_gold"""
"""An answer after which the task wants others still."""


@dataclass(frozen=True, slots=True)
class Free:
    """A task with a free place; `freed` numbers when a place in it last became free again (0: never taken before)."""

    id: int
    freed: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A task's counters after a change; `beside`: the answer has no place of the task's, it came beside them, and is
    in the batch's counters of gold if `is_gold`: whether it is counted as gold."""

    state: str
    wanted: int
    answered: int
    is_gold: bool
    beside: bool = False


def add(tx: Tx, batch_id: int, name: str, content: str, payload_json: str, wanted: int) -> int | None:
    """Add a task; `content` is what makes it the same as another (a hash). None when the batch has it already."""
    row = tx.one(
        "insert into tasks (batch_id, name, content, payload, wanted)"
        " values (:batch_id, :name, :content, :payload, :wanted)"
        " on conflict (batch_id, content) do nothing returning id",
        batch_id=batch_id,
        name=name,
        content=content,
        payload=payload_json,
        wanted=wanted,
    )
    return None if row is None else int(row["id"])


def by_id(tx: Tx, task_id: int) -> Task | None:
    """The task, if there is one."""
    row = tx.one(f"select {COLUMNS} from tasks where id = :id", id=task_id)
    return None if row is None else from_row(row)


def next_by_id(tx: Tx, batch_id: int, worker_id: int, *, after: int) -> Free | None:
    """The first task behind `after` with a free place that this worker never had, or had and lost."""
    row = tx.one(NEXT_BY_ID, batch_id=batch_id, worker_id=worker_id, after=after)
    return None if row is None else Free(*tuple(row))


def next_freed(tx: Tx, batch_id: int, worker_id: int, *, after: int) -> Free | None:
    """The first task freed again after the one numbered `after`, that this worker never had."""
    row = tx.one(NEXT_FREED, batch_id=batch_id, worker_id=worker_id, after=after)
    return None if row is None else Free(*tuple(row))


def is_gold(tx: Tx, task_id: int) -> bool:
    """Whether the task is counted as gold."""
    return bool(tx.value(f"select {IS_GOLD} from tasks where id = :id", id=task_id))


def take(tx: Tx, task_id: int) -> bool:
    """Take a place; False when there is none (any more)."""
    sql = f"update tasks set taken = taken + 1 where id = :id and {OFFERED} and taken < wanted"
    return tx.run(sql, id=task_id).rowcount == 1


def free(tx: Tx, batch_id: int, task_id: int, *, leased: bool, answered: bool = False) -> None:
    """Give a place back: of an open assignment (`leased`), of a submission that no longer counts (`answered`)."""
    freed = tx.value(
        "update batches set frees = frees + 1, leased = leased - :leased, gold_taken = gold_taken - g.is_gold,"
        " gold_answered = gold_answered - g.is_gold * :answered"
        f" from (select {IS_GOLD} as is_gold from tasks where id = :task_id) g where id = :id returning frees",
        id=batch_id,
        task_id=task_id,
        leased=int(leased),
        answered=int(answered),
    )
    tx.run(
        "update tasks set taken = taken - 1, answered = answered - :answered, freed = :freed,"
        " state = case when state = 'done' then 'open' else state end where id = :id",
        id=task_id,
        answered=int(answered),
        freed=freed,
    )


def answer(
    tx: Tx, task_id: int, *, late: bool, last: bool = True, belief: str | None = None, given_up_at: int | None = None
) -> Counted | None:
    """Count a submission. A late one (its assignment had ended) takes a place anew: None when there is none.

    `belief` is what all its answers say with this one; `given_up_at` is noted if this is the last one it wants, unless
    a human has decided: that stays as it was. `last` may be false where the task's row, read in this transaction, says
    that it wants more after this one: then its state stays, and neither indexes nor triggers that ask for it are run.
    """
    if not late and not last:
        row = tx.one(ANSWER_AMONG, id=task_id, belief=belief)
        return None if row is None else Counted(row["state"], row["wanted"], row["answered"], bool(row["is_gold"]))
    row = tx.one(
        "update tasks set answered = answered + 1, taken = taken + :late, belief = :belief,"
        " given_up_at = case when answered + 1 >= wanted and decided_at is null then :given_up_at else given_up_at end,"
        " state = case when answered + 1 >= wanted then 'done' else state end"
        f" where id = :id and (:late = 0 or ({OFFERED} and taken < wanted))"
        f" returning state, wanted, answered, {IS_GOLD} as is_gold",
        id=task_id,
        late=int(late),
        belief=belief,
        given_up_at=given_up_at,
    )
    return None if row is None else Counted(row["state"], row["wanted"], row["answered"], bool(row["is_gold"]))


def add_answer(tx: Tx, task_id: int) -> tuple[bool, bool]:
    """Count an answer beside those the task has; where no place is free it wants one more.

    Returns whether it wants more now, and whether it is counted as gold. For what was rejected and is good after all,
    and for good work that came late.
    """
    row = tx.one(f"select taken >= wanted, {IS_GOLD} from tasks where id = :id", id=task_id)
    assert row is not None
    grown, is_gold = tuple(row)
    tx.run(
        "update tasks set answered = answered + 1, taken = taken + 1, wanted = wanted + :grown,"
        " state = case when answered + 1 >= wanted + :grown then 'done' else state end where id = :id",
        id=task_id,
        grown=int(grown),
    )
    return bool(grown), bool(is_gold)


def widen(tx: Tx, task_id: int, *, freed: int) -> None:
    """The task wants one answer more, also of workers who have passed it."""
    sql = "update tasks set wanted = wanted + 1, state = 'open', freed = :freed where id = :id"
    tx.run(sql, id=task_id, freed=freed)


def narrow(tx: Tx, task_id: int, *, least: int) -> tuple[int, bool]:
    """Want `least` answers, or as many as are taken; returns how many fewer that is, and whether the task is done.

    What a human has decided about wants no more than are taken.
    """
    row = tx.one(
        "select wanted, max(case when decided_at is null then :least else 0 end, taken) as needs, answered"
        " from tasks where id = :id",
        id=task_id,
        least=least,
    )
    if row is None or row["needs"] >= row["wanted"]:
        return 0, False
    done = row["answered"] >= row["needs"]
    tx.run(
        "update tasks set wanted = :wanted, state = case when :done and state = 'open' then 'done' else state end"
        " where id = :id",
        id=task_id,
        wanted=row["needs"],
        done=int(done),
    )
    return row["wanted"] - row["needs"], done


def unanswer(tx: Tx, task_id: int) -> tuple[bool, bool]:
    """Take a submission out of the count; its place stays taken. Whether it was done before, and is counted as gold."""
    row = tx.one(
        "update tasks set answered = answered - 1, state = case when state = 'done' then 'open' else state end"
        f" where id = :id returning answered + 1 >= wanted as was_done, {IS_GOLD} as is_gold",
        id=task_id,
    )
    assert row is not None
    return bool(row["was_done"]), bool(row["is_gold"])


def believe(tx: Tx, task_id: int, belief: str | None, *, given_up_at: int | None) -> None:
    """Keep what its answers say together by now; `given_up_at` is noted where it is done and was not given up before.

    A task that is not done any more, or has become clear, is given up no longer; what a human decided stays as it was.
    """
    tx.run(
        "update tasks set belief = :belief, given_up_at = case when decided_at is not null then given_up_at"
        " when state = 'done' and :given_up_at is not null then coalesce(given_up_at, :given_up_at) end"
        " where id = :id",
        id=task_id,
        belief=belief,
        given_up_at=given_up_at,
    )


def report(tx: Tx, task_id: int) -> int:
    """Count one more report; returns how many there are."""
    return int(tx.value("update tasks set reports = reports + 1 where id = :id returning reports", id=task_id))


def pause(tx: Tx, task_id: int) -> bool:
    """Offer the task to nobody; False when it is not offered."""
    sql = f"update tasks set state = 'paused', gold_rests = gold is not null where id = :id and {OFFERED}"
    return tx.run(sql, id=task_id).rowcount == 1


def resume(tx: Tx, batch_id: int, task_id: int) -> bool:
    """Offer a task that was reported again, also to workers who have passed it."""
    freed = tx.value("update batches set frees = frees + 1 where id = :id returning frees", id=batch_id)
    sql = (
        "update tasks set state = case when gold is null then 'open' else 'paused' end, gold_rests = 0, freed = :freed"
        " where id = :id and state = 'paused' and reports > 0 and gold_rests = (gold is not null)"
    )
    return tx.run(sql, id=task_id, freed=freed).rowcount == 1


def from_row(row: Row) -> Task:
    """The task of a row with COLUMNS."""
    values = list(row)
    values[_PAYLOAD] = parse_payload(values[_PAYLOAD])
    return Task(*values)
