"""A bank's answer, sent in chat: told from what becomes a batch, checked as a whole, then settled payout by payout.

Nothing is recorded before every line was compared with what was sent; what is then recorded can be recorded again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import PurePath
from typing import Any, Final, NamedTuple

from domain.bank_answers import (
    AnotherBot,
    Answer,
    Contradicts,
    Line,
    NoSuchFile,
    NoSuchPayout,
    NothingOfOurs,
    OtherAmount,
    OtherCurrencyPaid,
    ReadBefore,
    Status,
    Whole,
    key_of,
)
from domain.file_problems import FileProblem
from domain.incoming import Incoming
from domain.money import as_decimal_text
from domain.notices import Json
from domain.payouts import OPEN, Payout
from domain.people import Person
from domain.rails import BY_HAND, RAILS
from domain.refusals import Refusal, StaleButton
from domain.refusals_batches import UnknownFile
from storage import audit, bank_answers, jobs, payout_files, payouts, people
from storage.database import Tx
from usecases import drafts, settling
from usecases import payouts as runs
from usecases.notify import tell
from usecases.payout_files import installation
from usecases.roles import require_coordinator

JOB: Final = "bank_answer"
STEP: Final = 200
FEES: Final = 1_000_000
"""Numbers of fees from here on are those of answers; below are those of a provider's sendings."""
_TABLES: Final = frozenset({".csv", ".tsv", ".tab", ".txt", ""})


class Settlement(NamedTuple):
    """What an answer makes of one payout."""

    payout_id: int
    status: Status
    problem: str
    reference: str
    fee: int
    by_file: bool = False
    """It is said of the whole file: one that had failed before by itself is no contradiction."""


def may_be_one(tx: Tx, file: Incoming) -> bool:
    """The file has to be looked into before it may become a batch: XML always, tables once a run was approved."""
    if not file.fetchable:
        return False
    if file.what == "answer":
        return True
    is_table = file.what == "table" and PurePath(file.name or "").suffix.casefold() in _TABLES
    return is_table and payouts.any_approved(tx)


def receive(tx: Tx, *, by: Person, file: Incoming, now: int, sure: bool = False) -> None:
    """Have a file looked into; `sure` when its sender says that it is a bank's answer."""
    require_coordinator(by)
    fields: dict[str, Json] = asdict(file)
    jobs.ask(tx, JOB, person_id=by.id, now=now, file=fields, sure=sure)


def no_answer(tx: Tx, *, job: int, unsure: bool, now: int) -> None:
    """It is something else: what it would have been without us. When only its sender can say, they are asked."""
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return
    jobs.close(tx, job, now=now)
    by, file = people.by_id(tx, asked.person_id), Incoming(**asked.params["file"])
    if asked.params["sure"]:
        tell(tx, by, "refusal", now=now, text=NothingOfOurs.text, params={})
    elif unsure:
        tell(tx, by, "bank_answer_unsure", now=now, job=job, name=file.name)
    else:
        _into_a_draft(tx, by, file, now=now)


def decide(tx: Tx, *, by: Person, job: int, is_answer: int, now: int) -> None:
    """The sender says what the file is: an answer (1), or data for a batch (0)."""
    require_coordinator(by)
    asked = jobs.done_by_id(tx, job, JOB)
    if asked is None or asked.person_id != by.id:
        raise StaleButton
    if asked.progress.get("decided"):
        raise StaleButton
    jobs.progress(tx, job, decided=True)
    file = Incoming(**asked.params["file"])
    if is_answer:
        receive(tx, by=by, file=file, now=now, sure=True)
    else:
        drafts.receive(tx, by=by, file=file, now=now)


def give_up(tx: Tx, *, job: int, problem: FileProblem, now: int) -> None:
    """End the job of an answer that cannot be used; its sender reads why, nothing was recorded."""
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return
    jobs.close(tx, job, now=now)
    params: dict[str, Json] = {
        name: value if isinstance(value, int) else str(value) for name, value in problem.params.items()
    }
    tell(tx, asked.person_id, "bank_answer_refused", now=now, text=problem.text, params=params)


