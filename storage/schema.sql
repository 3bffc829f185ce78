CREATE INDEX additions_of_batch on additions (batch_id);

CREATE INDEX assignments_expiring on assignments (expires_at) where state = 'offered';

CREATE INDEX assignments_had on assignments (worker_id, task_id)
where state in ('offered', 'submitted', 'skipped', 'reported');

CREATE UNIQUE INDEX assignments_one_open on assignments (task_id, worker_id) where state = 'offered';

CREATE INDEX assignments_open on assignments (worker_id, batch_id, id) where state = 'offered';

CREATE INDEX assignments_to_ask on assignments (ask_at) where state = 'offered' and ask_at is not null;

CREATE INDEX balances_reserved on balances (id) where id & 7 in (2, 7) and balance > 0;

CREATE UNIQUE INDEX batches_collecting on batches (created_by) where state = 'draft' and collecting = 1;

CREATE INDEX batches_of_kind on batches (kind, id);

CREATE INDEX batches_piloting on batches (id) where piloting = 1;

CREATE INDEX batches_rating on batches (rates_batch) where rates_batch is not null;

CREATE INDEX batches_state on batches (state, id);

CREATE INDEX batches_to_fit on batches (id) where to_fit = 1;

CREATE INDEX batches_to_search on batches (id) where search_asked = 1;

CREATE UNIQUE INDEX consents_live on consents (person_id) where withdrawn_at is null;

CREATE INDEX consents_of_person on consents (person_id);

CREATE INDEX enrolments_gold_due on enrolments (batch_id, worker_id) where gold_due = 1;

CREATE INDEX enrolments_retrying on enrolments (worker_id, retry_at) where stage = 'failed' and retry_at is not null;

CREATE INDEX fairness_hourly on fairness_workers (hourly) where hourly is not null;

CREATE INDEX fairness_open on fairness (id) where step <> 'done';

CREATE INDEX fits_of_batch on fits (batch_id, id);

CREATE INDEX gold_misses_of_task on gold_misses (task_id);

CREATE INDEX gold_misses_of_worker on gold_misses (worker_id, batch_id, submission_id);

CREATE INDEX inbox_closed on inbox (received_at) where state <> 'waiting';

CREATE INDEX inbox_waiting on inbox (seq) where state = 'waiting';

CREATE INDEX inquiries_open on inquiries (worker_id) where answered_at is null;

CREATE INDEX job_runs_closed on job_runs (closed_at) where closed_at is not null;

CREATE INDEX job_runs_furthest on job_runs (name, cursor);

CREATE INDEX job_runs_open on job_runs (name, due_at) where closed_at is null;

CREATE INDEX jobs_of_batch on jobs (batch_id, kind, id) where state = 'waiting' and batch_id is not null;

CREATE INDEX jobs_waiting on jobs (id) where state = 'waiting';

CREATE INDEX join_requests_waiting on join_requests (asked_at) where decided_at is null;

CREATE INDEX labels_of_batch on labels (batch_id, source, confidence, task_id);

CREATE INDEX method_requests_unasked on method_requests (worker_id) where asked_at is null;

CREATE INDEX method_requests_unreminded on method_requests (worker_id) where reminded_at is null;

CREATE INDEX outbox_campaign on outbox (campaign, not_before, id) where state = 'waiting' and lane = 2;

CREATE INDEX outbox_closed on outbox (created_at) where state <> 'waiting';

CREATE INDEX outbox_of_person on outbox (person_id, lane, id) where state = 'waiting';

CREATE INDEX outbox_slot on outbox (person_id, slot) where state = 'waiting' and slot is not null;

CREATE INDEX outbox_waiting on outbox (id) where state = 'waiting';

CREATE UNIQUE INDEX parts_of_worker on parts (worker_id, message_id);

CREATE UNIQUE INDEX payout_methods_active on payout_methods (worker_id) where state = 'active';

CREATE UNIQUE INDEX payout_methods_begun on payout_methods (worker_id) where state = 'begun';

CREATE INDEX payout_methods_due on payout_methods (active_from) where state = 'waiting';

CREATE INDEX payout_methods_handle on payout_methods (handle) where handle is not null;

CREATE INDEX payout_methods_leaving on payout_methods (worker_id) where leaving = 1 and closed_at is null;

CREATE UNIQUE INDEX payout_methods_next on payout_methods (worker_id) where state = 'waiting';

CREATE INDEX payout_methods_of_worker on payout_methods (worker_id, id);

CREATE INDEX payout_methods_open on payout_methods (asked_at) where state = 'begun';

CREATE INDEX payout_methods_over on payout_methods (closed_at) where handle is not null and closed_at is not null;

