"""Gold: tasks whose answer is known. How they come into a batch, are found for a worker, and stop being gold."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from domain.batches import Task
from domain.gold import WANTED, shuffled
from storage.database import Tx
from storage.tasks import COLUMNS, NEXT_BY_ID, NEXT_FREED, NOT_HAD, from_row

SOME_LEFT: Final = f"(exists ({NEXT_BY_ID}) or exists ({NEXT_FREED.replace(':after', ':freed_seen')}))"
AT = f"""select t.id from tasks t where t.batch_id = :batch_id and t.gold_class = :gold_class
 and t.gold_order = :gold_order and t.gold is not null and t.gold_rests = 0 and {NOT_HAD} and {SOME_LEFT}"""


class Given(NamedTuple):
    """What somebody said the right answer of a task is; `why` explains it."""

    task_id: int
    label: str
    why: str | None = None


def at(
    tx: Tx, batch_id: int, worker_id: int, *, gold_class: int, gold_order: int, after: int, freed_seen: int
) -> int | None:
    """The gold task at this place, if it can be given to this worker; None also when no ordinary work is left for them.

    `after` and `freed_seen` are the worker's cursors in the ordinary work.
    """
    found: int | None = tx.value(
        AT,
        batch_id=batch_id,
        worker_id=worker_id,
        gold_class=gold_class,
        gold_order=gold_order,
        after=after,
        freed_seen=freed_seen,
    )
    return found


def names(tx: Tx, batch_id: int) -> dict[str, int]:
    """All tasks of a draft, by name (unique in what one file held; of several the first)."""
    rows = tx.all("select id, name from tasks where batch_id = :batch_id order by id desc", batch_id=batch_id)
    return {row["name"]: row["id"] for row in rows}


def give(tx: Tx, given: Given, *, by: int | None, now: int) -> None:
    """Note what the right answer of a draft's task is said to be; `adopt` makes it gold."""
    tx.run(
        "update tasks set gold_given = :label, gold_why = :why, gold_by = :by, gold_at = :now where id = :task_id",
        task_id=given.task_id,
        label=given.label,
        why=given.why,
        by=by,
        now=now,
    )


def given_counts(tx: Tx, batch_id: int) -> list[tuple[str, str | None, int]]:
    """What was given, which label that is, how often; the most frequent first."""
    rows = tx.all(
        "select gold_given, gold from tasks where batch_id = :batch_id and gold_given is not null", batch_id=batch_id
    )
    counts = Counter((row["gold_given"], row["gold"]) for row in rows)
    ordered = sorted(counts, key=lambda one: (-counts[one], one[0]))
    return [(given, label, counts[given, label]) for given, label in ordered]


def adopt(tx: Tx, batch_id: int, labels: Mapping[str, str | None]) -> None:
    """Make gold of a draft's tasks what their given answers mean (None: nothing), and count its tasks anew."""
    tx.run(
        "update tasks set gold = (select value from json_each(:labels) where key = gold_given)"
        " where batch_id = :batch_id and gold_given is not null",
        labels=json.dumps(labels),
        batch_id=batch_id,
    )
    recount_draft(tx, batch_id)


def adopt_one(tx: Tx, task_id: int, label: str | None) -> None:
    """One task of a draft is gold now (None: no more), and its batch counts it so."""
    row = tx.one(
        "update tasks set gold = :label where id = :id and (gold is null) <> (:label is null) returning batch_id",
        id=task_id,
        label=label,
    )
    if row is not None:
        step = 1 if label is not None else -1
        tx.run("update batches set gold = gold + :n, tasks = tasks - :n where id = :id", n=step, id=row["batch_id"])


def ungive(tx: Tx, task_id: int) -> None:
    """One task of a draft has no known answer any more."""
    adopt_one(tx, task_id, None)
    tx.run(
        "update tasks set gold_given = null, gold_why = null, gold_by = null, gold_at = null where id = :id", id=task_id
    )


