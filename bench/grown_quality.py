"""What fits leave in a grown database: a label for each task that is done, what is known of each worker in each batch.

Computed from its rows by bulk statements: labels are the first answer's, shares of right answers are made up. Tables,
rows and columns are those that `usecases/refits.py` stores.
"""

from __future__ import annotations

import sqlite3

SEEN = "b.kind = 'choose_one' and b.submissions > 0"
LIVE = "('pending', 'accepted', 'sent_back')"


def fit(db: sqlite3.Connection, *, now: int) -> None:
    """Every batch of photos or texts to choose for has been fitted, and has had no answer since."""
    for sql in STEPS:
        db.execute(sql, {"now": now})


STEPS = (
    "insert into fits (id, batch_id, at, rule, upto, answers, tasks, workers) select b.id, b.id, :now, 1,"
    " (select max(s.id) from submissions s where s.batch_id = b.id), b.submissions, b.done,"
    f" (select count(*) from enrolments e where e.batch_id = b.id and e.done > 0) from batches b where {SEEN}",
    "insert into labels (task_id, batch_id, label, confidence, votes, source, fit_id)"
    " select s.task_id, s.batch_id, s.answer ->> 'label', 10000 - s.task_id % 5000,"
    " json_object(s.answer ->> 'label', 5), 'fit', s.batch_id from submissions s join batches b on b.id = s.batch_id"
    f" where {SEEN} and s.id in (select min(id) from submissions where state in {LIVE} group by task_id)"
    " order by s.task_id",
    "insert into worker_skills (worker_id, batch_id, fit_id, answers, right, chance, estimate, low, high, enough,"
    " gold_right, gold_wrong, details) select e.worker_id, e.batch_id, e.batch_id, e.done, e.done * 8000,"
    " 3333, 8000, 6000, 9000, e.done >= 10, 0, 0, json_object('Cat', json_array(e.done * 8000, e.done))"
    f" from enrolments e join batches b on b.id = e.batch_id where {SEEN} and e.done > 0"
    " order by e.worker_id, e.batch_id",
    "insert into skills (worker_id, kind, language, estimate, low, high, corrected_low, answers, enough,"
    " rule, at, evidence) select w.worker_id, b.kind, b.language, 8000, 6000, 9000, 4000, sum(w.answers), 1, 1,"
    " :now, json_group_array(json_object('batch_id', w.batch_id, 'answers', w.answers, 'right', w.right, 'chance',"
    " w.chance, 'estimate', w.estimate, 'low', w.low, 'high', w.high, 'gold_right', 0, 'gold_wrong', 0))"
    " from worker_skills w join batches b on b.id = w.batch_id group by 1, 2, 3",
    "update enrolments set reliance = 8000 where (worker_id, batch_id) in"
    " (select worker_id, batch_id from worker_skills)",
    f"update batches as b set prior = '[' || b.id || ',8000,200]', fitted = submissions, fitted_at = :now where {SEEN}",
)
