-- Why: ratings on a scale are pooled with each rater's bias and spread taken out, and written replies are rated by other
-- workers.

-- A task that rates a written reply: its submission, and who wrote it, who is never given it (storage/tasks.py). Both null
-- for other tasks.
alter table tasks add column rated_submission integer references submissions (id);
alter table tasks add column author_id integer references people (id);
create index tasks_rating on tasks (rated_submission) where rated_submission is not null;
create index tasks_of_author on tasks (author_id) where author_id is not null;

-- The batch of written work whose replies this batch rates.
alter table batches add column rates_batch integer references batches (id);
create index batches_rating on batches (rates_batch) where rates_batch is not null;

-- What the last fit of a batch of ratings says of each task: the pooled rating and its interval in thousandths of a step,
-- from so many ratings. `rule` is the version of the method (domain/scales.py).
create table scores (
  task_id integer primary key references tasks (id),
  batch_id integer not null references batches (id),
  score integer not null,
  low integer not null,
  high integer not null,
  ratings integer not null check (ratings > 0),
  rule integer not null,
  at integer not null,
  check (low <= score and score <= high)
) strict;
create index scores_of_batch on scores (batch_id, score);

-- And of each rater: how much higher than others they rate (`bias`) and how far their ratings lie from what the others
-- say once that is taken out (`spread`), with intervals, in thousandths of a step. `enough` is 0 while there are too few
-- ratings to say anything to a person.
create table raters (
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  bias integer not null,
  bias_low integer not null,
  bias_high integer not null,
  spread integer not null check (spread >= 0),
  spread_low integer not null,
  spread_high integer not null,
  ratings integer not null check (ratings > 0),
  enough integer not null check (enough in (0, 1)),
  rule integer not null,
  at integer not null,
  primary key (batch_id, worker_id),
  check (bias_low <= bias and bias <= bias_high and spread_low <= spread and spread <= spread_high)
) strict, without rowid;