def recount_draft(tx: Tx, batch_id: int) -> None:
    """Count a draft's tasks and its gold from the rows."""
    tx.run(
        "update batches set gold = (select count(*) from tasks where batch_id = :id and gold is not null),"
        " tasks = (select count(*) from tasks where batch_id = :id and gold is null) where id = :id",
        id=batch_id,
    )


def forget(tx: Tx, batch_id: int) -> int:
    """A draft has no gold any more; returns how many of its tasks somebody had given an answer to."""
    found = tx.run(
        "update tasks set gold = null, gold_given = null, gold_why = null, gold_by = null, gold_at = null"
        " where batch_id = :batch_id and gold_given is not null",
        batch_id=batch_id,
    ).rowcount
    recount_draft(tx, batch_id)
    return found


def settle(tx: Tx, batch_id: int, *, salt: int) -> None:
    """Give the gold of a batch that is being published its places: by class, in an order that follows from `salt`."""
    rows = tx.all(
        "select id, gold from tasks where batch_id = :batch_id and gold is not null order by id", batch_id=batch_id
    )
    if rows:
        tx.run("update batches set gold_salt = :salt where id = :id", salt=salt, id=batch_id)
        _place(tx, batch_id, [(row["id"], row["gold"]) for row in rows], salt=salt)


def _place(tx: Tx, batch_id: int, gold: Iterable[tuple[int, str]], *, salt: int) -> None:
    """Put gold behind what its classes have already. Places are never given out again."""
    by_label: dict[str, list[int]] = defaultdict(list)
    for task_id, label in gold:
        by_label[label].append(task_id)
    row = tx.one("select gold_classes from batches where id = :id", id=batch_id)
    assert row is not None
    counts: list[int] = json.loads(row["gold_classes"])
    for label in sorted(by_label):
        one = tx.value(
            "select gold_class from tasks where batch_id = :batch_id and gold_class is not null and gold = :label"
            " limit 1",
            batch_id=batch_id,
            label=label,
        )
        if one is None:
            one = len(counts)
            counts.append(0)
        for task_id in shuffled(by_label[label], salt=salt):
            tx.run(
                "update tasks set state = 'paused', wanted = :wanted, gold_class = :one, gold_order = :number"
                " where id = :id",
                wanted=WANTED,
                one=one,
                number=counts[one],
                id=task_id,
            )
            counts[one] += 1
    tx.run("update batches set gold_classes = :text where id = :id", text=json.dumps(counts), id=batch_id)


def make(tx: Tx, task: Task, label: str, *, why: str | None, by: int, salt: int, now: int) -> None:
    """A task of a published batch is gold from now on, with the answers it has; its batch's counters follow.

    What was set aside for it pays for gold: tasks × overlap + gold_budget stays as it is.
    """
    row = tx.one("select overlap, gold_salt from batches where id = :id", id=task.batch_id)
    assert row is not None
    tx.run(
        "update tasks set gold = :label, gold_given = :label, gold_why = :why, gold_by = :by, gold_at = :now,"
        " gold_kept = null, gold_rests = 0, given_up_at = null where id = :id",
        id=task.id,
        label=label,
        why=why,
        by=by,
        now=now,
    )
    tx.run(
        "update batches set tasks = tasks - 1, done = done - :done, wanted = wanted - :wanted, gold = gold + 1,"
        " gold_budget = gold_budget + overlap, gold_taken = gold_taken + :taken,"
        " gold_answered = gold_answered + :answered, gold_salt = :salt where id = :id",
        id=task.batch_id,
        done=int(task.state == "done"),
        wanted=task.wanted,
        taken=task.taken,
        answered=task.answered,
        salt=row["gold_salt"] or salt,
    )
    _place(tx, task.batch_id, [(task.id, label)], salt=salt)


