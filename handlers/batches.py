"""The coordinator's side: files become drafts, drafts are changed and published, batches paused, closed, exported."""

from __future__ import annotations

import secrets

from telegram import Message

from domain.drafts import FIELDS
from domain.incoming import Incoming, what_is
from domain.notices import Slot
from domain.people import LANGUAGES
from domain.words import N_
from handlers.context import Context
from locales.words import Words
from usecases import budgets, coordinating, drafts, exports, funds, peer_scores, pilots, publishing, received
from usecases.peer_scores import ASKING, Asking


async def document(ctx: Context, message: Message) -> None:
    """A file: a ZIP of photos, a table of texts, or a photo sent as a file."""
    sent = message.document
    assert sent is not None
    file = Incoming(
        what=what_is(sent.file_name, sent.mime_type),
        file_id=sent.file_id,
        name=sent.file_name,
        size=sent.file_size or 0,
        caption=message.caption or "",
        group=message.media_group_id,
        message_id=message.message_id,
    )
    await ctx.write(received.file, file=file)


async def photo(ctx: Context, message: Message) -> None:
    """A photo, alone or in an album."""
    largest = max(message.photo, key=lambda size: size.width * size.height)
    file = Incoming(
        what="photo",
        file_id=largest.file_id,
        size=largest.file_size or 0,
        caption=message.caption or "",
        group=message.media_group_id,
        message_id=message.message_id,
    )
    await ctx.write(received.file, file=file)


async def new_batch(ctx: Context, text: str) -> None:
    """`/newbatch`, step by step; what follows the command is taken as the brief."""
    await ctx.write(drafts.begin, text=text)


async def show_batches(ctx: Context, _: str) -> None:
    """`/batches`."""
    await ctx.write(coordinating.show_list)


async def show_funds(ctx: Context, text: str) -> None:
    """`/funds`, or `/funds 500` by the owner."""
    await ctx.write(funds.funds, text=text, message_id=ctx.arrival.message_id or 0)


async def open_batch(ctx: Context, batch: int) -> None:
    """One batch of the list."""
    await ctx.write(coordinating.open_batch, batch=batch)


async def change(ctx: Context, batch: int, field: int) -> None:
    """Question, Answers, Price, … of a draft."""
    ctx.slot = Slot.batch(batch)
    await ctx.write(drafts.ask_field, batch=batch, field=field)


async def change_overlap(ctx: Context, batch: int) -> None:
    """**Change overlap**."""
    await change(ctx, batch, FIELDS.index("overlap"))


async def no_answers(ctx: Context, batch: int) -> None:
    """**No answers**: workers write."""
    await ctx.write(drafts.skip_answers, batch=batch)


async def cancel(ctx: Context, batch: int) -> None:
    """**Cancel** under a question of ours."""
    ctx.slot = Slot.confirm(batch)
    await ctx.write(drafts.cancel, batch=batch)


async def leave_out(ctx: Context, batch: int) -> None:
    """**Leave it out**: the lines that could not be used."""
    ctx.slot = Slot.batch(batch)
    await ctx.write(drafts.leave_out, batch=batch)


async def that_is_all(ctx: Context, batch: int) -> None:
    """**That is all**."""
    ctx.slot = Slot.batch(batch)
    await ctx.write(drafts.that_is_all, batch=batch)


async def preview(ctx: Context, batch: int) -> None:
    """**Preview**."""
    ctx.slot = Slot.batch(batch)
    await ctx.write(drafts.preview, batch=batch)


async def previewed(ctx: Context) -> None:
    """A button of a preview."""
    await ctx.write(drafts.nothing)
    await ctx.toast(N_("This is how workers see it. Nothing is stored."))


async def publish(ctx: Context, batch: int, tasks: int, cost: int) -> None:
    """**Publish**, with what the button showed."""
    ctx.slot = Slot.batch(batch)
    salt = secrets.randbits(62)
    done = await ctx.write(publishing.publish, batch=batch, tasks=tasks, cost=cost, salt=salt)
    if done.amount:
        await ctx.toast(N_("Published · {amount} reserved"), amount=done.amount)
    else:  # all of it was in the pilot, which has its money
        await ctx.toast(N_("Published"))


async def pilot(ctx: Context, batch: int, tasks: int, cost: int) -> None:
    """**Pilot**, with what the draft said it takes."""
    ctx.slot = Slot.batch(batch)
    amount = await ctx.write(pilots.begin, batch=batch, tasks=tasks, cost=cost)
    await ctx.toast(N_("Pilot begun · {amount} reserved"), amount=amount)


async def set_price(ctx: Context, batch: int, price: int) -> None:
    """**Set price to …**, the one that meets the floor."""
    ctx.slot = Slot.batch(batch)
    await ctx.write(drafts.set_price, batch=batch, price=price)


async def ask_discard(ctx: Context, batch: int) -> None:
    """**Discard** under a draft."""
    ctx.slot = Slot.batch(batch)
    await ctx.write(drafts.ask_discard, batch=batch)


async def discard(ctx: Context, batch: int) -> None:
    """**Discard**, once more."""
    ctx.slot = Slot.confirm(batch)
    await ctx.write(drafts.discard, batch=batch)
    await ctx.toast(N_("Discarded."))


async def keep(ctx: Context, batch: int) -> None:
    """**Keep it** or **Keep it open**."""
    ctx.slot = Slot.confirm(batch)
    await ctx.write(drafts.keep, batch=batch)


async def pause(ctx: Context, batch: int) -> None:
    """**Pause**."""
    ctx.slot = Slot.batch(batch)
    await ctx.write(publishing.pause, batch=batch)
    await ctx.toast(N_("Paused. Open cards can still be answered."))


async def resume(ctx: Context, batch: int) -> None:
    """**Resume**."""
    ctx.slot = Slot.batch(batch)
    await ctx.write(publishing.resume, batch=batch)
    await ctx.toast(N_("Open again."))


async def ask_budget(ctx: Context, batch: int) -> None:
    """**Add budget**."""
    ctx.slot = Slot.batch(batch)
    await ctx.write(budgets.ask, batch=batch)


async def ask_close(ctx: Context, batch: int) -> None:
    """**Close**."""
    await ctx.write(publishing.ask_close, batch=batch)


async def close(ctx: Context, batch: int) -> None:
    """**Close**, once more."""
    ctx.slot = Slot.confirm(batch)
    freed = await ctx.write(publishing.close, batch=batch)
    await ctx.toast(N_("Closed · {amount} is free again"), amount=freed)


async def export(ctx: Context, batch: int) -> None:
    """**Export**."""
    await ctx.write(exports.ask, batch=batch)
    await ctx.toast(N_("The export comes as a document in a moment."))


async def ask_scores(ctx: Context, batch: int) -> None:
    """**Ask for scores**: other workers rate the replies of a batch."""
    said = {code: Asking(*map(Words(code, ctx.rules).plain, ASKING)) for code in LANGUAGES}
    count = await ctx.write(peer_scores.ask, batch=batch, said=said)
    await ctx.toast(N_("Replies to score: {count}. Set the price, then publish."), count=count)


async def show_refused(ctx: Context, batch: int) -> None:
    """**Show the list** of what was left out."""
    await ctx.write(coordinating.show_refused, batch=batch)
