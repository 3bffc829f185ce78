-- Why: what stands out in how people answer is shown to a human, who says what it is. It decides nothing: no other table
-- and no trigger follows from it, and only screens, reports and exports read it (tested).

-- One row for each thing found: `subject` names it ("12" a worker, "12-15" a pair, of photos the first task), so that it
-- is found again as the same one. `strength` in 1/100 nat (too fast answers and photos: 100 each; copied texts: their
-- likeness in per cent, each), `evidence` (json) ids and counts. `outcome` is what a human said, who saw it at `seen_at`;
-- it comes back only with `seen_strength` well behind.
create table signals (
  id integer primary key,
  batch_id integer not null references batches (id),
  kind text not null check (kind in ('blind', 'constant', 'copies', 'ring', 'speed', 'texts', 'photos')),
  subject text not null,
  strength integer not null,
  evidence text not null default '{}',
  rule integer not null,
  at integer not null,
  outcome text check (outcome in ('fine', 'talked')),
  seen_by integer references people (id),
  seen_at integer,
  seen_strength integer,
  unique (batch_id, kind, subject),
  check ((outcome is null) = (seen_at is null) and (seen_at is null) = (seen_by is null))
) strict;
create index signals_open on signals (batch_id, strength, id) where outcome is null;

-- Who is meant: nobody where it is about a photo, several where they answer alike.
create table signal_workers (
  signal_id integer not null references signals (id) on delete cascade,
  worker_id integer not null references people (id),
  primary key (signal_id, worker_id)
) strict, without rowid;
create index signal_workers_of_worker on signal_workers (worker_id);

-- What staff wrote to those a signal is about; each of them read it by themselves. It outlives the signal.
create table signal_words (
  id integer primary key,
  signal_id integer references signals (id) on delete set null,
  by integer not null references people (id),
  at integer not null,
  text text not null
) strict;
create index signal_words_of_signal on signal_words (signal_id);

-- What a photo looks like (files/near_photos.py: eight hashes of 64 bits; empty: too plain to tell), and up to which task
-- (photos) or submission (texts) a batch was searched for look-alikes; `search_asked`: there is more by now.
alter table photos add column looks blob;
alter table batches add column searched integer not null default 0;
alter table batches add column search_asked integer not null default 0 check (search_asked in (0, 1));
create index batches_to_search on batches (id) where search_asked = 1;
