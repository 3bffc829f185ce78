-- Why: weekly statements, a month's statement with every cause, and the measured facts of /fairness.

-- A worker's statement goes through what they handed in: 13 bytes a submission, and the one way from a worker to their
-- submissions in order of time (row ids are). The ledger has no index by account: that would be two entries a transfer.
create index submissions_of_worker on submissions (worker_id);
create index reports_of_worker on reports (worker_id);
-- What a person decided, for their weekly mirror. What the clock decided, nearly everything, is not in it.
create index submissions_decided on submissions (decided_by, decided_at) where decided_by is not null;
create index rejections_by on rejections (by, at);
create index rejections_had on rejections (worker_id, at);

-- The measured facts, a row a day; they cover the finished 30 days before `day` (days since 1970-01-01). Null: nothing to
-- measure. `cursor` is how far the counting came, `measured_at` when it ended; only then the row is shown.
create table fairness (
  day integer primary key,
  measured_at integer,
  step text not null default 'submissions' check (step in ('submissions', 'workers', 'payouts', 'done')),
  cursor integer not null default 0,
  upto integer not null,
  floor integer not null,
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
-- What the counting under way has found, emptied at its begin and its end.
create table fairness_workers (
  worker_id integer primary key references people (id),
  pay integer not null,
  active_micros integer not null
) strict;
create table fairness_times (
  what text not null check (what in ('review', 'pay')),
  bucket integer not null,
  count integer not null,
  primary key (what, bucket)
) strict, without rowid;
