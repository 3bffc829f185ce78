-- Why: a batch is offered in waves, to whom it is the turn of; and what a broadcast is about stands in its rows, so that
-- pausing, closing or filling a batch stops its offers without touching them one by one.

-- The batch an offer is about. The sender asks for the due rows of the batches that want workers now.
alter table outbox add column campaign integer references batches (id);
update outbox set campaign = json_extract(params, '$.batch') where key = 'offer' and state = 'waiting';
create index outbox_campaign on outbox (campaign, not_before, id) where state = 'waiting' and lane = 2;

-- Where a batch's waves are: the next begins at `due_at`; of the one that goes out `missing` are still to be offered, and
-- it has come to `turn`, `person_id` among the active workers (`others` = 0), then among all others.
create table waves (
  batch_id integer primary key references batches (id),
  due_at integer not null,
  began_at integer not null default 0,
  missing integer not null default 0 check (missing >= 0),
  others integer not null default 0 check (others in (0, 1)),
  turn integer not null default -1,
  person_id integer not null default 0
) strict;
create index waves_due on waves (due_at);
insert into waves (batch_id, due_at) select id, 0 from batches where state in ('open', 'paused');
alter table batches drop column offer_cursor;

-- When the worker was last offered something (0: never): who has waited longest comes first.
alter table people_languages add column turn integer not null default 0;
drop index people_languages_taking;
create index people_languages_turn on people_languages (language, turn, person_id);

-- How many offers a person got on the last day (of the installation's calendar) they got any.
alter table people add column offers_day integer not null default 0;
alter table people add column offers integer not null default 0;

-- Nobody else drops what is not sent of a batch that was closed before: closing one does that from now on.
update batches set offers = offers - (select count(*) from outbox o where o.campaign = batches.id and o.state = 'waiting')
where state = 'closed' and id in (select campaign from outbox where campaign is not null);
delete from outbox where campaign in (select id from batches where state = 'closed') and state = 'waiting';

-- That a batch was offered to a worker is their enrolment's first state; the sent message need not be remembered for it.
insert into enrolments (worker_id, batch_id, state)
select person_id, cast(substr(dedupe, 7) as integer), 'offered' from outbox where key = 'offer' and dedupe is not null
on conflict (worker_id, batch_id) do nothing;
delete from outbox where key = 'offer' and state <> 'waiting';
update outbox set dedupe = null where key = 'offer';
