"""What a replay of the ledger reads: everything as of one instant, in pages by key, while the bot goes on writing.

The ledger has no order of time, and a transfer of a long ago begun submission may come while it is read. So `fix` takes
down what was not settled at one instant, and with it which events had happened; later ones of exactly those, and of
what came after, are left out. Nouns whose transfers are not fixed that way (NOUNS lists those that are) are few and
read whole at the instant.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from domain.books import Addition, Reserve
from domain.costs import Cost, Rates, cost
from storage.batches import GOLD_AT_FIRST
from storage.database import Tx
from storage.ledger import HOUSE, KINDS, USES, number_of

NOUNS: Final = {"submission": "submissions", "payout": "payouts", "topup": "topups", "report": "reports"}
"""Those with many transfers, and their tables."""
LEAST: Final = -(2**63)
MOST: Final = 2**63 - 1
_COLUMNS: Final = "kind, subject, number, part, debit, credit, amount, currency, at"
NAMES: Final = {number: name for name, number in KINDS.items()}
"""Noun and event of each kind of transfer."""
USE_NAMES: Final = {number: use for use, number in USES.items()}
_HOUSE_NAMES: Final = {number: name for name, number in HOUSE.items()}
_HELD: Final = "select submission_id from rejections where state in ('open', 'appealed')"
WATCHED: Final = {
    "submission": (("select id from submissions where state = 'pending'", "credited"), (_HELD, "credited rejected")),
    "payout": (
        ("select id from payouts where state in ('reserved', 'sending', 'unknown')", "reserved"),
        ("select id from payouts where state = 'returned'", "reserved paid returned"),
    ),
    "report": (("select id from reports where state = 'open'", ""),),
}
"""By noun, what is not settled at an instant, and the events it has had by then; what is not listed has had all it will
have, or all but LATER."""
LATER: Final = {"payout": "returned"}
"""What may come to those that are settled: taken down for those to which it had come, so that paid payouts are not."""


class Entry(NamedTuple):
    """One transfer by its numbers, in micro-units; `at` in microseconds."""

    kind: int
    subject: int
    number: int
    part: int
    debit: int
    credit: int
    amount: int
    currency: str
    at: int


class Subject(NamedTuple):
    """What transfers are for: a submission, a payout, a top-up or a report; 0 for what it has not."""

    id: int
    state: str
    version: int
    worker: int
    batch: int
    amount: int


class Run(NamedTuple):
    """A payout run: what its row says, and what its payouts make."""

    id: int
    total: int
    number: int
    amount: int
    payouts: int


@dataclass(frozen=True, slots=True)
class Point:
    """One instant: of each noun in NOUNS the newest id, and by WATCHED the ids of what was not settled, in order."""

    last: dict[str, int] = field(default_factory=dict)
    watched: dict[str, list[array[int]]] = field(default_factory=dict)


def fix(tx: Tx) -> Point:
    """Take down the present instant. Read `balances` and `whole` in the same transaction."""
    point = Point()
    for noun, table in NOUNS.items():
        point.last[noun] = int(tx.value(f"select coalesce(max(id), 0) from {table}"))
        found = (tx.run(sql) for sql, _ in WATCHED.get(noun, ()))
        point.watched[noun] = [array("q", sorted(row[0] for row in rows)) for rows in found]
    return point


def balances(tx: Tx) -> dict[int, int]:
    """All balances by the account's number."""
    return {row[0]: row[1] for row in tx.run("select id, balance from balances")}


def whole(tx: Tx) -> list[Entry]:
    """Every transfer of the nouns that are few, in the ledger's order."""
    rows = tx.run(
        f"select {_COLUMNS} from ledger where kind in (select id from transfer_kinds where noun not in"
        " (select value from json_each(:nouns))) order by kind, subject, number, part",
        nouns=json.dumps(list(NOUNS)),
    )
    return list(map(Entry._make, rows))


def beyond(tx: Tx, noun: str, last: int) -> list[Entry]:
    """Transfers of subjects newer than the newest there is: none, always."""
    return entries(tx, noun, after=last, upto=MOST)


def page_end(tx: Tx, noun: str, *, after: int, last: int, limit: int) -> int:
    """The id that ends the next `limit` rows behind `after`; `last` when fewer are left."""
    ids = f"select id from {NOUNS[noun]} where id > :after and id <= :last order by id limit :limit"
    found = tx.one(f"select max(id), count(*) from ({ids})", after=after, last=last, limit=limit)
    assert found is not None
    return int(found[0]) if found[1] == limit else last


def entries(tx: Tx, noun: str, *, after: int, upto: int) -> list[Entry]:
    """A page's transfers as they are now, in the ledger's order."""
    kinds = ", ".join(str(kind) for (one, _), kind in KINDS.items() if one == noun)
    rows = tx.run(
        f"select {_COLUMNS} from ledger where kind in ({kinds}) and subject > :after and subject <= :upto"
        " order by kind, subject, number, part",
        after=after,
        upto=upto,
    )
    return list(map(Entry._make, rows))


