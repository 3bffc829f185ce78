"""Assignments: the lease of a task to a worker, and everything around one that a step of work needs, in one look-up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from domain.active_time import LEAST_QUIET, QUIET_MEDIANS
from domain.batches import Assignment, Batch, Task
from domain.kinds.base import BatchFace, parse_payload
from storage import enrolments, ledger
from storage.database import Tx
from storage.enrolments import Enrolment
from storage.sessions import Session

ASSIGNMENT = Assignment._fields
BATCH = tuple(name for name in Batch._fields if name != "problems")
SESSION = Session._fields
COLUMNS = ", ".join(ASSIGNMENT)
TASK = Task._fields


_PAYLOAD = TASK.index("payload")
_FACE, _COLLECTING, _GIVEN, _PILOTING = map(BATCH.index, ("face", "collecting", "seconds_given", "piloting"))
_A, _B = len(ASSIGNMENT), len(BATCH)
_T, _E = _A + len(TASK), _B + len(enrolments.NAMES)
_S = _E + len(SESSION)


def _prefixed(table: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


# A scalar look-up of the reserve here spares the hot path a statement. What work sent back keeps is not in it: where a
# rejection holds money, there are more free places than the reserve covers.
PLACE = f"""{_prefixed("b", BATCH)},
 {_prefixed("e", enrolments.NAMES)},
 {_prefixed("s", SESSION)}, b.leased, b.frees,
 (select balance from balances where id = {ledger.number_of("reserve", "b.id")}) - coalesce(b.price, 0)
  * (select count(*) from submissions r where r.batch_id = b.id and r.state = 'sent_back') as reserve,
 (select version from consents where person_id = :worker_id and withdrawn_at is null) as consent,
 (select o.id from assignments o where o.worker_id = :worker_id and o.batch_id = b.id and o.state = 'offered'
  and o.id <> :assignment_id order by o.id limit 1) as reserved"""
AROUND = """left join enrolments e on e.worker_id = :worker_id and e.batch_id = b.id
 left join sessions s on s.worker_id = :worker_id"""
HAND = f"""select {_prefixed("a", ASSIGNMENT)}, {_prefixed("t", TASK)}, {PLACE}
 from assignments a join tasks t on t.id = a.task_id join batches b on b.id = a.batch_id {AROUND}
 where a.id = :assignment_id"""
ASK_AT = ":now + max(:least_quiet, :quiet_medians * median_micros)"
ASKING = {"least_quiet": LEAST_QUIET, "quiet_medians": QUIET_MEDIANS}
"""When the silence of a card is long enough to ask; never for one whose median is not known (domain.active_time)."""
BATCH_PLACE = f"select {PLACE} from batches b {AROUND} where b.id = :batch_id"


class Place(NamedTuple):
    """A worker's place in a batch.

    `leased` counts the batch's open assignments, `frees` how often a place became free again, `reserve` is what is set
    aside for the batch beside work sent back (micro-units), `consent` the version the worker agreed to, `reserved`
    another open assignment of theirs in this batch. The batch is without what only its draft needs (`problems`,
    `collecting`).
    """

    batch: Batch
    enrolment: Enrolment
    session: Session
    leased: int
    frees: int
    reserve: int
    consent: int | None
    reserved: int | None


class Hand(NamedTuple):
    """An assignment with its task, and its worker's place in the batch when the worker is the one who asks."""

    assignment: Assignment
    task: Task
    place: Place


@dataclass(frozen=True, slots=True)
class Silent:
    """An open card nothing has come from for a while; `questions` were put about it already."""

    id: int
    worker_id: int
    questions: int
    on_screen: bool


@dataclass(frozen=True, slots=True)
class Open:
    """What releasing an assignment needs to know."""

    id: int
    task_id: int
    batch_id: int
    worker_id: int
    expires_at: int
    has_draft: bool


def lease(tx: Tx, *, task_id: int, batch_id: int, worker_id: int, now: int, expires_at: int, median_micros: int) -> int:
    """Give the task to the worker; returns the assignment's id. The place in the task is taken by tasks.take."""
    return tx.add(
        "insert into assignments (task_id, batch_id, worker_id, state, offered_at, expires_at, median_micros)"
        " values (:task_id, :batch_id, :worker_id, 'offered', :now, :expires_at, :median_micros)",
        task_id=task_id,
        batch_id=batch_id,
        worker_id=worker_id,
        now=now,
        expires_at=expires_at,
        median_micros=median_micros,
    )


