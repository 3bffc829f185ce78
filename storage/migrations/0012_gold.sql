-- Why: tasks whose answer is known measure the answers: workers get some of them among the others, without a mark, paid
-- like any other.

-- A gold task knows its answer: `gold` is the right label as its kind names it, `gold_why` an explanation for who misses
-- it. It is 'paused' and wants more than it can get, so the ways of ordinary work never offer it; it is not counted in
-- its batch's tasks, done or wanted. `gold_given` is what a file or a person said, kept while a draft's answers may
-- still change; `gold` is null while that is none of them. Only answers handed in from `gold_at` on are judged by it.
-- `gold_class` numbers the labels of a batch, `gold_order` the gold of a label, from 0 on, without reuse: together they
-- are where it is found when its turn comes. `gold_rests`: reported, or a report agreed with; offered to nobody.
-- `gold_kept`: a coordinator looked when it had so many answers, and said that it is right.
alter table tasks add column gold text;
alter table tasks add column gold_given text;
alter table tasks add column gold_why text;
alter table tasks add column gold_by integer references people (id);
alter table tasks add column gold_at integer;
alter table tasks add column gold_class integer;
alter table tasks add column gold_order integer;
alter table tasks add column gold_rests integer not null default 0 check (gold_rests in (0, 1));
alter table tasks add column gold_kept integer;
create index tasks_gold on tasks (batch_id, gold_class, gold_order) where gold is not null;
create index tasks_gold_given on tasks (batch_id, id) where gold_given is not null;

-- `gold` counts a batch's gold tasks. Gold answers are paid: `gold_share` is how many are, in per cent of all answers to
-- ordinary tasks (null: the default), `gold_budget` how many that is, `gold_added` how many of them were paid for after
-- publishing. tasks × overlap + gold_budget stays as it is when a task becomes gold or stops being it. `gold_taken`
-- counts open assignments and live submissions of gold tasks (the sum of their `taken`), `gold_answered` the submissions
-- alone. `gold_salt` makes the order unpredictable; `gold_classes` (json) is how many orders each class has given out.
-- `gold_right` of `gold_judged` answers said what the gold says, and `gold_doubts` of the gold looks wrong: as a tick
-- found them last.
alter table batches add column gold integer not null default 0 check (gold >= 0);
alter table batches add column gold_share integer check (gold_share between 0 and 100);
alter table batches add column gold_budget integer not null default 0 check (gold_budget >= 0);
alter table batches add column gold_added integer not null default 0 check (gold_added >= 0);
alter table batches add column gold_taken integer not null default 0;
alter table batches add column gold_answered integer not null default 0;
alter table batches add column gold_salt integer not null default 0;
alter table batches add column gold_classes text not null default '[]';
alter table batches add column gold_right integer not null default 0;
alter table batches add column gold_judged integer not null default 0;
alter table batches add column gold_doubts integer not null default 0;

-- `gold_seen` counts the gold a worker was given in a batch (whatever became of it). `gold_due`: there may be answers to
-- it that nobody has looked at yet; a tick does, never a tap, so that a tap on gold is like any other.
alter table enrolments add column gold_seen integer not null default 0;
alter table enrolments add column gold_due integer not null default 0 check (gold_due in (0, 1));
create index enrolments_gold_due on enrolments (batch_id, worker_id) where gold_due = 1;

-- A missed gold answer that its worker was told of, and whether they think that it was right. `label` and `gold` are as
-- of then; `void_at`: the gold was taken back or given another label since, so that it counts no more.
create table gold_misses (
  submission_id integer primary key references submissions (id),
  task_id integer not null references tasks (id),
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  label text not null,
  gold text not null,
  forgiven integer not null check (forgiven in (0, 1)),
  told_at integer not null,
  objected_at integer,
  void_at integer
) strict;
create index gold_misses_of_task on gold_misses (task_id);
create index gold_misses_of_worker on gold_misses (worker_id, batch_id, submission_id);
