"""Files for banks and banks' answers: made and read in worker processes, written in steps that can be repeated."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from bot.jobs import JobContext
from bot.processes import ProcessFailed
from bot.transport import FileTooBig
from domain.bank_answers import Answer, BrokenAnswer
from domain.file_problems import FileProblem
from domain.file_problems import FileTooBig as TooBig
from domain.incoming import DOWNLOAD_LIMIT
from domain.payouts import Order
from files.bank_answers import read_answer
from files.payout_tables import Made, table
from files.sepa import transfer_file
from storage.jobs import Job
from usecases import bank_answers, payout_files
from usecases.payout_files import Plan

PAGE = 1_000
LINES = 2_000
SECONDS = 300.0


async def payout_file(context: JobContext, job: Job) -> None:
    """Make the files of a run and rail, as many as it takes, and hand them to who asked.

    What cannot be in a file is taken out first and the file made anew. A restart goes on with what is not in a file.
    """
    run_id, rail = int(job.params["run"]), str(job.params["rail"])
    while True:
        plan: Plan = await context.db.read(payout_files.plan, run_id=run_id, rail=rail)
        if plan.number is None:
            break
        orders = await _orders(context, plan)
        made = await _made(context, plan, orders)
        if made.refused:
            await context.db.write(payout_files.refuse, refused=list(made.refused), now=context.now())
            continue
        ending = "xml" if rail == "sepa" else "csv"
        await context.db.write(
            payout_files.keep,
            run_id=run_id,
            rail=rail,
            number=plan.number,
            key=made.key or f"{plan.installation}-{run_id}-{rail}-{plan.number}",
            name=f"{rail.replace('_', '-')}-{plan.run.period}-{plan.number}.{ending}",
            sha256=made.sha256,
            content=made.content,
            orders=(made.payments, made.total, orders[-1].id),
            by=job.person_id,
            now=context.now(),
        )
    await context.db.write(payout_files.finish, job=job.id, run_id=run_id, rail=rail, now=context.now())


async def _orders(context: JobContext, plan: Plan) -> list[Order]:
    """What the next file pays, at most as many as the rail takes in one."""
    orders: list[Order] = []
    while len(orders) < plan.rail.most:
        found = await context.db.read(
            payout_files.page,
            run_id=plan.run.id,
            rail=plan.rail.name,
            after=orders[-1].id if orders else 0,
            limit=min(PAGE, plan.rail.most - len(orders)),
        )
        orders += found
        if len(found) < PAGE:
            break
    return orders


async def _made(context: JobContext, plan: Plan, orders: list[Order]) -> Made:
    """The file, or who cannot be in it."""
    nowhere = tuple((order.id, "no_method") for order in orders if not order.number)
    if nowhere:
        return Made(b"", "", 0, 0, nowhere)
    note = f"Pay {plan.run.period}"
    if plan.rail.name != "sepa":
        return await context.processes.run(table, plan.rail.name, orders, context.rules.currency, note, seconds=SECONDS)
    payer = context.rules.payer
    assert payer is not None, "the settings have it, or the rail is off"
    today = context.rules.local(context.now()).date()
    account = (payer.name, payer.iban, payer.bic)
    return await context.processes.run(transfer_file, account, orders, today, note, seconds=SECONDS)


async def bank_answer(context: JobContext, job: Job) -> None:
    """Look into a file; settle what it says when it is a bank's answer, else let it be what it is."""
    path = context.data_dir / "uploads" / f"{job.id}"
    try:
        if not await asyncio.to_thread(path.exists):
            part = path.with_suffix(".part")
            await asyncio.to_thread(part.parent.mkdir, parents=True, exist_ok=True)
            await context.download(str(job.params["file"]["file_id"]), part)
            await asyncio.to_thread(part.replace, path)
        try:
            found = await context.processes.run(read_answer, path, seconds=SECONDS)
        except ProcessFailed as failed:
            raise BrokenAnswer from failed
        if isinstance(found, Answer):
            await _settle(context, job, found, await asyncio.to_thread(_hash, path))
        else:
            await context.db.write(bank_answers.no_answer, job=job.id, unsure=found is not None, now=context.now())
    except FileTooBig:
        problem = TooBig(limit=DOWNLOAD_LIMIT >> 20)
        await context.db.write(bank_answers.give_up, job=job.id, problem=problem, now=context.now())
    except FileProblem as problem:
        await context.db.write(bank_answers.give_up, job=job.id, problem=problem, now=context.now())
    await asyncio.to_thread(path.unlink, missing_ok=True)


async def _settle(context: JobContext, job: Job, answer: Answer, sha256: str) -> None:
    """Compare all of it with what was sent, and only then settle, in steps."""
    db = context.db
    await db.read(bank_answers.once, sha256=sha256, answer=job.progress.get("answer"))
    checked: list[bank_answers.Settlement] = []
    for start in range(0, len(answer.lines), LINES):
        checked += await db.read(bank_answers.check, lines=answer.lines[start : start + LINES])
    found = await db.read(bank_answers.together, found=checked, answer=answer)
    begun = await db.write(bank_answers.begin, job=job.id, sha256=sha256, form=answer.form, now=context.now())
    if begun is None:
        return
    # The list is the same after a restart, so it goes on where it was.
    for start in range(begun, len(found), bank_answers.STEP):
        part = found[start : start + bank_answers.STEP]
        if not await db.write(bank_answers.step, job=job.id, found=part, start=start, now=context.now()):
            return
    await db.write(bank_answers.finish, job=job.id, others=answer.others, now=context.now())


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
