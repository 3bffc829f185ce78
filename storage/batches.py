"""Batches and their counters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from sqlite3 import Row

from domain.batches import Batch
from domain.brief.model import Problem
from domain.costs import Cost, Rates, cost
from domain.kinds.base import BatchFace
from storage.database import Tx

COLUMNS = ", ".join(Batch._fields)
GOLD_AT_FIRST = "case when pilot_tasks is null then gold_budget - gold_added else 0 end"
"""The gold answers of what was reserved at first. A pilot has none; what is paid for later are additions."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The few facts of a batch that every submission asks for; cheaper than the whole row."""

    state: str
    created_by: int
    price: int | None
    tasks: int
    done: int
    done_told: int
    piloting: int
    resting: int


def add(
    tx: Tx,
    *,
    kind: str,
    title: str,
    face: BatchFace,
    language: str,
    seconds: int,
    review_seconds: int,
    lease_seconds: int,
    created_by: int,
    now: int,
    collecting: bool = True,
) -> int:
    """Begin a draft; one that is `collecting` takes in what its maker sends, and their earlier draft stops doing so."""
    if collecting:
        tx.run(
            "update batches set collecting = 0 where created_by = :person_id and state = 'draft' and collecting = 1",
            person_id=created_by,
        )
    return tx.add(
        "insert into batches (kind, state, collecting, title, face, language, seconds, review_seconds, lease_seconds,"
        " created_by, created_at, fed_at) values (:kind, 'draft', :collecting, :title, :face, :language, :seconds,"
        " :review_seconds, :lease_seconds, :created_by, :now, :now)",
        kind=kind,
        collecting=int(collecting),
        title=title,
        face=face.to_json(),
        language=language,
        seconds=seconds,
        review_seconds=review_seconds,
        lease_seconds=lease_seconds,
        created_by=created_by,
        now=now,
    )


def collecting(tx: Tx, person_id: int) -> Batch | None:
    """The draft that takes in what this person sends, if there is one."""
    row = tx.one(
        f"select {COLUMNS} from batches where created_by = :person_id and state = 'draft' and collecting = 1",
        person_id=person_id,
    )
    return None if row is None else _batch(row)


def standing(tx: Tx, batch_id: int) -> Standing | None:
    """Where the batch stands."""
    row = tx.one(
        "select state, created_by, price, tasks, done, done_told, piloting, resting from batches where id = :id",
        id=batch_id,
    )
    return None if row is None else Standing(*tuple(row))


@dataclass(frozen=True, slots=True)
class Priced:
    """What a batch's money follows from: what it was published as, at which rates. Micro-units where it is money.

    `begun` are its tasks, their gold answers and the price at first: of its pilot, where it had one; what came later
    are additions.
    `spared` counts answers whose money went back before the end; `fees_used` is what of its fees payouts had used up.
    """

    state: str
    tasks: int
    done: int
    wanted: int
    overlap: int
    price: int
    spared: int
    piloting: int
    begun: tuple[int, int, int]
    rates: Rates
    fees_used: int

    @property
    def cost(self) -> Cost:
        """What was reserved at first: for its pilot, or when it was published."""
        tasks, gold, price = self.begun
        return cost(tasks, self.overlap, price, self.rates, gold=gold)


def priced(tx: Tx, batch_id: int) -> Priced | None:
    """The batch's money as its row says it; None while it has no price."""
    row = tx.one(
        "select state, tasks, done, wanted, overlap, price, spared, piloting, topup_percent, fee_basis_points,"
        f" fees_used, {GOLD_AT_FIRST} as first_gold,"
        " coalesce(pilot_tasks, tasks) as first_tasks, coalesce(pilot_price, price) as first_price"
        " from batches where id = :id and price is not null",
        id=batch_id,
    )
    if row is None:
        return None
    rates = Rates(row["topup_percent"], row["fee_basis_points"])
    names = ("state", "tasks", "done", "wanted", "overlap", "price", "spared", "piloting", "fees_used")
    plain = {name: row[name] for name in names}
    begun = (row["first_tasks"], row["first_gold"], row["first_price"])
    return Priced(rates=rates, begun=begun, **plain)


def want_one_more(tx: Tx, batch_id: int) -> int | None:
    """One task wants one answer more than the batch's least overlap; returns the number of the place this makes free.

    None when the money of all answers up to the most has been given out or given back.
    """
    freed: int | None = tx.value(
        "update batches set wanted = wanted + 1, frees = frees + 1"
        " where id = :id and wanted < tasks * overlap - spared returning frees",
        id=batch_id,
    )
    return freed


def unasked(tx: Tx, batch_id: int) -> int:
    """How many answers its done tasks did not want of the most they could have had; kept by a trigger on tasks."""
    return int(tx.value("select unasked from batches where id = :id", id=batch_id))


def one_more_free(tx: Tx, batch_id: int) -> int:
    """A place became free that workers may have passed; returns its number (tasks.freed)."""
    return int(tx.value("update batches set frees = frees + 1 where id = :id returning frees", id=batch_id))


