"""Every kind of long work there is, and what does it."""

from __future__ import annotations

from typing import Final

from bot.exports import export
from bot.imports import import_file
from bot.jobs import Kind
from bot.lookalikes import search
from bot.offers import offer
from bot.payouts import bank_answer, payout_file
from bot.quality_reports import report
from bot.refits import refit
from bot.statements import statement

KINDS: Final[dict[str, Kind]] = {
    "import": import_file,
    "offers": offer,
    "export": export,
    "statement": statement,
    "quality_report": report,
    "refit": refit,
    "lookalikes": search,
    "payout_file": payout_file,
    "bank_answer": bank_answer,
}
