"""What must hold between the database, what people were told and what the server saw. Each rule yields its breaches."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from bench.soak.books import Violation, connect, waiting
from bench.soak.evidence import Evidence
from bench.soak.points import POINTS
from bench.soak.seeding import FUNDS
from bench.soak.trace import Life

Rule = Callable[[Evidence], Iterator[str]]

MOST = 10
MATCH_SECONDS = 0.25
"""A message and the log's line of the call that made it are noted so close to each other."""
UNSURE = ("reset_after", "slow", "outage")
"""Faults after which a call may have done its work though the caller cannot know."""
RESTART_BLURS = 15.0
FAULT_BLURS = 10.0
"""Seconds after a restart, or a fault of that chat's calls, in which a 429 may be nobody's mistake."""
UNREACHED = ("TimedOut", "NetworkError")
"""Errors of tries that Telegram did not answer: nobody was told of a block."""
IN_HAND = 1.0
"""Seconds an update may be in hand before what answers it is sent."""
OURS = frozenset(
    {
        "handler_failed", "update_given_up", "update_not_understood", "failure_not_told", "notice_not_rendered",
        "refused_by_telegram", "markup_not_understood", "no_such_method", "job_given_up",
    }
)  # fmt: skip
"""Events of the log that no fault around the process excuses."""


def violations(evidence: Evidence) -> list[Violation]:
    """Every rule that this run broke; of one rule, at most ten places."""
    found = []
    for rule in RULES:
        for number, where in enumerate(rule(evidence)):
            found.append(Violation(rule.__name__, where if number < MOST else "…"))
            if number == MOST:
                break
    return found


# Nothing is lost


def every_confirmed_update_was_handled(evidence: Evidence) -> Iterator[str]:
    """What the bot told the server to forget is in its inbox, once, and done; nothing there was made up.

    Where days went by, the inbox was swept: it is enough that its turn had come.
    """
    with closing(connect(evidence.data_dir / "tallyhand.db")) as db:
        rows = db.execute("select update_id, state from inbox").fetchall()
    kept = {row["update_id"]: row["state"] for row in rows}
    if len(kept) != len(rows):
        yield "an update is in the inbox twice"
    swept = (
        {fact["update"] for fact in evidence.facts if fact["fact"] == "turn"} - kept.keys() if evidence.ahead else ()
    )
    for put in evidence.witness.puts.values():
        if put.confirmed and put.id not in swept and kept.get(put.id) != "done":
            yield f"update {put.id} ({put.kind} of {put.person}) was confirmed and is {kept.get(put.id, 'nowhere')}"
    yield from (f"update {number} is {state}" for number, state in kept.items() if state != "done")
    yield from (f"update {number} never came" for number in kept.keys() - evidence.witness.puts.keys())


def what_was_said_to_be_saved_is_there(evidence: Evidence) -> Iterator[str]:
    """Each "Saved" and each Undo button that somebody saw has its submission, and it is theirs.

    An answer on an old card is kept with the card on which the same task was given to them anew.
    """
    with closing(connect(evidence.data_dir / "tallyhand.db")) as db:
        rows = db.execute(
            "select s.id, s.assignment_id, s.task_id, p.telegram_id from submissions s"
            " join people p on p.id = s.worker_id"
        ).fetchall()
        cards = db.execute(
            "select a.id, a.task_id, p.telegram_id from assignments a join people p on p.id = a.worker_id"
        )
        card_of = {row["id"]: (row["task_id"], row["telegram_id"]) for row in cards}
    by_assignment = {row["assignment_id"]: row["telegram_id"] for row in rows}
    by_task = {(row["task_id"], row["telegram_id"]) for row in rows}
    by_id = {row["id"]: row["telegram_id"] for row in rows}
    for assignment, person in evidence.witness.saved.items():
        card = card_of.get(assignment)
        is_anew = assignment not in by_assignment and card in by_task and card is not None and card[1] == person
        if by_assignment.get(assignment) != person and not is_anew:
            yield f"{person} was told that assignment {assignment} is saved; it is {by_assignment.get(assignment)}'s"
    for submission, person in evidence.witness.undoable.items():
        if by_id.get(submission) != person:
            yield f"{person} could undo submission {submission}; it is {by_id.get(submission)}'s"


