-- Why: where a worker wants to be paid. A number is somebody's bank account: it is sealed, and a keyed hash alone says
-- whether two people gave the same one.

-- begun (a number without its holder's name yet) → waiting (a change, until active_from) → active (where payouts go)
-- → replaced (by a newer one) | cancelled (taken back) | failed (money came back from it). Sealed are `number` as a rail
-- takes it and `name`, as on the account; both and `handle` are emptied some time after closed_at.
create table payout_methods (
  id integer primary key,
  worker_id integer not null references people (id),
  kind text not null check (kind in ('iban', 'paypal', 'mobile', 'by_hand')),
  number blob,
  name blob,
  handle blob,
  state text not null check (state in ('begun', 'waiting', 'active', 'replaced', 'cancelled', 'failed')),
  asked_at integer not null,
  active_from integer,
  closed_at integer,
  disowned_at integer,
  leaving integer not null default 0 check (leaving in (0, 1)),
  check ((state in ('replaced', 'cancelled', 'failed')) = (closed_at is not null)),
  check (state in ('begun', 'cancelled') or active_from is not null),
  check ((kind = 'by_hand' or closed_at is not null) or (number is not null and handle is not null))
) strict;
-- Of a person one each, so that a payout has one place to go.
create unique index payout_methods_begun on payout_methods (worker_id) where state = 'begun';
create unique index payout_methods_next on payout_methods (worker_id) where state = 'waiting';
create unique index payout_methods_active on payout_methods (worker_id) where state = 'active';
create index payout_methods_of_worker on payout_methods (worker_id, id);
-- An account pays one person. `begun` is left out: until its holder is named it is nobody's.
create unique index payout_methods_used on payout_methods (handle) where state in ('waiting', 'active');
create index payout_methods_handle on payout_methods (handle) where handle is not null;
-- What the clock looks through: what is due, what is over, and whose owner leaves once their balance is paid.
create index payout_methods_due on payout_methods (active_from) where state = 'waiting';
create index payout_methods_open on payout_methods (asked_at) where state = 'begun';
create index payout_methods_over on payout_methods (closed_at) where handle is not null and closed_at is not null;
create index payout_methods_leaving on payout_methods (worker_id) where leaving = 1 and closed_at is null;

-- Who has ever had money available, and what they were told about a payout method: once each. The row is made by the
-- transfer itself, so that nobody goes through all balances (no reference: the ledger knows accounts, not people).
-- `problem` is why money came back from the last method; since `shared_at` the coordinators know of a number that was somebody else's.
create table method_requests (
  worker_id integer primary key,
  asked_at integer,
  reminded_at integer,
  problem text,
  shared_at integer
) strict;
create index method_requests_unasked on method_requests (worker_id) where asked_at is null;
create index method_requests_unreminded on method_requests (worker_id) where reminded_at is null;
create trigger ledger_first_money after insert on ledger
when new.credit & 7 = 4 and not exists (select 1 from method_requests where worker_id = new.credit >> 3) begin
  insert into method_requests (worker_id) values (new.credit >> 3);
end;
insert into method_requests (worker_id) select id >> 3 from balances where id & 7 = 4 and balance > 0;
