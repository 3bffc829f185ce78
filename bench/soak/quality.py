"""What the people of a soak do about quality besides answering: look at a report, decide, keep gold or take it back.

As with money (money.py), each is a small story told again and again, and ends early when the bot has not shown what it
waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from bench.soak.people import COORDINATOR, OWNER, REVIEWER, Member, People

STEP = 0.4
"""Seconds somebody looks at a screen before they tap on."""
GOLD = (("gd_back", 0.3), ("gd_to", 0.5), ("gd_keep", 0.9), ("gd_next", 1.0))
"""What a coordinator makes of gold that looks wrong, with the sum of the likelihoods so far."""
DISPUTE = (("dp_pick", 0.7), ("dp_none", 0.85), ("dp_skip", 1.0))
"""And of a task nobody agrees on."""
UNDONE = 0.15


class Quality:
    """The stories."""

    def __init__(self, people: People, seed: int) -> None:
        self._people = people
        self._chance = Random(f"{seed}:quality")
        self._coordinators = [people.members[number] for number in (OWNER, COORDINATOR)]

    @property
    def stories(self) -> tuple[Callable[[float], Any], ...]:
        """One turn of each, given the pause between two acts."""
        return (*2 * (self.report,), self.decide, self.object_to)

    async def report(self, pause: float) -> None:
        """A coordinator opens /report, looks at a batch, and does one of the things it names; or lets a newcomer in."""
        member = self._chance.choice(self._coordinators)
        if self._chance.random() < 0.2 and await self._press(member, "test_in", "test_why", seconds=0.2):
            return
        self._people.say(member, "/report")
        await self._press(member, "q_show")
        await asyncio.sleep(3 * STEP)  # its figures are made by a job
        lot = self._chance.random()
        if lot < 0.5 and await self._press(member, "gd_show"):
            await self._about_gold(member)
        elif await self._press(member, "q_disputes"):
            await self._dispute(member)
        else:
            await self._press(member, "b_labels", "q_people", "q_list")

    async def decide(self, pause: float) -> None:
        """A reviewer goes on with what nobody agrees on, from the list of /review."""
        member = self._people.members[REVIEWER]
        if self._chance.random() < 0.7:
            await self._press(member, "ow_list") or self._people.say(member, "/review")
        if await self._press(member, "dp_show"):
            await self._dispute(member)

    async def object_to(self, pause: float) -> None:
        """A worker who was told that they missed a known answer thinks that it was right; another asks why."""
        told = [one for one in self._people.workers[3:] if one.newest("gold_object") and not (one.quiet or one.away)]
        if told and self._chance.random() < 0.5:
            await self._press(self._chance.choice(told), "gold_object", seconds=0.2)
        else:
            await self._press(self._chance.choice(self._people.workers[3:]), "test_why", "lb_why", seconds=0.2)

    async def _about_gold(self, member: Member) -> None:
        for _ in range(2):
            lot = self._chance.random()
            wanted = next(action for action, upto in GOLD if lot < upto)
            if not await self._press(member, wanted, "gd_keep", "gd_next"):
                return

    async def _dispute(self, member: Member) -> None:
        for _ in range(3):
            lot = self._chance.random()
            wanted = next(action for action, upto in DISPUTE if lot < upto)
            if not await self._press(member, wanted, "dp_none"):
                return
            if self._chance.random() < UNDONE:
                await self._press(member, "dp_undo")

    async def _press(self, member: Member, *actions: str, seconds: float = 2.0) -> bool:
        """Tap one of these, the first that there is, at random which of a message's; sometimes twice. False: none."""
        for _ in range(max(1, int(seconds / 0.1))):
            for action in actions:
                if (found := member.newest(action)) is not None:
                    data = self._chance.choice(member.all_of(found[0], action))
                    for _ in range(1 + (self._chance.random() < 0.1)):
                        self._people.tap(member, found[0], data)
                    await asyncio.sleep(STEP)
                    return True
            await asyncio.sleep(0.1)
        return False
