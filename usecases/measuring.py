"""How long a draft's tasks take, by its pilot or by its kind's last answers, and whether its price meets the floor."""

from __future__ import annotations

from domain.batches import Batch
from domain.costs import NOTHING, Cost, Rates, rates_of
from domain.drafts import Quote, quote
from domain.floors import RECENT, Gate, Measure, gate, median_of, pilot_measure
from domain.ledger import FUNDS
from domain.refusals_batches import BelowFloor, NotMeasured
from domain.rules import SECOND
from storage import additions, batches, ledger, timings
from storage.database import Tx

CENT = 10_000


def measure_of(tx: Tx, batch: Batch) -> Measure | None:
    """The median time of the batch's pilot, else of the last answers of its kind with such data; None without both."""
    return pilot_measure(batch) or _of_kind(tx, batch)


def gate_of(tx: Tx, batch: Batch) -> Gate:
    """What the floor says of the draft now."""
    return gate(batch, measure_of(tx, batch), tx.rules)


def require_floor(tx: Tx, batch: Batch) -> int:
    """Return the floor the batch has from now on (micro-units an hour). Raises NotMeasured, BelowFloor."""
    found = gate_of(tx, batch)
    if found.is_open:
        return found.floor
    if found.rate is None or found.would_do is None:
        raise NotMeasured
    raise BelowFloor(
        amount_rate=found.rate // CENT * CENT,
        amount_missing=-(-found.missing // CENT) * CENT,
        amount_floor=found.floor,
        amount=found.would_do,
    )


def quote_of(tx: Tx, batch: Batch) -> Quote:
    """The money of the draft as it is now."""
    rates, reserved = reserved_so_far(tx, batch)
    free = ledger.balance(tx, FUNDS)
    return quote(batch, free=free, rates=rates, reserved=reserved, measure=measure_of(tx, batch))


def reserved_so_far(tx: Tx, batch: Batch) -> tuple[Rates, Cost]:
    """The rates of the batch, and what its pilot has reserved with all that was added since."""
    priced = batches.priced(tx, batch.id) if batch.pilot_tasks is not None else None
    if priced is None:
        return rates_of(tx.rules), NOTHING
    added = additions.given(tx, batch.id)
    return priced.rates, Cost(*(one + more for one, more in zip(priced.cost, added, strict=True)))


def expected_seconds(tx: Tx, batch: Batch) -> dict[str, object]:
    """The columns of how long a task takes until its own answers tell: as the kind's last ones, if there are any."""
    found = _of_kind(tx, batch)
    if found is None:
        return {}
    return {"seconds": max(1, round(found.micros / SECOND)), "seconds_from": "kind"}


def _of_kind(tx: Tx, batch: Batch) -> Measure | None:
    if batch.data is None:
        return None
    median = median_of(timings.recent(tx, batch.kind, batch.data, besides=batch.id, limit=RECENT))
    return None if median is None else Measure(median, "kind")
