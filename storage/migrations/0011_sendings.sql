-- Why: what is handed to a provider over HTTP is written before it leaves, with the key that it knows it by; so whatever
-- becomes of the call or of the process, the next one asks what became of it before it sends anything.

-- written (nothing left yet, or nobody knows) → taken (the provider has it, as `reference`) → ended; or lost: nobody will
-- know without looking by hand. `request` is the sealed body, byte for byte what was sent; emptied once it is taken, for
-- it has people's addresses. A call under way has `called_at`; one without a known end leaves `doubt_at`.
create table sendings (
  id integer primary key,
  run_id integer not null references payout_runs (id),
  number integer not null,
  key text not null unique,
  state text not null check (state in ('written', 'taken', 'ended', 'lost')),
  request blob,
  reference text,
  calls integer not null default 0,
  looks integer not null default 0,
  first_at integer,
  called_at integer,
  doubt_at integer,
  next_at integer not null,
  created_at integer not null,
  closed_at integer,
  unique (run_id, number),
  check (state <> 'taken' or reference is not null),
  check ((state in ('ended', 'lost')) = (closed_at is not null))
) strict;
create index sendings_due on sendings (next_at) where state in ('written', 'taken');
