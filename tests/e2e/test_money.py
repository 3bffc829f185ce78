"""Reviews and paydays, seen on the phones: stale and foreign buttons, silence, receipts; against the whole product."""

from __future__ import annotations

from storage import ledger
from tests.e2e.conftest import House
from tests.e2e.phones import Phone, Shown
from tests.e2e.test_work import prompts

DAY = 86_400


async def _write(house: House, worker: Phone, *replies: str) -> None:
    """Take up the replies and write them, one message each."""
    await worker.say("/work")
    for reply in replies:
        await worker.sees_button("Skip")
        await house.settled()
        await worker.say(reply)
        await worker.tap("Submit", on=await _with_submit(worker, reply))
        await house.settled()


async def _with_submit(worker: Phone, reply: str) -> Shown:
    shown = await worker.sees(reply)
    assert "Submit" in shown.buttons
    return shown


async def _settle(house: House, *names: str) -> None:
    for name in names:
        await house.tick(name)
    await house.settled()


async def test_two_reviewers_accept_return_and_accept_all(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await olivia.say("/invite coordinator")
    link = await olivia.sees("start=", "Coordinator")
    carl = await house.phones.person("Carl")
    await carl.start(next(word for word in link.text.split() if "start=" in word).partition("start=")[2])
    await prompts(house, olivia, "One?", "Two?", "Three?", "Four?")
    await _write(house, ana, "First reply", "Second reply", "Third reply", "Fourth reply")

    await olivia.say("/review")
    seen = await olivia.sees("One?", "First reply", "4 waiting")
    assert seen.buttons == ["Accept", "Return", "Reject", "Skip", "Accept all", "One-tap work"]
    await carl.say("/review")
    await carl.sees("First reply")
    assert await olivia.tap("Accept", on=seen) == "Accepted · $0.60 for the writer"
    following = await olivia.sees("Second reply", "3 waiting")
    assert following.id == seen.id  # in place
    assert "decided already" in await carl.tap("Accept")
    await carl.sees("Second reply")
    await house.settled()

    mine = (await ana.last()).id
    assert "people who review" in await ana.tap_data(mine, following.data("Accept") or "")
    assert "no longer in use" in await olivia.tap_data(seen.id, "rv_accept:zz:1")

    await olivia.tap("Return")
    asked = await olivia.sees("What should the writer change?")
    await olivia.tap("It is too short to be useful.", on=asked)
    told = await ana.sees("asks you to improve", "too short")
    assert "$0.60" in told.text
    await house.settled()
    await olivia.tap("Accept all")
    confirm = await olivia.sees("Accept 2 submissions")
    assert await olivia.tap("Accept 2", on=confirm) == "Accepted: 2"
    await olivia.sees("Nothing is waiting")

    await ana.say("/work")
    await ana.sees("too short")
    await house.settled()
    await ana.say("A longer second reply")
    await ana.tap("Submit", on=await _with_submit(ana, "A longer second reply"))
    await house.settled()
    await olivia.say("/review")
    await olivia.sees("A longer second reply", "1 waiting")
    await olivia.tap("Accept")
    await house.settled()
    balances = await house.read(ledger.cached)
    workers = {name.rpartition(":")[2]: amount for name, amount in balances.items() if name.startswith("worker:")}
    assert {use: amount for use, amount in workers.items() if amount} == {"available": 2_400_000}


async def test_payday_once_with_receipts_and_polite_second_taps(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await ana.say("/earnings")
    empty = await ana.sees("Nothing earned yet")
    assert empty.buttons == ["Start working"]
    await prompts(house, olivia, "One?", "Two?")
    await _write(house, ana, "First reply")
    await ana.say("/earnings")
    early = await ana.sees("In review $0.60", "Payouts begin at $1.00")
    assert early.photo
    await house.settled()
    await _write(house, ana, "Second reply")
    house.clock.forward(seconds=4 * DAY)
    await _settle(house, "reviews")
    await ana.say("/earnings")
    await ana.sees("Available $1.20", "In review $0.00", "$1.20")
    await house.settled()

    house.clock.forward(seconds=7 * DAY)
    await _settle(house, "payouts", "payouts")
    run = await olivia.sees("Payout", "$1.20 · Ana", "Total $1.20 for 1 person")
    assert run.buttons == ["Approve", "List"]
    await ana.say("/earnings")
    await ana.sees("On its way to you $1.20")
    await house.settled()
    approve = run.data("Approve") or ""
    assert "coordinators" in await ana.tap_data((await ana.last()).id, approve)
    await olivia.say("/payouts")
    await house.settled()
    run = await olivia.last()
    assert run.buttons == ["Approve", "List"]
    assert await olivia.tap_data(run.id, approve) == "Approved · $1.20"
    assert "approved already" in await olivia.tap_data(run.id, approve)
    marked = await olivia.sees("Approved by Olivia")
    assert marked.id == run.id  # in place
    paid = marked.data("Mark paid") or ""
    assert (await olivia.tap_data(run.id, paid)).startswith("Marked paid")
    assert "marked paid already" in await olivia.tap_data(run.id, paid)
    assert (await olivia.sees("Settled,", "1 paid")).buttons == []
    await house.settled()
    receipts = [shown.text for shown in await ana.messages() if "receipt" in shown.text]
    assert len(receipts) == 1
    assert "$1.20 paid to you" in receipts[0]
    await house.restart()
    await _settle(house, "payouts", "reviews")
    await olivia.say("/payouts")
    await olivia.sees("Payouts", "$1.20 · settled")
    assert await house.read(ledger.total) == 0
    assert await house.read(ledger.cached) == await house.read(ledger.replay)
