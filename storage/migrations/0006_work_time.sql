-- Why: how long people work, told from signs of life, and what lifts their day to the floor.

-- A card's time between two signs of life is a stretch (domain/active_time.py). `median_micros` is the batch's median when
-- the card was given, null for cards from before; `alive_at` the last sign of life and `counted_micros` what counted until
-- then; `asked_at` when the first "Still there?" of this stretch was put, `questions` how many were, `ask_at` when the next
-- is due, null when none is.
alter table assignments add column median_micros integer;
alter table assignments add column alive_at integer;
alter table assignments add column counted_micros integer not null default 0 check (counted_micros >= 0);
alter table assignments add column asked_at integer;
alter table assignments add column questions integer not null default 0 check (questions >= 0);
alter table assignments add column ask_at integer;
create index assignments_to_ask on assignments (ask_at) where state = 'offered' and ask_at is not null;

-- How often a worker was asked whether they are still there, and how often they answered in time. Here because a tap
-- reads this row anyway.
alter table sessions add column asked integer not null default 0 check (asked >= 0);
alter table sessions add column answered integer not null default 0 check (answered >= 0);

-- What lifted a worker's day to the floor: one row for each batch that fell short. `evidence` is what it was computed
-- from (JSON), for Why?; never changed.
create table topups (
  id integer primary key,
  worker_id integer not null references people (id),
  day integer not null,
  batch_id integer not null references batches (id),
  amount integer not null check (amount > 0),
  evidence text not null,
  at integer not null,
  unique (worker_id, day, batch_id)
) strict;
create index topups_of_batch on topups (batch_id, day);

-- Days that are not settled: who did what where, and between which submissions it is found. Filled by a tick behind the
-- newest submission (walks), so that an answer costs no statement more; rows go when the worker's day is settled.
create table unsettled (
  day integer not null,
  worker_id integer not null references people (id),
  batch_id integer not null references batches (id),
  first_id integer not null,
  last_id integer not null,
  active_micros integer not null default 0,
  earned integer not null default 0,
  primary key (day, worker_id, batch_id)
) strict, without rowid;
create index unsettled_of_batch on unsettled (batch_id, active_micros, earned);

-- How far the walk behind the newest submission has come, and the day it counted the newest to. A day never goes back:
-- what comes late counts to the day it came on, so that a settled day stays settled. Work from before this rule was paid
-- by the rule of its time.
create table walks (
  name text primary key,
  submission_id integer not null,
  day integer not null
) strict, without rowid;
insert into walks (name, submission_id, day) select 'topups', coalesce(max(id), 0), 0 from submissions;

-- `paused_for` says why a batch rests when it was not a coordinator's wish. `topups_projected` is what its unsettled days
-- may ask of its top-up reserve; `topups_waived` is set when a coordinator goes on without adding to it.
alter table batches add column paused_for text check (paused_for in ('topups'));
alter table batches add column topups_projected integer not null default 0 check (topups_projected >= 0);
alter table batches add column topups_waived integer not null default 0 check (topups_waived in (0, 1));

-- Whoever resumes or closes such a batch has decided about it: the reason is gone, and going on is meant.
create trigger batches_decided after update of state on batches
when old.paused_for is not null and new.state <> 'paused' begin
  update batches set paused_for = null, topups_waived = (new.state = 'open') where id = new.id;
end;

-- Top-ups of a day, beside what was earned on it.
alter table worker_days add column topup integer not null default 0;
alter table days add column topup integer not null default 0;
create trigger worker_days_lifted after update of topup on worker_days when old.topup <> new.topup begin
  update days set topup = topup + new.topup - old.topup where day = new.day;
end;