def still_needed(tx: Tx, batch_id: int) -> int | None:
    """Micro-units a closed batch may still pay: its open cards and work sent back. None while it is not closed."""
    needed: int | None = tx.value(
        "select price * (leased + (select count(*) from submissions s where s.batch_id = b.id"
        " and s.state = 'sent_back'))"
        " from batches b where id = :id and state = 'closed'",
        id=batch_id,
    )
    return needed


def promised(tx: Tx, batch_id: int) -> int:
    """Micro-units that open cards and work sent back may still earn, whatever the batch's state."""
    return int(
        tx.value(
            "select coalesce(price, 0) * (leased + (select count(*) from submissions s where s.batch_id = b.id"
            " and s.state = 'sent_back')) from batches b where id = :id",
            id=batch_id,
        )
    )


def released(tx: Tx, batch_id: int) -> tuple[int, int]:
    """What went back to the funds (micro-units), and in how many transfers."""
    row = tx.one("select released, releases from batches where id = :id", id=batch_id)
    return (0, 0) if row is None else (row["released"], row["releases"])


def rests(tx: Tx, batch_id: int) -> tuple[str | None, int]:
    """Why the batch is paused when nobody asked for it, and what its unsettled days may take of its top-up reserve."""
    row = tx.one("select paused_for, topups_projected from batches where id = :id", id=batch_id)
    return (None, 0) if row is None else (row["paused_for"], row["topups_projected"])


def working(tx: Tx, batch_id: int) -> int:
    """How many workers have a card of this batch on the screen; kept by triggers on sessions."""
    return int(tx.value("select working from batches where id = :id", id=batch_id))


def newest(tx: Tx, state: str, *, limit: int, before: int | None = None) -> list[Batch]:
    """Batches in a state, newest first, from the one before `before` on."""
    rows = tx.all(
        f"select {COLUMNS} from batches where state = :state and id < :before order by id desc limit :limit",
        state=state,
        before=before or 2**62,
        limit=limit,
    )
    return [_batch(row) for row in rows]


def set_problems(tx: Tx, batch_id: int, problems: tuple[Problem, ...]) -> None:
    """Keep what could not be read of the brief, until it is sent again."""
    rows = [[problem.text, {name: _plain(value) for name, value in problem.params.items()}] for problem in problems]
    tx.run(
        "update batches set problems = :problems where id = :id",
        id=batch_id,
        problems=json.dumps(rows, ensure_ascii=False, separators=(",", ":")),
    )


def fed_at(tx: Tx, batch_id: int) -> int:
    """When the draft last took in something its maker sent."""
    return int(tx.value("select fed_at from batches where id = :id", id=batch_id))


def leased(tx: Tx, batch_id: int) -> int:
    """How many assignments of the batch are open."""
    return int(tx.value("select leased from batches where id = :id", id=batch_id))


def by_id(tx: Tx, batch_id: int) -> Batch | None:
    """The batch, if there is one with this id (ids come in button data, which anybody can alter)."""
    row = tx.one(f"select {COLUMNS} from batches where id = :id", id=batch_id)
    return None if row is None else _batch(row)


def open_in(tx: Tx, languages: list[str], *, limit: int) -> list[int]:
    """Ids of the open batches in these languages that lack answers, oldest first."""
    rows = tx.all(
        "select id from batches where state = 'open' and submissions - gold_answered < wanted"
        " and language in (select value from json_each(:languages)) order by id limit :limit",
        languages=json.dumps(languages),
        limit=limit,
    )
    return [row["id"] for row in rows]


def in_state(tx: Tx, *states: str, limit: int = 100) -> list[Batch]:
    """Batches in any of the states, oldest first."""
    found = [
        _batch(row)
        for state in states
        for row in tx.all(
            f"select {COLUMNS} from batches where state = :state order by id limit :limit", state=state, limit=limit
        )
    ]
    return sorted(found, key=lambda batch: batch.id)


def change(tx: Tx, batch_id: int, **columns: object) -> None:
    """Set columns by name (the names come from code, never from people)."""
    assignments = ", ".join(f"{column} = :{column}" for column in columns)
    tx.run(f"update batches set {assignments} where id = :id", id=batch_id, **columns)


def count(tx: Tx, batch_id: int, **steps: int) -> None:
    """Add to counters by name; steps may be negative."""
    assignments = ", ".join(f"{column} = {column} + :{column}" for column in steps)
    tx.run(f"update batches set {assignments} where id = :id", id=batch_id, **steps)


def tally(tx: Tx, batch_id: int, *, median_micros: int | None, **steps: int) -> None:
    """Add to counters and set the median of the answers' times, in one statement."""
    assignments = "".join(f", {column} = {column} + :{column}" for column in steps)
    tx.run(
        f"update batches set median_micros = :median{assignments} where id = :id",
        id=batch_id,
        median=median_micros,
        **steps,
    )


def _batch(row: Row) -> Batch:
    values = dict(zip(row.keys(), tuple(row), strict=True))
    values["face"] = BatchFace.from_json(row["face"])
    values["problems"] = tuple(Problem(text, params) for text, params in json.loads(row["problems"]))
    for flag in ("collecting", "seconds_given", "piloting"):
        values[flag] = bool(values[flag])
    return Batch(**values)


def _plain(value: object) -> int | str:
    return value if isinstance(value, int) else str(value)
