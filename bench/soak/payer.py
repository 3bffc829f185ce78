"""`python -m bench.soak.payer`: the engine that pays and the real database, and nothing else of the bot.

For the small run in the tests: it starts in a third of the time, so that there are seconds enough for kills. It takes
the settings of the bot and what bench/soak/victim.py takes from the environment, and writes the same trace.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from bench.soak import victim
from bench.soak.trace import Pen


async def pay(pen: Pen) -> None:
    """Work off what is due until SIGTERM."""
    from bot import clock, logs
    from bot.paying import Paying
    from bot.paypal import PayPal
    from domain.rules import Rules
    from storage.cipher import Cipher
    from storage.database import Database

    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    given = os.environ
    logs.set_up(as_json=True, secrets=(given["PAYPAL_SECRET"],))
    db = await Database.open(
        Path(given["DATA_DIR"]) / "tallyhand.db",
        Cipher(given["SECRET_KEY"].encode()),
        Rules(bot_username="tallyhand_bot", rails=("paypal",)),
    )
    account = PayPal(given["PAYPAL_URL"], given["PAYPAL_CLIENT_ID"], given["PAYPAL_SECRET"])
    paying = Paying(db, account, clock=clock.now)
    await paying.start()
    pen.note("serving", pid=os.getpid())
    await ended.wait()
    await paying.stop()
    await db.close()
    pen.note("ended")


def main() -> None:
    """Set up the kill point and the pace, then pay."""
    pen = Pen(Path(os.environ["SOAK_FOLDER"]) / "trace.jsonl")
    pen.note("start", pid=os.getpid())
    victim.arm_point(pen)
    victim.hasten_paying()
    asyncio.run(pay(pen))


if __name__ == "__main__":
    main()
