"""What Telegram would say to a message: the local Bot API's own parser and checks of keyboards."""

from __future__ import annotations

import json
from typing import Any

from bot.rendering.message import Message
from emulator.html_text import parse_html
from emulator.keyboards import inline

TEXT, CAPTION, PROMPT, BUTTONS = 4_096, 1_024, 64, 100


def check_accepted(message: Message) -> str:
    """Raise for what Telegram would refuse; returns the text as people read it."""
    shown, _ = parse_html(message.text)
    limit = CAPTION if message.photo or message.document else TEXT
    assert len(shown) <= limit, f"{len(shown)} characters"
    assert shown.strip() or message.photo or message.document, "empty"
    if message.receipt is not None:
        receipt, _ = parse_html(message.receipt)
        assert receipt.strip() and len(receipt) <= CAPTION
    assert message.prompt is None or 1 <= len(message.prompt) <= PROMPT, message.prompt
    if message.keyboard:
        rows: list[list[dict[str, Any]]] = []
        for row in message.keyboard:
            assert row, "an empty row"
            rows.append([])
            for button in row:
                assert button.text.strip(), "a button without words"
                assert (button.data is None) != (button.url is None)
                assert button.data is None or 1 <= len(button.data.encode()) <= 64
                action = {"callback_data": button.data} if button.data else {"url": button.url}
                rows[-1].append({"text": button.text, **action})
        assert sum(map(len, rows)) <= BUTTONS
        inline({"inline_keyboard": json.loads(json.dumps(rows))})
    return shown
