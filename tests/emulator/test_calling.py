"""How methods are called, and what a call that makes no sense is told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.client import Client, Human, Refused


async def test_get_and_post_in_every_form_are_the_same(client: Client, ana: Human) -> None:
    url = client.url("sendMessage")
    parameters = {"chat_id": str(ana.id), "text": "hello"}
    answers = []
    async with client.http.get(url, params=parameters) as response:
        answers.append(await response.json())
    async with client.http.post(url, data=parameters) as response:
        answers.append(await response.json())
    async with client.http.post(url, json=parameters) as response:
        answers.append(await response.json())
    async with client.http.post(url, params=parameters) as response:
        answers.append(await response.json())
    answers.append({"ok": True, "result": await client.upload("sendMessage", {}, **parameters)})
    assert [answer["result"]["text"] for answer in answers] == ["hello"] * 5


async def test_method_names_come_in_any_case(client: Client) -> None:
    assert (await client.call("GETme"))["username"] == "tallyhand_bot"


async def test_unknown_method_is_404_and_unknown_token_401(client: Client) -> None:
    with pytest.raises(Refused) as refused:
        await client.call("sendTelepathy")
    assert (refused.value.code, refused.value.text) == (404, "Not Found: method not found")
    client.token = "7:WRONG"
    with pytest.raises(Refused) as refused:
        await client.call("getMe")
    assert (refused.value.code, refused.value.text) == (401, "Unauthorized")


async def test_objects_come_as_json_text_in_forms(client: Client, ana: Human) -> None:
    keyboard = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    form = {"chat_id": str(ana.id), "text": "x", "reply_markup": json.dumps(keyboard), "protect_content": "True"}
    async with client.http.post(client.url("sendMessage"), data=form) as response:
        sent = client.result(await response.json())
    assert sent["reply_markup"] == keyboard
    assert sent["has_protected_content"] is True


@pytest.mark.parametrize(
    ("method", "parameters", "text"),
    [
        ("sendMessage", {"chat_id": "me"}, "message text is empty"),
        ("sendMessage", {"chat_id": "me", "text": ""}, "message text is empty"),
        ("sendMessage", {"chat_id": "me", "text": " \n "}, "message text is empty"),
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": "", "text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 5, "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
        (
            "sendMessage",
            {"chat_id": "me", "text": "x", "colour": "red"},
            'parameter "colour" is not known to this server',
        ),
        ("sendMessage", {"chat_id": "me", "text": "x" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": "me", "text": "x", "parse_mode": "TeX"}, "unsupported parse_mode"),
        (
            "sendMessage",
            {"chat_id": "me", "text": "x", "entities": 5},
            "can't parse entities JSON object: array expected",
        ),
        ("sendMessage", {"chat_id": "me", "text": "x", "message_thread_id": 5}, None),
        ("getUpdates", {"offset": "soon"}, 'parameter "offset" must be of type Integer'),
        ("sendPhoto", {"chat_id": "me"}, "there is no photo in the request"),
        ("sendDocument", {"chat_id": "me"}, "there is no document in the request"),
        ("sendMediaGroup", {"chat_id": "me"}, "there are no messages to send"),
        ("editMessageText", {"chat_id": "me", "text": "x"}, "message identifier is not specified"),
        ("editMessageText", {"chat_id": "me", "message_id": 1, "text": "x"}, "message to edit not found"),
        ("deleteMessage", {"chat_id": "me", "message_id": 1}, "message to delete not found"),
        ("sendChatAction", {"chat_id": "me", "action": "sleeping"}, "wrong parameter action in request"),
        ("getFile", {"file_id": "x"}, "wrong file_id or the file is temporarily unavailable"),
    ],
)
async def test_wrong_parameters_are_told_in_telegrams_words(
    client: Client, ana: Human, method: str, parameters: dict[str, Any], text: str | None
) -> None:
    if parameters.get("chat_id") == "me":
        parameters = {**parameters, "chat_id": ana.id}
    with pytest.raises(Refused) as refused:
        await client.call(method, **parameters)
    assert refused.value.code == 400
    if text is not None:
        assert refused.value.text == f"Bad Request: {text}"


async def test_body_that_is_no_json_is_refused(client: Client) -> None:
    headers = {"Content-Type": "application/json"}
    async with client.http.post(client.url("getMe"), data=b"{", headers=headers) as response:
        assert (await response.json())["description"] == "Bad Request: can't parse JSON object"
