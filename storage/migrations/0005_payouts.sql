-- Why: a payout goes over a rail (by hand, a file for a bank, a provider's API) and ends in a known state; a large run
-- wants two humans. Both tables are small, so they are made anew.
create temp table kept_runs as select * from payout_runs;
create temp table kept_payouts as select * from payouts;
drop table payouts;
drop table payout_runs;

-- gathering → proposed → (confirming: one of two approvals) → approved, from when on it is frozen → settled: each payout
-- paid, failed or returned. `alerted_at`: staff were last told that it does not end.
create table payout_runs (
  id integer primary key,
  period text not null unique,
  state text not null check (state in ('gathering', 'proposed', 'confirming', 'approved', 'settled')),
  cutoff integer not null,
  total integer not null default 0,
  count integer not null default 0,
  created_at integer not null,
  confirmed_at integer,
  confirmed_by integer references people (id),
  approved_at integer,
  approved_by integer references people (id),
  settled_at integer,
  alerted_at integer
) strict;
create index payout_runs_open on payout_runs (id) where state in ('proposed', 'confirming', 'approved');

-- A file for a bank, made once: `content` is sealed (compressed before), `sha256` of what the bank gets. A file that is
-- handed out again is these bytes again. `key` is what the bank's answers name it by.
create table payout_files (
  id integer primary key,
  run_id integer not null references payout_runs (id),
  rail text not null,
  number integer not null,
  key text not null unique,
  name text not null,
  sha256 text not null,
  content blob not null,
  count integer not null check (count > 0),
  total integer not null check (total > 0),
  created_at integer not null,
  created_by integer not null references people (id),
  unique (run_id, rail, number)
) strict;

-- reserved → sending (written before anything leaves) → paid | failed (the money is the worker's again) | unknown (looked
-- up, or told to people); paid → returned (the same). `problem` is a code of why not, `reference` what the rail calls it,
-- `late_at` when its worker was told that it takes longer.
create table payouts (
  id integer primary key,
  run_id integer not null references payout_runs (id),
  worker_id integer not null references people (id),
  amount integer not null check (amount > 0),
  state text not null check (state in ('reserved', 'sending', 'unknown', 'paid', 'failed', 'returned')),
  rail text not null default 'by_hand',
  method_id integer,
  sending_id integer,
  file_id integer references payout_files (id),
  reference text,
  problem text,
  sent_at integer,
  closed_at integer,
  late_at integer,
  unique (run_id, worker_id),
  check ((state in ('paid', 'failed', 'returned')) = (closed_at is not null)),
  check (state <> 'sending' or sent_at is not null)
) strict;
create index payouts_of_worker on payouts (worker_id);
create index payouts_open on payouts (run_id, rail, id) where state in ('reserved', 'sending', 'unknown');
create index payouts_of_sending on payouts (sending_id) where sending_id is not null;
create index payouts_of_file on payouts (file_id) where file_id is not null;

-- What a bank answered, as a coordinator sent it in; the same bytes are read once. The counts are of its payouts;
-- `strange` says paid of what had failed or come back.
create table bank_answers (
  id integer primary key,
  sha256 text not null unique,
  form text not null,
  by integer not null references people (id),
  at integer not null,
  settled_at integer,
  paid integer not null default 0,
  failed integer not null default 0,
  returned integer not null default 0,
  known integer not null default 0,
  waiting integer not null default 0,
  strange integer not null default 0
) strict;

-- A run that was marked paid goes on being settled: what is left of it was paid by hand. If nothing is left, it is settled.
update kept_runs set state = 'paid'
where state = 'settling' and not exists (select 1 from kept_payouts p where p.run_id = kept_runs.id and p.closed_at is null);
insert into payout_runs (id, period, state, cutoff, total, count, created_at, approved_at, approved_by, settled_at)
select id, period, case state when 'paid' then 'settled' when 'settling' then 'approved' else state end, cutoff, total,
  count, created_at, approved_at, approved_by, case state when 'paid' then paid_at end
from kept_runs;
insert into payouts (id, run_id, worker_id, amount, state, sent_at, closed_at)
select p.id, p.run_id, p.worker_id, p.amount,
  case when r.state = 'settling' and p.closed_at is null then 'sending' when p.state = 'due' then 'reserved'
    else p.state end,
  case when r.state in ('settling', 'paid') then r.paid_at end, p.closed_at
from kept_payouts p join kept_runs r on r.id = p.run_id;
drop table kept_payouts;
drop table kept_runs;

-- What tells this installation's payouts from another's at a bank or provider, whatever account both use.
insert into facts (name, value) values ('installation', cast(lower(hex(randomblob(4))) as blob));