CREATE UNIQUE INDEX payout_methods_used on payout_methods (handle) where state in ('waiting', 'active');

CREATE INDEX payout_runs_open on payout_runs (id) where state in ('proposed', 'confirming', 'approved');

CREATE INDEX payouts_of_file on payouts (file_id) where file_id is not null;

CREATE INDEX payouts_of_sending on payouts (sending_id) where sending_id is not null;

CREATE INDEX payouts_of_worker on payouts (worker_id);

CREATE INDEX payouts_open on payouts (run_id, rail, id) where state in ('reserved', 'sending', 'unknown');

CREATE INDEX people_languages_turn on people_languages (language, turn, person_id);

CREATE INDEX people_staff on people (id) where is_owner + is_coordinator + is_reviewer > 0;

CREATE INDEX people_workers on people (id) where is_worker = 1;

CREATE INDEX proposals_open on proposals (id) where state in ('waiting', 'agreed');

CREATE UNIQUE INDEX proposals_waiting on proposals (batch_id, by) where state = 'waiting';

CREATE INDEX refused_files_batch on refused_files (batch_id, id);

CREATE INDEX rejections_alone on rejections (by, at) where seconded_by is null;

CREATE INDEX rejections_appealed on rejections (by, due_at) where state = 'appealed';

CREATE INDEX rejections_by on rejections (by, at);

CREATE INDEX rejections_decided on rejections (worker_id, batch_id, decided_at, id) where state in ('upheld', 'kept');

CREATE INDEX rejections_due on rejections (due_at) where state in ('open', 'appealed');

CREATE INDEX rejections_had on rejections (worker_id, at);

CREATE INDEX rejections_lifted on rejections (worker_id, batch_id, lift_day) where lift_day is not null;

CREATE INDEX rejections_of_batch on rejections (batch_id, state, seconded_by);

CREATE INDEX rejections_of_worker on rejections (worker_id, at) where standing = 1;

CREATE INDEX rejections_open on rejections (worker_id, batch_id, id) where state = 'open';

CREATE INDEX rejections_untold on rejections (worker_id, batch_id, id) where told_at is null;

CREATE INDEX reports_of_batch on reports (batch_id, task_id);

CREATE INDEX reports_of_worker on reports (worker_id);

CREATE INDEX reports_open on reports (batch_id, task_id) where state = 'open';

CREATE INDEX scores_of_batch on scores (batch_id, score);

CREATE INDEX sendings_due on sendings (next_at) where state in ('written', 'taken');

CREATE INDEX signal_words_of_signal on signal_words (signal_id);

CREATE INDEX signal_workers_of_worker on signal_workers (worker_id);

CREATE INDEX signals_open on signals (batch_id, strength, id) where outcome is null;

CREATE INDEX submissions_decided on submissions (decided_by, decided_at) where decided_by is not null;

CREATE INDEX submissions_due on submissions (review_until) where state = 'pending';

CREATE INDEX submissions_in_review on submissions (worker_id, review_until, submitted_at, price) where state = 'pending';

CREATE INDEX submissions_judged on submissions (worker_id, id) where decided_by is not null;

CREATE UNIQUE INDEX submissions_live on submissions (task_id, worker_id) where state in ('pending', 'accepted', 'sent_back');

CREATE INDEX submissions_of_batch on submissions (batch_id, id);

CREATE INDEX submissions_of_worker on submissions (worker_id);

CREATE INDEX submissions_review_first on submissions (batch_id, id, worker_id)
  where state = 'pending' and review_first = 1;

CREATE INDEX submissions_sent_back on submissions (worker_id, id) where state = 'sent_back';

CREATE INDEX submissions_sent_back_due on submissions (decided_at) where state = 'sent_back';

CREATE INDEX submissions_sent_back_of_batch on submissions (batch_id) where state = 'sent_back';

CREATE INDEX submissions_to_review on submissions (batch_id, id, worker_id) where state = 'pending';

CREATE INDEX submissions_withdrawn on submissions (assignment_id) where state = 'withdrawn';

CREATE INDEX tasks_free on tasks (batch_id, id) where state = 'open' and taken < wanted;

CREATE INDEX tasks_freed on tasks (batch_id, freed) where state = 'open' and taken < wanted and freed > 0;

CREATE INDEX tasks_given_up on tasks (batch_id, id) where given_up_at is not null and decided_at is null;

CREATE INDEX tasks_gold on tasks (batch_id, gold_class, gold_order) where gold is not null;

CREATE INDEX tasks_gold_given on tasks (batch_id, id) where gold_given is not null;

CREATE INDEX tasks_of_author on tasks (author_id) where author_id is not null;

