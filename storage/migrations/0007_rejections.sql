-- Why: a rejection has a code, evidence and a human, can be appealed, and many at once want a second human. A report is
-- paid when a coordinator agrees.

-- Why something shall be rejected, as its reviewer wrote it down: the submission `first` of exactly this version, or
-- (version 0) all pending answers of its worker in its batch from `first` to `last`. Nothing has happened yet by itself.
create table grounds (
  id integer primary key,
  by integer not null references people (id),
  at integer not null,
  code text not null check (code in ('blank', 'language', 'copied', 'instruction', 'harmful')),
  line integer check (line > 0),
  source integer references submissions (id),
  words text not null default '',
  rule integer not null,
  first integer not null references submissions (id),
  last integer not null,
  version integer not null check (version >= 0),
  check (first <= last and (version = 0 or first = last)),
  check (words <> '' or line is not null or source is not null)
) strict;

-- open → appealed → upheld (its writer is paid) or kept; open → lapsed when nobody appealed. `due_at` is when the clock
-- decides: the end of the time to appeal, then of the time to answer. Until it is delivered (told_at) that is a cap.
-- `lift_day`: its own day was settled without it before it was found good, so it counts to the top-up of this one.
create table rejections (
  id integer primary key,
  submission_id integer not null unique references submissions (id),
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  ground_id integer not null references grounds (id),
  by integer not null references people (id),
  seconded_by integer references people (id),
  at integer not null,
  day_counted integer not null check (day_counted in (0, 1)),
  standing integer not null check (standing in (0, 1)),
  told_at integer,
  state text not null default 'open' check (state in ('open', 'appealed', 'upheld', 'kept', 'lapsed')),
  due_at integer not null,
  appealed_at integer,
  decided_at integer,
  decided_by integer references people (id),
  reason text,
  lift_day integer,
  check ((state in ('upheld', 'kept', 'lapsed')) = (decided_at is not null)),
  check (state in ('open', 'lapsed') or appealed_at is not null),
  check (seconded_by is null or seconded_by <> by)
) strict;
create index rejections_due on rejections (due_at) where state in ('open', 'appealed');
create index rejections_appealed on rejections (by, due_at) where state = 'appealed';
create index rejections_untold on rejections (worker_id, batch_id, id) where told_at is null;
create index rejections_open on rejections (worker_id, batch_id, id) where state = 'open';
create index rejections_alone on rejections (by, at) where seconded_by is null;
create index rejections_of_batch on rejections (batch_id, state, seconded_by);
create index rejections_decided on rejections (worker_id, batch_id, decided_at, id) where state in ('upheld', 'kept');
create index rejections_lifted on rejections (worker_id, batch_id, lift_day) where lift_day is not null;
create index rejections_of_worker on rejections (worker_id, at) where standing = 1;

-- Rejections beyond what one person may do alone, until a second one agrees. waiting → agreed → done (each submission
-- looked at once more) or declined. One that waits a batch and person; `size` is how many it holds.
create table proposals (
  id integer primary key,
  batch_id integer not null references batches (id),
  by integer not null references people (id),
  at integer not null,
  size integer not null default 0,
  state text not null default 'waiting' check (state in ('waiting', 'agreed', 'done', 'declined')),
  decided_at integer,
  decided_by integer references people (id),
  rejected integer not null default 0,
  check ((state = 'waiting') = (decided_at is null)),
  check (decided_by is null or decided_by <> by)
) strict;
create unique index proposals_waiting on proposals (batch_id, by) where state = 'waiting';
create index proposals_open on proposals (id) where state in ('waiting', 'agreed');

create table proposed (
  proposal_id integer not null references proposals (id),
  submission_id integer not null references submissions (id),
  version integer not null,
  worker_id integer not null references people (id),
  ground_id integer not null references grounds (id),
  primary key (proposal_id, submission_id)
) strict, without rowid;

-- What a worker asks about a submission, relayed: neither side sees the other's account. The first answer counts.
create table inquiries (
  id integer primary key,
  worker_id integer not null references people (id),
  submission_id integer not null references submissions (id),
  at integer not null,
  text text not null,
  answered_at integer,
  answered_by integer references people (id),
  answer text,
  check ((answered_at is null) = (answer is null) and (answered_at is null) = (answered_by is null))
) strict;
create index inquiries_open on inquiries (worker_id) where answered_at is null;

-- A report pays `amount` when a coordinator agrees; those made before this can be agreed to as well.
alter table reports add column state text not null default 'open' check (state in ('open', 'agreed', 'declined'));
alter table reports add column decided_at integer;
alter table reports add column decided_by integer references people (id);
alter table reports add column amount integer not null default 0;
create index reports_open on reports (batch_id, task_id) where state = 'open';
