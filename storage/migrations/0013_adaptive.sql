-- Why: after each answer it is decided whether another is worth its price, from what is believed of the task so far and
-- of those who answered; what nobody agrees on is put before a human.

-- What the answers of a task say together, as domain/inference/streaming.py writes it: per label its votes and its score,
-- with the fit whose weights made them. Null until the first answer, and where answers have no labels.
alter table tasks add column belief text;

-- When asking for more was given up with no answer more likely than not, and what a human made of it: `decided` is their
-- label; decided by somebody without one, the task is not usable. An answer that makes it clear takes `given_up_at` back.
alter table tasks add column given_up_at integer;
alter table tasks add column decided text;
alter table tasks add column decided_by integer references people (id);
alter table tasks add column decided_at integer;
create index tasks_given_up on tasks (batch_id, id) where given_up_at is not null and decided_at is null;

-- How likely an answer of this worker in this batch is right (1/10,000), as the last fit found: by that it weighs until
-- the next. Null: nothing is known yet, the batch's prior says what a newcomer's weighs.
alter table enrolments add column reliance integer;

-- What is believed of a newcomer to the batch, and which fit said so; null: the rule's own beginning.
alter table batches add column prior text;

-- How many answers tasks that are done did not want of the most they could have had, where the overlap adapts: what the
-- coordinator is told is saved so far. Kept as tasks are done, opened again and widened.
alter table batches add column unasked integer not null default 0;
create trigger tasks_settled after update of state, wanted on tasks
when (old.state = 'done' or new.state = 'done') and (old.state <> new.state or old.wanted <> new.wanted)
begin
  update batches set unasked = unasked + iif(new.state = 'done', overlap - new.wanted, 0)
   - iif(old.state = 'done', overlap - old.wanted, 0)
   where id = new.batch_id and overlap_least is not null;
end;
