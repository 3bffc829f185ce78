"""Every message about rejections, appeals, questions and reports, queued for who reads it."""

from __future__ import annotations

from storage.database import Tx
from tests.handlers.world import OTHER, OWNER, REVIEWER
from usecases.notify import tell


def queue_rejections(tx: Tx, *, now: int) -> None:
    """Of the world's one appealed rejection and one proposal, and of its reported task."""
    owner, oto, rita = (
        tx.value("select id from people where telegram_id = :id", id=one) for one in (OWNER, OTHER, REVIEWER)
    )
    appealed = tx.one("select id, submission_id, batch_id, ground_id from rejections where state = 'appealed'")
    proposed = tx.one("select p.id, d.submission_id, d.version, d.ground_id from proposals p join proposed d")
    tapped = tx.one(
        "select s.id, s.batch_id, s.worker_id from submissions s join batches b on b.id = s.batch_id"
        " where s.state = 'pending' and b.kind = 'choose_one'"
    )
    reported = tx.one("select batch_id, task_id from reports where state = 'open'")
    assert appealed is not None and proposed is not None and tapped is not None and reported is not None
    tx.run(
        "insert into rejections (submission_id, batch_id, worker_id, ground_id, by, at, day_counted, standing, due_at)"
        " select s.id, s.batch_id, s.worker_id, :ground, :rita, :now, 0, 0, :now from submissions s"
        " where s.worker_id = :oto and s.batch_id = :batch and s.state = 'pending'",
        ground=appealed["ground_id"], rita=rita, now=now, oto=oto, batch=appealed["batch_id"],
    )  # fmt: skip
    submission = proposed["submission_id"]
    one = {"first": submission, "last": submission, "version": proposed["version"], "at": now}
    page = {"batch": tapped["batch_id"], "worker": tapped["worker_id"], "after": 0}
    for key, values in {
        "reject_code": one,
        "reject_line": one,
        "reject_words": {**one, "code": 2},
        "reject_confirm": {"ground": proposed["ground_id"], "at": now},
        "inspect": {},
        "inspect_batch": page,
        "inspect_page": page,
        "inspect_one": {"submission": tapped["id"]},
    }.items():
        tell(tx, rita, key, now=now, **values)
    for key, values in {
        "proposal": {"proposal": proposed["id"]},
        "appeal": {"rejection": appealed["id"], "at": now},
        "appeal_keep": {"rejection": appealed["id"]},
        "appeals_wait": {},
        "inquiry": {"inquiry": 1},
        "reply_prompt": {"inquiry": 1},
        "reply_sent": {},
        "reports": {"batch": reported["batch_id"], "task": reported["task_id"]},
        "report_paid": {"task": reported["task_id"], "amount": 1},
        "report_declined": {"task": reported["task_id"]},
    }.items():
        tell(tx, owner, key, now=now, **values)
    for key, values in {
        "rejected": {"batch": appealed["batch_id"]},
        "rejection": {"submission": appealed["submission_id"]},
        "appealed_all": {"batch": appealed["batch_id"], "count": 2},
        "inquiry_prompt": {"submission": appealed["submission_id"]},
        "inquiry_sent": {"inquiry": 1},
        "history": {"before": 0},
        "why": {"submission": appealed["submission_id"]},
    }.items():
        tell(tx, oto, key, now=now, **values)


def queue_outcomes(tx: Tx, *, now: int) -> None:
    """What is told once these are decided."""
    oto, rita = (tx.value("select id from people where telegram_id = :id", id=one) for one in (OTHER, REVIEWER))
    appealed = tx.one("select id, batch_id, submission_id from rejections where state = 'appealed'")
    assert appealed is not None
    words = tx.value("select words from grounds where words <> ''")
    tx.run(
        "update rejections set state = 'kept', decided_at = :now, decided_by = 1, reason = :words where id = :id",
        now=now, words=words, id=appealed["id"],
    )  # fmt: skip
    tx.run("update inquiries set answered_at = :now, answered_by = 1, answer = text", now=now)
    tx.run("update proposals set state = 'declined', decided_at = :now, decided_by = 1 where by <> 1", now=now)
    tell(tx, oto, "appeal_decided", now=now, batch=appealed["batch_id"], since=now)
    tell(tx, oto, "why", now=now, submission=appealed["submission_id"])
    tell(tx, oto, "inquiry_answered", now=now, inquiry=1)
    tell(tx, rita, "proposal_decided", now=now, proposal=1)
    tell(tx, rita, "review_empty", now=now)