CREATE INDEX tasks_of_batch on tasks (batch_id, id);

CREATE INDEX tasks_rating on tasks (rated_submission) where rated_submission is not null;

CREATE INDEX tests_of_batch on tests (batch_id, id);

CREATE INDEX tests_of_worker on tests (worker_id, kind, language, ended_at) where outcome = 'passed';

CREATE INDEX topups_of_batch on topups (batch_id, day);

CREATE INDEX unsettled_of_batch on unsettled (batch_id, active_micros, earned);

CREATE INDEX waves_due on waves (due_at);

CREATE INDEX worker_skills_of_batch on worker_skills (batch_id, fit_id);

CREATE TABLE additions (
  id integer primary key,
  batch_id integer not null references batches (id),
  pay integer not null check (pay >= 0),
  topups integer not null check (topups >= 0),
  fees integer not null check (fees >= 0),
  by integer references people (id),
  at integer not null,
  check (pay + topups + fees > 0)
) strict;

CREATE TABLE assignments (
  id integer primary key,
  task_id integer not null references tasks (id),
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  state text not null check (state in ('offered', 'submitted', 'skipped', 'reported', 'released', 'expired')),
  offered_at integer not null,
  shown_at integer,
  expires_at integer not null,
  warned integer not null default 0 check (warned in (0, 1)),
  draft_version integer not null default 0,
  rewriting integer not null default 0 check (rewriting in (0, 1))
, median_micros integer, alive_at integer, counted_micros integer not null default 0 check (counted_micros >= 0), asked_at integer, questions integer not null default 0 check (questions >= 0), ask_at integer) strict;

CREATE TABLE audit (
  id integer primary key,
  at integer not null,
  person_id integer references people (id),
  action text not null,
  subject text not null,
  details text not null default '{}'
) strict;

CREATE TABLE balances (
  id integer primary key,
  balance integer not null default 0,
  check (id in (0, 1) or balance >= 0)
) strict;

CREATE TABLE bank_answers (
  id integer primary key,
  sha256 text not null unique,
  form text not null,
  by integer not null references people (id),
  at integer not null,
  settled_at integer,
  paid integer not null default 0,
  failed integer not null default 0,
  returned integer not null default 0,
  known integer not null default 0,
  waiting integer not null default 0,
  strange integer not null default 0
) strict;

CREATE TABLE batches (
  id integer primary key,
  kind text not null,
  state text not null check (state in ('draft', 'open', 'paused', 'closed', 'discarded')),
  collecting integer not null default 0 check (collecting in (0, 1)),
  title text not null,
  face text not null,
  language text not null default 'en',
  price integer check (price > 0),
  overlap integer not null default 1 check (overlap between 1 and 100),
  most_per_worker integer check (most_per_worker > 0),
  seconds integer not null check (seconds > 0),
  seconds_given integer not null default 0 check (seconds_given in (0, 1)),
  review_seconds integer not null check (review_seconds > 0),
  lease_seconds integer not null check (lease_seconds > 0),
  created_by integer not null references people (id),
  created_at integer not null,
  published_at integer,
  closed_at integer,
  tasks integer not null default 0,
  done integer not null default 0,
  submissions integer not null default 0,
  accepted integer not null default 0,
  offers integer not null default 0,
  opened integer not null default 0,
  leased integer not null default 0 check (leased >= 0),
  frees integer not null default 0,
  measured integer not null default 0,
  active_micros integer not null default 0,
  median_micros integer,
  pairs integer not null default 0,
  pairs_same integer not null default 0,
  data text check (data in ('photos', 'texts')),
  received integer not null default 0,
  problems text not null default '[]',
  fed_at integer not null default 0, released integer not null default 0, releases integer not null default 0, working integer not null default 0, done_told integer not null default 0 check (done_told in (0, 1)), floor integer check (floor >= 0), overlap_least integer check (overlap_least > 0 and overlap_least < overlap), wanted integer not null default 0, spared integer not null default 0 check (spared >= 0), topup_percent integer not null default 0 check (topup_percent >= 0), fee_basis_points integer not null default 0 check (fee_basis_points >= 0), fees_used integer not null default 0 check (fees_used >= 0), paused_for text check (paused_for in ('topups')), topups_projected integer not null default 0 check (topups_projected >= 0), topups_waived integer not null default 0 check (topups_waived in (0, 1)), region text, piloting integer not null default 0 check (piloting in (0, 1)), pilot_tasks integer check (pilot_tasks > 0), pilot_price integer check (pilot_price > 0), pilot_share integer check (pilot_share > 0), pilot_told integer not null default 0 check (pilot_told in (0, 1)), resting integer not null default 0 check (resting >= 0), seconds_from text not null default 'estimate' check (seconds_from in ('estimate', 'kind')), gold integer not null default 0 check (gold >= 0), gold_share integer check (gold_share between 0 and 100), gold_budget integer not null default 0 check (gold_budget >= 0), gold_added integer not null default 0 check (gold_added >= 0), gold_taken integer not null default 0, gold_answered integer not null default 0, gold_salt integer not null default 0, gold_classes text not null default '[]', gold_right integer not null default 0, gold_judged integer not null default 0, gold_doubts integer not null default 0, prior text, unasked integer not null default 0, fitted integer not null default 0, fitted_at integer, fit_asked integer not null default 0 check (fit_asked in (0, 1)), fit_tried_at integer, to_fit integer not null default 0 check (to_fit in (0, 1)), searched integer not null default 0, search_asked integer not null default 0 check (search_asked in (0, 1)), training integer check (training > 0), test integer not null default 0 check (test in (0, 1)), skill_least integer check (skill_least between 1 and 100), rates_batch integer references batches (id),
  check (state in ('draft', 'discarded') or (price is not null and published_at is not null))
) strict;

