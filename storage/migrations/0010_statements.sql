-- Why: weekly statements, a month's statement with every cause, and the measured facts of /fairness.

-- A worker's statement goes through what they handed in: 13 bytes a submission, and the one way from a worker to their
-- submissions in order of time (row ids are). The ledger has no index by account: that would be two entries a transfer.
create index submissions_of_worker on submissions (worker_id);
create index reports_of_worker on reports (worker_id);
-- What a person decided, for their weekly mirror. What the clock decided, nearly everything, is not in it.
create index submissions_decided on submissions (decided_by, decided_at) where decided_by is not null;
create index rejections_by on rejections (by, at);
create index rejections_had on rejections (worker_id, at);

-- The measured facts: a row each time they are counted, over the 30 days up to `day` (days since 1970-01-01). Null where
-- there is nothing to measure. Counted in steps, so that taps come in between: `cursor` is how far the step came, `upto`
-- the newest submission when it began. The row is shown when it is done.
create table fairness (
  id integer primary key,
  day integer not null,
  step text not null default 'clearing' check (step in ('clearing', 'submissions', 'workers', 'done')),
  cursor integer not null,
  upto integer not null,
  floor integer not null,
  measured_at integer,
  workers integer not null default 0,
  at_floor integer not null default 0,
  median integer,
  tenth integer,
  bars text not null default '[]',
  decided integer not null default 0,
  rejected integer not null default 0,
  overturned integer not null default 0,
  review_micros integer,
  pay_micros integer,
  check ((step = 'done') = (measured_at is not null))
) strict;
create index fairness_open on fairness (id) where step <> 'done';
-- What the counting under way has found, cleared before the next.
create table fairness_workers (
  worker_id integer primary key references people (id),
  pay integer not null,
  hourly integer
) strict;
create index fairness_hourly on fairness_workers (hourly) where hourly is not null;
create table fairness_times (
  what text not null check (what in ('review', 'pay')),
  bucket integer not null,
  count integer not null,
  primary key (what, bucket)
) strict, without rowid;
