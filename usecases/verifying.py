"""Whether the ledger is right: every transfer replayed and held against what it was for, a page at a time.

Balances are compared as of the instant of `begin`; the bot goes on meanwhile. A page's submissions and payouts are
compared with their transfers as both are when the page is read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from domain.books import FLOWS, PAYOUT, REPORT, SUBMISSION, TOPUP, Reserve, Violation
from domain.money import as_decimal_text
from storage import books
from storage.books import LEAST, Entry, Point, Subject, account_name, cause_name, number_for, use_of
from storage.database import Tx
from storage.ledger import KINDS

STEP: Final = 10_000
"""Submissions or payouts a page: about 0.1 s."""
RUNS: Final = "run"

_MAY_OWE: Final = (0, 1)
"""World, and the funds where more was owed than they held."""
_OF_BATCH: Final = ("reserve", "topups")
RELEASES: Final = ("released", "topups_released", "fees_released")
_NUMBERED: Final = KINDS["submission", "sent_back"]
"""The one cause that carries the submission's version."""
_STATES: Final = {"submission": SUBMISSION, "payout": PAYOUT, "topup": TOPUP, "report": REPORT}
_TEMPLATES: Final = {
    noun: {
        state: [
            [(KINDS[noun, event], *FLOWS[noun, event]) for event in sorted(events, key=lambda one: KINDS[noun, one])]
            for events in allowed
        ]
        for state, allowed in states.items()
    }
    for noun, states in ((noun, _STATES[noun]) for noun in books.NOUNS)
}
"""By noun and state, the allowed sets of transfers in the ledger's order: (kind, use it comes from, use it goes to)."""

Core = tuple[int, int, int, int, int, int, int, str]
"""An Entry without its instant."""


@dataclass(slots=True)
class Verification:
    """A verification under way: how far it is, what it has counted.

    `unexplained` holds, by account, what the transfers read so far do not explain of its balance (micro-units).
    """

    point: Point
    currency: str
    unexplained: dict[int, int]
    sums: Counter[str]
    accounts: int
    parts: list[str] = field(default_factory=lambda: [*books.NOUNS, RUNS])
    after: int = LEAST
    transfers: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    done: bool = False

    @property
    def total(self) -> int:
        """The sum of all balances at the instant."""
        return self.sums.total()


def begin(tx: Tx, *, currency: str) -> tuple[Verification, list[Violation]]:
    """Fix the instant; say what is wrong with balances, reserves and the transfers of funds and batches."""
    balances = books.balances(tx)
    sums: Counter[str] = Counter()
    for number, balance in balances.items():
        sums[use_of(number)] += balance
    work = Verification(books.fix(tx), currency, balances, sums, len(balances))
    found = [
        Violation(account_name(number), f"owes {_money(-balance)}; only world and funds may")
        for number, balance in sorted(balances.items())
        if balance < 0 and number not in _MAY_OWE
    ]
    if work.total:
        found.append(Violation("all accounts", f"their balances together are {_money(work.total)}, not 0"))
    held = books.held(tx)
    if held != sums["held"]:
        found.append(
            Violation("held", f"has {_money(sums['held'])}; rejections that can be appealed hold {_money(held)}")
        )
    entries = books.whole(tx)
    _replay(work, entries)
    found += _few(tx, work, entries)
    for noun in books.NOUNS:
        newer = books.beyond(tx, noun, work.point.last[noun])
        _replay(work, newer)
        found += [_nobodys(entry) for entry in newer]
    return work, found


def step(tx: Tx, work: Verification, *, limit: int = STEP) -> list[Violation]:
    """Look at the next page; `work.done` after the last, which compares balances. Each call is one read."""
    if not work.parts:
        work.done = True
        return [
            Violation(
                account_name(number),
                f"its balance is {_money(abs(rest))} {'more' if rest > 0 else 'less'} than its transfers make",
            )
            for number, rest in sorted(work.unexplained.items())
            if rest
        ]
    noun = work.parts[0]
    if noun == RUNS:
        return _run(tx, work)
    last = work.point.last[noun]
    upto = books.page_end(tx, noun, after=work.after, last=last, limit=limit)
    found = list(_page(tx, work, noun, upto))
    work.after = upto
    if upto == last:
        work.parts.pop(0)
        work.after = LEAST
    return found