def unmake(tx: Tx, task: Task, *, wanted: int, freed: int | None, added: int) -> bool:
    """A gold task is ordinary work again that wants so many answers, those it has among them; True when it is done.

    Who was told that the batch is done is told so again only when there was more to do.

    `freed`: also offered to workers who have passed it; `added` gold answers were paid for just now to make up for it.
    """
    done = task.answered >= wanted
    tx.run(
        "update tasks set gold = null, gold_given = null, gold_class = null, gold_order = null, gold_rests = 0,"
        " gold_kept = null, wanted = :wanted, freed = coalesce(:freed, freed),"
        " state = case when :done then 'done' when reports > 0 and gold_rests then 'paused' else 'open' end"
        " where id = :id",
        id=task.id,
        wanted=wanted,
        freed=freed,
        done=int(done),
    )
    tx.run(
        "update batches set tasks = tasks + 1, done = done + :done, wanted = wanted + :wanted, gold = gold - 1,"
        " gold_budget = gold_budget + :added - overlap, gold_added = gold_added + :added,"
        " gold_taken = gold_taken - :taken, gold_answered = gold_answered - :answered,"
        " done_told = done_told and :done where id = :id",
        id=task.batch_id,
        done=int(done),
        wanted=wanted,
        added=added,
        taken=task.taken,
        answered=task.answered,
    )
    return done


def retire(tx: Tx, task: Task) -> None:
    """A gold task is asked of nobody any more and counted nowhere: there is no money to ask about it as ordinary work.

    Its answers stay answers to gold in the batch's counters.
    """
    tx.run(
        "update tasks set gold = null, gold_given = null, gold_class = null, gold_order = null, gold_rests = 1,"
        " gold_kept = null where id = :id",
        id=task.id,
    )
    tx.run("update batches set gold = gold - 1 where id = :id", id=task.batch_id)


def relabel(tx: Tx, task: Task, label: str, *, by: int, salt: int, now: int) -> None:
    """A gold task has another right answer from now on; what was answered before is not judged by it."""
    tx.run(
        "update tasks set gold = :label, gold_given = :label, gold_by = :by, gold_at = :now, gold_why = null,"
        " gold_kept = null, gold_class = null, gold_order = null where id = :id",
        id=task.id,
        label=label,
        by=by,
        now=now,
    )
    _place(tx, task.batch_id, [(task.id, label)], salt=salt)


def pay_for(tx: Tx, batch_id: int, answers: int) -> None:
    """So many more gold answers are paid for by what was added to a published batch."""
    tx.run(
        "update batches set gold_budget = gold_budget + :answers, gold_added = gold_added + :answers where id = :id",
        answers=answers,
        id=batch_id,
    )


def why(tx: Tx, task_id: int) -> str | None:
    """The explanation of a gold task's answer."""
    found: str | None = tx.value("select gold_why from tasks where id = :id", id=task_id)
    return found


def untouched(tx: Tx, batch_id: int, *, near: int, besides: int) -> Task | None:
    """A task that is no gold and that nobody has begun: the first from the `near`th of 1,000 parts of the batch on."""
    point = "(select min(id) + (max(id) - min(id) + 1) * :near / 1000 from tasks where batch_id = :batch_id)"
    free = "batch_id = :batch_id and gold is null and taken = 0 and state = 'open' and reports = 0 and id <> :besides"
    for condition in (f"id >= {point}", "id >= 0"):
        row = tx.one(
            f"select {COLUMNS} from tasks where {free} and {condition} order by id limit 1",
            batch_id=batch_id,
            near=near,
            besides=besides,
        )
        if row is not None:
            return from_row(row)
    return None


def by_class(tx: Tx, batch_id: int) -> Counter[str]:
    """How much gold the batch has, by label."""
    rows = tx.all("select gold from tasks where batch_id = :batch_id and gold is not null", batch_id=batch_id)
    return Counter(row["gold"] for row in rows)