def once(tx: Tx, *, sha256: str, answer: int | None) -> None:
    """Raise ReadBefore when these bytes were read before, by another job than the one with `answer`."""
    known = bank_answers.by_hash(tx, sha256)
    if known is not None and known.id != answer:
        raise ReadBefore(at=known.at)


def check(tx: Tx, *, lines: Sequence[Line]) -> list[Settlement]:
    """Compare lines with what was sent; raises the sentence of the first that cannot be right."""
    mine = installation(tx)
    found = []
    for line in lines:
        if line.installation != mine:
            raise AnotherBot
        one = payouts.payout(tx, line.payout_id)
        key = key_of(mine, line.payout_id)
        if one is None or not _was_sent(tx, one):
            raise NoSuchPayout(line=line.where, key=key)
        if line.currency and line.currency != tx.rules.currency:
            raise OtherCurrencyPaid(line=line.where, said=line.currency, ours=tx.rules.currency)
        if line.readings and one.amount not in line.readings:
            said, ours = (as_decimal_text(amount) for amount in (line.readings[0], one.amount))
            raise OtherAmount(line=line.where, key=key, said=said, ours=ours)
        found.append(Settlement(one.id, line.status, line.problem, line.reference, line.fee))
    return found


def together(tx: Tx, *, found: Sequence[Settlement], answer: Answer) -> list[Settlement]:
    """All that an answer settles, once each, what it says of whole files included; paid comes before returned.

    The same answer makes the same list, whatever was settled of it meanwhile.

    Raises Contradicts, NoSuchFile, OtherAmount, NothingOfOurs.
    """
    by_payout: dict[tuple[int, Status], Settlement] = {}
    for one in found:
        by_payout.setdefault((one.payout_id, one.status), one)
    for payout_id, status in by_payout:
        if status is Status.PAID and (payout_id, Status.FAILED) in by_payout:
            raise Contradicts(key=key_of(installation(tx), payout_id))
    named = {payout_id for payout_id, _ in by_payout}
    known = False
    for whole in answer.wholes:
        for one in _of_whole(tx, whole, named, answer.form):
            by_payout.setdefault((one.payout_id, one.status), one)
        known = known or payout_files.by_key(tx, whole.key) is not None
    if not by_payout and not known:
        raise NothingOfOurs
    order = list(Status)
    return sorted(by_payout.values(), key=lambda one: (one.payout_id, order.index(one.status)))


def begin(tx: Tx, *, job: int, sha256: str, form: str, now: int) -> int | None:
    """Note the answer, once; returns from which settlement on to go on. None when the job is over."""
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return None
    if "answer" in asked.progress:
        return int(asked.progress["next"])
    answer = bank_answers.add(tx, sha256=sha256, form=form, by=asked.person_id, now=now)
    audit.add(
        tx,
        person_id=asked.person_id,
        action="bank_answer.read",
        subject=f"bank_answer:{answer}",
        now=now,
        form=form,
        sha256=sha256,
    )
    jobs.progress(tx, job, answer=answer, next=0, fees={}, runs=[])
    return 0


def step(tx: Tx, *, job: int, found: Sequence[Settlement], start: int, now: int) -> bool:
    """Settle the next payouts of an answer; what was settled before changes nothing. False when the job is over."""
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return False
    progress: dict[str, Any] = asked.progress
    if progress["next"] != start:
        return True
    fees, touched = Counter(progress["fees"]), set(progress["runs"])
    counts: Counter[str] = Counter()
    for one in found:
        payout = payouts.payout(tx, one.payout_id)
        assert payout is not None, "it was there when it was checked"
        became = _settle(tx, payout, one, now=now)
        counts[became] += 1
        touched.add(payout.run_id)
        if became in ("paid", "failed"):
            fees[str(payout.run_id)] += one.fee
    bank_answers.count(tx, progress["answer"], counts)
    following = {"next": start + len(found), "fees": dict(fees), "runs": sorted(touched)}
    jobs.progress(tx, job, **(progress | following))
    return True


