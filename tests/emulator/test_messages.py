"""Messages: state, replies, edits, deletions, people who are gone."""

from __future__ import annotations

import pytest

from tests.emulator.client import Client, Human, Refused, buttons, picture

DAY = 24 * 3600


async def refusal(coroutine: object) -> str:
    with pytest.raises(Refused) as refused:
        await coroutine  # type: ignore[misc]
    return refused.value.text


async def test_person_who_never_pressed_start_is_not_found(client: Client) -> None:
    made = await client.control("people", first_name="Bo")
    text = await refusal(client.call("sendMessage", chat_id=made["id"], text="hi"))
    assert text == "Bad Request: chat not found"


async def test_message_ids_count_on_over_all_chats_of_a_bot(client: Client, ana: Human) -> None:
    bo = await client.person("Bo")
    first = await client.call("sendMessage", chat_id=ana.id, text="1")
    second = await client.call("sendMessage", chat_id=bo.id, text="2")
    assert second["message_id"] == first["message_id"] + 1


async def test_silent_messages_are_known_as_such(client: Client, ana: Human) -> None:
    await client.call("sendMessage", chat_id=ana.id, text="1", disable_notification=True)
    assert (await ana.last())["silent"] is True
    await client.call("sendMessage", chat_id=ana.id, text="2")
    assert "silent" not in await ana.last()


async def test_edit_changes_the_message_and_takes_the_keyboard_away(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="old", reply_markup=buttons(["A"]))
    place = {"chat_id": ana.id, "message_id": sent["message_id"]}
    edited = await client.call("editMessageText", **place, text="new")
    assert "reply_markup" not in edited
    assert edited["text"] == (await ana.last())["text"] == "new"
    assert await refusal(client.call("editMessageText", **place, text="new")) == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
    await client.call("editMessageReplyMarkup", **place, reply_markup=buttons(["B"]))
    assert (await ana.last())["reply_markup"] == buttons(["B"])
    assert "not modified" in await refusal(client.call("editMessageReplyMarkup", **place, reply_markup=buttons(["B"])))


async def test_message_of_a_person_cannot_be_edited_but_deleted(client: Client, ana: Human) -> None:
    said = await ana.act("say", text="mine")
    place = {"chat_id": ana.id, "message_id": said["message_id"]}
    assert await refusal(client.call("editMessageText", **place, text="x")) == "Bad Request: message can't be edited"
    assert await client.call("deleteMessage", **place) is True
    assert await refusal(client.call("deleteMessage", **place)) == "Bad Request: message to delete not found"


async def test_message_with_a_reply_keyboard_cannot_be_edited(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="x", reply_markup={"keyboard": [["Yes", "No"]]})
    assert "reply_markup" not in sent
    assert (await ana.chat())["keyboard"] == {"keyboard": [[{"text": "Yes"}, {"text": "No"}]]}
    edit = client.call("editMessageText", chat_id=ana.id, message_id=sent["message_id"], text="y")
    assert await refusal(edit) == "Bad Request: message can't be edited"
    await client.call("sendMessage", chat_id=ana.id, text="x", reply_markup={"remove_keyboard": True})
    assert (await ana.chat())["keyboard"] is None


async def test_messages_can_be_deleted_for_48_hours(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="x")
    await client.control("clock", advance=2 * DAY + 1)
    delete = client.call("deleteMessage", chat_id=ana.id, message_id=sent["message_id"])
    assert await refusal(delete) == "Bad Request: message can't be deleted"
    assert (await client.call("editMessageText", chat_id=ana.id, message_id=sent["message_id"], text="y"))[
        "text"
    ] == "y"


async def test_several_are_deleted_at_once_and_missing_ones_skipped(client: Client, ana: Human) -> None:
    ids = [(await client.call("sendMessage", chat_id=ana.id, text="x"))["message_id"] for _ in range(3)]
    assert await client.call("deleteMessages", chat_id=ana.id, message_ids=[*ids, 1]) is True
    assert all(message["message_id"] not in ids for message in (await ana.chat())["messages"])


