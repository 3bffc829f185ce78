"""The one routing table: which handler takes which command, tap or message. A newcomer starts reading here."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import Message, Update
from telegram.ext import Application, CallbackContext, ChatMemberHandler, MessageHandler, filters

from domain.notices import Slot
from domain.refusals import StaleButton
from handlers import (
    appeals,
    batches,
    disputes,
    earnings,
    gold,
    labels,
    payout_methods,
    payouts,
    people,
    quality,
    rejecting,
    reported,
    review,
    settings,
    signals,
    statements,
    training,
    typed,
    work,
)
from handlers.buttons import decode
from handlers.context import Context, current
from storage.database import Tx

OnCommand = Callable[[Context, str], Coroutine[object, object, None]]
OnMessage = Callable[[Context, Message], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True)
class Tap:
    """What a button does: `handler(ctx, *numbers)`. The tapped message becomes the message of `slot`."""

    handler: Callable[..., Coroutine[object, object, None]]
    slot: str | None = None


COMMANDS: dict[str, OnCommand] = {
    # people
    "start": people.start,
    "help": people.show_help,
    "invite": people.invite,
    "settings": settings.show,
    "privacy": settings.privacy,
    "stop": settings.stop,
    # work
    "work": work.come,
    # batches
    "newbatch": batches.new_batch,
    "batches": batches.show_batches,
    "funds": batches.show_funds,
    "report": quality.report,
    "history": appeals.past,
    # review
    "review": review.queue,
    # money
    "earnings": earnings.show,
    "payout": payout_methods.show,
    "fairness": statements.show_fairness,
    "payouts": payouts.overview,
}

TAPS: dict[str, Tap] = {
    # people
    "join": Tap(people.ask_to_join, Slot.JOINING),
    "join_yes": Tap(people.welcome),
    "join_no": Tap(people.not_now),
    "join_work": Tap(people.join_work),
    "agree": Tap(people.agree, Slot.JOINING),
    "no_thanks": Tap(people.no_thanks, Slot.JOINING),
    "lang": Tap(people.language),
    "lang_done": Tap(people.languages_done),
    "invite": Tap(people.invite_role),
    "settings": Tap(settings.back, Slot.SETTINGS),
    "set_lang": Tap(settings.language, Slot.SETTINGS),
    "offers": Tap(settings.offers, Slot.SETTINGS),
    "light": Tap(settings.light_photos, Slot.SETTINGS),
    "time": Tap(settings.ask_time, Slot.SETTINGS),
    "set_time": Tap(settings.set_time, Slot.SETTINGS),
    "work_langs": Tap(settings.work_languages, Slot.SETTINGS),
    "stop_offers": Tap(settings.stop_offers_only, Slot.STOP),
    "start_again": Tap(settings.start_again, Slot.STOP),
    "withdraw": Tap(settings.withdraw, Slot.PRIVACY),
    "withdraw_yes": Tap(settings.withdraw_yes, Slot.PRIVACY),
    "withdraw_no": Tap(settings.withdraw_no, Slot.PRIVACY),
    # work
    "work": Tap(work.begin),
    "start": Tap(work.start, Slot.CARD),
    "answer": Tap(work.answer, Slot.CARD),
    "undo": Tap(work.undo, Slot.CARD),
    "skip": Tap(work.skip, Slot.CARD),
    "report": Tap(work.ask_problem, Slot.CARD),
    "reported": Tap(work.report, Slot.CARD),
    "card": Tap(work.card, Slot.CARD),
    "still_here": Tap(work.still_here, Slot.CARD),
    "instructions": Tap(work.instructions, Slot.CARD),
    "got_it": Tap(work.got_it, Slot.CARD),
    "change_batch": Tap(work.change_batch, Slot.CARD),
    "stop_for_now": Tap(work.stop_for_now, Slot.CARD),
    "show_all": Tap(work.show_all, Slot.CARD),
    "submit": Tap(work.submit, Slot.DRAFT),
    "edit": Tap(work.edit, Slot.DRAFT),
    "discard": Tap(work.discard, Slot.DRAFT),
    "test_why": Tap(training.why),
    "test_in": Tap(training.let_in, Slot.NEWCOMER),
    "offer_start": Tap(work.accept_offer, Slot.OFFER),
    "offer_later": Tap(work.put_off, Slot.OFFER),
    "offer_no": Tap(work.refuse, Slot.OFFER),
    "resume_task": Tap(work.resume_task, Slot.TASK),
    "rp_next": Tap(reported.show),
    "rp_agree": Tap(reported.agree),
    "rp_decline": Tap(reported.decline),
    # batches
    "b_open": Tap(batches.open_batch),
    "b_field": Tap(batches.change),
    "b_overlap": Tap(batches.change_overlap),
    "b_none": Tap(batches.no_answers),
    "b_cancel": Tap(batches.cancel),
    "b_leave": Tap(batches.leave_out),
    "b_all": Tap(batches.that_is_all),
    "b_preview": Tap(batches.preview),
    "b_previewed": Tap(batches.previewed),
    "b_pilot": Tap(batches.pilot),
    "b_price": Tap(batches.set_price),
    "b_publish": Tap(batches.publish),
    "b_discard": Tap(batches.ask_discard),
    "b_discard_yes": Tap(batches.discard),
    "b_keep": Tap(batches.keep),
    "b_pause": Tap(batches.pause),
    "b_resume": Tap(batches.resume),
    "b_budget": Tap(batches.ask_budget),
    "b_close": Tap(batches.ask_close),
    "b_close_yes": Tap(batches.close),
    "b_export": Tap(batches.export),
    "b_refused": Tap(batches.show_refused),
    "b_scores": Tap(batches.ask_scores),
    "b_alike": Tap(signals.show),
    "q_list": Tap(quality.show_list),
    "q_show": Tap(quality.show),
    "b_labels": Tap(labels.show),
    "lb_list": Tap(labels.show, Slot.QUALITY),
    "lb_more": Tap(labels.more, Slot.QUALITY),
    "lb_why": Tap(labels.why, Slot.QUALITY),
    "q_disputes": Tap(quality.disputed),
    "q_people": Tap(quality.people),
    # review
    "rv_accept": Tap(review.accept, Slot.REVIEW),
    "rv_return": Tap(review.ask_reason, Slot.REVIEW),
    "rv_reason": Tap(review.send_back, Slot.REVIEW),
    "rv_skip": Tap(review.skip, Slot.REVIEW),
    "rv_back": Tap(review.back, Slot.REVIEW),
    "rv_show": Tap(review.show_all, Slot.REVIEW),
    "rv_all": Tap(review.ask_accept_all, Slot.REVIEW),
    "rv_all_yes": Tap(review.accept_all, Slot.REVIEW),
    "rj_ask": Tap(rejecting.ask, Slot.REVIEW),
    "rj_code": Tap(rejecting.code, Slot.REVIEW),
    "rj_line": Tap(rejecting.line, Slot.REVIEW),
    "rj_source": Tap(rejecting.source, Slot.REVIEW),
    "rj_yes": Tap(rejecting.confirm, Slot.REVIEW),
    "ow_list": Tap(rejecting.inspect, Slot.REVIEW),
    "ow_batch": Tap(rejecting.inspect_batch, Slot.REVIEW),
    "ow_page": Tap(rejecting.inspect_page, Slot.REVIEW),
    "ow_one": Tap(rejecting.inspect_one, Slot.REVIEW),
    "gm_make": Tap(gold.make),
    "gm_answer": Tap(gold.answer, Slot.GOLD),
    "gm_skip": Tap(gold.skip, Slot.GOLD),
    "gm_undo": Tap(gold.undo, Slot.GOLD),
    "gm_stop": Tap(gold.stop, Slot.GOLD),
    "gm_forget": Tap(gold.forget),
    "gm_show": Tap(gold.show),
    "gm_pay": Tap(gold.pay_for, Slot.GOLD),
    "gc_show": Tap(gold.show_candidates),
    "gc_yes": Tap(gold.confirm, Slot.GOLD),
    "gc_no": Tap(gold.decline, Slot.GOLD),
    "gd_show": Tap(gold.show_doubts),
    "gd_next": Tap(gold.show_doubts, Slot.GOLD),
    "gd_keep": Tap(gold.keep, Slot.GOLD),
    "gd_back": Tap(gold.take_back, Slot.GOLD),
    "gd_to": Tap(gold.change, Slot.GOLD),
    "gold_object": Tap(gold.object_to, Slot.GOLD_MISSED),
    "dp_show": Tap(disputes.show, Slot.REVIEW),
    "dp_pick": Tap(disputes.decide, Slot.REVIEW),
    "dp_none": Tap(disputes.not_usable, Slot.REVIEW),
    "dp_undo": Tap(disputes.undo, Slot.REVIEW),
    "dp_skip": Tap(disputes.skip, Slot.REVIEW),
    "sg_show": Tap(signals.show, Slot.REVIEW),
    "sg_one": Tap(signals.open_one, Slot.REVIEW),
    "sg_next": Tap(signals.following, Slot.REVIEW),
    "sg_photo": Tap(signals.turn, Slot.REVIEW),
    "sg_fine": Tap(signals.fine, Slot.REVIEW),
    "sg_talk": Tap(signals.talk),
    "pp_agree": Tap(rejecting.agree),
    "pp_decline": Tap(rejecting.decline),
    "pp_skip": Tap(rejecting.skip_proposal, Slot.REVIEW),
    "pq_agree": Tap(rejecting.agree_in_queue, Slot.REVIEW),
    "pq_decline": Tap(rejecting.decline_in_queue, Slot.REVIEW),
    "ap_pay": Tap(appeals.pay, Slot.REVIEW),
    "ap_keep": Tap(appeals.keep, Slot.REVIEW),
    "ap_back": Tap(appeals.back, Slot.REVIEW),
    "ap_skip": Tap(appeals.skip, Slot.REVIEW),
    # rejections
    "rj_appeal": Tap(appeals.appeal, Slot.REJECTION),
    "rj_all": Tap(appeals.appeal_all, Slot.REJECTION),
    "rj_why": Tap(appeals.why),
    "rj_inquire": Tap(appeals.ask),
    "iq_reply": Tap(appeals.reply),
    "hs_page": Tap(appeals.page, Slot.HISTORY),
    "hs_why": Tap(appeals.explain, Slot.HISTORY),
    "hs_appeal": Tap(appeals.appeal_in_history, Slot.HISTORY),
    "ac_show": Tap(labels.my_accuracy, Slot.HISTORY),
    "ac_why": Tap(labels.why_accuracy, Slot.HISTORY),
    # money
    "pm": Tap(payout_methods.show),
    "pm_choose": Tap(payout_methods.choose, Slot.PAYOUT_METHOD),
    "pm_back": Tap(payout_methods.back, Slot.PAYOUT_METHOD),
    "pm_remove": Tap(payout_methods.ask_remove, Slot.PAYOUT_METHOD),
    "pm_remove_yes": Tap(payout_methods.remove, Slot.PAYOUT_METHOD),
    "pm_not_me": Tap(payout_methods.not_me, Slot.PAYOUT_METHOD),
    "tu_why": Tap(earnings.why_topup),
    "po_approve": Tap(payouts.approve),
    "po_paid": Tap(payouts.mark_paid),
    "po_show": Tap(payouts.show),
    "po_dry": Tap(payouts.dry_run),
    "po_list": Tap(payouts.whole_list),
    "po_file": Tap(payouts.bank_file),
    "po_answer": Tap(payouts.is_answer),
    "po_data": Tap(payouts.is_data),
    "statement": Tap(statements.choose, Slot.STATEMENT),
    "wk_look": Tap(statements.look),
    "st_month": Tap(statements.ask, Slot.STATEMENT),
    "st_earlier": Tap(statements.choose_earlier, Slot.STATEMENT),
}


async def on_command(update: Update, _: object) -> None:
    """`/command text`, in a private chat. An unknown command is answered like any stray message."""
    message = update.effective_message
    assert message is not None and message.text is not None
    word, *rest = message.text.split(maxsplit=1)
    name = word[1:].partition("@")[0].lower()
    ctx = current.get()
    handler = COMMANDS.get(name)
    await (handler(ctx, "".join(rest).strip()) if handler else typed.stray(ctx, message))


async def on_tap(ctx: Context, data: str) -> None:
    """A tap on a button: its data says which, the rows say what it means."""
    try:
        action, numbers = decode(data)
        tap = TAPS[action]
    except (StaleButton, KeyError):
        await ctx.write(_refuse_stale)
        return
    ctx.slot = tap.slot
    try:
        await tap.handler(ctx, *numbers)
    except TypeError:
        if ctx.written:
            raise
        await ctx.write(_refuse_stale)


def _refuse_stale(tx: Tx, **_: object) -> None:
    raise StaleButton


COMMAND = filters.Regex(r"^/[A-Za-z0-9_]{1,64}(@\w+)?(\s|$)")
"""By the text alone: not every Bot API server marks commands as entities."""

MESSAGES: list[tuple[filters.BaseFilter, OnMessage]] = [
    (filters.Document.ALL, batches.document),
    (filters.PHOTO, batches.photo),
    (filters.TEXT, typed.text),
    (filters.ALL, typed.stray),
]


def _on_message(handler: OnMessage) -> Callable[[Update, object], Coroutine[object, object, None]]:
    async def call(update: Update, _: object) -> None:
        assert update.effective_message is not None
        await handler(current.get(), update.effective_message)

    return call


def register(application: Application) -> None:  # type: ignore[type-arg]
    """Put what is not a tap into python-telegram-bot's application; the first that matches takes the update."""
    private = filters.ChatType.PRIVATE
    application.add_handler(MessageHandler(private & filters.UpdateType.EDITED_MESSAGE, _on_message(typed.edited)))
    application.add_handler(MessageHandler(private & COMMAND, on_command))
    for what, handler in MESSAGES:
        application.add_handler(MessageHandler(private & what, _on_message(handler)))
    application.add_error_handler(_on_failure)
    application.add_handler(ChatMemberHandler(_on_membership, ChatMemberHandler.MY_CHAT_MEMBER))


async def _on_failure(_: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    """python-telegram-bot swallows what handlers raise; the receiver decides about it."""
    current.get().failure = context.error


async def _on_membership(update: Update, _: object) -> None:
    change = update.my_chat_member
    assert change is not None
    await typed.membership(current.get(), gone=change.new_chat_member.status in ("kicked", "left"))
