"""The control side: people, transcripts, the log, events, samples, groups, the page."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from emulator.attachments import Attachments
from emulator.static import FOLDER
from tests.emulator.client import TOKEN, Client, Human, buttons, picture


async def test_state_shows_bots_and_people(client: Client, ana: Human) -> None:
    state = await client.look("state")
    assert state["bots"] == [{"id": 1000001, "username": "tallyhand_bot", "first_name": "Tallyhand", "token": TOKEN}]
    assert [(person["first_name"], person["blocked"]) for person in state["people"]] == [("Ana", False)]
    again = await client.control("people", first_name="Other", id=ana.id)
    assert again["first_name"] == "Ana"


async def test_errors_are_one_sentence(client: Client, ana: Human) -> None:
    for coroutine, sentence in (
        (client.control("people/5/say", text="x"), "There is no person 5 here."),
        (client.control("people"), "A person has a first_name."),
        (client.control("nowhere"), "There is no POST /control/nowhere here."),
        (ana.act("say", text=" "), "There is nothing to say."),
        (ana.act("tap"), "message_id is missing."),
        (client.control("clock", advance=-1), "The clock only goes forward."),
    ):
        with pytest.raises(AssertionError) as refused:
            await coroutine
        assert str(refused.value).splitlines()[0] == sentence


async def test_deep_link_brings_its_payload(client: Client, ana: Human) -> None:
    await ana.act("start", payload="join_42")
    message = (await client.updates())[0]["message"]
    assert message["text"] == "/start join_42"
    assert message["entities"] == [{"offset": 0, "length": 6, "type": "bot_command"}]


async def test_transcript_tells_everything_in_order(client: Client, ana: Human) -> None:
    sent = await client.call("sendMessage", chat_id=ana.id, text="old", reply_markup=buttons(["A"]))
    place = {"chat_id": ana.id, "message_id": sent["message_id"]}
    tapped = await ana.act("tap", message_id=sent["message_id"], data="A")
    await client.call("answerCallbackQuery", callback_query_id=tapped["callback_query_id"], text="ok")
    await client.call("editMessageText", **place, text="new")
    await client.call("deleteMessage", **place)
    told = (await client.look(f"people/{ana.id}/transcript"))[1:]
    assert [entry["kind"] for entry in told] == ["message", "tap", "answer", "edited", "deleted"]
    assert told[0]["message"]["text"] == told[3]["old"]["text"] == "old"
    assert told[2]["text"] == "ok"
    assert told[3]["message"]["text"] == "new"
    assert all(entry["at"] > 1_700_000_000 for entry in told)


async def test_chat_shows_only_what_changed_after_an_event(client: Client, ana: Human) -> None:
    first = await client.call("sendMessage", chat_id=ana.id, text="1")
    event = (await ana.chat())["event"]
    await client.call("sendMessage", chat_id=ana.id, text="2")
    await client.call("deleteMessage", chat_id=ana.id, message_id=first["message_id"])
    changed = (await ana.chat(after_event=event))["messages"]
    assert [(message["text"], message["deleted"]) for message in changed] == [("1", True), ("2", False)]
    assert [message["text"] for message in (await ana.chat())["messages"]] == ["/start", "2"]


async def test_log_has_every_call_with_its_outcome(client: Client, ana: Human) -> None:
    before = (await client.look("log"))[-1]["n"]
    await client.call("sendMessage", chat_id=ana.id, text="x")
    async with client.http.get(client.url("sendPhoto"), params={"chat_id": "5"}) as response:
        assert response.status == 400
    good, wrong = await client.look("log", after=before)
    assert (good["method"], good["chat_id"], good["ok"], good["error_code"]) == ("sendMessage", ana.id, True, None)
    assert (wrong["method"], wrong["ok"], wrong["description"]) == ("sendPhoto", False, "Bad Request: chat not found")
    assert good["milliseconds"] > 0
    assert good["files"] == []
    assert [call["n"] for call in await client.look("log", method="sendphoto")] == [wrong["n"]]


async def test_events_stream_what_happens(client: Client, ana: Human) -> None:
    seen: list[dict[str, Any]] = []
    state = await client.look("state")
    async with client.http.get(f"{client.server.address}/control/events", params={"after": state["event"]}) as response:
        assert response.content_type == "text/event-stream"
        await ana.act("say", text="hello")
        await client.call("setMyCommands", commands=[{"command": "help", "description": "Help"}])
        await client.call("sendChatAction", chat_id=ana.id, action="typing")
        async with asyncio.timeout(5):
            async for line in response.content:
                if line.startswith(b"data: "):
                    seen.append(json.loads(line[6:]))
                if len(seen) == 3:
                    break
    assert [(event["kind"], event["person"]) for event in seen] == [
        ("message", ana.id), ("commands", None), ("action", ana.id),
    ]  # fmt: skip
    assert seen[0]["message"]["text"] == "hello"
    assert seen[0]["n"] < seen[1]["n"] < seen[2]["n"]


async def test_samples_are_offered_and_sent_with_their_caption(client: Client, ana: Human, tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").write_bytes(picture())
    (tmp_path / "cat.jpg.caption.txt").write_text("A cat\n")
    (tmp_path / "batch.zip").write_bytes(b"PK")
    (tmp_path / "batch.person").write_text("5")
    client.server.control.attachments = Attachments(client.server.people, tmp_path)
    samples = (await client.look("state"))["samples"]
    assert [(s["name"], s["kind"], s["caption"], s["person"]) for s in samples] == [
        ("batch.zip", "document", None, 5), ("cat.jpg", "photo", "A cat", None),
    ]  # fmt: skip
    await ana.act("sample", name="cat.jpg")
    message = (await client.updates())[0]["message"]
    assert (message["caption"], len(message["photo"])) == ("A cat", 3)
    with pytest.raises(AssertionError, match="not for Ana"):
        await ana.act("sample", name="batch.zip")
    with pytest.raises(AssertionError, match="no sample"):
        await ana.act("sample", name="../client.py")


async def test_commands_are_resolved_by_scope_and_language(client: Client, ana: Human) -> None:
    bo = await client.person("Bo", language_code="pt-br")

    async def put(name: str, **where: Any) -> None:
        await client.call("setMyCommands", commands=[{"command": name, "description": name}], **where)

    async def shown(person: Human) -> list[str]:
        return [command["command"] for command in (await person.chat())["commands"]]

    assert await shown(ana) == []
    await put("default")
    assert await shown(ana) == await shown(bo) == ["default"]
    await put("private", scope={"type": "all_private_chats"})
    await put("privado", scope={"type": "all_private_chats"}, language_code="pt")
    assert (await shown(ana), await shown(bo)) == (["private"], ["privado"])
    await put("mine", scope={"type": "chat", "chat_id": ana.id})
    assert await shown(ana) == ["mine"]
    await client.call("deleteMyCommands", scope={"type": "chat", "chat_id": ana.id})
    assert await shown(ana) == ["private"]
    assert (await client.call("getMyCommands"))[0]["command"] == "default"


async def test_bots_hear_only_what_is_meant_for_them_in_groups(client: Client, ana: Human) -> None:
    group = await client.control("groups", title="Staff", members=[ana.id])
    assert (await ana.act("say", text="chatter", chat_id=group["id"]))["update_id"] is None
    await ana.act("say", text="/help", chat_id=group["id"])
    message = (await client.updates())[0]["message"]
    assert message["chat"] == {"id": group["id"], "type": "supergroup", "title": "Staff"}
    sent = await client.call("sendMessage", chat_id=group["id"], text="?", reply_markup=buttons(["A"]))
    await ana.act("tap", message_id=sent["message_id"], data="A", chat_id=group["id"])
    assert len((await client.look(f"groups/{group['id']}/chat"))["messages"]) == 3


async def test_profile_is_kept_by_language(client: Client, ana: Human) -> None:
    await client.call("setMyDescription", description="Work", language_code="")
    await client.call("setMyDescription", description="Arbeit", language_code="de")
    assert (await client.call("getMyDescription", language_code="de"))["description"] == "Arbeit"
    assert (await client.call("getMyDescription", language_code="pt"))["description"] == "Work"
    await client.call("setMyName", name="Tally")
    assert await client.call("getMyName") == {"name": "Tally"}
    await client.call("setChatMenuButton", chat_id=ana.id, menu_button={"type": "commands"})
    assert await client.call("getChatMenuButton", chat_id=ana.id) == {"type": "commands"}
    assert (await client.call("getChatMember", chat_id=ana.id, user_id=ana.id))["status"] == "member"


async def test_page_is_served_and_nothing_beside_it(client: Client) -> None:
    async with client.http.get(f"{client.server.address}/") as response:
        assert response.status == (200 if (FOLDER / "index.html").exists() else 404)
    for path in ("/page/..%2fserver.py", "/page/../server.py", "/etc/passwd", "/page/"):
        async with client.http.get(client.server.address + path) as response:
            assert response.status == 404


async def test_command_line_serves_on_a_free_port(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    command = ("-m", "emulator", "--bot", f"{TOKEN}=a_bot", "--port", "0", "--port-file", str(port_file))
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        assert f"http://127.0.0.1:{port_file.read_text().strip()}/".encode() in line
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) == 0
