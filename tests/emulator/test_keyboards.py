"""Keyboards: what is taken, what is refused, what a tap on them does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.emulator.client import Client, Human, Refused, buttons


def one(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (one(text="x", callback_data=""), "BUTTON_DATA_INVALID"),
        (one(text="x", callback_data="é" * 33), "BUTTON_DATA_INVALID"),
        (one(text=" ", callback_data="x"), "inline keyboard button text must be non-empty"),
        (one(text="x"), "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        (one(callback_data="x"), 'can\'t parse inline keyboard button: Field "text" must be of type String'),
        (one(text="x", callback_data="x", style="pink"),
         "can't parse inline keyboard button: Invalid button style specified"),
        (one(text="x", url="nonsense"), "inline keyboard button URL 'nonsense' is invalid: wrong HTTP URL"),
        (buttons(list("123456789")), "reply markup row is too long"),
        (buttons(*[list("12345678")] * 13), "reply markup is too long"),
        ({"nonsense": 1}, "object expected as reply markup"),
        (one(text="x", callback_data="x", colour="red"), None),
    ],
)  # fmt: skip
async def test_wrong_keyboards_are_refused(
    client: Client, ana: Human, markup: dict[str, Any], text: str | None
) -> None:
    with pytest.raises(Refused) as refused:
        await client.call("sendMessage", chat_id=ana.id, text="x", reply_markup=markup)
    assert text is None or refused.value.text == f"Bad Request: {text}"


async def test_all_kinds_of_buttons_come_back_as_they_went(client: Client, ana: Human) -> None:
    rows = [
        [{"text": "a", "callback_data": "x" * 64, "style": "success"}, {"text": "b", "url": "https://a.de/"}],
        [{"text": "c", "switch_inline_query": ""}, {"text": "d", "copy_text": {"text": "t"}}],
        [{"text": "e", "web_app": {"url": "https://a.de/app"}}, {"text": "f", "login_url": {"url": "https://a.de/l"}}],
        [{"text": "g", "switch_inline_query_current_chat": "q"}, {"text": "h", "disabled": {}}],
    ]
    sent = await client.call("sendMessage", chat_id=ana.id, text="x", reply_markup={"inline_keyboard": rows})
    assert sent["reply_markup"]["inline_keyboard"] == rows


async def test_largest_keyboard_is_taken(client: Client, ana: Human) -> None:
    rows = [*[list("12345678")] * 12, list("1234")]
    sent = await client.call("sendMessage", chat_id=ana.id, text="x", reply_markup=buttons(*rows))
    assert sum(len(row) for row in sent["reply_markup"]["inline_keyboard"]) == 100


async def test_tap_is_answered_once(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="?", reply_markup=buttons(["Cat", "Dog"]))
    tapping = asyncio.create_task(ana.act("tap", message_id=sent["message_id"], text="Dog", wait=5))
    query = (await client.updates(timeout=5))[0]["callback_query"]
    assert query["data"] == "Dog"
    assert query["message"] == sent
    assert await client.call("answerCallbackQuery", callback_query_id=query["id"], text="Saved", show_alert=True)
    assert (await tapping)["answer"] == {"text": "Saved", "show_alert": True, "url": None}
    with pytest.raises(Refused) as refused:
        await client.call("answerCallbackQuery", callback_query_id=query["id"])
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert refused.value.text == too_old


async def test_old_and_unknown_taps_cannot_be_answered(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="?", reply_markup=buttons(["Cat"]))
    tapped = await ana.act("tap", message_id=sent["message_id"], row=0, column=0)
    await client.control("clock", advance=151)
    for number in (tapped["callback_query_id"], "5"):
        with pytest.raises(Refused) as refused:
            await client.call("answerCallbackQuery", callback_query_id=number)
        assert refused.value.text.startswith("Bad Request: query is too old")
    assert await client.updates() == []


async def test_answer_has_at_most_200_characters(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="?", reply_markup=buttons(["Cat"]))
    tapped = await ana.act("tap", message_id=sent["message_id"], data="Cat")
    with pytest.raises(Refused):
        await client.call("answerCallbackQuery", callback_query_id=tapped["callback_query_id"], text="x" * 201)
    await client.call("answerCallbackQuery", callback_query_id=tapped["callback_query_id"], text="x" * 200)


async def test_only_raw_taps_may_send_what_no_button_has(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="?", reply_markup=buttons(["Cat"]))
    with pytest.raises(AssertionError, match="no such button; it has: Cat"):
        await ana.act("tap", message_id=sent["message_id"], data="Cow")
    await ana.act("tap", message_id=sent["message_id"], data="Cow", raw=True)
    assert (await client.updates())[0]["callback_query"]["data"] == "Cow"
