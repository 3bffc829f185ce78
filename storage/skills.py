"""What workers are known to do well, by kind of work and language: read for gates; written by the refit job."""

from __future__ import annotations

from storage.database import Tx


def low(tx: Tx, worker_id: int, kind: str, language: str) -> int | None:
    """The lower end of the interval of the worker's skill, in 1/10,000; None while it is not known."""
    found: int | None = tx.value(
        "select low from skills where worker_id = :worker_id and kind = :kind and language = :language",
        worker_id=worker_id,
        kind=kind,
        language=language,
    )
    return found
