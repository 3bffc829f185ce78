"""A rejection, its appeal and a question about it, on three phones; against the whole product."""

from __future__ import annotations

from storage import rejections
from tests.e2e.conftest import House
from tests.e2e.phones import Phone
from tests.e2e.test_money import _settle, _write
from tests.e2e.test_work import prompts

DAY = 86_400


async def _reviewer(house: House, olivia: Phone) -> Phone:
    await olivia.say("/invite reviewer")
    link = await olivia.sees("start=", "Reviewer")
    rita = await house.phones.person("Rita")
    await rita.start(next(word for word in link.text.split() if "start=" in word).partition("start=")[2])
    await house.settled()
    return rita


async def _later(house: House) -> None:
    """Minutes pass; news that was to wait for them goes out."""
    await house.settled()
    house.clock.forward(seconds=400)
    await house.restart()
    await house.settled()


async def test_a_rejection_is_told_appealed_asked_about_and_paid(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    rita = await _reviewer(house, olivia)
    await prompts(house, olivia, "One?", "Two?")
    await _write(house, ana, "A fine reply", "Another one")
    await ana.say("/stop")
    await ana.tap("Start again")
    await house.settled()

    await rita.say("/review")
    seen = await rita.sees("One?", "A fine reply")
    await rita.tap("Reject", on=seen)
    await rita.sees("Why is it to be rejected?")
    await rita.tap("It is blank or random.")
    await rita.sees("What is wrong with it?")
    await rita.say("It says <nothing> at all & ends")
    asked = await rita.sees("It says <nothing> at all & ends", "Somebody else hears an appeal")
    assert await rita.tap("Reject", on=asked) == "Rejected: 1. The writer is told why."
    await _later(house)

    news = await ana.sees("A reviewer rejected 1 answer", "It says <nothing> at all & ends", "A fine reply")
    assert news.buttons == ["Appeal", "Why?", "Ask the coordinator"]
    await house.settled()
    found = await house.read(lambda tx: rejections.by_id(tx, 1))
    assert found.told_at is not None
    assert found.due_at == found.told_at + 15 * DAY * 1_000_000

    await ana.tap("Ask the coordinator", on=news)
    prompt = await ana.sees("Reply to this message")
    await ana.say("What should it say?", reply_to=prompt)
    await ana.sees("Sent to the coordinator")
    await _later(house)
    question = await olivia.sees("A worker asks about answer", "What should it say?")
    assert "Ana" not in question.text
    await olivia.tap("Reply", on=question)
    await olivia.say("Something helpful.", reply_to=await olivia.sees("Your answer about"))
    await olivia.sees("Sent to the worker.")
    await _later(house)
    answer = await ana.sees("The coordinator answers", "Something helpful.")
    assert "Olivia" not in answer.text

    assert "Somebody else looks at it" in await ana.tap("Appeal", on=news)
    waiting = await ana.sees("Your appeal waits for an answer")
    assert waiting.id == news.id  # in place
    await rita.say("/review")
    await rita.sees("Another one")  # not the appeal: she rejected it
    await olivia.say("/review")
    appeal = await olivia.sees("Appeal", "A fine reply", "It says <nothing>")
    assert await olivia.tap("Pay the work", on=appeal) == "Paid: $0.60. The writer has been told."
    await _later(house)
    await ana.sees("Your appeal is won", "$0.60")
    await ana.say("/history")
    history = await ana.sees("Your last answers", "accepted", "in review until")
    await ana.tap("Why? 2", on=history)
    await ana.sees("You answered A fine reply", "A second person found your work good")


async def test_with_one_owner_alone_an_appeal_is_paid_at_once_and_silence_ends_what_was_proposed(house: House) -> None:
    olivia = await house.owner()
    ana = await house.worker(olivia, "Ana")
    await prompts(house, olivia, "One?", "Two?")
    await _write(house, ana, "First reply", "Second reply")
    await olivia.say("/review")
    for reply, toast, said in (
        ("First reply", "Rejected: 1", "With nobody else on the team to hear an appeal"),
        ("Second reply", "Noted: 1. Nobody else is there", "so it is paid when its period ends"),
    ):
        await olivia.tap("Reject", on=await olivia.sees(reply, "waiting"))
        await olivia.sees("Why is it to be rejected?")
        await olivia.tap("It is harmful.")
        await olivia.sees("What is wrong with it?")
        await olivia.say(f"Harm: {reply}")
        asked = await olivia.sees(f"Harm: {reply}", said)
        button = next(one for one in asked.buttons if one != "Cancel")
        assert toast in await olivia.tap(button, on=asked)
        await house.settled()
    await _later(house)
    news = await ana.sees("A reviewer rejected 1 answer", "nobody else is on the team")
    assert "nobody else on the team" in await ana.tap("Appeal", on=news)
    await ana.say("/earnings")
    await ana.sees("$0.60")
    house.clock.forward(seconds=4 * DAY)
    await _settle(house, "reviews", "appeals")
    await ana.say("/history")
    history = await ana.sees("Your last answers")
    assert history.text.count("accepted") == 2