def _page(tx: Tx, work: Verification, noun: str, upto: int) -> Iterator[Violation]:
    after, currency, templates = work.after, work.currency, _TEMPLATES[noun]
    entries = books.entries(tx, noun, after=after, upto=upto)
    _replay(work, books.fixed(entries, work.point, noun, after=after, upto=upto))
    moved: dict[int, list[Core]] = defaultdict(list)
    for entry in entries:
        moved[entry.subject].append(entry[:8])
    for subject in books.subjects(tx, noun, after=after, upto=upto):
        work.seen[noun] += 1
        has = moved.pop(subject.id, [])
        allowed = [_asked(one, subject, currency) for one in templates.get(subject.state, ())]
        if has not in allowed:
            yield from _differs(noun, subject, allowed, has)
    for rows in moved.values():
        yield from map(_nobodys, rows)


def _asked(template: list[tuple[int, str, str]], subject: Subject, currency: str) -> list[Core]:
    """The transfers of one allowed set, as they must stand in the ledger."""
    number, _, version, worker, batch, amount = subject
    return [
        (
            kind,
            number,
            version if kind == _NUMBERED else 0,
            0,
            number_for(source, batch if source in _OF_BATCH else worker),
            number_for(target, batch if target in _OF_BATCH else worker),
            amount,
            currency,
        )
        for kind, source, target in template
    ]


def _differs(noun: str, subject: Subject, allowed: list[list[Core]], has: list[Core]) -> Iterator[Violation]:
    """Say what is missing, too much or otherwise, against the allowed set that has most in common."""
    what = f"{noun} {subject.id} is {subject.state}"
    if not allowed:
        yield Violation(
            f"worker:{subject.worker}", f"{what}, a state no transfers are known for", f"{noun}:{subject.id}"
        )
        return
    there = {row[:4]: row for row in has}
    best = max(allowed, key=lambda one: len(there.keys() & {row[:4] for row in one}))
    asked = {row[:4]: row for row in best}
    for key in sorted(asked.keys() | there.keys()):
        wants, moved = asked.get(key), there.get(key)
        if wants == moved:
            continue
        if moved is None:
            assert wants is not None
            says, row = f"missing; {what}, which asks for {_flow(wants)}", wants
        elif wants is None:
            says, row = f"too much; {what}, yet {_flow(moved)} moved", moved
        else:
            says, row = f"{_flow(moved)} moved; {what}, which asks for {_flow(wants)}", moved
        yield Violation(account_name(row[4]), says, cause_name(*key))


def _few(tx: Tx, work: Verification, entries: list[Entry]) -> Iterator[Violation]:
    """What is read whole: money received, fees, what batches reserved and gave back, and whether that is enough."""
    reserves = books.reserves(tx)
    work.seen["batch"] = len(reserves)
    named: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        named[_noun(entry)].add(entry.subject)
    known = {
        "batch": {reserve.batch for reserve, _ in reserves},
        "funds": books.people(tx, named["funds"]),
        "worker": books.people(tx, named["worker"]),
        "run": books.runs(tx, named["run"]),
    }
    of_batch: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        noun = _noun(entry)
        if entry.subject not in known.get(noun, ()):
            yield _nobodys(entry)
            continue
        flow = FLOWS[books.NAMES[entry.kind]]
        if (_names(entry), entry.currency) != (tuple(_owned(use, entry.subject) for use in flow), work.currency):
            to = " to ".join(_owned(use, entry.subject) for use in flow)
            yield Violation(
                account_name(entry.debit), f"{_flow(entry[:8])} moved; it should go from {to}", cause_name(*entry[:4])
            )
        if noun == "batch":
            of_batch[entry.subject].append(entry)
    for reserve, balance in reserves:
        yield from _taken(reserve, of_batch[reserve.batch])
        yield from _given_back(reserve, of_batch[reserve.batch])
        if balance < reserve.needed:
            yield Violation(
                _owned("reserve", reserve.batch),
                f"holds {_money(balance)}; {reserve.open} open assignments and {reserve.sent_back} submissions sent"
                f" back may still earn {_money(reserve.needed)}",
            )


