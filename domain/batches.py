"""A batch, a task, an assignment, a submission: the nouns of the work itself. Times are instants in microseconds.

They are named tuples because each tap makes several: a frozen dataclass takes ten times as long to make.
"""

from __future__ import annotations

from typing import NamedTuple

from domain.brief.model import Data, Problem
from domain.kinds.base import BatchFace, Payload


class Batch(NamedTuple):
    """What a coordinator publishes. `price` in micro-units per submission; counters are kept with every change.

    `done` counts tasks with all the submissions they need; `pairs` and `pairs_same` count pairs of submissions to the
    same task, and those that agree; `median_micros` is the median active time of the measured answers. `data` is
    "photos" or "texts" once some came; `received` counts photos sent one by one; `problems` are the brief's bad lines.
    Each task gets `overlap` answers; where `overlap_least` is set, that many at first and more only while they differ.
    `wanted` is how many answers all tasks want by now. `floor` is what an hour shall bring at least (micro-units), None for what the installation's rules say.
    """

    id: int
    kind: str
    state: str
    collecting: bool
    title: str
    face: BatchFace
    language: str
    price: int | None
    overlap: int
    most_per_worker: int | None
    seconds: int
    seconds_given: bool
    review_seconds: int
    lease_seconds: int
    created_by: int
    created_at: int
    published_at: int | None
    closed_at: int | None
    tasks: int
    done: int
    submissions: int
    accepted: int
    offers: int
    opened: int
    measured: int
    active_micros: int
    median_micros: int | None
    pairs: int
    pairs_same: int
    data: Data | None = None
    received: int = 0
    problems: tuple[Problem, ...] = ()
    floor: int | None = None
    overlap_least: int | None = None
    wanted: int = 0


class Task(NamedTuple):
    """One thing to do. `taken` counts open assignments and live submissions, `answered` live submissions."""

    id: int
    batch_id: int
    name: str
    payload: Payload
    state: str
    wanted: int
    taken: int
    answered: int


class Assignment(NamedTuple):
    """The lease of one task to one worker."""

    id: int
    task_id: int
    batch_id: int
    worker_id: int
    state: str
    offered_at: int
    shown_at: int | None
    expires_at: int
    draft_version: int


class Submission(NamedTuple):
    """What a worker handed in for an assignment. `answer` is the kind's own dictionary.

    `review_until` is when silence pays; 0 once it is decided.
    """

    id: int
    assignment_id: int
    task_id: int
    batch_id: int
    worker_id: int
    state: str
    version: int
    answer: dict[str, int | str]
    price: int
    shown_at: int
    submitted_at: int
    active_micros: int
    review_until: int
    review_started_at: int | None
    decided_at: int | None
    decided_by: int | None
    reason: str | None
