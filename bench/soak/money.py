"""What the people of a soak do about money besides earning it: reject, appeal, decide, add budget, pay, ask.

Each is one small story that is told again and again; what happens next is drawn from the seed, what can happen depends
on what the bot has shown. A story ends early when the bot has not shown what it waits for.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Callable
from random import Random
from typing import Any

from bench.soak.people import COORDINATOR, OWNER, REJECTER, REVIEWER, Member, People
from emulator.attachments import Attached

SETTINGS = {"RAILS": "csv,by_hand", "FLOOR": "30", "PAYOUT_TWO_ABOVE": "40"}
"""Of the victim: methods are typed, people are lifted, and a run of any size wants two humans."""
ANSWERS = (("paid", 0.85), ("failed", 0.95), ("", 1.0))
"""What the bank says of a payout, with the sum of the likelihoods so far; nothing: it is in no answer yet."""
RETURNED = 0.15
STEP = 0.4
"""Seconds somebody looks at a screen before they tap on."""
EVIDENCE = "As line 2 of the instructions says."
_PAYOUT = re.compile(r"^TH[0-9A-F]{8}P(\d+)$", re.IGNORECASE)


class Money:
    """The stories. `people.witness.banked` has what the bank's answers said of each payout, in order."""

    def __init__(self, people: People, seed: int) -> None:
        self._people = people
        self._chance = Random(f"{seed}:money")
        self._numbers: dict[int, str] = {}
        self._staff = [people.members[number] for number in (OWNER, COORDINATOR, REVIEWER)]

    @property
    def stories(self) -> tuple[Callable[[float], Any], ...]:
        """One turn of each, given the pause between two acts."""
        return (*3 * (self.reject,), self.decide, self.decide, self.settle, self.settle, self.fund, *3 * (self.ask,))

    # Staff

    async def reject(self, pause: float) -> None:
        """One who does nothing else rejects a written answer of the queue, or a page of somebody's one-tap answers."""
        rita = self._people.members[REJECTER]
        if self._chance.random() < 0.5:
            self._people.say(rita, "/review")
            await self._press(rita, "rj_ask")
        else:
            await self._press(rita, "ow_list") or self._people.say(rita, "/review")
            for action in ("ow_list", "ow_batch", "ow_page", "rj_ask"):
                await self._press(rita, action)
        if not await self._press(rita, "rj_code"):
            return
        if not await self._press(rita, "rj_line", "rj_source"):
            self._people.say(rita, EVIDENCE)
            await asyncio.sleep(STEP)
        for _ in range(1 + (self._chance.random() < 0.2)):  # twice: rejected once
            await self._press(rita, "rj_yes")

    async def decide(self, pause: float) -> None:
        """Somebody of the staff decides an appeal, what waits for a second human, or a reported task."""
        member = self._chance.choice(self._staff)
        if self._chance.random() < 0.4:
            self._people.say(member, "/review" if self._chance.random() < 0.7 else "/batches")
            await asyncio.sleep(STEP)
        lot = self._chance.random()
        if lot < 0.35:
            if await self._press(member, "ap_pay" if lot < 0.2 else "ap_keep") and lot >= 0.2:
                self._people.say(member, "It is the same as another answer, word for word.")
        elif lot < 0.7:
            await self._press(member, *(("pp_agree", "pq_agree") if lot < 0.6 else ("pp_decline", "pq_decline")))
        else:
            await self._press(member, *(("rp_agree", "rp_next") if lot < 0.9 else ("rp_decline", "rp_next")))

    async def fund(self, pause: float) -> None:
        """The coordinator adds to a batch's budget, lets it go on, takes the price that would do."""
        carla = self._people.members[COORDINATOR]
        lot = self._chance.random()
        if lot < 0.3:
            self._people.say(carla, "/batches")
            await self._press(carla, "b_open")
        if lot < 0.6 and await self._press(carla, "b_budget"):
            self._people.say(carla, self._chance.choice(("2", "3,50", "0.75", "too much", "999999999")))
        elif lot < 0.8:
            await self._press(carla, "b_price", "b_publish")
        else:
            await self._press(carla, "b_resume")
        await asyncio.sleep(3 * pause)

    async def settle(self, pause: float) -> None:
        """Two approve, one asks for files and the list, and sends what the bank answered; some of it comes back."""
        member = self._chance.choice(self._staff[:2])
        lot = self._chance.random()
        if lot < 0.15:
            self._people.say(member, "/payouts")
            await self._press(member, "po_dry")
        elif lot < 0.6:
            for action in ("po_show", "po_approve", "po_file", "po_list"):
                await self._press(member, action, seconds=0.5)
        elif member.papers:
            self._answer(member)

    def _answer(self, member: Member) -> None:
        paper = self._chance.choice(member.papers)
        rows = list(csv.DictReader(io.StringIO(self._people.opened(paper).decode("utf-8-sig"))))
        if not rows or "payout" not in rows[0] or "status" not in rows[0]:
            return
        said: dict[int, str] = {}
        for row in rows:
            found = _PAYOUT.match(row["payout"])
            if found is None:
                continue
            payout = int(found[1])
            before = self._people.witness.banked.get(payout, [""])[-1]
            lot = self._chance.random()
            row["status"] = {
                "": next(status for status, upto in ANSWERS if lot < upto),
                "paid": "returned" if lot < RETURNED else "paid",
            }.get(before, before)
            row["reason"] = "" if row["status"] in ("", "paid") else "account closed"
            said[payout] = row["status"]
        out = io.StringIO()
        table = csv.DictWriter(out, fieldnames=list(rows[0]))
        table.writeheader()
        table.writerows(rows)
        for _ in range(1 + (self._chance.random() < 0.2)):  # the same file twice
            self._people.send(member, Attached("answer.csv", out.getvalue().encode()))
        for payout, status in said.items():
            if status:
                self._people.witness.banked.setdefault(payout, []).append(status)

    # Workers

    async def ask(self, pause: float) -> None:
        """Some worker appeals, asks why, says how they want to be paid, or asks for what was theirs."""
        people, chance = self._people, self._chance
        others = people.workers[3:]
        rejected = [one for one in others if one.newest("rj_appeal", "rj_all") is not None]
        member = chance.choice(rejected if rejected and chance.random() < 0.3 else others)
        if member.quiet is not None or member.away is not None:
            return
        if (found := member.newest("rj_appeal", "rj_all", "hs_appeal")) is not None and chance.random() < 0.6:
            people.tap(member, *found)
            return
        if (found := member.newest("rj_why", "tu_why", "rj_inquire")) is not None and chance.random() < 0.3:
            people.tap(member, *found)
            return
        lot = chance.random()
        if lot < 0.45:
            await self._method(member)
        elif lot < 0.6:
            people.say(member, "/earnings")
            await self._press(member, "statement")
            await self._press(member, "st_month")
        elif lot < 0.8:
            people.say(member, "/history")
            await self._press(member, "hs_why", "hs_page")
        else:
            people.say(member, "/fairness")

    async def _method(self, member: Member) -> None:
        """Choose a kind and type a number, which may be wrong or another's; or undo what was changed."""
        people, chance = self._people, self._chance
        if chance.random() < 0.1 and await self._press(member, "pm_not_me"):
            return
        people.say(member, "/payout")
        if not await self._press(member, "pm_choose"):
            return
        kind = member.tap.data if member.tap is not None else ""
        if kind.startswith("pm_choose:3"):
            return
        lot = chance.random()
        number = f"soak-{member.person.id}-{chance.randrange(3)}@example.org"
        if lot < 0.1 and self._numbers:
            number = chance.choice(sorted(self._numbers.values()))
        elif kind.startswith("pm_choose:0"):
            number = _iban(chance) if lot < 0.9 else "DE89 3704 0044 0532 0130 01"
        elif kind.startswith("pm_choose:2"):
            number = f"+2547{chance.randrange(10**8):08}" if lot < 0.9 else "12"
        else:
            self._numbers[member.person.id] = number
        people.say(member, number)
        if len(number) > 6:  # what is shorter stands in a log by chance
            people.witness.numbers.add(number)
        await asyncio.sleep(STEP)
        people.say(member, f"Holder {member.person.id}")

    async def _press(self, member: Member, *actions: str, seconds: float = 2.0) -> bool:
        """Tap one of these buttons where there is one, at last; at random which of a message's."""
        for _ in range(int(seconds / 0.1)):
            if (found := member.newest(*actions)) is not None:
                message, data = found
                offered = member.all_of(message, data.partition(":")[0])
                self._people.tap(member, message, self._chance.choice(offered))
                await asyncio.sleep(STEP)
                return True
            await asyncio.sleep(0.1)
        return False


def _iban(chance: Random) -> str:
    """A German one with its check digits right (ISO 13616: 98 minus the rest of 97)."""
    number = f"37040044{chance.randrange(10**10):010}"
    return f"DE{98 - int(number + '131400') % 97:02}{number}"