def hand(tx: Tx, worker_id: int, assignment_id: int) -> Hand | None:
    """The assignment and all around it, if there is one (ids come in button data); check whose it is."""
    row = tx.one(HAND, worker_id=worker_id, assignment_id=assignment_id)
    if row is None:
        return None
    values = tuple(row)
    task = list(values[_A:_T])
    task[_PAYLOAD] = parse_payload(task[_PAYLOAD])
    return Hand(Assignment(*values[:_A]), Task(*task), _place(values[_T:], worker_id))


def place(tx: Tx, worker_id: int, batch_id: int) -> Place | None:
    """The worker's place in the batch, if there is such a batch."""
    row = tx.one(BATCH_PLACE, worker_id=worker_id, batch_id=batch_id, assignment_id=0)
    return None if row is None else _place(tuple(row), worker_id)


def by_id(tx: Tx, assignment_id: int) -> Assignment | None:
    """The assignment alone."""
    row = tx.one(f"select {COLUMNS} from assignments where id = :id", id=assignment_id)
    return None if row is None else Assignment(*tuple(row))


def open_for_task(tx: Tx, worker_id: int, task_id: int) -> int | None:
    """The worker's open assignment of this task, if they have it in hand."""
    found: int | None = tx.value(
        "select id from assignments where worker_id = :worker_id and task_id = :task_id and state = 'offered'",
        worker_id=worker_id,
        task_id=task_id,
    )
    return found


def on_other_cards(tx: Tx, worker_id: int, task_id: int, *, besides: int) -> set[str]:
    """What became of the worker's other cards of a task: offered, submitted, skipped or reported."""
    rows = tx.all(
        "select state from assignments where worker_id = :worker_id and task_id = :task_id and id <> :besides"
        " and state in ('offered', 'submitted', 'skipped', 'reported')",
        worker_id=worker_id,
        task_id=task_id,
        besides=besides,
    )
    return {row["state"] for row in rows}


def close(tx: Tx, assignment_id: int, state: str, *, was: str, now: int) -> bool:
    """End an assignment: its lease ends now. False when it is not in the state it was thought to be in."""
    sql = "update assignments set state = :state, expires_at = :now where id = :id and state = :was"
    return tx.run(sql, id=assignment_id, state=state, was=was, now=now).rowcount == 1


def reopen(tx: Tx, assignment_id: int, *, was: str, now: int, expires_at: int, counted: int | None = None) -> bool:
    """Give it to its worker again: an undone answer, a draft that was left. The time it was first shown is kept.

    Its time goes on from now, on top of what was `counted` of it (microseconds; None: what was counted before).
    """
    sql = (
        "update assignments set state = 'offered', warned = 0, expires_at = :expires_at, alive_at = :now,"
        " counted_micros = coalesce(:counted, counted_micros), asked_at = null, questions = 0,"
        f" ask_at = {ASK_AT} where id = :id and state = :was"
    )
    values = {"id": assignment_id, "was": was, "now": now, "expires_at": expires_at, "counted": counted}
    return tx.run(sql, **values, **ASKING).rowcount == 1


def extend(tx: Tx, assignment_id: int, *, expires_at: int) -> None:
    """The worker is at it: the lease runs anew."""
    tx.run(
        "update assignments set expires_at = :expires_at, warned = 0 where id = :id and state = 'offered'",
        id=assignment_id,
        expires_at=expires_at,
    )


def show_anew(tx: Tx, assignment_id: int, *, expires_at: int) -> None:
    """It comes back to the screen after another card: lease and active time run from then on."""
    tx.run(
        "update assignments set expires_at = :expires_at, warned = 0, shown_at = null, alive_at = null,"
        " asked_at = null, questions = 0, ask_at = null where id = :id and state = 'offered'",
        id=assignment_id,
        expires_at=expires_at,
    )


def show_returned(tx: Tx, assignment_id: int, *, since: int) -> None:
    """Work sent back at `since` comes to the screen: active time runs from when it is first seen there."""
    tx.run(
        "update assignments set shown_at = null, alive_at = null, counted_micros = 0, asked_at = null, questions = 0,"
        " ask_at = null where id = :id and state = 'submitted' and shown_at < :since",
        id=assignment_id,
        since=since,
    )


def shown(tx: Tx, assignment_id: int, *, now: int) -> None:
    """Its card is on the worker's screen; the first time counts, and the silence is watched from then."""
    tx.run(
        f"update assignments set shown_at = :now, alive_at = :now, ask_at = {ASK_AT}"
        " where id = :id and shown_at is null",
        id=assignment_id,
        now=now,
        **ASKING,
    )


def alive(tx: Tx, assignment_id: int, *, now: int, counted: int) -> None:
    """A sign of life: the time until now counts as `counted` microseconds, and the next silence begins."""
    tx.run(
        "update assignments set alive_at = :now, counted_micros = :counted, asked_at = null, questions = 0,"
        f" ask_at = {ASK_AT} where id = :id",
        id=assignment_id,
        now=now,
        counted=counted,
        **ASKING,
    )


