"""`python -m bot payouts --dry-run`: what a payout run now would pay, said on the console. Nothing is changed."""

from __future__ import annotations

from collections.abc import Callable

from bot import app
from bot.settings import Settings
from domain.money import as_decimal_text
from usecases.dry_runs import DryRun, Part, dry_run

REASONS = {
    "minimum": "below the minimum",
    "no_method": "no payout method",
    "waiting": "a method that still waits",
    "not_paid": "a method that no rail here pays",
}


async def run(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Say it by rail, then who is left out and why, then what the clients' funds owe."""
    db = await app.open_database(settings)
    try:
        for line in lines(await db.read(dry_run), settings.currency):
            say(line)
    finally:
        await db.close()


def lines(found: DryRun, currency: str) -> list[str]:
    """A dry run as text."""

    def one(name: str, part: Part) -> str:
        people = "person" if part.people == 1 else "people"
        return f"{name}: {as_decimal_text(part.amount, currency=currency)} {currency} for {part.people} {people}"

    said = [one(f"rail {part.name}", part) for part in found.paid]
    said.append(one("together", Part("", found.people, found.total)))
    said += [one(f"left out, {REASONS[part.name]}", part) for part in found.left_out]
    if found.short:
        said.append(f"The clients' funds owe {as_decimal_text(found.short, currency=currency)} {currency}.")
    return said
