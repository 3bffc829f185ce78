"""The main job in a real browser: three people side by side on the chat page, with what they see on their phones.

`make pictures` (PICTURES=1) takes the screenshots of docs/pictures on the way.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bot.trial import PETS, PROMPTS
from domain.rules import moment
from files.drawings import draw_pets
from handlers.buttons import decode
from storage import ledger
from storage.database import Tx
from tests.e2e.conftest import House
from tests.e2e.pages import Pictures, Screen, chromium, opened, pictures, screen
from tests.e2e.phones import Phone
from tests.page.conftest import CHROMIUM

pytestmark = pytest.mark.browser

PHOTOS = 6
HOUR = 3_600
ASKED = ("Why is the sky blue?", "Write a haiku about rain.")
TRUTH = dict(draw_pets(PHOTOS).truth)
FRENCH = {"Cat": "Chat", "Dog": "Chien", "Something else": "Autre chose"}
SKY = "Sunlight has all colours, and air scatters blue light most."
SKY_MORE = "So blue comes to you from every side of the sky."
HAIKU = "Rain on the tin roof\nnobody is in a hurry\nthe kettle sings too"


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium")
    async with chromium() as found:
        yield found


@pytest.fixture
def settings() -> dict[str, Any]:
    """With the floor, so that what a batch brings is measured first."""
    return {"floor": "15"}


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """What Olivia's attach menu offers in one click."""
    folder = tmp_path / "samples"
    folder.mkdir()
    (folder / "prompts.jsonl").write_text("\n".join(json.dumps(prompt) for prompt in ASKED))
    (folder / "prompts.jsonl.caption.txt").write_text(PROMPTS)
    return folder


async def joins(house: House, owner: Phone, name: str, language: str, shots: Pictures) -> Phone:
    """Somebody follows the invite, agrees and takes work in English."""
    await owner.say("/invite worker")
    link = next(word for word in (await owner.sees("start=")).text.split() if "start=" in word)
    person = await house.phones.person(name, language)
    await person.start(link.partition("start=")[2])
    if name == "Ana":
        await person.sees("training data")
        await shots.phone(person, "consent", height=1000)
    await person.tap("I agree" if language == "en" else "J’accepte")
    if language != "en":
        await person.tap("English")
    await person.tap("Start working" if language == "en" else "Commencer à travailler")
    await house.settled()
    return person


async def task_on(house: House, person: Phone, button: str) -> str:
    """The name of the task whose card is open."""
    card = await person.sees_button(button)
    assignment = decode(card.data(button) or "")[1][0]
    found: str = await house.read(_task_name, assignment=assignment)
    return found


async def labels(
    house: House, person: Phone, phone: Screen, cards: range, *, seconds: float, wrong: int = 0
) -> dict[str, str]:
    """Answer these cards as the pictures show it, number `wrong` otherwise, `seconds` for each; what was tapped."""
    french = await phone.root.get_by_role("button", name="Chat", exact=True).count() > 0
    tapped: dict[str, str] = {}
    for number in cards:
        card = await phone.sees(f"{number} sur {PHOTOS}" if french else f"{number} of up to {PHOTOS}")
        await phone.shows_photo(card)
        task = await task_on(house, person, "Chat" if french else "Cat")
        answer = "Dog" if number == wrong and TRUTH[task] != "Dog" else TRUTH[task]
        tapped[task] = answer
        house.clock.forward(seconds=seconds)
        await phone.taps(FRENCH[answer] if french else answer)
    return tapped


def until_monday(now: int) -> float:
    """Seconds to the next Monday at noon: what the pictures tell of days does not depend on when they are taken."""
    at = moment(now)
    noon = datetime(at.year, at.month, at.day, 12, tzinfo=UTC) + timedelta(days=7 - at.weekday())
    return (noon - at).total_seconds()


async def test_the_main_job_on_the_page(house: House, browser: Browser) -> None:
    house.clock.forward(seconds=until_monday(house.clock()))
    olivia = await house.owner()
    shots, team = pictures(browser, house), (("Ana", "en"), ("Ben", "en"), ("Chloé", "fr"))
    ana, ben, chloe = [await joins(house, olivia, *who, shots) for who in team]
    wide = await browser.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    page = await opened(await wide.new_page(), house, olivia, ana, chloe)
    of_olivia, of_ana, of_chloe = (screen(page, person) for person in (olivia, ana, chloe))
    small = await browser.new_context(viewport={"width": 420, "height": 860})
    of_ben = screen(await opened(await small.new_page(), house, ben), ben)

    await pilot_photos(of_olivia, olivia, shots)
    tapped = await three_people_label(house, olivia, of_olivia, (ana, of_ana), (ben, of_ben), (chloe, of_chloe), shots)
    assert await exported(of_olivia) == tapped

    await of_olivia.sends_sample("prompts.jsonl")
    await of_olivia.sees("Workers write a reply.")
    await of_olivia.taps("Pilot", on="prompts")
    await replies(house, ana, of_ana, shots)
    await review(house, olivia, of_olivia, of_ana, shots)
    await earn(house, ana, of_ana, shots)
    await be_paid(house, olivia, of_olivia, of_ana, shots)

    await of_ben.says("/settings")
    await of_ben.sees("Your settings")
    await shots.phone(ben, "settings")
    await wide.close()
    await small.close()


