"""How much of somebody's written work is put before a reviewer first: all at the beginning, then by what is known.

It orders the queue and does nothing else: what comes later in it is judged the same way, or paid by silence.
"""

from __future__ import annotations

from typing import Final

from domain.batches import Batch
from domain.kinds import kind
from domain.qualification import lowest_share, sampled, share_checked
from storage import reviews
from storage.database import Tx

LOOKED_AT: Final = 200
"""So many of the last judgements tell how somebody writes by now."""


def comes_first(tx: Tx, worker_id: int, batch: Batch, assignment_id: int) -> bool:
    """Whether the work on this assignment is checked before the rest; the same answer whenever it is asked.

    No statement for work that is answered by a tap, one for written work.
    """
    if kind(batch.kind).input != "text":
        return False
    return sampled(f"review:{assignment_id}", share(tx, worker_id, batch))


def share(tx: Tx, worker_id: int, batch: Batch) -> float:
    """The share of the worker's next work of this kind and language that is checked first, by how people judged it."""
    checked, good = reviews.judged_by_people(tx, worker_id, kind=batch.kind, language=batch.language, limit=LOOKED_AT)
    return share_checked(checked, lowest_share(good, checked))