CREATE TABLE consents (
  id integer primary key,
  person_id integer not null references people (id),
  version integer not null,
  agreed_at integer not null,
  withdrawn_at integer,
  replaced integer not null default 0 check (replaced in (0, 1)),
  check (replaced = 0 or withdrawn_at is not null)
) strict;

CREATE TABLE days (
  day integer primary key,
  workers integer not null default 0,
  submissions integer not null default 0,
  earned integer not null default 0,
  active_micros integer not null default 0
, topup integer not null default 0) strict;

CREATE TABLE enrolments (
  worker_id integer not null references people (id),
  batch_id integer not null references batches (id),
  state text not null check (state in ('offered', 'later', 'refused', 'working')),
  cursor integer not null default 0,
  freed_seen integer not null default 0,
  done integer not null default 0,
  earned integer not null default 0,
  instructions_at integer,
  draft_assignment_id integer references assignments (id), gold_seen integer not null default 0, gold_due integer not null default 0 check (gold_due in (0, 1)), reliance integer, stage text not null default 'working'
  check (stage in ('training', 'testing', 'failed', 'working')), staged_at integer, retry_at integer, trained_upto integer, test_after integer not null default 0,
  primary key (worker_id, batch_id)
) strict, without rowid;

CREATE TABLE facts (
  name text primary key,
  value blob not null
) strict, without rowid;

CREATE TABLE fairness (
  id integer primary key,
  day integer not null,
  step text not null default 'clearing' check (step in ('clearing', 'submissions', 'workers', 'done')),
  cursor integer not null,
  upto integer not null,
  floor integer not null,
  measured_at integer,
  workers integer not null default 0,
  at_floor integer not null default 0,
  median integer,
  tenth integer,
  bars text not null default '[]',
  decided integer not null default 0,
  rejected integer not null default 0,
  overturned integer not null default 0,
  review_micros integer,
  pay_micros integer,
  check ((step = 'done') = (measured_at is not null))
) strict;

CREATE TABLE fairness_times (
  what text not null check (what in ('review', 'pay')),
  bucket integer not null,
  count integer not null,
  primary key (what, bucket)
) strict, without rowid;

CREATE TABLE fairness_workers (
  worker_id integer primary key references people (id),
  pay integer not null,
  hourly integer
) strict;