def money_received_is_booked_once(evidence: Evidence) -> Iterator[str]:
    """Every `/funds` the bot had from the owner is one transfer of that amount."""
    puts = evidence.witness.puts
    said = Counter(amount for update, amount in evidence.witness.received if puts[update].confirmed)
    with closing(connect(evidence.data_dir / "tallyhand.db")) as db:
        rows = db.execute("select amount from transfers where debit = 'world'")
        booked = Counter(row["amount"] for row in rows if row["amount"] != FUNDS)
    for amount in sorted(said.keys() | booked.keys()):
        if said[amount] != booked[amount]:
            yield f"{amount} was received {said[amount]} times and booked {booked[amount]} times"


def what_a_bank_said_is_booked(evidence: Evidence) -> Iterator[str]:
    """A payout over a file is paid only when an answer said so, and returned only when one did."""
    with closing(connect(evidence.data_dir / "tallyhand.db")) as db:
        rows = db.execute(
            "select id, state from payouts where rail = 'csv' and state in ('paid', 'returned')"
        ).fetchall()
    for row in rows:
        if row["state"] not in evidence.witness.banked.get(row["id"], ()):
            yield f"payout {row['id']} is {row['state']}, and no bank said so"


def nothing_waits_in_the_end(evidence: Evidence) -> Iterator[str]:
    """No update, no job, no message is left; no job was given up."""
    yield from (
        f"{left} rows of {table}" for table, left in waiting(evidence.data_dir, ahead=evidence.ahead).items() if left
    )
    with closing(connect(evidence.data_dir / "tallyhand.db")) as db:
        for row in db.execute("select id, kind from jobs where state = 'failed'"):
            yield f"job {row['id']} ({row['kind']}) was given up"


# Nothing is doubled


def no_message_comes_twice_but_after_a_kill(evidence: Evidence) -> Iterator[str]:
    """Of a kill, one message a chat at most may come again, and never more in all than could be in flight.

    A message the process knows nothing of was in flight when it was killed, or its answer was cut off or came too late.
    """
    doubled = Counter[tuple[int, int]]()
    lives = evidence.lives()
    known = {
        (fact["chat"], fact["message"])
        for life in lives
        for fact in life.facts
        if fact["fact"] == "gone" and fact["new"]
    }
    unsure = _unsure_sends(evidence)
    for one in evidence.arrived:
        if (one.chat, one.message) in known or any(abs(at - one.at) < MATCH_SECONDS for at in unsure[one.chat]):
            continue
        number = _in_flight_at_death(lives, one.chat, one.at)
        if number is None:
            yield f"message {one.message} to {one.chat} was sent by nobody"
        else:
            doubled[number, one.chat] += 1
    for number, chat, row in _sent_again(lives):
        if lives[number].clean:
            yield f"row {row} to {chat} went out twice, and no kill came between"
        doubled[number, chat] += 1
    yield from (f"kill {number} doubled {n} messages to {chat}" for (number, chat), n in doubled.items() if n > 1)
    total = Counter[int]()
    for (number, _), count in doubled.items():
        total[number] += count
    for number, count in total.items():
        if count > evidence.send_slots:
            yield f"kill {number} doubled {count} messages, with {evidence.send_slots} in flight at most"


def doubled(evidence: Evidence) -> int:
    """How many messages came twice after a kill (allowed: one a chat and kill)."""
    lives, unsure = evidence.lives(), _unsure_sends(evidence)
    known = {(f["chat"], f["message"]) for life in lives for f in life.facts if f["fact"] == "gone"}
    return sum(1 for _ in _sent_again(lives)) + sum(
        (one.chat, one.message) not in known
        and not any(abs(at - one.at) < MATCH_SECONDS for at in unsure[one.chat])
        and _in_flight_at_death(lives, one.chat, one.at) is not None
        for one in evidence.arrived
    )


def _unsure_sends(evidence: Evidence) -> dict[int, list[float]]:
    """When a send to a chat did its work while its caller could not know."""
    found: dict[int, list[float]] = defaultdict(list)
    for call in evidence.calls:
        cut = call["description"] == "connection reset" or (call["fault"] in UNSURE and call["ok"])
        if call["chat_id"] is not None and cut and call["method"].startswith("send"):
            found[call["chat_id"]].append(call["at"])
    return found


