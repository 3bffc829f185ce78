-- Why: what a batch's answers say together (which label, how sure, who is reliable) is computed from all of them at once,
-- by a job; kept with the version of the rule and what went in, so that Why? can explain it later.

-- How many submissions the last fit of a batch has seen, when it ended, and whether something else than a new answer
-- (gold taken back, a human's decision, a consent withdrawn) asks for another. `fit_tried_at`: when one was asked for last.
alter table batches add column fitted integer not null default 0;
alter table batches add column fitted_at integer;
alter table batches add column fit_asked integer not null default 0 check (fit_asked in (0, 1));
alter table batches add column fit_tried_at integer;

-- Whether it may be due for a fit, in a column of its own: an index that asked for `submissions` would be written at each
-- answer. Set by the first one after a fit, by whatever asks; put right when a fit ends.
alter table batches add column to_fit integer not null default 0 check (to_fit in (0, 1));
update batches set to_fit = 1 where submissions <> fitted;
create index batches_to_fit on batches (id) where to_fit = 1;
create trigger batches_answered after update of submissions on batches
when new.to_fit = 0 and new.submissions <> new.fitted
begin
  update batches set to_fit = 1 where id = new.id;
end;
create trigger batches_fitted after update of fitted, fit_asked on batches
when new.to_fit <> (new.fit_asked = 1 or new.submissions <> new.fitted)
begin
  update batches set to_fit = (fit_asked = 1 or submissions <> fitted) where id = new.id;
end;

-- What is known of a task changes who is right, whoever changed it: so the row asks, and no use case can forget to.
create trigger tasks_known after update of gold, decided, decided_at on tasks
when old.gold is not new.gold or old.decided is not new.decided or old.decided_at is not new.decided_at
begin
  update batches set fit_asked = 1 where id = new.batch_id and state <> 'draft';
end;

-- Each fit that ended; `id` is the job's that made it, so a later one has a higher id. `upto` is the newest submission
-- it has seen; `rule` the version of the method; `params` (json, whole numbers) what it found of the batch as a whole.
create table fits (
  id integer primary key,
  batch_id integer not null references batches (id),
  at integer not null,
  rule integer not null,
  upto integer not null,
  answers integer not null,
  tasks integer not null,
  workers integer not null,
  params text not null default '{}'
) strict;
create index fits_of_batch on fits (batch_id, id);

-- A task's label: from the last fit, from gold, or by a human; `confidence` as it is shown, in 1/10,000, `votes` (json)
-- the answers of each label then.
create table labels (
  task_id integer primary key references tasks (id),
  batch_id integer not null references batches (id),
  label text not null,
  confidence integer not null check (confidence between 0 and 10000),
  votes text not null,
  source text not null check (source in ('fit', 'gold', 'human')),
  fit_id integer not null
) strict;
create index labels_of_batch on labels (batch_id, source, confidence, task_id);

-- How a worker does in a batch: `right` of `answers` are believed right (1/10,000 of an answer); shares in 1/10,000:
-- `chance` is what would be right by chance alone, `estimate` is right, from `low` to `high`. `enough` is 0 while that is
-- too little to say. `details` (json): by label how many answers to it are believed right, of how many.
create table worker_skills (
  worker_id integer not null references people (id),
  batch_id integer not null references batches (id),
  fit_id integer not null,
  answers integer not null check (answers > 0),
  right integer not null,
  chance integer not null,
  estimate integer not null,
  low integer not null,
  high integer not null,
  enough integer not null check (enough in (0, 1)),
  gold_right integer not null,
  gold_wrong integer not null,
  details text not null default '{}',
  primary key (worker_id, batch_id)
) strict, without rowid;
create index worker_skills_of_batch on worker_skills (batch_id, fit_id);

-- And over all batches of a kind and language, from those rows: `low` to `high` is where the share of right answers lies;
-- `corrected_low` is `low` with chance taken out, which is what gates ask for. `evidence` (json) lists the batches it
-- follows from. All in 1/10,000.
create table skills (
  worker_id integer not null references people (id),
  kind text not null,
  language text not null,
  estimate integer not null,
  low integer not null,
  high integer not null,
  corrected_low integer not null,
  answers integer not null,
  enough integer not null check (enough in (0, 1)),
  rule integer not null,
  at integer not null,
  evidence text not null default '{}',
  primary key (worker_id, kind, language)
) strict, without rowid;
