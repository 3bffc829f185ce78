-- Why: the first shape of everything. Times are microseconds since the epoch (UTC), money is micro-units (10^-6 of the
-- installation's currency), both integers. Blobs named name, username, payload are sealed with the installation's key.

-- One value a name about the installation itself: its currency, the claim code's hash, a sealed word that tells whether
-- the key fits.
create table facts (
  name text primary key,
  value blob not null
) strict, without rowid;

create table invites (
  id integer primary key,
  code_hash blob not null unique,
  role text not null check (role in ('owner', 'coordinator', 'reviewer', 'worker')),
  single_use integer not null check (single_use in (0, 1)),
  uses integer not null default 0,
  created_by integer references people (id),
  created_at integer not null,
  expires_at integer not null,
  check (single_use = 0 or uses <= 1)
) strict;

create table people (
  id integer primary key,
  telegram_id integer not null unique,
  name blob not null,
  username blob,
  language text not null default 'en',
  language_chosen integer not null default 0 check (language_chosen in (0, 1)),
  is_owner integer not null default 0 check (is_owner in (0, 1)),
  is_coordinator integer not null default 0 check (is_coordinator in (0, 1)),
  is_reviewer integer not null default 0 check (is_reviewer in (0, 1)),
  is_worker integer not null default 0 check (is_worker in (0, 1)),
  invite_id integer references invites (id),
  listening text not null default 'all' check (listening in ('all', 'no_offers', 'nothing')),
  reachable integer not null default 1 check (reachable in (0, 1)),
  suspended_at integer,
  utc_offset integer check (utc_offset between -720 and 840),
  light_photos integer not null default 0 check (light_photos in (0, 1)),
  last_message_id integer not null default 0,
  hinted integer not null default 0 check (hinted in (0, 1)),
  created_at integer not null
) strict;
create index people_workers on people (id) where is_worker = 1;
create index people_staff on people (id) where is_owner + is_coordinator + is_reviewer > 0;

-- The languages a worker takes work in.
create table people_languages (
  person_id integer not null references people (id),
  language text not null,
  primary key (person_id, language)
) strict, without rowid;
create index people_languages_taking on people_languages (language, person_id);

-- A consent ends when it is withdrawn, or replaced by one to a newer version of the screen.
create table consents (
  id integer primary key,
  person_id integer not null references people (id),
  version integer not null,
  agreed_at integer not null,
  withdrawn_at integer,
  replaced integer not null default 0 check (replaced in (0, 1)),
  check (replaced = 0 or withdrawn_at is not null)
) strict;
create index consents_of_person on consents (person_id);
create unique index consents_live on consents (person_id) where withdrawn_at is null;

create table join_requests (
  person_id integer primary key references people (id),
  asked_at integer not null,
  decided_at integer,
  decided_by integer references people (id),
  outcome text check (outcome in ('welcome', 'declined')),
  check ((decided_at is null) = (outcome is null))
) strict;
create index join_requests_waiting on join_requests (asked_at) where decided_at is null;

-- What a person has been asked and has not answered: the next plain text of theirs is the answer.
create table questions (
  person_id integer primary key references people (id),
  purpose text not null,
  params text not null,
  asked_at integer not null
) strict;

create table photos (
  sha256 text primary key,
  width integer not null,
  height integer not null,
  size integer not null,
  file_id text,
  light_file_id text,
  created_at integer not null
) strict;

create table batches (
  id integer primary key,
  kind text not null,
  state text not null check (state in ('draft', 'open', 'paused', 'closed', 'discarded')),
  collecting integer not null default 0 check (collecting in (0, 1)),
  title text not null,
  face text not null,
  language text not null default 'en',
  price integer check (price > 0),
  overlap integer not null default 1 check (overlap between 1 and 100),
  most_per_worker integer check (most_per_worker > 0),
  seconds integer not null check (seconds > 0),
  seconds_given integer not null default 0 check (seconds_given in (0, 1)),
  review_seconds integer not null check (review_seconds > 0),
  lease_seconds integer not null check (lease_seconds > 0),
  created_by integer not null references people (id),
  created_at integer not null,
  published_at integer,
  closed_at integer,
  tasks integer not null default 0,
  done integer not null default 0,
  submissions integer not null default 0,
  accepted integer not null default 0,
  offers integer not null default 0,
  opened integer not null default 0,
  leased integer not null default 0 check (leased >= 0),
  frees integer not null default 0,
  measured integer not null default 0,
  active_micros integer not null default 0,
  median_micros integer,
  pairs integer not null default 0,
  pairs_same integer not null default 0,
  data text check (data in ('photos', 'texts')),
  received integer not null default 0,
  problems text not null default '[]',
  offer_cursor integer not null default 0,
  fed_at integer not null default 0,
  check (state in ('draft', 'discarded') or (price is not null and published_at is not null))
) strict;
create index batches_state on batches (state, id);
create index batches_of_kind on batches (kind, id);
create unique index batches_collecting on batches (created_by) where state = 'draft' and collecting = 1;

-- What could not be used of what was sent for a batch, by name and reason.
create table refused_files (
  id integer primary key,
  batch_id integer not null references batches (id),
  name text not null,
  reason text not null,
  detail text not null default '{}'
) strict;
create index refused_files_batch on refused_files (batch_id, id);

-- `freed` numbers the moment a place in a task became free again (batches.frees counts them): a worker who has passed the
-- task by its id meets it again in that order, so nobody ever looks through tasks that are taken.
create table tasks (
  id integer primary key,
  batch_id integer not null references batches (id),
  name text not null,
  content text not null,
  payload text not null,
  state text not null default 'open' check (state in ('open', 'done', 'paused')),
  wanted integer not null check (wanted > 0),
  taken integer not null default 0 check (taken >= 0),
  answered integer not null default 0 check (answered >= 0),
  reports integer not null default 0,
  freed integer not null default 0,
  unique (batch_id, content)
) strict;
create index tasks_of_batch on tasks (batch_id, id);
create index tasks_free on tasks (batch_id, id) where state = 'open' and taken < wanted;
create index tasks_freed on tasks (batch_id, freed) where state = 'open' and taken < wanted and freed > 0;

-- A worker's place in a batch: `cursor` is the last task taken by id, `freed_seen` the last one taken as freed again,
-- `draft_assignment_id` a written draft whose assignment ended before it was submitted.
create table enrolments (
  worker_id integer not null references people (id),
  batch_id integer not null references batches (id),
  state text not null check (state in ('offered', 'later', 'refused', 'working')),
  cursor integer not null default 0,
  freed_seen integer not null default 0,
  done integer not null default 0,
  earned integer not null default 0,
  instructions_at integer,
  draft_assignment_id integer references assignments (id),
  primary key (worker_id, batch_id)
) strict, without rowid;

create table assignments (
  id integer primary key,
  task_id integer not null references tasks (id),
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  state text not null check (state in ('offered', 'submitted', 'skipped', 'reported', 'released', 'expired')),
  offered_at integer not null,
  shown_at integer,
  expires_at integer not null,
  warned integer not null default 0 check (warned in (0, 1)),
  closed_at integer,
  draft_version integer not null default 0,
  rewriting integer not null default 0 check (rewriting in (0, 1))
) strict;
create index assignments_of_worker on assignments (worker_id, task_id, state);
create index assignments_of_task on assignments (task_id);
create index assignments_open on assignments (worker_id, batch_id, id) where state = 'offered';
create index assignments_expiring on assignments (expires_at) where state = 'offered';
create unique index assignments_one_open on assignments (task_id, worker_id) where state = 'offered';

-- The messages a written answer is made of; each is one part, in the order they were sent.
create table parts (
  assignment_id integer not null references assignments (id),
  message_id integer not null,
  worker_id integer not null references people (id),
  text text not null,
  primary key (assignment_id, message_id)
) strict, without rowid;
create unique index parts_of_worker on parts (worker_id, message_id);

create table submissions (
  id integer primary key,
  assignment_id integer not null references assignments (id),
  task_id integer not null references tasks (id),
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  state text not null check (state in ('pending', 'accepted', 'rejected', 'sent_back', 'withdrawn')),
  version integer not null default 1,
  answer text not null,
  price integer not null check (price > 0),
  shown_at integer not null,
  submitted_at integer not null,
  active_micros integer not null check (active_micros >= 0),
  review_until integer not null,
  review_started_at integer,
  decided_at integer,
  decided_by integer references people (id),
  reason text
) strict;
create unique index submissions_live on submissions (task_id, worker_id) where state in ('pending', 'accepted', 'sent_back');
create index submissions_of_assignment on submissions (assignment_id);
create index submissions_due on submissions (review_until) where state = 'pending';
create index submissions_of_worker_due on submissions (worker_id, review_until) where state = 'pending';
create index submissions_of_batch on submissions (batch_id, id);
create index submissions_sent_back on submissions (worker_id, id) where state = 'sent_back';
create index submissions_sent_back_of_batch on submissions (batch_id) where state = 'sent_back';
create index submissions_sent_back_due on submissions (decided_at) where state = 'sent_back';
create index submissions_to_review on submissions (batch_id, id) where state = 'pending';

create table reports (
  id integer primary key,
  assignment_id integer not null unique references assignments (id),
  task_id integer not null references tasks (id),
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  reason text not null,
  at integer not null
) strict;
create index reports_of_batch on reports (batch_id, task_id);

-- Where a worker is at the moment: the batch, the card that is open, the answer that can still be undone.
create table sessions (
  worker_id integer primary key references people (id),
  batch_id integer references batches (id),
  assignment_id integer references assignments (id),
  undo_submission_id integer references submissions (id),
  touched_at integer not null
) strict;
create index sessions_of_batch on sessions (batch_id) where batch_id is not null;

-- How long answers of a batch took, as a histogram with the buckets of domain.pay.
create table timings (
  batch_id integer not null references batches (id),
  bucket integer not null,
  count integer not null check (count >= 0),
  primary key (batch_id, bucket)
) strict, without rowid;

-- What a worker did on a day of the installation's calendar (days since the epoch).
create table worker_days (
  worker_id integer not null references people (id),
  day integer not null,
  submissions integer not null default 0,
  earned integer not null default 0,
  active_micros integer not null default 0,
  primary key (worker_id, day)
) strict, without rowid;
create index worker_days_of_day on worker_days (day);

-- All accounts are credit-normal: balance = credits - debits. Only `world` (money outside Tallyhand) may be below zero.
create table accounts (
  id text primary key,
  balance integer not null default 0,
  check (id = 'world' or balance >= 0)
) strict, without rowid;

create table transfers (
  id text primary key,
  at integer not null,
  debit text not null references accounts (id),
  credit text not null references accounts (id),
  amount integer not null check (amount > 0),
  currency text not null,
  check (debit <> credit)
) strict, without rowid;
create trigger transfers_move after insert on transfers begin
  insert into accounts (id) values (new.debit), (new.credit) on conflict (id) do nothing;
  update accounts set balance = balance - new.amount where id = new.debit;
  update accounts set balance = balance + new.amount where id = new.credit;
end;
create trigger transfers_no_update before update on transfers begin
  select raise(abort, 'transfers are never changed');
end;
create trigger transfers_no_delete before delete on transfers begin
  select raise(abort, 'transfers are never deleted');
end;

create table payout_runs (
  id integer primary key,
  period text not null unique,
  state text not null check (state in ('gathering', 'proposed', 'approved', 'settling', 'paid')),
  cutoff integer not null,
  total integer not null default 0,
  count integer not null default 0,
  created_at integer not null,
  approved_at integer,
  approved_by integer references people (id),
  paid_at integer,
  paid_by integer references people (id)
) strict;
create index payout_runs_settling on payout_runs (id) where state = 'settling';
create index payout_runs_unpaid on payout_runs (id) where state in ('proposed', 'approved');

create table payouts (
  id integer primary key,
  run_id integer not null references payout_runs (id),
  worker_id integer not null references people (id),
  amount integer not null check (amount > 0),
  state text not null check (state in ('due', 'reserved', 'sending', 'paid', 'failed', 'unknown', 'returned')),
  closed_at integer,
  unique (run_id, worker_id)
) strict;
create index payouts_of_worker on payouts (worker_id);
create index payouts_reserved on payouts (run_id, id) where state = 'reserved';

create table inbox (
  seq integer primary key autoincrement,
  bot integer not null,
  update_id integer not null,
  received_at integer not null,
  attempts integer not null default 0,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
  reference text,
  payload blob,
  unique (bot, update_id)
) strict;
create index inbox_waiting on inbox (seq) where state = 'waiting';
create index inbox_closed on inbox (received_at) where state <> 'waiting';

create table outbox (
  id integer primary key autoincrement,
  person_id integer not null references people (id),
  lane integer not null check (lane in (0, 1, 2)),
  slot text,
  key text not null,
  params text not null,
  not_before integer not null,
  dedupe text unique,
  attempts integer not null default 0,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'cancelled')),
  created_at integer not null
) strict;
create index outbox_waiting on outbox (id) where state = 'waiting';
create index outbox_slot on outbox (person_id, slot) where state = 'waiting' and slot is not null;
create index outbox_of_person on outbox (person_id, lane, id) where state = 'waiting';
create index outbox_closed on outbox (created_at) where state in ('failed', 'cancelled') and dedupe is null;

