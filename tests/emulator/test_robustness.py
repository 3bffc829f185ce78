"""No call, however odd, may break the server: it answers, and in the Bot API's form."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.api import TABLE
from tests.emulator.client import Client, Human, buttons

ODD: list[Any] = [
    None, True, 0, -1, 2**63, 1.5, "", "x", "-5", "5", "[]", "{}", "[[", "attach://x", "http://127.0.0.1:1/",
    [], [1], ["x"], [[]], [None], [{}], {}, {"type": 5}, {"type": "photo", "media": 5, "caption_entities": 5},
    [{"type": []}, {"type": {}}], {"inline_keyboard": 5}, {"inline_keyboard": [[5]]}, {"keyboard": [[{"text": 1}]]},
    {"inline_keyboard": [[{"text": "x", "style": [], "callback_data": "x"}]]}, {"message_id": "x"},
    {"inline_keyboard": [[{"text": "x", "url": 5}]]}, {"inline_keyboard": [[{"text": "x", "web_app": []}]]},
    {"keyboard": [[{"text": "x", "style": {}}]]}, {"force_reply": True, "input_field_placeholder": 5},
    [{"type": "bold", "offset": 0, "length": True}], [{"type": "text_mention", "offset": 0, "length": 1, "user": 5}],
    [{"type": [], "offset": 0, "length": 1}], [{"command": 1, "description": []}], {"type": "web_app", "web_app": 5},
    {"type": "chat", "chat_id": []}, {"type": "chat_member", "chat_id": "x", "user_id": {}},
    [{"type": "emoji", "emoji": 5}],
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(TABLE))
async def test_odd_values_are_answered(client: Client, ana: Human, name: str) -> None:
    method = TABLE[name]
    sent = await client.call("sendMessage", chat_id=ana.id, text="x", reply_markup=buttons(["A"]))
    usual = {
        "chat_id": ana.id, "message_id": sent["message_id"], "text": "x y", "from_chat_id": ana.id, "action": "typing",
        "user_id": ana.id, "commands": [], "message_ids": [1], "caption": "c",
    }  # fmt: skip
    usual = {key: value for key, value in usual.items() if key in method.parameters}
    for parameter in (*method.parameters, "nonsense"):
        for value in ODD:
            if (name, parameter) == ("getupdates", "timeout"):
                value = 0
            async with client.http.post(client.url(name), json={**usual, parameter: value}) as response:
                answer = await response.json()
            assert response.status in (200, 400), (name, parameter, value, answer)
            assert answer["ok"] == (response.status == 200)
