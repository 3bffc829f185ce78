-- Why: /report and the daily summary show how good a batch's labels are, with figures that take a pass over all of its
-- answers (agreement, pace): computed by a job, kept here, and read until something has changed.

-- The newest figures of each batch, as JSON of whole numbers (usecases/quality_reports.py says which). `state` names what
-- they were computed from: while the batch still is in it and they are fresh, who asks gets them without a new pass.
create table quality_reports (
  batch_id integer primary key references batches (id),
  at integer not null,
  state text not null,
  figures text not null
) strict;