async def pilot_photos(of_olivia: Screen, olivia: Phone, shots: Pictures) -> None:
    """A ZIP with its caption becomes a draft, a preview and a pilot, which three workers are offered."""
    await of_olivia.attaches("pets.zip", draw_pets(PHOTOS).archive, PETS)
    await of_olivia.sees("pets · draft", "$0.90")
    await shots.phone(olivia, "draft", height=1140)
    await of_olivia.taps("Preview")
    await of_olivia.shows_photo(await of_olivia.sees(f"1 of up to {PHOTOS} for you"))
    await of_olivia.taps("Pilot", on="pets")
    await of_olivia.sees("pets · draft", "Pilot: 0 of 18 answered")


async def three_people_label(
    house: House,
    olivia: Phone,
    of_olivia: Screen,
    of_first: tuple[Phone, Screen],
    of_second: tuple[Phone, Screen],
    of_third: tuple[Phone, Screen],
    shots: Pictures,
) -> Counter[tuple[str, str]]:
    """Ana takes an answer back, Ben reads the instructions again, Chloé works in French; what was tapped at last."""
    (ana, of_ana), (ben, of_ben), (chloe, of_chloe) = of_first, of_second, of_third
    for phone in (of_ana, of_ben):
        await phone.taps("Start", on="6 photos")
        await phone.sees("Choose what is biggest in the picture.")
        await phone.taps("Got it")
    await of_chloe.taps("Commencer", on="6 photos")
    await of_chloe.sees("Choisissez ce qui est le plus grand")
    await of_chloe.taps("Compris")

    await of_ana.shows_photo(await of_ana.sees("1 of up to"))
    await shots.phone(ana, "card")
    await shots.phone(ana, "card-dark", dark=True)
    first = await task_on(house, ana, "Cat")
    await of_ana.taps("Something else" if TRUTH[first] != "Something else" else "Cat")
    await of_ana.hears("Saved · +$0.05")
    await of_ana.sees("2 of up to")
    await of_ana.taps("Undo")
    await of_ana.hears("Taken back")
    await of_ana.sees("1 of up to")
    assert await task_on(house, ana, "Cat") == first

    await of_ben.sees("1 of up to")
    await of_ben.taps("Instructions")
    await of_ben.sees("how to do it")
    await of_ben.taps("Got it")
    tapped = Counter((await labels(house, ben, of_ben, range(1, PHOTOS + 1), seconds=4)).items())
    await of_ben.sees("That was all there is for you")

    await of_olivia.says("/batches")
    await of_olivia.taps("pets · pilot · 6")
    tapped.update((await labels(house, ana, of_ana, range(1, 5), seconds=4, wrong=3)).items())
    tapped.update((await labels(house, chloe, of_chloe, range(1, 4), seconds=3)).items())
    await house.settled()
    await of_chloe.sees("4 sur 6")
    await of_ana.sees("5 of up to 6")
    await of_olivia.sees("Pilot: 13 of 18 answered, 3 workers", "measured in the pilot")
    await shots.phone(olivia, "pilot", height=1140)
    await of_olivia.taps("Publish", on="pets")
    await of_olivia.hears("Published")
    await of_olivia.sees("pets · open", "Answers 13")
    await shots.page(of_ana.page, "three-people")
    await shots.phone(olivia, "progress")
    await shots.phone(chloe, "card-french")

    tapped.update((await labels(house, ana, of_ana, range(5, PHOTOS + 1), seconds=3)).items())
    tapped.update((await labels(house, chloe, of_chloe, range(4, PHOTOS + 1), seconds=3)).items())
    await of_ana.sees("That was all there is for you", "$0.30")
    await of_chloe.sees("C’est tout ce qu’il y a pour vous")
    await of_olivia.sees("pets is done: all 6 photos have their answers.")
    return tapped


async def replies(house: House, ana: Phone, of_ana: Screen, shots: Pictures) -> None:
    """Ana writes one reply in two messages and mends the first; then another in one."""
    await of_ana.taps("Start", on="2 tasks")
    await of_ana.sees("in two to six sentences")
    await of_ana.taps("Got it")
    for number in range(len(ASKED)):
        asked = await prompt_on(of_ana, number)
        house.clock.forward(seconds=150)
        if asked == ASKED[0]:
            await of_ana.says("Sunlight has al colours.")
            await of_ana.sees("not submitted yet", "Sunlight has al colours.")
            await of_ana.says(SKY_MORE)
            await of_ana.sees("Your reply goes on below.")
            await of_ana.sees("not submitted yet", SKY_MORE)
            await of_ana.mends("Sunlight has al colours.", SKY)
            await of_ana.sees("not submitted yet", SKY, SKY_MORE)
            await shots.phone(ana, "reply")
        else:
            await of_ana.says(HAIKU)
            await of_ana.sees("not submitted yet", "the kettle sings too")
        await of_ana.taps("Submit")
        await of_ana.hears("Saved · +$0.80")
    await of_ana.sees("That was all there is for you in prompts")