-- Which message of a chat shows a card, a draft, a progress: later contents of the slot edit it.
create table slots (
  person_id integer not null references people (id),
  slot text not null,
  message_id integer not null,
  media integer not null check (media in (0, 1)),
  primary key (person_id, slot)
) strict, without rowid;

create table jobs (
  id integer primary key,
  kind text not null,
  params text not null,
  person_id integer not null references people (id),
  batch_id integer references batches (id),
  state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
  progress text not null default '{}',
  attempts integer not null default 0,
  created_at integer not null,
  closed_at integer,
  reference text
) strict;
create index jobs_waiting on jobs (id) where state = 'waiting';
create index jobs_of_batch on jobs (batch_id, kind, id) where state = 'waiting' and batch_id is not null;

-- Each period of a tick that must have its effect once. `due_at` is the period's moment, `cursor` how far its steps came.
create table job_runs (
  name text not null,
  period text not null,
  due_at integer not null,
  cursor integer not null default 0,
  started_at integer not null,
  closed_at integer,
  primary key (name, period)
) strict, without rowid;
create index job_runs_open on job_runs (name, due_at) where closed_at is null;

create table audit (
  id integer primary key,
  at integer not null,
  person_id integer references people (id),
  action text not null,
  subject text not null,
  details text not null default '{}'
) strict;
create trigger audit_no_update before update on audit begin
  select raise(abort, 'the audit is never changed');
end;
create trigger audit_no_delete before delete on audit begin
  select raise(abort, 'the audit is never deleted');
end;