def _in_flight_at_death(lives: list[Life], chat: int, at: float) -> int | None:
    """The life that was ended by a kill with a send to this chat under way, which then made a message at that time."""
    for number, life in enumerate(lives):
        if life.clean or not life.began <= at <= life.ended + MATCH_SECONDS:
            continue
        last = next((fact for fact in reversed(life.facts) if fact.get("chat") == chat), None)
        if last is not None and last["fact"] == "go" and last["t"] <= at:
            return number
    return None


def _sent_again(lives: list[Life]) -> Iterator[tuple[int, int, int]]:
    """(life, chat, row) of each row that went out as a new message though that life had sent it as one before."""
    sent: dict[int, int] = {}
    for number, life in enumerate(lives):
        for fact in life.facts:
            if fact["fact"] == "gone" and fact["new"]:
                if fact["row"] in sent:
                    yield sent[fact["row"]], fact["chat"], fact["row"]
                sent[fact["row"]] = number


def a_missed_gold_is_told_once(evidence: Evidence) -> Iterator[str]:
    """Who answered reads that they missed a known answer, nobody else, and in one row's message alone."""
    with closing(connect(evidence.data_dir / "tallyhand.db")) as db:
        rows = db.execute(
            "select m.submission_id, p.telegram_id from gold_misses m join people p on p.id = m.worker_id"
        ).fetchall()
    whose = {row["submission_id"]: row["telegram_id"] for row in rows}
    row_of = {
        (fact["chat"], fact["message"]): fact["row"]
        for fact in evidence.facts
        if fact["fact"] == "gone" and fact["new"]
    }
    for submission, seen in evidence.witness.missed.items():
        if {person for person, _ in seen} != {whose.get(submission)}:
            yield f"submission {submission} of {whose.get(submission)} was told as missed to {sorted(seen)}"
        if len({row_of[one] for one in seen if one in row_of}) > 1:
            yield f"submission {submission} was told as missed in {sorted(seen)}"


# In order, and only to those who want it


def one_message_at_a_time_to_a_chat(evidence: Evidence) -> Iterator[str]:
    """The next message to a chat begins when the one before has ended."""
    for life in evidence.lives():
        under_way: dict[int, int] = {}
        for fact in life.facts:
            if fact["fact"] == "go":
                if fact["chat"] in under_way:
                    yield f"{fact['chat']} got row {fact['row']} while row {under_way[fact['chat']]} was under way"
                under_way[fact["chat"]] = fact["row"]
            elif fact["fact"] in ("gone", "error"):
                under_way.pop(fact["chat"], None)


def answers_come_in_order(evidence: Evidence) -> Iterator[str]:
    """Within a chat, answers go out in the order they were queued (a batch's screen, which waits, apart)."""
    for life in evidence.lives():
        newest: dict[int, int] = {}
        for fact in life.facts:
            if fact["fact"] == "gone" and fact["lane"] == 0 and not str(fact["slot"]).startswith("batch:"):
                if fact["row"] < newest.get(fact["chat"], 0):
                    yield f"{fact['chat']} got row {fact['row']} after row {newest[fact['chat']]}"
                newest[fact["chat"]] = max(fact["row"], newest.get(fact["chat"], 0))


def nothing_goes_to_who_said_stop(evidence: Evidence) -> Iterator[str]:
    """From the word that all is stopped until they start again: no news, no offers."""
    facts = [fact for fact in evidence.facts if fact["fact"] == "go" and fact["lane"] > 0]
    for silence in evidence.witness.stopped:
        for fact in facts:
            if fact["chat"] == silence.person and silence.since < fact["t"] < (silence.until or evidence.now):
                yield f"{fact['key']} (row {fact['row']}) to {silence.person}, {fact['t'] - silence.since:.1f} s after"


