"""Who is measured: our bot and the peers, each as the command that starts it and what its people do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bench.process import ROOT

TOKEN = "1000001:LOCAL"


@dataclass(frozen=True, slots=True)
class Contender:
    """One row. `taps`: its people tap (two calls a step, else one); `reference`: its best stands for 1.00."""

    name: str
    command: tuple[str, ...]
    opening: str = "/start"
    taps: bool = True
    reference: bool = False
    ours: bool = False
    calls: int = 2


def _peer(name: str, file: str, *arguments: str, taps: bool = True, reference: bool = False) -> Contender:
    path = str(ROOT / "bench" / "peers" / f"{file}.py")
    opening = "/start" if taps else "Good morning"
    return Contender(name, (path, *arguments), opening, taps, reference, calls=2 if taps else 1)


OURS = Contender("Tallyhand: durable submission, answer, card", ("-m", "bot", "run"), "/work", ours=True)
AIOGRAM_TAPS = _peer("aiogram: tap bot", "aiogram_taps")
STEPS = (
    OURS,
    *(
        _peer(f"python-telegram-bot: tap bot, {most} at once", "ptb_taps", str(most), reference=True)
        for most in (1, 16, 256)
    ),
    AIOGRAM_TAPS,
)
ECHO_OVER_OURS = _peer(
    "python-telegram-bot: echo over our transport, 256 at once", "ptb_echo", "256", "ours", taps=False
)
AIOGRAM_ECHO = _peer("aiogram: echo", "aiogram_echo", taps=False)
ECHOES = (
    _peer("python-telegram-bot: echo, 1 at once", "ptb_echo", "1", taps=False),
    _peer("python-telegram-bot: echo, 256 at once", "ptb_echo", "256", taps=False),
    ECHO_OVER_OURS,
    AIOGRAM_ECHO,
)


def environment(contender: Contender, address: str, data_dir: Path) -> dict[str, str]:
    """The settings of a contender's process: for ours, no limits of its own, all else as it is run."""
    env = {"BOT_TOKEN": TOKEN, "BOT_API_URL": address}
    if contender.ours:
        env |= {
            "DATA_DIR": str(data_dir),
            "SECRET_KEY": "bench",
            "PACING": "false",
            "QUICK_TAP_MILLIS": "0",
            "QUIET_HOURS": "false",
            "FLOOR": "0",
        }
    return env