async def test_reply_shows_the_message_one_level_deep(client: Client, ana: Human) -> None:
    said = await ana.act("say", text="one")
    two = await client.call(
        "sendMessage", chat_id=ana.id, text="two", reply_parameters={"message_id": said["message_id"]}
    )
    assert two["reply_to_message"]["text"] == "one"
    three = await client.call(
        "sendMessage", chat_id=ana.id, text="three", reply_parameters={"message_id": two["message_id"], "quote": "wo"}
    )
    assert "reply_to_message" not in three["reply_to_message"]
    assert three["quote"] == {"text": "wo", "position": 1, "is_manual": True}


async def test_reply_to_a_missing_message_is_refused_unless_allowed(client: Client, ana: Human) -> None:
    missing = {"message_id": 1}
    text = await refusal(client.call("sendMessage", chat_id=ana.id, text="x", reply_parameters=missing))
    assert text == "Bad Request: message to be replied not found"
    allowed = {**missing, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await client.call(
        "sendMessage", chat_id=ana.id, text="x", reply_parameters=allowed
    )


async def test_blocked_and_deactivated_are_403_until_start(client: Client, ana: Human) -> None:
    await ana.act("block")
    with pytest.raises(Refused) as refused:
        await client.call("sendMessage", chat_id=ana.id, text="x")
    assert (refused.value.code, refused.value.text) == (403, "Forbidden: bot was blocked by the user")
    await ana.act("start", payload="again")
    await client.call("sendMessage", chat_id=ana.id, text="x")
    kinds = [next(key for key in update if key != "update_id") for update in await client.drain()]
    assert kinds == ["my_chat_member", "my_chat_member", "message"]
    await ana.act("deactivate")
    with pytest.raises(Refused) as refused:
        await client.call("sendMessage", chat_id=ana.id, text="x")
    assert (refused.value.code, refused.value.text) == (403, "Forbidden: user is deactivated")


async def test_text_turns_into_photo_but_not_back(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="x")
    place = {"chat_id": ana.id, "message_id": sent["message_id"]}
    media = '{"type": "photo", "media": "attach://p", "caption": "<b>c</b>", "parse_mode": "HTML"}'
    edited = await client.upload("editMessageMedia", {"p": ("p.jpg", picture())}, **place, media=media)
    assert "text" not in edited
    assert edited["caption"] == "c"
    assert edited["photo"][-1]["width"] == 640
    edit = client.call("editMessageText", **place, text="back")
    assert await refusal(edit) == "Bad Request: there is no text in the message to edit"
    assert (await client.call("editMessageCaption", **place, caption="d"))["caption"] == "d"
    assert "caption" not in await client.call("editMessageCaption", **place)


async def test_copies_and_forwards_carry_the_content(client: Client, ana: Human) -> None:
    bo = await client.person("Bo")
    said = await ana.act("say", text="look at /this")
    origin = {"from_chat_id": ana.id, "message_id": said["message_id"]}
    forwarded = await client.call("forwardMessage", chat_id=bo.id, **origin)
    assert forwarded["forward_origin"]["sender_user"]["id"] == ana.id
    copied = await client.call("copyMessage", chat_id=bo.id, **origin)
    assert set(copied) == {"message_id"}
    assert (await bo.last())["text"] == "look at /this"
    secret = await client.call("sendMessage", chat_id=ana.id, text="s", protect_content=True)
    copy = client.call("copyMessage", chat_id=bo.id, from_chat_id=ana.id, message_id=secret["message_id"])
    assert await refusal(copy) == "Bad Request: message can't be copied"


async def test_actions_reactions_and_pins_are_shown(client: Client, ana: Human) -> None:
    said = await ana.act("say", text="hello")
    place = {"chat_id": ana.id, "message_id": said["message_id"]}
    await client.call("sendChatAction", chat_id=ana.id, action="typing")
    assert (await ana.chat())["actions"] == "typing"
    await client.control("clock", advance=6)
    assert (await ana.chat())["actions"] is None
    await client.call("setMessageReaction", **place, reaction=[{"type": "emoji", "emoji": "👍"}])
    assert (await ana.last())["reactions"] == ["👍"]
    await client.call("pinChatMessage", **place)
    assert (await client.call("getChat", chat_id=ana.id))["pinned_message"]["text"] == "hello"
    await client.call("unpinChatMessage", chat_id=ana.id)
    assert (await ana.chat())["pinned"] is None
