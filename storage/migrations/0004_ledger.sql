-- Why: money has more places to be: kept back for top-ups and fees, held while a rejection can be appealed, rounded off.
-- And the clients' funds may owe: a top-up and a payout's fee are paid even where a batch's own reserve has run out.

insert into transfer_kinds (id, noun, event) values
  (10, 'submission', 'rejected'),
  (11, 'submission', 'upheld'),
  (12, 'submission', 'forfeited'),
  (13, 'batch', 'topups_reserved'),
  (14, 'batch', 'topups_released'),
  (15, 'batch', 'fees_reserved'),
  (16, 'batch', 'fees_released'),
  (17, 'batch', 'added'),
  (18, 'batch', 'topups_added'),
  (19, 'topup', 'credited'),
  (20, 'payout', 'failed'),
  (21, 'payout', 'returned'),
  (22, 'run', 'fee'),
  (23, 'run', 'fee_covered'),
  (24, 'worker', 'rounded'),
  (25, 'report', 'credited');

-- Which kinds may take the funds below zero: what people are owed does not wait for a client's money.
alter table transfer_kinds add column owing integer not null default 0 check (owing in (0, 1));
update transfer_kinds set owing = 1 where (noun, event) in (('batch', 'topups_added'), ('run', 'fee_covered'));

-- An account's number is its owner's id * 8 + its use. Use 7 is what a batch keeps back for top-ups. The house has 1 funds
-- and, counted on by eights, 9 fees, 17 rounding, 25 held (rejected, and its writer may still appeal).
drop view transfers;
drop view accounts;
drop trigger ledger_moves;
create temp table kept_balances as select id, balance from balances;
drop table balances;
create table balances (
  id integer primary key,
  balance integer not null default 0,
  check (id in (0, 1) or balance >= 0)
) strict;
create index balances_reserved on balances (id) where id & 7 in (2, 7) and balance > 0;
insert into balances (id, balance) select id, balance from kept_balances;
drop table kept_balances;
create trigger ledger_moves after insert on ledger begin
  insert into balances (id) values (new.debit) on conflict (id) do nothing;
  update balances set balance = balance - new.amount where id = new.debit;
  insert into balances (id, balance) values (new.credit, new.amount)
    on conflict (id) do update set balance = balance + new.amount;
end;
create trigger ledger_funds before insert on ledger when new.debit = 1 begin
  select raise(abort, 'the funds do not cover this')
  where (select owing from transfer_kinds where id = new.kind) = 0
    and coalesce((select balance from balances where id = 1), 0) < new.amount
    and not exists (select 1 from ledger where (kind, subject, number, part)
      = (new.kind, new.subject, new.number, new.part));
end;
create view accounts (id, balance, number) as
select case id & 7
  when 0 then 'world'
  when 1 then case id when 1 then 'funds' when 9 then 'fees' when 17 then 'rounding' when 25 then 'held' end
  when 2 then 'batch:' || (id >> 3) || ':reserve'
  when 3 then 'worker:' || (id >> 3) || ':review'
  when 4 then 'worker:' || (id >> 3) || ':available'
  when 5 then 'worker:' || (id >> 3) || ':transit'
  when 6 then 'worker:' || (id >> 3) || ':paid'
  when 7 then 'batch:' || (id >> 3) || ':topups'
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

-- What nobody shall earn less than in an hour of the batch (micro-units); null in a draft: the installation's.
alter table batches add column floor integer check (floor >= 0);

-- An overlap that adapts begins with `overlap_least` answers a task and ends with `overlap` at most; null when it is fixed.
-- `wanted` is the sum of the tasks' own; `spared` counts answers whose money went back because tasks agreed early.
alter table batches add column overlap_least integer check (overlap_least > 0 and overlap_least < overlap);
alter table batches add column wanted integer not null default 0;
alter table batches add column spared integer not null default 0 check (spared >= 0);
update batches set wanted = tasks * overlap where state not in ('draft', 'discarded');

-- The rates a batch was published at, whatever the settings are by now. `fees_used`: of its fees, what could not go back
-- because payouts had cost more than was set aside for them.
alter table batches add column topup_percent integer not null default 0 check (topup_percent >= 0);
alter table batches add column fee_basis_points integer not null default 0 check (fee_basis_points >= 0);
alter table batches add column fees_used integer not null default 0 check (fees_used >= 0);

-- What was added to a published batch: by a coordinator, or (`by` is null) top-ups that were owed and that its own reserve
-- did not cover. A row's transfers have its id as their number.
create table additions (
  id integer primary key,
  batch_id integer not null references batches (id),
  pay integer not null check (pay >= 0),
  topups integer not null check (topups >= 0),
  fees integer not null check (fees >= 0),
  by integer references people (id),
  at integer not null,
  check (pay + topups + fees > 0)
) strict;
create index additions_of_batch on additions (batch_id);
