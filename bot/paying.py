"""The engine that pays over PayPal: asks the rows what is to be sent or looked at, calls, writes what came of it.

One call at a time. What may happen next is decided in usecases/sending.py from rows alone, so a process that is killed
at any instruction is followed by one that first asks what became of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from bot import logs
from bot.paypal import Doubt, Later, NoAnswer, PayPal, Refused, Taken, WrongCredentials
from domain.rules import SECOND
from domain.sendings import MOST_ITEMS, Sending
from storage import sendings
from storage.database import Database
from usecases import sending

log = logs.get()


@dataclass(frozen=True, slots=True)
class Measures:
    """`items` payouts a call, `step` of them a transaction; every `look` seconds it asks for newly approved runs."""

    items: int = MOST_ITEMS
    step: int = 100
    look: float = 5.0


MEASURES = Measures()


class Paying:
    """Works off what is due. Belongs to the process that holds the folder's lock: there is one at a time."""

    def __init__(self, db: Database, paypal: PayPal, *, clock: Callable[[], int]) -> None:
        self._db = db
        self._paypal = paypal
        self._clock = clock
        self._measures = MEASURES
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin with what an earlier process left."""
        await self._paypal.open()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop where it is; a call under way becomes a doubt that the next start looks into."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._paypal.close()

    async def _run(self) -> None:
        while True:
            wait = self._measures.look
            try:
                wait = min(wait, await self._step())
            except Exception:
                log.exception("paying_failed")
            await asyncio.sleep(max(0.0, wait))

    async def _step(self) -> float:
        """Do one thing that is due; returns the seconds until the next may be."""
        if await self._db.read(sendings.waiting_run, sending.RAIL) is not None:
            await self._db.write(sending.begin, now=self._clock(), most=self._measures.items)
        one = await self._db.read(sendings.next_due)
        if one is None:
            return self._measures.look
        if (wait := one.next_at - self._clock()) > 0:
            return wait / SECOND
        if one.state == "written":
            await self._send(one)
        else:
            await self._look(one)
        return 0.0

    async def _send(self, one: Sending) -> None:
        body = await self._db.write(sending.call, sending_id=one.id, now=self._clock())
        if body is None:
            log.error("sending_lost", sending=one.id)
            return
        answer = await self._paypal.send(body)
        about = {"sending_id": one.id, "now": self._clock()}
        if isinstance(answer, Taken):
            log.info("sending_taken", sending=one.id, calls=one.calls + 1)
            await self._db.write(sending.taken, sending_id=one.id, reference=answer.reference, now=self._clock())
        elif isinstance(answer, Refused):
            log.error("sending_refused", sending=one.id, name=answer.name, items=len(answer.items))
            await self._db.write(sending.refused, **about, name=answer.name, items=answer.items)
        elif isinstance(answer, Later):
            log.warning("sending_put_off", sending=one.id, why=answer.why)
            wait = None if answer.seconds is None else int(answer.seconds * SECOND)
            await self._db.write(sending.put_off, **about, why=answer.why, wait=wait)
        elif isinstance(answer, Doubt):
            log.warning("sending_doubted", sending=one.id, why=answer.why)
            await self._db.write(sending.doubted, sending_id=one.id, now=self._clock())

    async def _look(self, one: Sending) -> None:
        """Ask about all payouts of a sending and settle them in bounded steps."""
        assert one.reference is not None
        try:
            look = await self._paypal.look(one.reference)
            for start in range(0, len(look.lines), self._measures.step):
                lines = look.lines[start : start + self._measures.step]
                await self._db.write(
                    sending.settle, sending_id=one.id, lines=lines, denied=look.denied, now=self._clock()
                )
            await self._db.write(sending.looked, sending_id=one.id, look=look, now=self._clock())
        except NoAnswer as error:
            log.warning("sending_unseen", sending=one.id, why=str(error))
            wrong = isinstance(error, WrongCredentials)
            await self._db.write(sending.not_looked, sending_id=one.id, wrong_credentials=wrong, now=self._clock())
        except Exception:
            # The others shall not wait behind one that cannot be settled.
            with contextlib.suppress(Exception):
                await self._db.write(sending.not_looked, sending_id=one.id, wrong_credentials=False, now=self._clock())
            raise
