"""reply_markup: checked as Telegram checks it, and brought to the form in which a Message shows it."""

from __future__ import annotations

from typing import Any, NoReturn

from emulator.errors import bad
from emulator.links import checked_url

BUTTONS_LIMIT = 100
ROW_LIMIT = 8
DATA_BYTES = 64
STYLES = ("danger", "success", "primary")
ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay", "disabled",
)  # fmt: skip
BUTTON_FIELDS = {"text", "icon_custom_emoji_id", "style", *ACTIONS}
KEY_FIELDS = {
    "text", "icon_custom_emoji_id", "style", "request_users", "request_chat", "request_managed_bot", "request_contact",
    "request_location", "request_poll", "web_app",
}  # fmt: skip
INLINE_FIELDS = {"inline_keyboard", "force_reply"}
REPLY_FIELDS = {
    "keyboard", "is_persistent", "resize_keyboard", "one_time_keyboard", "input_field_placeholder", "selective",
    "force_reply",
}  # fmt: skip

Markup = dict[str, Any]


def checked(markup: Markup | None) -> tuple[Markup | None, Markup | None]:
    """(inline keyboard, other markup) of a sent reply_markup; at most one of them is there. Raises the 400."""
    if not markup:
        return None, None
    if "inline_keyboard" in markup:
        return inline(markup), None
    if "keyboard" in markup:
        return None, _reply_keyboard(markup)
    if markup.get("remove_keyboard") is True:
        _only(markup, {"remove_keyboard", "selective"})
        return None, markup
    if markup.get("force_reply") is True:
        _only(markup, {"force_reply", "input_field_placeholder", "selective"})
        _placeholder(markup)
        return None, markup
    raise bad("object expected as reply markup")


def inline(markup: Markup | None) -> Markup | None:
    """The inline keyboard as a Message has it; None when it has no buttons. Edits take no other markup."""
    if not markup:
        return None
    rows = markup.get("inline_keyboard")
    if rows is None:
        raise bad("inline keyboard expected")
    _only(markup, INLINE_FIELDS)
    made = []
    count = 0
    for row in _rows(rows, "inline keyboard"):
        buttons = [_button(item) for item in row]
        if not buttons:
            continue
        count += len(buttons)
        if len(buttons) > ROW_LIMIT:
            raise bad("reply markup row is too long")
        made.append(buttons)
    if count > BUTTONS_LIMIT:
        raise bad("reply markup is too long")
    if not made:
        return None
    return {"inline_keyboard": made, "force_reply": True} if markup.get("force_reply") else {"inline_keyboard": made}


def _button(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        _refuse("expected an Object")
    if len(item) == 2 and _plain(item.get("text"), item.get("callback_data")):
        return item  # nearly every button of a busy bot: one look instead of twenty
    unknown = item.keys() - BUTTON_FIELDS
    if unknown:
        _refuse(f'Field "{sorted(unknown)[0]}" is not known to this server')
    text = item.get("text")
    if not isinstance(text, str):
        _refuse('Field "text" must be of type String')
    if not text.strip():
        raise bad("inline keyboard button text must be non-empty")
    actions = [name for name in ACTIONS if item.get(name) is not None]
    if not actions:
        _refuse("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        _refuse("a button has exactly one action: " + ", ".join(actions))
    button: dict[str, Any] = {"text": text}
    for name in ("icon_custom_emoji_id", "style"):
        if item.get(name) is not None:
            button[name] = item[name]
    if button.get("style", "primary") not in STYLES:
        _refuse("Invalid button style specified")
    name = actions[0]
    button[name] = _action(name, item[name])
    return button


def _plain(text: Any, data: Any) -> bool:
    """Whether a text and callback_data are surely good."""
    return type(text) is str and type(data) is str and bool(text.strip()) and 0 < len(data.encode()) <= DATA_BYTES


def _action(name: str, value: Any) -> Any:
    if name == "callback_data":
        if not isinstance(value, str):
            _refuse('Field "callback_data" must be of type String')
        if not 1 <= len(value.encode()) <= DATA_BYTES:
            raise bad("BUTTON_DATA_INVALID")
    elif name == "url":
        url = checked_url(value) if isinstance(value, str) else None
        if url is None:
            raise bad(f"inline keyboard button URL '{value}' is invalid: wrong HTTP URL")
        return url
    elif name in ("web_app", "login_url"):
        url = value.get("url") if isinstance(value, dict) else None
        if not isinstance(url, str) or not url.startswith("https://") or checked_url(url) is None:
            what = "Web App" if name == "web_app" else "login"
            raise bad(f"inline keyboard button {what} URL '{url}' is invalid: only HTTPS links are allowed")
        if name == "web_app":
            return {"url": url}
        return {"url": url, **{k: v for k, v in value.items() if k in ("forward_text", "bot_username")}}
    elif name == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= 256:
            raise bad("BUTTON_COPY_TEXT_INVALID")
    elif name in ("switch_inline_query", "switch_inline_query_current_chat"):
        if not isinstance(value, str):
            _refuse(f'Field "{name}" must be of type String')
    elif name in ("pay", "callback_game"):
        _refuse(f'Field "{name}" is not supported by this server')
    elif not isinstance(value, dict):
        _refuse(f'Field "{name}" must be of type Object')
    return value


def _reply_keyboard(markup: Markup) -> Markup:
    _only(markup, REPLY_FIELDS)
    _placeholder(markup)
    rows = []
    for row in _rows(markup["keyboard"], "keyboard"):
        keys = []
        for item in row:
            key = {"text": item} if isinstance(item, str) else item
            if not isinstance(key, dict):
                raise bad("can't parse keyboard button: KeyboardButton must be a String or an Object")
            unknown = key.keys() - KEY_FIELDS
            if unknown:
                raise bad(f'can\'t parse keyboard button: Field "{sorted(unknown)[0]}" is not known to this server')
            if not isinstance(key.get("text"), str):
                raise bad('can\'t parse keyboard button: Field "text" must be of type String')
            if not key["text"].strip():
                raise bad("keyboard button text must be non-empty")
            if key.get("style", "primary") not in STYLES:
                raise bad("can't parse keyboard button: Invalid button style specified")
            keys.append(key)
        if keys:
            rows.append(keys)
    if not rows:
        raise bad("keyboard must be non-empty: REPLY_MARKUP_INVALID")
    return {**markup, "keyboard": rows}


def _rows(rows: Any, what: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad(f"{what} must be of type Array")
    for row in rows:
        if not isinstance(row, list):
            raise bad(f"{what} row must be of type Array")
    return rows


def _only(markup: Markup, known: set[str]) -> None:
    unknown = markup.keys() - known
    if unknown:
        raise bad(f'can\'t parse reply markup: field "{sorted(unknown)[0]}" is not known to this server')


def _placeholder(markup: Markup) -> None:
    text = markup.get("input_field_placeholder")
    if text is not None and not (isinstance(text, str) and len(text) <= 64):
        raise bad("input field placeholder must be at most 64 characters")


def _refuse(text: str) -> NoReturn:
    raise bad(f"can't parse inline keyboard button: {text}")
