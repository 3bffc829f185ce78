-- Why: everything must cost the same with five million submissions as with a hundred, in bytes and in time. Transfers and
-- accounts get whole numbers for keys (their names stay, in views); counters replace what was counted by scanning; indexes
-- that nothing needs or that repeat another one go. Every transfer is copied once: docs/operations.md says how long that
-- takes.

-- What causes transfers. `submission:881:sent_back:2` is: noun 'submission', subject 881, event 'sent_back', number 2.
-- A new cause is a line here, in a later migration, and in KINDS of storage/ledger.py (tested to be the same).
create table transfer_kinds (
  id integer primary key,
  noun text not null,
  event text not null,
  unique (noun, event)
) strict;
insert into transfer_kinds (id, noun, event) values
  (1, 'funds', 'recorded'),
  (2, 'batch', 'reserved'),
  (3, 'batch', 'released'),
  (4, 'submission', 'credited'),
  (5, 'submission', 'undone'),
  (6, 'submission', 'sent_back'),
  (7, 'submission', 'accepted'),
  (8, 'payout', 'reserved'),
  (9, 'payout', 'paid');

-- An account's number is its owner's id * 8 + its use: 0 world, 1 funds (both without an owner), 2 a batch's reserve, a
-- worker's 3 review, 4 available, 5 transit, 6 paid. All are credit-normal: balance = credits - debits. Only `world`
-- (money outside Tallyhand) may be below zero.
create table balances (
  id integer primary key,
  balance integer not null default 0,
  check (id = 0 or balance >= 0)
) strict;
create index balances_reserved on balances (id) where id & 7 = 2 and balance > 0;

-- One immutable row a transfer. Its cause is its key, so the same cause twice is refused; `part` tells apart what one
-- instant brought twice. The view `transfers` shows the rows by name.
create table ledger (
  kind integer not null references transfer_kinds (id),
  subject integer not null,
  number integer not null default 0,
  part integer not null default 0,
  at integer not null,
  debit integer not null,
  credit integer not null,
  amount integer not null check (amount > 0),
  currency text not null,
  primary key (kind, subject, number, part),
  check (debit <> credit)
) strict, without rowid;

create temp table numbers as
select id as name, balance, case
  when id = 'world' then 0
  when id = 'funds' then 1
  when id like 'batch:%:reserve' then cast(substr(id, 7) as integer) * 8 + 2
  when id like 'worker:%:review' then cast(substr(id, 8) as integer) * 8 + 3
  when id like 'worker:%:available' then cast(substr(id, 8) as integer) * 8 + 4
  when id like 'worker:%:transit' then cast(substr(id, 8) as integer) * 8 + 5
  when id like 'worker:%:paid' then cast(substr(id, 8) as integer) * 8 + 6
  end as number
from accounts;
create unique index temp.numbers_of_names on numbers (name, number);

insert into balances (id, balance) select number, balance from numbers order by number;

-- `a:b:c:d` is cut at its colons; recorded funds had no event between the person and the instant.
insert into ledger (kind, subject, number, part, at, debit, credit, amount, currency)
with
  first as (
    select substr(id, 1, instr(id, ':') - 1) as noun, substr(id, instr(id, ':') + 1) || ':' as rest, at, debit, credit,
      amount, currency
    from transfers
  ),
  second as (
    select *, cast(rest as integer) as subject,
      case noun when 'funds' then 'recorded:' else '' end || substr(rest, instr(rest, ':') + 1) as more
    from first
  ),
  third as (
    select *, substr(more, 1, instr(more, ':') - 1) as event, substr(more, instr(more, ':') + 1) as numbers from second
  )
select k.id, t.subject, cast(t.numbers as integer), cast(substr(t.numbers, instr(t.numbers, ':') + 1) as integer),
  t.at, d.number, c.number, t.amount, t.currency
from third t
left join transfer_kinds k on k.noun = t.noun and k.event = t.event
left join numbers d on d.name = t.debit
left join numbers c on c.name = t.credit
order by 1, 2, 3, 4;

drop table numbers;
drop table transfers;
drop table accounts;

create view accounts (id, balance, number) as
select case id & 7
  when 0 then 'world'
  when 1 then 'funds'
  when 2 then 'batch:' || (id >> 3) || ':reserve'
  when 3 then 'worker:' || (id >> 3) || ':review'
  when 4 then 'worker:' || (id >> 3) || ':available'
  when 5 then 'worker:' || (id >> 3) || ':transit'
  when 6 then 'worker:' || (id >> 3) || ':paid'
  end, balance, id
from balances;

create view transfers (id, at, debit, credit, amount, currency, kind, subject, number, part) as
select k.noun || ':' || l.subject || ':' || k.event
    || case when l.number or l.part then ':' || l.number else '' end || case when l.part then ':' || l.part else '' end,
  l.at, d.id, c.id, l.amount, l.currency, l.kind, l.subject, l.number, l.part
