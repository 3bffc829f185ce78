"""Where the victim kills itself: named points of the product's code, wrapped from outside.

The product knows nothing of this. A point whose name no longer exists raises Moved at the victim's start: the table is
then to be brought up to date, not to be shortened.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final


class Moved(Exception):
    """What a point names is not there (any more)."""


@dataclass(frozen=True, slots=True)
class Point:
    """`where` is module:attribute; the process dies as that is entered, or (`after`) when it has come to its end."""

    where: str
    after: bool = False
    needs: str = "load"
    """What makes the process come by: load, an import, an export, offers, a payday, a fit, a start, a SIGTERM."""


POINTS: Final[dict[str, Point]] = {
    # In the inbox, on disk; the offset has not moved.
    "kept": Point("bot.receiver:Receiver.take_in", after=True),
    # The effect is on disk; the tap has no answer.
    "untoasted": Point("handlers.context:Context.toast"),
    # Telegram has it; the row does not know.
    "unmarked": Point("bot.courier:Courier.carry", after=True),
    # Inside a group: functions have run, nothing is committed.
    "in_group": Point("storage.inbox:close", after=True),
    # Steps of long work: some are on disk, this one is not.
    "importing": Point("usecases.imports:take_in", needs="import"),
    "imported": Point("usecases.imports:finish", after=True, needs="import"),
    "offering": Point("usecases.waves:offer_step", after=True, needs="offers"),
    "exporting": Point("usecases.exports:step", after=True, needs="export"),
    "exported": Point("usecases.exports:finish", needs="export"),
    # Payday: some have their payout, not all.
    "gathering": Point("storage.payouts:add", after=True, needs="payday"),
    "settling": Point("storage.payouts:close", after=True, needs="payday"),
    # A fit: some of its labels are stored, and all but its end.
    "fitting": Point("usecases.refits:store_labels", after=True, needs="fit"),
    "fitted": Point("usecases.refits:finish", needs="fit"),
    # The database is open, the sender knows nothing yet.
    "starting": Point("bot.sender:Sender.load", needs="start"),
    # After SIGTERM, with answers still to go.
    "draining": Point("bot.sender:Sender.stop", needs="term"),
}

PAYING: Final[dict[str, Point]] = {
    # The rows of a sending are written and not committed.
    "sending_begun": Point("usecases.sending:begin", after=True, needs="payouts"),
    # It is noted that a call is made; none has been.
    "uncalled": Point("bot.paypal:PayPal.send", needs="payouts"),
    # The provider has answered, or nobody knows; the row says neither.
    "unanswered": Point("bot.paypal:PayPal.send", after=True, needs="payouts"),
    "sending_taken": Point("usecases.sending:taken", after=True, needs="payouts"),
    "sending_doubted": Point("usecases.sending:doubted", needs="payouts"),
    # What the provider says is known; nothing is settled.
    "looked_at": Point("bot.paypal:PayPal.look", after=True, needs="payouts"),
    # Some payouts of a step are settled, nothing is committed.
    "settled_one": Point("usecases.settling:paid", after=True, needs="payouts"),
    # A step is settled and not committed; all steps are, and the sending does not know.
    "settled_step": Point("usecases.sending:settle", after=True, needs="payouts"),
    "settled_all": Point("usecases.sending:looked", needs="payouts"),
}
"""The points of the run of payouts (bench/soak/payouts.py)."""


def die(note: Callable[[], None]) -> None:
    """Leave a note and be gone, as with `kill -9`."""
    note()
    os.kill(os.getpid(), signal.SIGKILL)


def wrap(where: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put `around(original)` in the place of `module:attribute`. Raises Moved."""
    module_name, _, path = where.partition(":")
    *owners, name = path.split(".")
    try:
        owner: Any = importlib.import_module(module_name)
        for one in owners:
            owner = getattr(owner, one)
        original = getattr(owner, name)
    except (ImportError, AttributeError) as error:
        raise Moved(f"{where}: {error}") from error
    setattr(owner, name, around(original))


def arm(point: Point, on_pass: Callable[[], None]) -> None:
    """Call `on_pass` each time the process comes by the point. Raises Moved."""

    def around(original: Callable[..., Any]) -> Callable[..., Any]:
        if asyncio.iscoroutinefunction(original):

            @functools.wraps(original)
            async def passing(*args: Any, **values: Any) -> Any:
                if not point.after:
                    on_pass()
                result = await original(*args, **values)
                if point.after:
                    on_pass()
                return result

            return passing

        @functools.wraps(original)
        def going_by(*args: Any, **values: Any) -> Any:
            if not point.after:
                on_pass()
            result = original(*args, **values)
            if point.after:
                on_pass()
            return result

        return going_by

    wrap(point.where, around)
