-- Why: newcomers to a batch are trained with gold and explained its answers, then tested by a sequential rule; who has a
-- skill already enters without, and who did not pass is told why and when to try again. All of it is paid.

-- `training` is how many gold tasks a newcomer is trained with (null for none), `test` whether a test follows,
-- `skill_least` the skill in per cent, chance-corrected, from which one enters without either (null for no gate).
alter table batches add column training integer check (training > 0);
alter table batches add column test integer not null default 0 check (test in (0, 1));
alter table batches add column skill_least integer check (skill_least between 1 and 100);

-- Where a worker stands in a batch; decided once, when they begin (`staged_at`, null until then and where a batch asks
-- for nothing). Their submissions to gold up to `trained_upto` were training, those behind `test_after` are the test under
-- way. `retry_at` is when one who failed may try again; null there: only a coordinator lets them in.
alter table enrolments add column stage text not null default 'working'
  check (stage in ('training', 'testing', 'failed', 'working'));
alter table enrolments add column staged_at integer;
alter table enrolments add column retry_at integer;
alter table enrolments add column trained_upto integer;
alter table enrolments add column test_after integer not null default 0;
create index enrolments_retrying on enrolments (worker_id, retry_at) where stage = 'failed' and retry_at is not null;

-- How a worker came to work in a batch, or did not: each test that ended, one row an attempt, and each entry without one.
-- A test is the worker's live submissions to gold of the batch with ids behind `after`, up to `upto`; it is judged anew
-- from those rows when gold is taken back, so only what stands counts. Kind and language are for whoever passed and goes
-- to another batch. outcome: passed, failed, undecided (no gold left that they have not seen); skilled, passed_before,
-- let_in (by a person): in without a test. `rule` and `evidence` (json) are what Why? shows.
create table tests (
  id integer primary key,
  worker_id integer not null references people (id),
  batch_id integer not null references batches (id),
  kind text not null,
  language text not null,
  attempt integer not null check (attempt > 0),
  after integer not null default 0,
  upto integer not null default 0,
  began_at integer not null,
  ended_at integer not null,
  outcome text not null check (outcome in ('passed', 'failed', 'undecided', 'skilled', 'passed_before', 'let_in')),
  right integer not null default 0,
  wrong integer not null default 0,
  by_id integer references people (id),
  rule text not null,
  evidence text not null default '{}',
  unique (worker_id, batch_id, attempt)
) strict;
create index tests_of_worker on tests (worker_id, kind, language, ended_at) where outcome = 'passed';
create index tests_of_batch on tests (batch_id, id);

-- Written work that a reviewer sees before the rest: all of a newcomer's first pieces, then a sample by their skill.
-- Decided once, as it is handed in.
alter table submissions add column review_first integer not null default 0;
create index submissions_review_first on submissions (batch_id, id, worker_id)
  where state = 'pending' and review_first = 1;
create index submissions_judged on submissions (worker_id, id) where decided_by is not null;
