"""What /metrics says of the rows, read beside the writer and kept for a moment, so that asking often costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Final

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.rules import SECOND
from storage.database import Database
from usecases import metrics
from usecases.metrics import Books, Reading

log = structlog.get_logger("tallyhand")

FRESH_SECONDS: Final = 1.0
BOOKS_SECONDS: Final = 60.0
"""Summing all accounts holds a reader for some 20 ms with 100,000 workers."""
PATIENCE_SECONDS: Final = 5.0


class Readings(Collector):
    """A Prometheus collector over the use cases in `metrics`. `refresh` reads, `collect` shows what was read last."""

    def __init__(self, clock: Callable[[], int], registry: CollectorRegistry) -> None:
        self.db: Database | None = None
        self._clock = clock
        self._turn = asyncio.Lock()
        self._reading: Reading | None = None
        self._books: Books | None = None
        self._read_at = self._books_at = float("-inf")
        registry.register(self)

    async def refresh(self) -> None:
        """Read anew what is too old; callers at once share one reading. A database that does not answer is shown."""
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if self.db is None or now - self._read_at < FRESH_SECONDS:
                return
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    self._reading = await self.db.read(metrics.read, now=self._clock())
                    if now - self._books_at >= BOOKS_SECONDS:
                        self._books = await self.db.read(metrics.check_books)
                        self._books_at = now
            except Exception as error:
                self._reading = None
                log.warning("metrics_not_read", error=type(error).__name__)
            # At its end, also without an answer: who asked meanwhile does not wait for as long once more.
            self._read_at = asyncio.get_running_loop().time()

    def collect(self) -> Iterator[Metric]:
        """What was read last; without an answer of the database only that there is none."""
        yield GaugeMetricFamily(
            "tallyhand_database_answers", "1 when the rows below were read just now.", self._answers
        )
        if self._reading is not None:
            yield from _waiting(self._reading)
        if self._books is not None:
            yield from _books(self._books)

    @property
    def _answers(self) -> int:
        return int(self._reading is not None)


def _waiting(reading: Reading) -> Iterator[Metric]:
    updates = reading.updates
    yield GaugeMetricFamily("tallyhand_inbox_waiting", "Updates that are not handled.", updates.waiting)
    yield GaugeMetricFamily("tallyhand_inbox_oldest_seconds", "Age of the oldest of them.", updates.age / SECOND)
    waiting = GaugeMetricFamily("tallyhand_outbox_waiting", "Messages that are not sent.", labels=["lane"])
    due = GaugeMetricFamily("tallyhand_outbox_due", "Of them, those that are not for later.", labels=["lane"])
    oldest = GaugeMetricFamily("tallyhand_outbox_oldest_seconds", "How long the oldest is due.", labels=["lane"])
    for lane, found in reading.messages.items():
        name = [lane.name.lower()]
        waiting.add_metric(name, found.waiting)
        due.add_metric(name, found.due)
        oldest.add_metric(name, found.age / SECOND)
    yield from (waiting, due, oldest)
    jobs = GaugeMetricFamily("tallyhand_jobs_waiting", "Jobs that are not done.", labels=["kind"])
    for kind, found in reading.jobs.items():
        jobs.add_metric([kind], found.waiting)
    yield jobs
    age = max((found.age for found in reading.jobs.values()), default=0)
    yield GaugeMetricFamily("tallyhand_jobs_oldest_seconds", "How long the oldest is asked for.", age / SECOND)


def _books(books: Books) -> Iterator[Metric]:
    for name, said, value in (
        ("imbalance", "Sum of all balances, in micro-units; 0 unless money was lost.", books.imbalance),
        ("shortfall", "What reserves lack for open assignments, in micro-units.", books.shortfall),
    ):
        gauge = GaugeMetricFamily(f"tallyhand_ledger_{name}", said, labels=["currency"])
        gauge.add_metric([books.currency], value)
        yield gauge
