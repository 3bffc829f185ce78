"""Taking files into a draft, in bounded steps that can be repeated: photos by their content, texts by their words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from domain.drafts import MAX_TASKS
from domain.file_problems import FileProblem, Refused
from domain.gold import clean_why
from domain.kinds.base import Message, Payload, payload_to_json
from domain.notices import Json
from domain.people import Person
from storage import batches, draft_tasks, gold, jobs, photos, refused_files, tasks
from storage.database import Tx
from storage.gold import Given
from usecases import drafts, gold_matching, lookalikes, progress
from usecases.notify import tell


@dataclass(frozen=True, slots=True)
class Found:
    """One usable photo or row: its name for people, what makes it itself (a hash), what its task is about.

    `gold` is its right answer as the file says it, where that is known; `why` explains it.
    """

    name: str
    content: str
    payload: Payload
    gold: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """What a gold.csv says of one task: the names it may have, the best first; the label as written; an explanation."""

    names: tuple[str, ...]
    label: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class FoundPhoto:
    """A photo that lies in the file store: hash and bytes of what is stored, pixels."""

    name: str
    sha256: str
    width: int
    height: int
    size: int


def of_photo(photo: FoundPhoto) -> Found:
    """A photo as the task it becomes."""
    return Found(photo.name, photo.sha256, Payload(photo=photo.sha256))


def of_row(name: str, messages: tuple[Message, ...], *, gold: str | None = None, why: str | None = None) -> Found:
    """A text or conversation as the task it becomes."""
    payload = Payload(messages=messages)
    return Found(name, hashlib.sha256(payload_to_json(payload).encode()).hexdigest(), payload, gold, why)


def take_in(
    tx: Tx, *, job: int, start: int, total: int, found: Sequence[FoundPhoto | Found | Refused], now: int
) -> bool:
    """Add one step's photos or rows to the job's draft; what is there already, or too much, is listed as left out.

    `start` is where the step begins among `total`: what of it was taken in before changes nothing. False when there
    is nothing to go on for: the job was done, or the draft is gone.
    """
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return False
    batch_id = int(asked.params["batch"])
    batch = batches.by_id(tx, batch_id)
    if batch is None or batch.state != "draft":
        return False
    following, known = start + len(found), int(asked.progress.get("next", 0))
    if not start <= known < following:
        return True
    found = found[known - start :]
    room, added = MAX_TASKS - batch.tasks - batch.gold, 0
    over = 0
    for one in found:
        if isinstance(one, Refused):
            refused_files.add(tx, batch_id, one)
            continue
        if added >= room:
            over += 1
            continue
        if isinstance(one, FoundPhoto):
            photos.add(tx, one.sha256, width=one.width, height=one.height, size=one.size, now=now)
            one = of_photo(one)
        task_id = tasks.add(tx, batch_id, one.name, one.content, payload_to_json(one.payload), 1)
        if task_id is None:
            refused_files.add(tx, batch_id, _twice(tx, batch_id, one))
            continue
        added += 1
        if one.gold is not None:
            gold.give(tx, Given(task_id, one.gold, clean_why(one.why or "")), by=asked.person_id, now=now)
    if over:
        reason = "too_many_photos" if batch.data == "photos" else "too_many_rows"
        refused_files.add(tx, batch_id, Refused("", reason, {"count": over, "limit": MAX_TASKS}))
    batches.count(tx, batch_id, tasks=added)
    jobs.progress(tx, job, **_progress(following, total))
    progress.refresh(tx, batch_id, now)
    return True


def finish(tx: Tx, *, job: int, refused: Sequence[Refused] = (), known: Sequence[KnownAnswer] = (), now: int) -> None:
    """End the job, once: list what the file as a whole left out, estimate the seconds, show the draft.

    `known` answers go to their tasks; those for tasks the draft does not have, or has with another one, are listed.
    """
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return
    batch_id = int(asked.params["batch"])
    jobs.close(tx, job, now=now)
    batch = batches.by_id(tx, batch_id)
    if batch is None or batch.state != "draft":
        return
    unused = _give(tx, batch_id, known, by=asked.person_id, now=now)
    for one in (*unused, *refused):
        refused_files.add(tx, batch_id, one)
    gold_matching.match_again(tx, batch_id)
    if batch.data == "texts":
        drafts.estimate(tx, batch_id)
    elif batch.data == "photos":
        lookalikes.want(tx, batch_id)
    progress.show(tx, batch.created_by, batch_id, now=now)


def give_up(tx: Tx, *, job: int, problem: FileProblem, now: int) -> None:
    """End the job of a file that cannot be used as a whole; its sender reads why, the draft stays as it is."""
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return
    params: dict[str, Json] = {
        name: value if isinstance(value, int) else str(value) for name, value in problem.params.items()
    }
    tell(tx, asked.person_id, "file_refused", now=now, name=asked.params["name"], text=problem.text, params=params)
    finish(tx, job=job, now=now)


def too_big(tx: Tx, *, job: int, now: int) -> None:
    """End the job of a file Telegram does not hand to bots; its sender reads the ways on."""
    asked = jobs.open_by_id(tx, job)
    if asked is not None:
        tell(tx, asked.person_id, "file_too_big", now=now, batch=int(asked.params["batch"]), bytes=0)
        finish(tx, job=job, now=now)


def begin_folder(tx: Tx, *, by: Person, folder: str, name: str, caption: str, now: int) -> int:
    """A new draft for a folder of photos on the machine itself, and its job; returns the job's id."""
    draft_id = drafts.new_draft(tx, by, "photos", name, caption, now=now)
    progress.show(tx, by, draft_id, now=now)
    values: dict[str, Json] = {"what": "folder", "path": folder, "name": name}
    return jobs.ask(tx, "import", person_id=by.id, batch_id=draft_id, now=now, batch=draft_id, **values)


def _give(tx: Tx, batch_id: int, known: Sequence[KnownAnswer], *, by: int, now: int) -> list[Refused]:
    """Note the known answers of a draft's tasks; returns those that have none, or two that differ.

    A task is meant by its whole name, else by what is behind the last slash where only one task has that.
    """
    if not known:
        return []
    names = gold.names(tx, batch_id)
    short: dict[str, set[int]] = {}
    for name, task_id in names.items():
        short.setdefault(PurePosixPath(name).name.casefold(), set()).add(task_id)
    refused: list[Refused] = []
    given: dict[int, KnownAnswer] = {}
    doubtful: set[int] = set()
    for one in known:
        exact = [names[name] for name in one.names if name in names]
        alike = short.get(PurePosixPath(one.names[0]).name.casefold(), set())
        meant = exact[0] if exact else next(iter(alike)) if len(alike) == 1 else None
        before = None if meant is None else given.get(meant)
        if meant is None:
            refused.append(Refused(one.names[0], "gold_unknown"))
        elif before is not None and before.label.casefold() != one.label.casefold():
            doubtful.add(meant)
            refused.append(Refused(one.names[0], "gold_twice", {"one": before.label, "other": one.label}))
        else:
            given[meant] = one
    for task_id, one in given.items():
        if task_id in doubtful:
            continue
        gold.give(tx, Given(task_id, one.label, clean_why(one.why)), by=by, now=now)
    return refused


def _twice(tx: Tx, batch_id: int, one: Found) -> Refused:
    other = draft_tasks.named_as(tx, batch_id, one.content) or ""
    return Refused(one.name, "same_photo" if one.payload.photo else "same_prompt", {"other": other})


def _progress(following: int, total: int) -> dict[str, Json]:
    return {"next": following, "total": total}
