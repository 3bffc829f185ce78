-- Why: ten paid tasks measure a batch before it is published, and what an hour of it must bring may depend on a region.

alter table batches add column region text;

-- A pilot is an open batch of `pilot_tasks` tasks that its coordinator still has as a draft (`piloting`): the rest of the
-- tasks are paused and counted in `resting`, not in `tasks`, until the whole is published. What was reserved for it at
-- first is `pilot_tasks` at `pilot_price` (micro-units); what is reserved later are additions. `pilot_share` is how many
-- of them one worker may do, null for all; `pilot_told` says that its coordinator knows that nobody takes it.
alter table batches add column piloting integer not null default 0 check (piloting in (0, 1));
alter table batches add column pilot_tasks integer check (pilot_tasks > 0);
alter table batches add column pilot_price integer check (pilot_price > 0);
alter table batches add column pilot_share integer check (pilot_share > 0);
alter table batches add column pilot_told integer not null default 0 check (pilot_told in (0, 1));
alter table batches add column resting integer not null default 0 check (resting >= 0);
create index batches_piloting on batches (id) where piloting = 1;

-- Where `seconds` comes from: an estimate (the brief's line, or the kind's default), or the last answers of its kind.
alter table batches add column seconds_from text not null default 'estimate' check (seconds_from in ('estimate', 'kind'));
