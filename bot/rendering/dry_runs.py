"""What a payout now would pay, as staff read it."""

from __future__ import annotations

from typing import Any

from bot.rendering.message import Action, Message, Renderer
from bot.rendering.payouts import rail_name
from domain.payouts import minimum
from domain.periods import next_payout
from locales.words import Markup, Words
from storage.database import Tx
from usecases.dry_runs import DryRun
from usecases.dry_runs import dry_run as judged


def dry_run(view: tuple[DryRun, int], words: Words) -> Action:
    """What a run now would pay, and whom it would leave out."""
    found, at = view
    parts = [words.html("<b>Dry run</b>: what a payout now would pay. Nothing has happened.")]
    if found.people:
        lines = [_part(rail_name(part.name, words), part.people, part.amount, words) for part in found.paid]
        total = _part(words.plain("Together"), found.people, found.total, words)
        parts.append(Markup("\n".join([*lines, total] if len(lines) > 1 else lines)))
    else:
        parts.append(words.html("Nobody would be paid."))
    if found.left_out:
        least = words.money(minimum(words.rules))
        reasons = {
            "minimum": words.plain("below the minimum ({amount})", amount=least),
            "no_method": words.plain("no payout method yet"),
            "waiting": words.plain("their first method or a change still waits"),
            "not_paid": words.plain("a method that no way of paying here reaches"),
        }
        left = [_part(reasons[part.name], part.people, part.amount, words) for part in found.left_out]
        parts.append(Markup("\n".join([words.html("<b>Left out</b>"), *left])))
    if found.short:
        parts.append(
            words.html(
                "⚠️ The clients’ funds owe {amount}: record the money with /funds.", amount=words.money(found.short)
            )
        )
    parts.append(words.html("The next payout is on {at}.", at=words.day_and_time(next_payout(words.rules, at).due_at)))
    return Message("\n\n".join(parts))


def _part(name: str, number: int, amount: int, words: Words) -> Markup:
    return words.html_many(
        "{name}: {amount} for {count} person",
        "{name}: {amount} for {count} people",
        number,
        name=name,
        amount=words.money(amount),
    )


def _dry_run_view(tx: Tx, person_id: int, params: dict[str, Any]) -> tuple[DryRun, int]:
    return judged(tx), params["at"]


RENDERERS = {"payout_dry_run": Renderer(dry_run, _dry_run_view)}
