"""What stands out in the world of the tests: a signal of each kind, and every message about one."""

from __future__ import annotations

import json

from storage import batches, signals
from storage.database import Tx
from usecases import signals as recording
from usecases.notify import tell
from usecases.signals import SHOWN


def record(tx: Tx, batch: int, written: int, workers: tuple[int, int], *, now: int) -> None:
    """A signal of each kind, as a fit and a search leave them: `batch` shows photos, `written` is written work."""
    one, other = workers
    seen = [row["id"] for row in tx.all("select id from submissions where batch_id = :id order by id", id=batch)][:4]
    replies = [row["id"] for row in tx.all("select id from submissions where batch_id = :id order by id", id=written)]
    shown = [row["id"] for row in tx.all("select id from tasks where batch_id = :id order by id", id=batch)]
    figures = {"answers": 40, "agreed": 9, "same": 38, "shared": 12, "fast": 7, "examples": seen}
    for kind, whose, evidence in (
        ("blind", (one,), figures),
        ("constant", (other,), figures),
        ("copies", workers, figures),
        ("ring", workers, figures),
        ("speed", (one,), figures),
        ("photos", (), {"tasks": shown[: SHOWN + 2], "photos": SHOWN + 2}),
    ):
        recording.add(tx, batch, kind, whose, 900, evidence, rule=1, now=now)
    texts = {"percent": 97, "texts": 3, "copied": replies[-3:], "examples": replies[-2:]}
    recording.add(tx, written, "texts", workers, 291, texts, rule=1, now=now)


def queue_signals(tx: Tx, text: str, now: int) -> None:
    """Each signal as staff see it, open and seen; what is written to those it is about."""
    owner = tx.value("select min(id) from people where is_owner = 1")
    for row in tx.all("select id, batch_id from signals"):
        for photo in (0, 99):
            tell(tx, owner, "signal", now=now, batch=row["batch_id"], signal=row["id"], photo=photo)
    one = tx.one("select g.id, g.batch_id, g.evidence from signals g where g.kind = 'texts'")
    assert one is not None
    tell(tx, owner, "signal", now=now, batch=one["batch_id"], signal=None)
    tell(tx, owner, "signal_prompt", now=now, signal=one["id"])
    for reached in (1, 2):
        tell(tx, owner, "signal_sent", now=now, batch=one["batch_id"], reached=reached, of=2)
    said = signals.add_words(tx, one["id"], by=owner, text=text[:1_000] or "Is everything clear?", now=now)
    submission = json.loads(one["evidence"])["examples"][0]
    worker = tx.value("select worker_id from submissions where id = :id", id=submission)
    assert batches.by_id(tx, one["batch_id"]) is not None
    for about in (submission, None):
        tell(tx, worker, "coordinator_wrote", now=now, batch=one["batch_id"], submission=about, words=said)