def finish(tx: Tx, *, job: int, others: int, now: int) -> None:
    """End the job, once: the fees are booked, its sender reads what came of it, everybody sees how the runs stand."""
    asked = jobs.open_by_id(tx, job)
    if asked is None:
        return
    jobs.close(tx, job, now=now)
    answer, by = int(asked.progress["answer"]), people.by_id(tx, asked.person_id)
    for run_id, amount in sorted(asked.progress["fees"].items()):
        if amount:
            settling.fee(tx, int(run_id), amount, number=FEES + answer, now=now)
    bank_answers.close(tx, answer, now=now)
    tell(tx, by, "bank_answer", now=now, answer=answer, runs=asked.progress["runs"], others=others)
    for run_id in asked.progress["runs"]:
        run = payouts.by_id(tx, run_id)
        if run is not None:
            runs.refresh(tx, run, by, now=now)


def _settle(tx: Tx, payout: Payout, one: Settlement, *, now: int) -> str:
    """Bring a payout to where the answer says it is; returns what came of it, a column of bank_answers."""
    is_open = payout.state in OPEN
    if one.status is Status.WAITING or (payout.state == "sending" and RAILS[payout.rail].how == "api"):
        # What a provider is still being asked about by the bot, a report does not decide.
        return "waiting" if is_open else "known"
    if one.status is Status.PAID:
        if not is_open:
            return "known" if payout.state == "paid" or one.by_file else "strange"
        settling.paid(tx, payout, reference=one.reference or None, now=now)
        return "paid"
    problem = one.problem or one.status.value
    if one.by_file and not is_open:
        return "known"
    if is_open:
        settling.failed(tx, payout, problem=problem, now=now)
        return "failed"
    if payout.state == "paid":
        settling.returned(tx, payout, problem=problem, now=now)
        return "returned"
    return "known"


def _was_sent(tx: Tx, one: Payout) -> bool:
    """It has left our hands: in a file, at a provider, or for people to pay who were told to."""
    if one.state != "reserved":
        return True
    run = payouts.by_id(tx, one.run_id)
    return one.rail == BY_HAND and run is not None and run.state == "approved"


def _of_whole(tx: Tx, whole: Whole, named: set[int], form: str) -> Iterable[Settlement]:
    """What a status of a whole file says of its payouts that are not named."""
    file = payout_files.by_key(tx, whole.key)
    if file is None:
        if form.startswith("camt"):  # an account's statement has other people's bulk payments, too
            return
        raise NoSuchFile(key=whole.key)
    if whole.status is Status.WAITING:
        return
    if whole.readings and file.total not in whole.readings:
        said, ours = (as_decimal_text(amount) for amount in (whole.readings[0], file.total))
        raise OtherAmount(line=0, key=whole.key, said=said, ours=ours)
    if whole.currency and whole.currency != tx.rules.currency:
        raise OtherCurrencyPaid(line=0, said=whole.currency, ours=tx.rules.currency)
    # A bank that refuses a whole file says nothing against anybody's account.
    problem = "file_rejected" if whole.status is Status.FAILED else whole.problem
    after = 0
    while found := payout_files.payouts_in(tx, file.id, after=after, limit=1_000):
        after = found[-1].id
        for one in found:
            if one.id not in named:
                yield Settlement(one.id, whole.status, problem, "", 0, by_file=True)


def _into_a_draft(tx: Tx, by: Person, file: Incoming, *, now: int) -> None:
    try:
        if file.what == "answer":
            raise UnknownFile
        with tx.savepoint():
            drafts.receive(tx, by=by, file=file, now=now)
    except Refusal as refusal:
        params: dict[str, Json] = {
            name: value if isinstance(value, int) else str(value) for name, value in refusal.params.items()
        }
        tell(tx, by, "refusal", now=now, text=refusal.text, params=params)
