-- Why: newcomers to a batch are trained with gold and explained its answers, then tested by a sequential rule; who has a
-- skill already enters without, and who did not pass is told why and when to try again. All of it is paid.

-- `training` is how many gold tasks a newcomer is trained with (null for none), `test` whether a test follows,
-- `skill_least` the skill in per cent, chance-corrected, from which one enters without either (null for no gate).
alter table batches add column training integer check (training > 0);
alter table batches add column test integer not null default 0 check (test in (0, 1));
alter table batches add column skill_least integer check (skill_least between 1 and 100);

-- Where a worker stands in a batch; decided once, when they begin (`staged_at`, null until then and where a batch asks
-- for nothing). `retry_at` is when one who failed may try again; null there: no gold is left that they have not seen.
alter table enrolments add column stage text not null default 'working'
  check (stage in ('training', 'testing', 'failed', 'working'));
alter table enrolments add column staged_at integer;
alter table enrolments add column retry_at integer;

-- A worker's tests, one row an attempt, and how somebody came in without one. A test is the gold answers of a worker to
-- a batch with ids behind `after` (up to `upto`, once it has ended); it is judged anew from those rows whenever gold is
-- taken back, so only what stands counts. Kind and language stay here for whoever passed and goes to another batch.
-- outcome: passed, failed, undecided (the gold ran out); skilled, passed_before, let_in: in without answering.
-- `rule` and `evidence` (json) are what Why? shows: the numbers of the rule, each answer with its class and its step.
create table tests (
  id integer primary key,
  worker_id integer not null references people (id),
  batch_id integer not null references batches (id),
  kind text not null,
  language text not null,
  attempt integer not null check (attempt > 0),
  after integer not null default 0,
  upto integer,
  began_at integer not null,
  ended_at integer,
  outcome text check (outcome in ('passed', 'failed', 'undecided', 'skilled', 'passed_before', 'let_in')),
  right integer not null default 0,
  wrong integer not null default 0,
  by_id integer references people (id),
  rule text not null,
  evidence text not null default '{}',
  unique (worker_id, batch_id, attempt),
  check ((ended_at is null) = (outcome is null))
) strict;
create index tests_of_worker on tests (worker_id, kind, language, ended_at);
create index tests_of_batch on tests (batch_id, id);