from ledger l
join transfer_kinds k on k.id = l.kind
join accounts d on d.number = l.debit
join accounts c on c.number = l.credit;

create trigger ledger_moves after insert on ledger begin
  insert into balances (id) values (new.debit) on conflict (id) do nothing;
  update balances set balance = balance - new.amount where id = new.debit;
  insert into balances (id, balance) values (new.credit, new.amount)
    on conflict (id) do update set balance = balance + new.amount;
end;
create trigger ledger_no_update before update on ledger begin
  select raise(abort, 'transfers are never changed');
end;
create trigger ledger_no_delete before delete on ledger begin
  select raise(abort, 'transfers are never deleted');
end;

-- The sum over all workers of a day, kept with worker_days; the summary went through everybody who worked.
create table days (
  day integer primary key,
  workers integer not null default 0,
  submissions integer not null default 0,
  earned integer not null default 0,
  active_micros integer not null default 0
) strict;
insert into days (day, workers, submissions, earned, active_micros)
select day, sum(submissions > 0), sum(submissions), sum(earned), sum(active_micros) from worker_days group by day;
create trigger worker_days_begun after insert on worker_days begin
  insert into days (day, workers, submissions, earned, active_micros)
    values (new.day, new.submissions > 0, new.submissions, new.earned, new.active_micros)
    on conflict (day) do update set workers = workers + excluded.workers,
    submissions = submissions + excluded.submissions, earned = earned + excluded.earned,
    active_micros = active_micros + excluded.active_micros;
end;
create trigger worker_days_counted after update on worker_days begin
  update days set workers = workers + (new.submissions > 0) - (old.submissions > 0),
    submissions = submissions + new.submissions - old.submissions, earned = earned + new.earned - old.earned,
    active_micros = active_micros + new.active_micros - old.active_micros
    where day = new.day;
end;
drop index worker_days_of_day;

-- Of a batch: what went back to the funds and in how many transfers, how many workers have a card of it on the screen
-- now, and whether its coordinator was told that it is done.
alter table batches add column released integer not null default 0;
alter table batches add column releases integer not null default 0;
alter table batches add column working integer not null default 0;
alter table batches add column done_told integer not null default 0 check (done_told in (0, 1));
update batches set
  released = (select coalesce(sum(amount), 0) from ledger l where l.kind = 3 and l.subject = batches.id),
  releases = (select count(*) from ledger l where l.kind = 3 and l.subject = batches.id),
  working = (select count(*) from sessions s where s.batch_id = batches.id and s.assignment_id is not null),
  done_told = exists (select 1 from outbox o where o.dedupe = 'batch_done:' || batches.id);
create trigger sessions_begun after insert on sessions when new.batch_id is not null begin
  update batches set working = working + 1 where id = new.batch_id and new.assignment_id is not null;
end;
create trigger sessions_moved after update of batch_id, assignment_id on sessions
when old.batch_id is not new.batch_id or (old.assignment_id is null) <> (new.assignment_id is null) begin
  update batches set working = working - 1 where id = old.batch_id and old.assignment_id is not null;
  update batches set working = working + 1 where id = new.batch_id and new.assignment_id is not null;
end;
drop index sessions_of_batch;

-- What a worker has in review is summed from the index alone.
drop index submissions_of_worker_due;
create index submissions_in_review on submissions (worker_id, review_until, submitted_at, price) where state = 'pending';
drop index submissions_to_review;
create index submissions_to_review on submissions (batch_id, id, worker_id) where state = 'pending';

-- A row that grows when it is closed splits its page, for the rows beside it are full: the instant a decision comes at
-- takes the bytes of `review_until` (0 from then on), that of a lease's end those of `expires_at`.
update assignments set expires_at = closed_at where closed_at is not null and state <> 'offered';
alter table assignments drop column closed_at;
update submissions set review_until = 0 where state <> 'pending' and decided_at is not null;

-- A live submission is found by its task and worker; of an assignment, only what was taken back needs an index.
drop index submissions_of_assignment;
create index submissions_withdrawn on submissions (assignment_id) where state = 'withdrawn';

-- Whether a worker has had a task: of nine in ten assignments the state was in this index, too.
drop index assignments_of_worker;
create index assignments_had on assignments (worker_id, task_id)
where state in ('offered', 'submitted', 'skipped', 'reported');
drop index assignments_of_task;

-- Sent messages with a dedupe key are forgotten like all others, and so are old periods of ticks.
drop index outbox_closed;
create index outbox_closed on outbox (created_at) where state <> 'waiting';
create index job_runs_furthest on job_runs (name, cursor);
create index job_runs_closed on job_runs (closed_at) where closed_at is not null;