def to_ask(tx: Tx, *, now: int, limit: int) -> list[Silent]:
    """Open cards whose worker is to be asked whether they are still there, the longest silent first."""
    rows = tx.all(
        "select a.id, a.worker_id, a.questions, s.assignment_id is a.id as on_screen from assignments a"
        " left join sessions s on s.worker_id = a.worker_id"
        " where a.ask_at <= :now and a.state = 'offered' and a.ask_at is not null order by a.ask_at limit :limit",
        now=now,
        limit=limit,
    )
    return [Silent(row["id"], row["worker_id"], row["questions"], bool(row["on_screen"])) for row in rows]


def asked(tx: Tx, assignment_id: int, *, now: int, again: bool) -> None:
    """The question is put; `again` when it comes once more after another silence."""
    tx.run(
        "update assignments set questions = questions + 1, asked_at = coalesce(asked_at, :now),"
        f" ask_at = case when :again then {ASK_AT} end where id = :id",
        id=assignment_id,
        now=now,
        again=int(again),
        **ASKING,
    )


def ask_nothing(tx: Tx, assignment_id: int) -> None:
    """It is not on the screen: there is nobody to ask."""
    tx.run("update assignments set ask_at = null where id = :id", id=assignment_id)


def change_draft(tx: Tx, assignment_id: int, *, rewriting: bool = False) -> int:
    """The draft is another now; returns its version. `rewriting`: the next message replaces it."""
    return int(
        tx.value(
            "update assignments set draft_version = draft_version + 1, rewriting = :rewriting where id = :id"
            " returning draft_version",
            id=assignment_id,
            rewriting=int(rewriting),
        )
    )


def is_rewriting(tx: Tx, assignment_id: int) -> bool:
    """The next message replaces the draft."""
    return bool(tx.value("select rewriting from assignments where id = :id", id=assignment_id))


def open_of_worker(tx: Tx, worker_id: int) -> list[Open]:
    """All tasks a worker has in hand (one or two, rarely more)."""
    return _open(tx, "a.worker_id = :worker_id and a.state = 'offered'", "a.batch_id, a.id", worker_id=worker_id)


def overdue(tx: Tx, *, now: int, limit: int) -> list[Open]:
    """Open assignments whose lease has ended, the longest ago first."""
    return _open(tx, "a.expires_at <= :now and a.state = 'offered'", "a.expires_at", now=now, limit=limit)


def ending(tx: Tx, *, before: int, limit: int) -> list[Open]:
    """Open assignments whose lease ends by `before` and whose worker has not been told."""
    condition = "a.expires_at <= :before and a.state = 'offered' and a.warned = 0"
    return _open(tx, condition, "a.expires_at", before=before, limit=limit)


def warned(tx: Tx, assignment_id: int) -> None:
    """The worker has been told that the lease ends."""
    tx.run("update assignments set warned = 1 where id = :id", id=assignment_id)


def _open(tx: Tx, condition: str, order: str, *, limit: int = 100, **values: object) -> list[Open]:
    rows = tx.all(
        "select a.id, a.task_id, a.batch_id, a.worker_id, a.expires_at,"
        " exists (select 1 from parts p where p.assignment_id = a.id) as has_draft"
        f" from assignments a where {condition} order by {order} limit :limit",
        limit=limit,
        **values,
    )
    return [
        Open(row["id"], row["task_id"], row["batch_id"], row["worker_id"], row["expires_at"], bool(row["has_draft"]))
        for row in rows
    ]


def _place(values: tuple[Any, ...], worker_id: int) -> Place:
    """By position: looking up sixty names in a row takes longer than reading it."""
    batch = list(values[:_B])
    batch[_FACE], batch[_COLLECTING], batch[_GIVEN] = _face(batch[_FACE]), False, bool(batch[_GIVEN])
    batch[_PILOTING] = bool(batch[_PILOTING])
    enrolment, session = values[_B:_E], values[_E:_S]
    leased, frees, reserve, consent, reserved = values[_S:]
    return Place(
        batch=Batch(*batch),
        enrolment=Enrolment(*(enrolment if enrolment[0] else (worker_id, batch[0]))),
        session=Session(*(session if session[0] else (worker_id, None, None, None, 0))),
        leased=leased,
        frees=frees,
        reserve=reserve or 0,
        consent=consent,
        reserved=reserved,
    )


@lru_cache(256)
def _face(text: str) -> BatchFace:
    """A batch's words hardly change and are read at every tap."""
    return BatchFace.from_json(text)
