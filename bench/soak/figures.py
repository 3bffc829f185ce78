"""What a run measured: how long a tap waits when nothing is wrong, and how soon a restarted process serves."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass

from bench.soak.books import connect
from bench.soak.evidence import Evidence
from bench.soak.run import Conditions
from bench.soak.trace import Life
from bench.soak.witness import SAVED

AFTER_A_START = 5.0
AFTER_A_BURST = 8.0
STARTING = frozenset({"getMe", "deleteWebhook", "setWebhook"})
"""What a process asks the Bot API before it serves."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from tap to its answer, and from tap to the chat's next change, away from all faults."""

    answered: list[float]
    shown: list[float]


def waits(evidence: Evidence, conditions: Conditions) -> Waits:
    """Taps while all was well: no fault set or striking that chat, no restart, no burst shortly before."""
    struck: dict[int, list[float]] = {}
    hung = []
    for call in evidence.calls:
        if call["fault"] is not None:
            began = call["at"] - call["milliseconds"] / 1000
            struck.setdefault(call["chat_id"] or 0, []).append(call["at"])
            if call["method"] == "getUpdates":
                hung.append((began, call["at"]))
    lives = evidence.lives()
    answered, shown = [], []
    for tap in evidence.witness.taps:
        if not any(since < tap.at < until - 2.0 for since, until in conditions.calm):
            continue
        if any(began < tap.at < ended + 3.0 for began, ended in hung):
            continue
        if any(0 < tap.at - at < AFTER_A_BURST for at in conditions.bursts) or _near_restart(lives, tap.at):
            continue
        if any(-5.0 < tap.at - at < 60.0 for at in struck.get(tap.person, ())):
            continue
        if tap.answered is not None:
            answered.append((tap.answered - tap.at) * 1000)
        if tap.shown is not None and tap.data.startswith("answer:") and (tap.said or "").startswith(SAVED):
            shown.append((tap.shown - tap.at) * 1000)
    return Waits(answered, shown)


def readiness(evidence: Evidence) -> list[float]:
    """Seconds from each start of a process to its serving, where no fault struck what it asks the Bot API before."""
    found = []
    for life in evidence.lives():
        if life.serving is None:
            continue
        started = max(at for at in evidence.started if at <= life.began)
        asked = [call for call in evidence.calls if call["method"] in STARTING and started < call["at"] < life.serving]
        if asked and all(call["fault"] is None for call in asked):
            found.append(life.serving - started)
    return found


def _near_restart(lives: list[Life], at: float) -> bool:
    """Within a process's last moment, before the next serves, or shortly after."""
    for life in lives:
        if life.serving is not None and life.serving + AFTER_A_START < at < life.ended - 2.0:
            return False
    return True


MONEY = {
    "pilots": "select count(*) from batches where pilot_tasks is not null",
    "adaptive": "select count(*) from batches where overlap_least is not null and state <> 'draft'",
    "late": "select count(*) from submissions s join assignments a on a.id = s.assignment_id"
    " where s.submitted_at > a.expires_at",
    "budgets": "select count(*) from additions where by is not null",
    "proposals": "select count(*) from proposals",
    "rejected": "select count(*) from rejections",
    "appealed": "select count(*) from rejections where appealed_at is not null",
    "won": "select count(*) from rejections where state = 'upheld' and decided_by is not null",
    "silent": "select count(*) from rejections where state = 'upheld' and decided_by is null",
    "kept": "select count(*) from rejections where state = 'kept'",
    "lapsed": "select count(*) from rejections where state = 'lapsed'",
    "reports paid": "select count(*) from transfers where id like 'report:%:credited'",
    "topups": "select count(*) from topups",
    "methods": "select count(*) from payout_methods",
    "files": "select count(*) from payout_files",
    "paid by hand": "select count(*) from payouts where rail = 'by_hand' and state = 'paid'",
    "paid by file": "select count(*) from payouts where rail <> 'by_hand' and state in ('paid', 'returned')",
    "failed": "select count(*) from payouts where state = 'failed'",
    "returned": "select count(*) from payouts where state = 'returned'",
}
"""What became of money, beside what the rules hold: a flow that nobody took part in was not tried."""
QUALITY = {
    "answers to gold": "select count(*) from submissions where task_id in (select id from tasks where gold_at > 0)",
    "in training": "select count(*) from enrolments where trained_upto is not null",
    "passed": "select count(*) from tests where outcome = 'passed'",
    "not passed": "select count(*) from tests where outcome in ('failed', 'undecided')",
    "let in": "select count(*) from tests where outcome = 'let_in'",
    "missed gold told": "select count(*) from gold_misses",
    "objections": "select count(*) from gold_misses where objected_at is not null",
    "gold kept": "select count(*) from audit where action = 'gold.kept'",
    "taken back": "select count(*) from audit where action = 'gold.taken_back'",
    "changed": "select count(*) from audit where action = 'gold.changed'",
    "fits": "select count(*) from fits",
    "spared answers": "select coalesce(sum(unasked), 0) from batches where overlap_least is not null",
    "given up": "select count(*) from tasks where given_up_at is not null",
    "decided": "select count(*) from tasks where decided_at is not null",
    "reports": "select count(*) from quality_reports",
}
"""What was done about quality, in the same way."""


def money(evidence: Evidence) -> dict[str, int]:
    """How often each flow of money was taken."""
    with closing(connect(evidence.data_dir / "tallyhand.db")) as db:
        found = {name: int(db.execute(sql).fetchone()[0]) for name, sql in MONEY.items()}
    said = Counter(tap.data.partition(":")[0] for tap in evidence.witness.taps if tap.answered is not None)
    return found | {"still here": said["still_here"], "statements": said["st_month"]}


def quality(evidence: Evidence) -> dict[str, int]:
    """How often each flow of quality was taken."""
    with closing(connect(evidence.data_dir / "tallyhand.db")) as db:
        return {name: int(db.execute(sql).fetchone()[0]) for name, sql in QUALITY.items()}
