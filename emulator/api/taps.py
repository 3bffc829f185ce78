"""Answers to taps on buttons."""

from __future__ import annotations

from emulator.api.method import Call, Method
from emulator.errors import bad
from emulator.parameters import boolean, integer, string
from emulator.updates import TAP_KEPT_SECONDS

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
ANSWER_LIMIT = 200


def answer_callback_query(call: Call) -> bool:
    """Answer a tap, once, within the time that taps live."""
    args = call.args
    tap = call.bot.taps.get(args.get("callback_query_id", ""))
    now = call.world.clock.now()
    if tap is None or tap.answer is not None or now - tap.at > TAP_KEPT_SECONDS:
        raise bad(TOO_OLD)
    text = args.get("text", "")
    if len(text) > ANSWER_LIMIT:
        raise bad("MESSAGE_TOO_LONG")
    url = args.get("url")
    if url and not url.startswith(
        (f"https://t.me/{call.bot.username}?start=", f"t.me/{call.bot.username}?start=", "tg://")
    ):
        raise bad("URL_INVALID")
    tap.answer = {"text": text or None, "show_alert": bool(args.get("show_alert")), "url": url or None}
    if tap.answered is not None and not tap.answered.done():
        tap.answered.set_result(tap.answer)
    extra = {"callback_query_id": tap.id, "message_id": tap.message_id, "by": tap.person, **tap.answer}
    call.world.happened(call.bot, tap.chat, "answer", None, extra)
    return True


METHODS = (
    Method(
        "answerCallbackQuery",
        answer_callback_query,
        {
            "callback_query_id": string, "text": string, "show_alert": boolean, "url": string, "cache_time": integer,
        },
    ),
)  # fmt: skip
