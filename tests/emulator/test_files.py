"""Files: uploads, sizes, ids, albums, downloads."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from aiohttp import ClientSession
from PIL import Image

from emulator.server import Emulator
from tests.emulator.client import TOKEN, Client, Human, Refused, picture


async def test_photo_comes_in_sizes_and_can_be_downloaded(client: Client, ana: Human) -> None:
    sent = await client.upload(
        "sendPhoto", {"photo": ("p.png", picture(1600, 1200, "PNG"))}, chat_id=ana.id, caption="c"
    )
    sizes = sent["photo"]
    assert [(size["width"], size["height"]) for size in sizes] == [(90, 68), (320, 240), (800, 600), (1280, 960)]
    assert len({size["file_id"] for size in sizes} | {size["file_unique_id"] for size in sizes}) == 8
    described = await client.call("getFile", file_id=sizes[-1]["file_id"])
    url = f"{client.server.address}/file/bot{TOKEN}/{described['file_path']}"
    async with client.http.get(url) as response:
        data = await response.read()
    assert len(data) == described["file_size"] == sizes[-1]["file_size"]
    assert Image.open(io.BytesIO(data)).size == (1280, 960)


async def test_photo_is_sent_again_by_any_of_its_ids(client: Client, ana: Human) -> None:
    sent = await client.upload("sendPhoto", {"photo": ("p.jpg", picture())}, chat_id=ana.id)
    again = await client.call("sendPhoto", chat_id=ana.id, photo=sent["photo"][0]["file_id"], has_spoiler=True)
    assert again["photo"] == sent["photo"]
    assert again["has_media_spoiler"] is True


@pytest.mark.parametrize(
    ("size", "text"),
    [
        ((9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        ((2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (None, "IMAGE_PROCESS_FAILED"),
    ],
)
async def test_wrong_photos_are_refused(client: Client, ana: Human, size: tuple[int, int] | None, text: str) -> None:
    data = picture(*size) if size else b"not a picture"
    with pytest.raises(Refused) as refused:
        await client.upload("sendPhoto", {"photo": ("p.jpg", data)}, chat_id=ana.id)
    assert refused.value.text == f"Bad Request: {text}"


async def test_photo_of_more_than_ten_megabytes_is_refused(client: Client, ana: Human) -> None:
    with pytest.raises(Refused) as refused:
        await client.upload("sendPhoto", {"photo": ("p.jpg", bytes(10 * 1024 * 1024 + 1))}, chat_id=ana.id)
    assert "too big for a photo" in refused.value.text


async def test_document_keeps_its_bytes_and_name(client: Client, ana: Human) -> None:
    sent = await client.upload("sendDocument", {"document": ("a.csv", b"1;2\n")}, chat_id=ana.id)
    assert sent["document"]["file_name"] == "a.csv"
    assert sent["document"]["mime_type"] == "text/csv"
    described = await client.call("getFile", file_id=sent["document"]["file_id"])
    async with client.http.get(f"{client.server.address}/file/bot{TOKEN}/{described['file_path']}") as response:
        assert await response.read() == b"1;2\n"
    async with client.http.get(f"{client.server.address}/control/file/{sent['document']['file_id']}") as response:
        assert (await response.read(), response.content_type) == (b"1;2\n", "text/csv")
    with pytest.raises(Refused) as refused:
        await client.call("sendPhoto", chat_id=ana.id, photo=sent["document"]["file_id"])
    assert refused.value.text == "Bad Request: can't use file of type Document as Photo"


async def test_big_files_can_be_had_but_not_downloaded(client: Client, ana: Human) -> None:
    await ana.attach("document", [("big.zip", b"PK")], claimed_size=20 * 1024 * 1024 + 1, caption="all photos")
    message = (await client.updates())[0]["message"]
    assert message["caption"] == "all photos"
    with pytest.raises(Refused) as refused:
        await client.call("getFile", file_id=message["document"]["file_id"])
    assert refused.value.text == "Bad Request: file is too big"


async def test_file_id_belongs_to_one_bot() -> None:
    other = "1000002:LOCAL"
    async with Emulator(bots={TOKEN: "a_bot", other: "b_bot"}) as server, ClientSession() as http:
        first, second = Client(server, http), Client(server, http, other)
        made = await first.control("people", first_name="Ana", started=True, bot="a_bot")
        await first.control(f"people/{made['id']}/start", bot="b_bot")
        sent = await first.upload("sendPhoto", {"photo": ("p.jpg", picture())}, chat_id=made["id"])
        with pytest.raises(Refused) as refused:
            await second.call("sendPhoto", chat_id=made["id"], photo=sent["photo"][0]["file_id"])
    assert refused.value.text == "Bad Request: wrong file_id or the file is temporarily unavailable"


async def test_album_is_one_group_of_two_to_ten(client: Client, ana: Human) -> None:
    files = {f"f{number}": ("p.jpg", picture(100, 100 + number)) for number in range(3)}
    media = [{"type": "photo", "media": f"attach://{name}", "caption": name} for name in files]
    sent = await client.upload("sendMediaGroup", files, chat_id=ana.id, media=json.dumps(media))
    assert len({message["media_group_id"] for message in sent}) == 1
    assert [message["caption"] for message in sent] == ["f0", "f1", "f2"]
    item = {"type": "photo", "media": sent[0]["photo"][0]["file_id"]}
    for count, text in ((1, "too few"), (11, "too many")):
        with pytest.raises(Refused, match=text):
            await client.call("sendMediaGroup", chat_id=ana.id, media=[item] * count)
    with pytest.raises(Refused, match="attached file missing not found"):
        await client.call("sendMediaGroup", chat_id=ana.id, media=[item, {**item, "media": "attach://missing"}])


async def test_people_send_photos_as_albums(client: Client, ana: Human) -> None:
    sent = await ana.attach("photos", [("a.jpg", picture()), ("b.jpg", picture(300, 200))], caption="two")
    assert len(sent["message_ids"]) == len(sent["update_ids"]) == 2
    first, second = (update["message"] for update in await client.updates())
    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], "caption" in second) == ("two", False)
    with pytest.raises(AssertionError, match="not a photo that Telegram takes"):
        await ana.attach("photos", [("a.jpg", b"no")])


async def test_stickers_and_voices_arrive(client: Client, ana: Human) -> None:
    await ana.act("sticker")
    await ana.act("voice")
    sticker, voice = await client.updates()
    again = await client.call("sendVoice", chat_id=ana.id, voice=voice["message"]["voice"]["file_id"])
    assert again["voice"]["mime_type"] == "audio/ogg"
    again = await client.call("sendSticker", chat_id=ana.id, sticker=sticker["message"]["sticker"]["file_id"])
    assert again["sticker"]["type"] == "regular"


async def test_document_may_bring_a_thumbnail(client: Client, ana: Human) -> None:
    files = {"document": ("a.pdf", b"%PDF"), "thumbnail": ("t.jpg", picture())}
    sent = await client.upload("sendDocument", files, chat_id=ana.id)
    assert sent["document"]["thumbnail"]["width"] == 320


async def test_store_with_a_folder_survives_a_restart(tmp_path: Path) -> None:
    bots = {TOKEN: "a_bot"}
    async with Emulator(bots=bots, files=tmp_path) as server:
        stored = server.world.files.add(1000001, "document", b"kept", file_name="a.txt")
    async with Emulator(bots=bots, files=tmp_path) as server:
        found = server.world.files.find(1000001, stored.file_id)
        assert server.world.files.data(found) == b"kept"