CREATE TABLE fits (
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

CREATE TABLE gold_misses (
  submission_id integer primary key references submissions (id),
  task_id integer not null references tasks (id),
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  label text not null,
  gold text not null,
  forgiven integer not null check (forgiven in (0, 1)),
  told_at integer not null,
  objected_at integer,
  void_at integer
) strict;

CREATE TABLE grounds (
  id integer primary key,
  by integer not null references people (id),
  at integer not null,
  code text not null check (code in ('blank', 'language', 'copied', 'instruction', 'harmful')),
  line integer check (line > 0),
  source integer references submissions (id),
  words text not null default '',
  rule integer not null,
  first integer not null references submissions (id),
  last integer not null,
  version integer not null check (version >= 0),
  check (first <= last and (version = 0 or first = last)),
  check (words <> '' or line is not null or source is not null)
) strict;

CREATE TABLE inbox (
  seq integer primary key autoincrement,
  bot integer not null,
  update_id integer not null,
  received_at integer not null,
  attempts integer not null default 0,
  state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
  reference text,
  payload blob,
  unique (bot, update_id)
) strict;

CREATE TABLE inquiries (
  id integer primary key,
  worker_id integer not null references people (id),
  submission_id integer not null references submissions (id),
  at integer not null,
  text text not null,
  answered_at integer,
  answered_by integer references people (id),
  answer text,
  check ((answered_at is null) = (answer is null) and (answered_at is null) = (answered_by is null))
) strict;

CREATE TABLE invites (
  id integer primary key,
  code_hash blob not null unique,
  role text not null check (role in ('owner', 'coordinator', 'reviewer', 'worker')),
  single_use integer not null check (single_use in (0, 1)),
  uses integer not null default 0,
  created_by integer references people (id),
  created_at integer not null,
  expires_at integer not null,
  check (single_use = 0 or uses <= 1)
) strict;

CREATE TABLE job_runs (
  name text not null,
  period text not null,
  due_at integer not null,
  cursor integer not null default 0,
  started_at integer not null,
  closed_at integer,
  primary key (name, period)
) strict, without rowid;

CREATE TABLE jobs (
  id integer primary key,
  kind text not null,
  params text not null,
  person_id integer not null references people (id),
  batch_id integer references batches (id),
  state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
  progress text not null default '{}',
  attempts integer not null default 0,
  created_at integer not null,
  closed_at integer,
  reference text
) strict;

CREATE TABLE join_requests (
  person_id integer primary key references people (id),
  asked_at integer not null,
  decided_at integer,
  decided_by integer references people (id),
  outcome text check (outcome in ('welcome', 'declined')),
  check ((decided_at is null) = (outcome is null))
) strict;

CREATE TABLE labels (
  task_id integer primary key references tasks (id),
  batch_id integer not null references batches (id),
  label text not null,
  confidence integer not null check (confidence between 0 and 10000),
  votes text not null,
  source text not null check (source in ('fit', 'gold', 'human')),
  fit_id integer not null
) strict;

CREATE TABLE ledger (
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

CREATE TABLE method_requests (
  worker_id integer primary key,
  asked_at integer,
  reminded_at integer,
  problem text,
  shared_at integer
) strict;

CREATE TABLE outbox (
  id integer primary key autoincrement,
  person_id integer not null references people (id),
  lane integer not null check (lane in (0, 1, 2)),
  slot text,
  key text not null,
  params text not null,
  not_before integer not null,
  dedupe text unique,
  attempts integer not null default 0,
  state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'cancelled')),
  created_at integer not null
, campaign integer references batches (id)) strict;

CREATE TABLE parts (
  assignment_id integer not null references assignments (id),
  message_id integer not null,
  worker_id integer not null references people (id),
  text text not null,
  primary key (assignment_id, message_id)
) strict, without rowid;

CREATE TABLE payout_files (
  id integer primary key,
  run_id integer not null references payout_runs (id),
  rail text not null,
  number integer not null,
  key text not null unique,
  name text not null,
  sha256 text not null,
  content blob not null,
  count integer not null check (count > 0),
  total integer not null check (total > 0),
  created_at integer not null,
  created_by integer not null references people (id),
  unique (run_id, rail, number)
) strict;