def _taken(reserve: Reserve, entries: list[Entry]) -> Iterator[Violation]:
    """A published batch took from the funds what it cost, and what was added to it, each once."""
    asked = reserve.taken()
    moved = {(event, entry.number): entry for event, entry in _events(entries) if event not in RELEASES}
    for event, number in sorted(asked.keys() | moved.keys()):
        wants, entry = asked.get((event, number), 0), moved.get((event, number))
        has = entry.amount if entry else 0
        if has != wants:
            yield Violation(
                _owned(FLOWS["batch", event][1], reserve.batch),
                f"{_money(has) if has else 'nothing'} {'added' if 'added' in event else 'reserved'}; batch"
                f" {reserve.batch} is {reserve.state}, which asks for {_money(wants) if wants else 'nothing'}",
                cause_name(KINDS["batch", event], reserve.batch, number),
            )


def _given_back(reserve: Reserve, entries: list[Entry]) -> Iterator[Violation]:
    """It gives back what it counts as given back, its top-ups when it is closed, and their fees with both."""
    back: Counter[str] = Counter()
    number: Counter[str] = Counter()
    for event, entry in _events(entries):
        back[event] += entry.amount
        number[event] += 1
    what = f"batch {reserve.batch} is {reserve.state}"
    if (back["released"], number["released"]) != (reserve.released, reserve.releases):
        yield Violation(
            _owned("reserve", reserve.batch),
            f"{_money(back['released'])} given back in {number['released']} transfers; the batch counts"
            f" {_money(reserve.released)} in {reserve.releases}",
            f"batch:{reserve.batch}:released",
        )
    if back["topups_released"] and reserve.state != "closed":
        yield Violation(
            _owned("topups", reserve.batch),
            f"{_money(back['topups_released'])} given back; {what}",
            f"batch:{reserve.batch}:topups_released",
        )
    least, most = reserve.fees_back(released=back["released"], topups_released=back["topups_released"])
    if not least <= back["fees_released"] <= most:
        yield Violation(
            "fees",
            f"{_money(back['fees_released'])} given back; {what} and gave back {_money(back['released'])} and"
            f" {_money(back['topups_released'])} of top-ups, which asks for {_money(most)}",
            f"batch:{reserve.batch}:fees_released",
        )


def _events(entries: list[Entry]) -> Iterator[tuple[str, Entry]]:
    return ((books.NAMES[entry.kind][1], entry) for entry in entries)


def _run(tx: Tx, work: Verification) -> list[Violation]:
    row = books.run_after(tx, work.after)
    if row is None:
        work.parts.pop(0)
        return []
    work.after = row.id
    work.seen[RUNS] += 1
    if (row.total, row.number) == (row.amount, row.payouts):
        return []
    return [
        Violation(
            f"payout_run:{row.id}",
            f"says {_money(row.total)} for {row.number} payouts; they make {_money(row.amount)} for {row.payouts}",
        )
    ]


def _replay(work: Verification, entries: Iterable[Entry]) -> None:
    rest = work.unexplained
    for entry in entries:
        debit, credit, amount = entry[4:7]
        rest[debit] = rest.get(debit, 0) + amount
        rest[credit] = rest.get(credit, 0) - amount
        work.transfers += 1


def _nobodys(entry: Entry | Core) -> Violation:
    noun, event = books.NAMES.get(entry[0], ("kind", str(entry[0])))
    who = "person" if noun in ("funds", "worker") else noun
    return Violation(
        account_name(entry[4]),
        f"{_flow(entry[:8])} moved; there is no {who} {entry[1]}" if (noun, event) in FLOWS else "an unknown kind",
        cause_name(*entry[:4]),
    )


def _noun(entry: Entry) -> str:
    return books.NAMES.get(entry.kind, ("", ""))[0]


def _names(entry: Entry) -> tuple[str, str]:
    return account_name(entry.debit), account_name(entry.credit)


def _owned(use: str, owner: int) -> str:
    return account_name(number_for(use, owner))


def _flow(row: Core) -> str:
    return f"{as_decimal_text(row[6])} {row[7]} from {account_name(row[4])} to {account_name(row[5])}"


def _money(amount: int) -> str:
    return as_decimal_text(amount)