def who_blocked_the_bot_is_left_alone(evidence: Evidence) -> Iterator[str]:
    """After the first refusal nothing is tried again, but what answers updates from before the block.

    Each of those whose turn comes later says that they are there again: they may be sent a menu and an answer.
    Tries that reached nobody, as while there is no server, are none.
    """
    puts = evidence.witness.puts
    for silence in evidence.witness.blocked:
        until = silence.until or evidence.now
        tried = [f for f in evidence.facts if f["fact"] == "go" and f["chat"] == silence.person]
        tried = [fact for fact in tried if silence.since < fact["t"] < until]
        starts = sum(silence.since < began < until for began in evidence.started)
        turns = [f for f in evidence.facts if f["fact"] == "turn" and silence.since - IN_HAND < f["t"] < until]
        owed = sum(puts[f["update"]].person == silence.person for f in turns if f["update"] in puts)
        lost = sum(
            fact["fact"] == "error" and fact["chat"] == silence.person and fact["error"] in UNREACHED
            for fact in evidence.facts
            if silence.since < fact["t"] < until
        )
        if len(tried) - lost > 1 + 2 * owed + starts:
            yield f"{len(tried)} tries to reach {silence.person} while they had blocked the bot"


# Telegram's limits


def telegram_never_asks_us_to_wait(evidence: Evidence) -> Iterator[str]:
    """No 429 but those that are faults; after a restart or a cut-off send, what the limits have counted is unknown."""
    blurs: dict[int, list[float]] = defaultdict(list)
    for call in evidence.calls:
        if call["fault"] is not None and call["chat_id"] is not None:
            blurs[call["chat_id"]].append(call["at"])
    for call in evidence.calls:
        if call["error_code"] != 429 or call["fault"] is not None:
            continue
        at, chat = call["at"], call["chat_id"]
        if any(began < at < began + RESTART_BLURS for began in evidence.started):
            continue
        if any(at - FAULT_BLURS < blur <= at for blur in blurs[chat]):
            continue
        yield f"{call['method']} to {chat} at {at:.1f}"


# The process


def every_process_ends_as_it_should(evidence: Evidence) -> Iterator[str]:
    """SIGTERM ends it with 0; nothing but a kill ends it otherwise."""
    for number, death in enumerate(evidence.deaths):
        allowed = {0} if death.how == "term" else {-9}
        if death.how == "point" and POINTS[death.point].needs == "term":
            allowed = {0, -9}  # asked to stop while it was starting, it has nothing to drain
        if death.code not in allowed:
            yield f"process {number} ({death.how} {death.point}) ended with {death.code}"


def the_log_names_no_fault_of_ours(evidence: Evidence) -> Iterator[str]:
    """Nothing in the log that only a mistake of ours can be."""
    for number, line in enumerate(log_of(evidence)):
        if not line.startswith("{"):
            if "Traceback" in line:
                yield f"line {number}: {line}"
            continue
        event = json.loads(line)
        if event.get("event") in OURS or "AssertionError" in line:
            yield f"line {number}: {line[:300]}"


def the_log_names_nobody(evidence: Evidence) -> Iterator[str]:
    """No token, no name, no text of anybody's is in the log, whatever went wrong."""
    for number, line in enumerate(log_of(evidence)):
        for secret in (*SECRETS, *evidence.witness.numbers):
            if secret in line:
                yield f"line {number} has {secret!r}"


SECRETS = (
    ":LOCAL",
    "Olivia",
    "Carla",
    "Rosa",
    "Rita",
    "Worker 1",
    "A helpful reply",
    "And one thing more",
    "Another wording",
)


def log_of(evidence: Evidence) -> list[str]:
    """The lines of what all processes wrote."""
    path: Path = evidence.data_dir.parent / "log.jsonl"
    return path.read_text(errors="replace").splitlines() if path.exists() else []


RULES: tuple[Rule, ...] = (
    every_confirmed_update_was_handled,
    what_was_said_to_be_saved_is_there,
    money_received_is_booked_once,
    what_a_bank_said_is_booked,
    nothing_waits_in_the_end,
    no_message_comes_twice_but_after_a_kill,
    a_missed_gold_is_told_once,
    one_message_at_a_time_to_a_chat,
    answers_come_in_order,
    nothing_goes_to_who_said_stop,
    who_blocked_the_bot_is_left_alone,
    telegram_never_asks_us_to_wait,
    every_process_ends_as_it_should,
    the_log_names_no_fault_of_ours,
    the_log_names_nobody,
)