def fixed(found: list[Entry], point: Point, noun: str, *, after: int, upto: int) -> list[Entry]:
    """Of a page's transfers those that were there at the instant."""
    later = KINDS.get((noun, LATER.get(noun, "")))
    had: dict[int, frozenset[int]] = {}
    for ids, (_, events) in zip(point.watched[noun], WATCHED.get(noun, ()), strict=True):
        kinds = frozenset(KINDS[noun, event] for event in events.split())
        had |= dict.fromkeys(ids[bisect_right(ids, after) : bisect_left(ids, upto + 1)], kinds)
    if not had and later is None:
        return found
    return [
        entry for entry in found if (entry.kind in had[entry.subject] if entry.subject in had else entry.kind != later)
    ]


_SUBJECTS: Final = {
    "submission": "state, version, worker_id, batch_id, price",
    "payout": "state, 0, worker_id, 0, amount",
    "topup": "'due', 0, worker_id, batch_id, amount",
    "report": "state, 0, worker_id, batch_id, amount",
}


def subjects(tx: Tx, noun: str, *, after: int, upto: int) -> list[Subject]:
    """A page of a noun. A submission that was rejected has what became of that behind its state."""
    rows = tx.run(
        f"select id, {_SUBJECTS[noun]} from {NOUNS[noun]} where id > :after and id <= :upto order by id",
        after=after,
        upto=upto,
    )
    found = list(map(Subject._make, rows))
    if noun != "submission":
        return found
    rejected = {
        row[0]: row[1]
        for row in tx.run(
            "select submission_id, state from rejections where submission_id > :after and submission_id <= :upto",
            after=after,
            upto=upto,
        )
    }
    if not rejected:
        return found
    return [one._replace(state=f"{one.state}, {rejected[one.id]}") if one.id in rejected else one for one in found]


def held(tx: Tx) -> int:
    """The micro-units of rejected work whose writers may still appeal, or do: by its own rows."""
    return int(tx.value(f"select coalesce(sum(price), 0) from submissions where id in ({_HELD})"))


def reserves(tx: Tx) -> list[tuple[Reserve, int]]:
    """Every batch with the balance of its reserve; assignments and work sent back are counted from their rows."""
    added: dict[int, list[Addition]] = defaultdict(list)
    for batch, id, pay, topups, fees, by in tx.run(
        "select batch_id, id, pay, topups, fees, by from additions order by id"
    ):
        added[batch].append(Addition(id, Cost(pay, topups, fees), by is None))
    rows = tx.run(
        "with leases as (select batch_id, count(*) as n from assignments where state = 'offered' group by batch_id),"
        " returned as (select batch_id, count(*) as n from submissions where state = 'sent_back' group by batch_id)"
        " select b.id, b.state, b.price, coalesce(b.pilot_tasks, b.tasks), b.overlap, coalesce(b.pilot_price, b.price),"
        f" {GOLD_AT_FIRST},"
        " b.topup_percent, b.fee_basis_points, b.fees_used, b.released, b.releases, coalesce(l.n, 0), coalesce(r.n, 0),"
        f" coalesce(a.balance, 0) from batches b left join balances a on a.id = {number_of('reserve', 'b.id')}"
        " left join leases l on l.batch_id = b.id left join returned r on r.batch_id = b.id order by b.id"
    )
    found = []
    for row in rows:
        batch, state, price, tasks, overlap, first_price, gold, percent, points, used, *rest = row
        released, releases, leased, back, balance = rest
        rates = Rates(percent, points)
        begun = cost(tasks, overlap, first_price or 0, rates, gold=gold)
        one = Reserve(batch, state, price, begun, rates, used, released, releases, leased, back, tuple(added[batch]))
        found.append((one, balance))
    return found


def people(tx: Tx, ids: set[int]) -> set[int]:
    """Which of these ids are somebody's."""
    rows = tx.run("select id from people where id in (select value from json_each(:ids))", ids=json.dumps(sorted(ids)))
    return {row[0] for row in rows}


def runs(tx: Tx, ids: set[int]) -> set[int]:
    """Which of these ids are payout runs."""
    sql = "select id from payout_runs where id in (select value from json_each(:ids))"
    return {row[0] for row in tx.run(sql, ids=json.dumps(sorted(ids)))}


def run_after(tx: Tx, after: int) -> Run | None:
    """The next payout run."""
    row = tx.one(
        "select r.id, r.total, r.count, coalesce(sum(p.amount), 0), count(p.id) from"
        " (select id, total, count from payout_runs where id > :after order by id limit 1) r"
        " left join payouts p on p.run_id = r.id group by r.id",
        after=after,
    )
    return None if row is None else Run._make(row)


def use_of(number: int) -> str:
    """What an account is for; those of the house by their names."""
    return _HOUSE_NAMES.get(number) or USE_NAMES.get(number & 7, "?")


def number_for(use: str, owner: int) -> int:
    """The number of an account; those of the house have no owner."""
    return HOUSE[use] if use in HOUSE else owner * 8 + USES[use]


def account_name(number: int) -> str:
    """The account's text, as in the view `accounts`."""
    use, owner = use_of(number), number >> 3
    if number in _HOUSE_NAMES:
        return use
    return f"{'batch' if use in ('reserve', 'topups') else 'worker'}:{owner}:{use}"


def cause_name(kind: int, subject: int, number: int = 0, part: int = 0) -> str:
    """The cause's text, as in the view `transfers`."""
    noun, event = NAMES.get(kind, ("kind", str(kind)))
    return ":".join(map(str, (noun, subject, event, *((number, part) if part else (number,) if number else ()))))