async def prompt_on(of_ana: Screen, number: int) -> str:
    """The prompt on the open card."""
    card = await of_ana.sees(f"prompts · {number + 1} of up to {len(ASKED)}")
    said = await card.inner_text()
    return next(prompt for prompt in ASKED if prompt in said)


async def review(house: House, olivia: Phone, of_olivia: Screen, of_ana: Screen, shots: Pictures) -> None:
    """One reply is accepted, the other returned with a reason, mended and accepted."""
    await of_olivia.says("/review")
    await of_olivia.sees("2 waiting")
    await shots.phone(olivia, "review")
    for count in (2, 1):
        shown = await of_olivia.sees(f"{count} waiting")
        if "haiku" in await shown.inner_text():
            await of_olivia.taps("Return")
            await of_olivia.sees("What should the writer change?")
            await of_olivia.says("Please end with the rain.")
            await of_olivia.sees("Returned. The writer has been told.")
        else:
            await of_olivia.taps("Accept")
            await of_olivia.hears("Accepted · $0.80")
    await of_olivia.sees("Nothing is waiting for a review")
    await of_ana.sees("Please end with the rain.")
    await of_ana.taps("Start working", on="Please end with the rain.")
    await of_ana.sees("please look at your reply once more")
    await of_ana.mends("the kettle sings too", "Rain on the tin roof\nnobody is in a hurry\nfar into the rain")
    await of_ana.sees("not submitted yet", "far into the rain")
    await of_ana.taps("Submit")
    await of_olivia.says("/review")
    await of_olivia.sees("1 waiting", "far into the rain")
    await of_olivia.taps("Accept")
    await of_olivia.sees("Nothing is waiting for a review")


async def earn(house: House, ana: Phone, of_ana: Screen, shots: Pictures) -> None:
    """What was accepted is available; the photos are in review until silence accepts them."""
    await house.settled()
    await of_ana.says("/earnings")
    await of_ana.shows_photo(await of_ana.sees("Available $1.60", "In review $0.30"))
    await shots.phone(ana, "earnings")
    house.clock.forward(seconds=32 * HOUR)  # the next day, after the hour of the summary
    await house.tick("reviews")
    await of_ana.says("/earnings")
    await of_ana.sees("Available $1.90", "In review $0.00")


async def be_paid(house: House, olivia: Phone, of_olivia: Screen, of_ana: Screen, shots: Pictures) -> None:
    """The summary comes with its picture; payday pays Ana once, with a receipt; the books are in balance."""
    await house.tick("refits")
    await house.settled()
    await house.tick("summary")
    await of_olivia.shows_photo(await of_olivia.sees("Quality summary", "“pets” 6 of 6 done"))
    await house.settled()
    await of_olivia.shows_photo(await of_olivia.sees("6 of 6 photos done (100%)", "Agreement:"))
    if shots.wanted:
        await of_olivia.says("/report")
        await of_olivia.taps("pets", on="Which batch?")
        await house.settled()
        await shots.phone(olivia, "report", height=1_080)
        await shots.phone(olivia, "report-dark", dark=True, height=1_080)
    house.clock.forward(seconds=7 * 24 * HOUR)
    for _ in range(2):
        await house.tick("payouts")
    await of_olivia.sees("$1.90 · Ana", "Total $1.90")
    await of_olivia.taps("Approve")
    await of_olivia.sees("Approved by Olivia")
    await of_olivia.taps("Mark paid")
    await of_olivia.sees("Settled,", "1 paid")
    await of_ana.sees("$1.90 paid to you")
    await shots.phone(olivia, "payout")
    await house.settled()
    assert await house.read(ledger.total) == 0


async def exported(of_olivia: Screen) -> Counter[tuple[str, str]]:
    """What the downloaded export says was answered; the majority labels are what the pictures show."""
    await of_olivia.taps("Export", on="pets")
    await of_olivia.sees("18 submissions")
    with zipfile.ZipFile(io.BytesIO(await of_olivia.downloads())) as packed:
        files = {name.rpartition("/")[2]: packed.read(name).decode("utf-8-sig") for name in packed.namelist()}
    tasks = list(csv.DictReader(io.StringIO(files["tasks.csv"])))
    assert {row["task"]: row["label"] for row in tasks} == TRUTH
    rows: list[dict[str, Any]] = [json.loads(line) for line in files["submissions.jsonl"].splitlines()]
    return Counter((row["task"], row["answer"]) for row in rows)


def _task_name(tx: Tx, *, assignment: int) -> str:
    row = tx.one("select t.name from assignments a join tasks t on t.id = a.task_id where a.id = :one", one=assignment)
    assert row is not None
    return str(row["name"])
