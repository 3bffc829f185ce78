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
    `wanted` is how many answers all tasks want by now. A pilot (`piloting`) is open with `pilot_tasks` of its tasks, of
    which one worker may do `pilot_share`; `resting` more wait until the whole is published. `floor` is what an hour
    shall bring at least (micro-units): in a draft its own, None for its region's or the installation's.
    `seconds_from` tells where `seconds` come from: "estimate", or "kind" (the last answers of the kind).
    `prior` is what is believed of an answer to it before it is known whose (domain.inference.streaming).
    `gold` more tasks have a known answer; they count in none of the numbers above but `submissions` and what follows
    from it. `gold_share` is how many answers to them are paid for, in per cent of the others (None: the default),
    `gold_budget` how many that is, `gold_taken` how many are given out and `gold_answered` how many are handed in.
    Newcomers are trained with `training` of them and, where there is a `test`, tested with more; who has a skill of
    `skill_least` per cent begins without (None: no skill is asked for).
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
    floor: int | None = None
    overlap_least: int | None = None
    wanted: int = 0
    region: str | None = None
    piloting: bool = False
    pilot_tasks: int | None = None
    pilot_share: int | None = None
    resting: int = 0
    seconds_from: str = "estimate"
    gold: int = 0
    gold_share: int | None = None
    gold_budget: int = 0
    gold_taken: int = 0
    gold_answered: int = 0
    gold_salt: int = 0
    gold_classes: str = "[]"
    training: int | None = None
    test: bool = False
    skill_least: int | None = None
    prior: str | None = None
    problems: tuple[Problem, ...] = ()
    """Stays the last: a worker's place is read without it, by position (storage/assignments.py)."""

    @property
    def is_draft(self) -> bool:
        """Whether its coordinator still has it as a draft, with a pilot under way or without."""
        return self.state == "draft" or (self.piloting and self.state == "open")

    @property
    def all_tasks(self) -> int:
        """All there are to answer, also those that wait until the pilot is over."""
        return self.tasks + self.resting

    @property
    def plain_submissions(self) -> int:
        """Submissions to tasks whose answer is not known."""
        return self.submissions - self.gold_answered

    @property
    def is_gated(self) -> bool:
        """Whether newcomers do not simply begin: they are trained or tested, or must have a skill."""
        return self.training is not None or bool(self.test) or self.skill_least is not None


class Task(NamedTuple):
    """One thing to do. `taken` counts open assignments and live submissions, `answered` live submissions.

    `gold` is the right label of a task whose answer is known, as its kind names it; None for all others. `belief` is
    what its answers say together (domain.inference.streaming), None before the first and where answers have no labels.
    """

    id: int
    batch_id: int
    name: str
    payload: Payload
    state: str
    wanted: int
    taken: int
    answered: int
    gold: str | None = None
    belief: str | None = None


class Assignment(NamedTuple):
    """The lease of one task to one worker; how its time is counted is in domain.active_time.

    `median_micros` is the batch's median when it was given, `alive_at` the last sign of life, `counted_micros` what
    counted until then; `asked_at` is when "Still there?" was put first since, `questions` how often it was.
    """

    id: int
    task_id: int
    batch_id: int
    worker_id: int
    state: str
    offered_at: int
    shown_at: int | None
    expires_at: int
    draft_version: int
    median_micros: int | None = None
    alive_at: int | None = None
    counted_micros: int = 0
    asked_at: int | None = None
    questions: int = 0


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
