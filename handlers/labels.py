"""Why? of a label and of a worker's score."""

from __future__ import annotations

from handlers.context import Context
from usecases import accuracy, labels


async def show(ctx: Context, batch: int) -> None:
    """**Labels** below a batch, and **Least sure**."""
    await ctx.write(labels.show, batch=batch)
    await ctx.toast("")


async def more(ctx: Context, batch: int, confidence: int, task: int) -> None:
    """**Surer ones**."""
    await ctx.write(labels.show, batch=batch, after=(confidence, task))
    await ctx.toast("")


async def why(ctx: Context, task: int) -> None:
    """**Why?** of a label."""
    await ctx.write(labels.why, task=task)
    await ctx.toast("")


async def my_accuracy(ctx: Context) -> None:
    """**How often I am right** below the history."""
    await ctx.write(accuracy.show)
    await ctx.toast("")


async def why_accuracy(ctx: Context, place: int) -> None:
    """**Why?** of one of them."""
    await ctx.write(accuracy.why, place=place)
    await ctx.toast("")