CREATE TABLE payout_methods (
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

CREATE TABLE payout_runs (
  id integer primary key,
  period text not null unique,
  state text not null check (state in ('gathering', 'proposed', 'confirming', 'approved', 'settled')),
  cutoff integer not null,
  total integer not null default 0,
  count integer not null default 0,
  created_at integer not null,
  confirmed_at integer,
  confirmed_by integer references people (id),
  approved_at integer,
  approved_by integer references people (id),
  settled_at integer,
  alerted_at integer
) strict;

CREATE TABLE payouts (
  id integer primary key,
  run_id integer not null references payout_runs (id),
  worker_id integer not null references people (id),
  amount integer not null check (amount > 0),
  state text not null check (state in ('reserved', 'sending', 'unknown', 'paid', 'failed', 'returned')),
  rail text not null default 'by_hand',
  method_id integer,
  sending_id integer,
  file_id integer references payout_files (id),
  reference text,
  problem text,
  sent_at integer,
  closed_at integer,
  late_at integer,
  unique (run_id, worker_id),
  check ((state in ('paid', 'failed', 'returned')) = (closed_at is not null)),
  check (state <> 'sending' or sent_at is not null)
) strict;

CREATE TABLE people (
  id integer primary key,
  telegram_id integer not null unique,
  name blob not null,
  username blob,
  language text not null default 'en',
  language_chosen integer not null default 0 check (language_chosen in (0, 1)),
  is_owner integer not null default 0 check (is_owner in (0, 1)),
  is_coordinator integer not null default 0 check (is_coordinator in (0, 1)),
  is_reviewer integer not null default 0 check (is_reviewer in (0, 1)),
  is_worker integer not null default 0 check (is_worker in (0, 1)),
  invite_id integer references invites (id),
  listening text not null default 'all' check (listening in ('all', 'no_offers', 'nothing')),
  reachable integer not null default 1 check (reachable in (0, 1)),
  suspended_at integer,
  utc_offset integer check (utc_offset between -720 and 840),
  light_photos integer not null default 0 check (light_photos in (0, 1)),
  last_message_id integer not null default 0,
  hinted integer not null default 0 check (hinted in (0, 1)),
  created_at integer not null
, offers_day integer not null default 0, offers integer not null default 0) strict;

CREATE TABLE people_languages (
  person_id integer not null references people (id),
  language text not null, turn integer not null default 0,
  primary key (person_id, language)
) strict, without rowid;

CREATE TABLE photos (
  sha256 text primary key,
  width integer not null,
  height integer not null,
  size integer not null,
  file_id text,
  light_file_id text,
  created_at integer not null
, looks blob) strict;

CREATE TABLE proposals (
  id integer primary key,
  batch_id integer not null references batches (id),
  by integer not null references people (id),
  at integer not null,
  size integer not null default 0,
  state text not null default 'waiting' check (state in ('waiting', 'agreed', 'done', 'declined')),
  decided_at integer,
  decided_by integer references people (id),
  rejected integer not null default 0,
  check ((state = 'waiting') = (decided_at is null)),
  check (decided_by is null or decided_by <> by)
) strict;

CREATE TABLE proposed (
  proposal_id integer not null references proposals (id),
  submission_id integer not null references submissions (id),
  version integer not null,
  worker_id integer not null references people (id),
  ground_id integer not null references grounds (id),
  primary key (proposal_id, submission_id)
) strict, without rowid;

CREATE TABLE quality_reports (
  batch_id integer primary key references batches (id),
  at integer not null,
  state text not null,
  figures text not null
) strict;

CREATE TABLE questions (
  person_id integer primary key references people (id),
  purpose text not null,
  params text not null,
  asked_at integer not null
) strict;

CREATE TABLE raters (
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

CREATE TABLE refused_files (
  id integer primary key,
  batch_id integer not null references batches (id),
  name text not null,
  reason text not null,
  detail text not null default '{}'
) strict;

CREATE TABLE rejections (
  id integer primary key,
  submission_id integer not null unique references submissions (id),
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  ground_id integer not null references grounds (id),
  by integer not null references people (id),
  seconded_by integer references people (id),
  at integer not null,
  day_counted integer not null check (day_counted in (0, 1)),
  standing integer not null check (standing in (0, 1)),
  told_at integer,
  state text not null default 'open' check (state in ('open', 'appealed', 'upheld', 'kept', 'lapsed')),
  due_at integer not null,
  appealed_at integer,
  decided_at integer,
  decided_by integer references people (id),
  reason text,
  lift_day integer,
  check ((state in ('upheld', 'kept', 'lapsed')) = (decided_at is not null)),
  check (state in ('open', 'lapsed') or appealed_at is not null),
  check (seconded_by is null or seconded_by <> by)
) strict;

CREATE TABLE reports (
  id integer primary key,
  assignment_id integer not null unique references assignments (id),
  task_id integer not null references tasks (id),
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  reason text not null,
  at integer not null
, state text not null default 'open' check (state in ('open', 'agreed', 'declined')), decided_at integer, decided_by integer references people (id), amount integer not null default 0) strict;

CREATE TABLE scores (
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

CREATE TABLE sendings (
  id integer primary key,
  run_id integer not null references payout_runs (id),
  number integer not null,
  key text not null unique,
  state text not null check (state in ('written', 'taken', 'ended', 'lost')),
  request blob,
  reference text,
  calls integer not null default 0,
  looks integer not null default 0,
  first_at integer,
  called_at integer,
  doubt_at integer,
  next_at integer not null,
  created_at integer not null,
  closed_at integer,
  unique (run_id, number),
  check (state <> 'taken' or reference is not null),
  check ((state in ('ended', 'lost')) = (closed_at is not null))
) strict;

CREATE TABLE sessions (
  worker_id integer primary key references people (id),
  batch_id integer references batches (id),
  assignment_id integer references assignments (id),
  undo_submission_id integer references submissions (id),
  touched_at integer not null
, asked integer not null default 0 check (asked >= 0), answered integer not null default 0 check (answered >= 0)) strict;

CREATE TABLE signal_words (
  id integer primary key,
  signal_id integer references signals (id) on delete set null,
  by integer not null references people (id),
  at integer not null,
  text text not null
) strict;

CREATE TABLE signal_workers (
  signal_id integer not null references signals (id) on delete cascade,
  worker_id integer not null references people (id),
  primary key (signal_id, worker_id)
) strict, without rowid;

CREATE TABLE signals (
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

CREATE TABLE skills (
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

CREATE TABLE slots (
  person_id integer not null references people (id),
  slot text not null,
  message_id integer not null,
  media integer not null check (media in (0, 1)),
  primary key (person_id, slot)
) strict, without rowid;

CREATE TABLE submissions (
  id integer primary key,
  assignment_id integer not null references assignments (id),
  task_id integer not null references tasks (id),
  batch_id integer not null references batches (id),
  worker_id integer not null references people (id),
  state text not null check (state in ('pending', 'accepted', 'rejected', 'sent_back', 'withdrawn')),
  version integer not null default 1,
  answer text not null,
  price integer not null check (price > 0),
  shown_at integer not null,
  submitted_at integer not null,
  active_micros integer not null check (active_micros >= 0),
  review_until integer not null,
  review_started_at integer,
  decided_at integer,
  decided_by integer references people (id),
  reason text
, review_first integer not null default 0) strict;

CREATE TABLE tasks (
  id integer primary key,
  batch_id integer not null references batches (id),
  name text not null,
  content text not null,
  payload text not null,
  state text not null default 'open' check (state in ('open', 'done', 'paused')),
  wanted integer not null check (wanted > 0),
  taken integer not null default 0 check (taken >= 0),
  answered integer not null default 0 check (answered >= 0),
  reports integer not null default 0,
  freed integer not null default 0, gold text, gold_given text, gold_why text, gold_by integer references people (id), gold_at integer, gold_class integer, gold_order integer, gold_rests integer not null default 0 check (gold_rests in (0, 1)), gold_kept integer, belief text, given_up_at integer, decided text, decided_by integer references people (id), decided_at integer, rated_submission integer references submissions (id), author_id integer references people (id),
  unique (batch_id, content)
) strict;

CREATE TABLE tests (
  id integer primary key,
  worker_id integer not null references people (id),
  batch_id integer not null references batches (id),
  kind text not null,
  language text not null,
  attempt integer not null check (attempt > 0),
  after integer not null default 0,
  upto integer not null default 0,
  began_at integer not null,
  ended_at integer not null,
  outcome text not null check (outcome in ('passed', 'failed', 'undecided', 'skilled', 'passed_before', 'let_in')),
  right integer not null default 0,
  wrong integer not null default 0,
  by_id integer references people (id),
  rule text not null,
  evidence text not null default '{}',
  unique (worker_id, batch_id, attempt)
) strict;

CREATE TABLE timings (
  batch_id integer not null references batches (id),
  bucket integer not null,
  count integer not null check (count >= 0),
  primary key (batch_id, bucket)
) strict, without rowid;

CREATE TABLE topups (
  id integer primary key,
  worker_id integer not null references people (id),
  day integer not null,
  batch_id integer not null references batches (id),
  amount integer not null check (amount > 0),
  evidence text not null,
  at integer not null,
  unique (worker_id, day, batch_id)
) strict;

CREATE TABLE transfer_kinds (
  id integer primary key,
  noun text not null,
  event text not null, owing integer not null default 0 check (owing in (0, 1)),
  unique (noun, event)
) strict;

CREATE TABLE unsettled (
  day integer not null,
  worker_id integer not null references people (id),
  batch_id integer not null references batches (id),
  first_id integer not null,
  last_id integer not null,
  active_micros integer not null default 0,
  earned integer not null default 0,
  primary key (day, worker_id, batch_id)
) strict, without rowid;

CREATE TABLE walks (
  name text primary key,
  submission_id integer not null,
  day integer not null
) strict, without rowid;

CREATE TABLE waves (
  batch_id integer primary key references batches (id),
  due_at integer not null,
  began_at integer not null default 0,
  missing integer not null default 0 check (missing >= 0),
  others integer not null default 0 check (others in (0, 1)),
  turn integer not null default -1,
  person_id integer not null default 0
) strict;

CREATE TABLE worker_days (
  worker_id integer not null references people (id),
  day integer not null,
  submissions integer not null default 0,
  earned integer not null default 0,
  active_micros integer not null default 0, topup integer not null default 0,
  primary key (worker_id, day)
) strict, without rowid;

CREATE TABLE worker_skills (
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

CREATE TRIGGER audit_no_delete before delete on audit begin
  select raise(abort, 'the audit is never deleted');
end;

CREATE TRIGGER audit_no_update before update on audit begin
  select raise(abort, 'the audit is never changed');
end;

CREATE TRIGGER batches_answered after update of submissions on batches
when new.to_fit = 0 and new.submissions <> new.fitted
begin
  update batches set to_fit = 1 where id = new.id;
end;

CREATE TRIGGER batches_decided after update of state on batches
when old.paused_for is not null and new.state <> 'paused' begin
  update batches set paused_for = null, topups_waived = (new.state = 'open') where id = new.id;
end;

CREATE TRIGGER batches_fitted after update of fitted, fit_asked on batches
when new.to_fit <> (new.fit_asked = 1 or new.submissions <> new.fitted)
begin
  update batches set to_fit = (fit_asked = 1 or submissions <> fitted) where id = new.id;
end;

CREATE TRIGGER ledger_first_money after insert on ledger
when new.credit & 7 = 4 and not exists (select 1 from method_requests where worker_id = new.credit >> 3) begin
  insert into method_requests (worker_id) values (new.credit >> 3);
end;

CREATE TRIGGER ledger_funds before insert on ledger when new.debit = 1 begin
  select raise(abort, 'the funds do not cover this')
  where (select owing from transfer_kinds where id = new.kind) = 0
    and coalesce((select balance from balances where id = 1), 0) < new.amount
    and not exists (select 1 from ledger where (kind, subject, number, part)
      = (new.kind, new.subject, new.number, new.part));
end;

CREATE TRIGGER ledger_moves after insert on ledger begin
  insert into balances (id) values (new.debit) on conflict (id) do nothing;
  update balances set balance = balance - new.amount where id = new.debit;
  insert into balances (id, balance) values (new.credit, new.amount)
    on conflict (id) do update set balance = balance + new.amount;
end;

CREATE TRIGGER ledger_no_delete before delete on ledger begin
  select raise(abort, 'transfers are never deleted');
end;

CREATE TRIGGER ledger_no_update before update on ledger begin
  select raise(abort, 'transfers are never changed');
end;

CREATE TRIGGER sessions_begun after insert on sessions when new.batch_id is not null begin
  update batches set working = working + 1 where id = new.batch_id and new.assignment_id is not null;
end;

CREATE TRIGGER sessions_moved after update of batch_id, assignment_id on sessions
when old.batch_id is not new.batch_id or (old.assignment_id is null) <> (new.assignment_id is null) begin
  update batches set working = working - 1 where id = old.batch_id and old.assignment_id is not null;
  update batches set working = working + 1 where id = new.batch_id and new.assignment_id is not null;
end;

CREATE TRIGGER tasks_known after update of gold, decided, decided_at on tasks
when old.gold is not new.gold or old.decided is not new.decided or old.decided_at is not new.decided_at
begin
  update batches set fit_asked = 1 where id = new.batch_id and state <> 'draft';
end;

CREATE TRIGGER tasks_settled after update of state, wanted on tasks
when (old.state = 'done' or new.state = 'done') and (old.state <> new.state or old.wanted <> new.wanted)
begin
  update batches set unasked = unasked + iif(new.state = 'done', overlap - new.wanted, 0)
   - iif(old.state = 'done', overlap - old.wanted, 0)
   where id = new.batch_id and overlap_least is not null;
end;

CREATE TRIGGER worker_days_begun after insert on worker_days begin
  insert into days (day, workers, submissions, earned, active_micros)
    values (new.day, new.submissions > 0, new.submissions, new.earned, new.active_micros)
    on conflict (day) do update set workers = workers + excluded.workers,
    submissions = submissions + excluded.submissions, earned = earned + excluded.earned,
    active_micros = active_micros + excluded.active_micros;
end;

CREATE TRIGGER worker_days_counted after update on worker_days begin
  update days set workers = workers + (new.submissions > 0) - (old.submissions > 0),
    submissions = submissions + new.submissions - old.submissions, earned = earned + new.earned - old.earned,
    active_micros = active_micros + new.active_micros - old.active_micros
    where day = new.day;
end;

CREATE TRIGGER worker_days_lifted after update of topup on worker_days when old.topup <> new.topup begin
  update days set topup = topup + new.topup - old.topup where day = new.day;
end;

CREATE VIEW accounts (id, balance, number) as
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

CREATE VIEW transfers (id, at, debit, credit, amount, currency, kind, subject, number, part) as
select k.noun || ':' || l.subject || ':' || k.event
    || case when l.number or l.part then ':' || l.number else '' end || case when l.part then ':' || l.part else '' end,
  l.at, d.id, c.id, l.amount, l.currency, l.kind, l.subject, l.number, l.part
from ledger l
join transfer_kinds k on k.id = l.kind
join accounts d on d.number = l.debit
join accounts c on c.number = l.credit;
