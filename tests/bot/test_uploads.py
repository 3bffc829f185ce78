"""Photos on their way out: uploaded once, sent by file_id, lighter where asked for."""

from __future__ import annotations

import asyncio
import io
import os
import signal
from pathlib import Path

import pytest
from PIL import Image

from bot import rendering
from bot.clock import now
from bot.rendering.message import Drawn, Message, Renderer
from domain.people import Person
from storage import people, photos
from tests.bot.conftest import SHA, Post, store_photo
from usecases.notify import tell


async def test_a_photo_is_uploaded_once_even_when_many_are_to_see_it_at_once(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, uploads = post.server.world.files, []
    add_photo = store.add_photo
    monkeypatch.setattr(store, "add_photo", lambda *args: uploads.append(args) or add_photo(*args))  # type: ignore[func-returns-value]
    everybody = [await post.person(number) for number in range(11, 23)]
    await store_photo(post)
    for person in everybody:
        await post.tell(person, "look", photo=True)
    await post.sent()
    stored = await post.db.read(photos.file_id, SHA)
    assert stored is not None
    assert {message["photo"][-1]["file_id"] for person in everybody for message in post.chat(person)} == {stored}
    assert len(uploads) == 1


async def test_a_file_id_that_telegram_no_longer_knows_is_uploaded_again(post: Post) -> None:
    ana = await post.person(11)
    await store_photo(post)
    await post.db.write(photos.set_file_id, SHA, "AgACgone")
    await post.tell(ana, "look", photo=True)
    await post.sent()
    assert [message["caption"] for message in post.chat(ana)] == ["look"]
    assert await post.db.read(photos.file_id, SHA) not in (None, "AgACgone")


async def test_an_upload_without_an_answer_is_tried_again_and_holds_nobody(post: Post) -> None:
    ana, ben = await post.person(11), await post.person(12)
    await store_photo(post)
    post.strike(kind="reset_before", method="sendPhoto", count=1)
    await post.tell(ana, "look", photo=True)
    await post.tell(ben, "look", photo=True)
    await post.sent()
    assert [message["caption"] for person in (ana, ben) for message in post.chat(person)] == ["look", "look"]


async def test_an_edit_whose_upload_breaks_off_does_not_stop_the_photo_for_others(post: Post) -> None:
    ana, ben = await post.person(11), await post.person(12)
    await store_photo(post)
    await post.tell(ana, "card", slot="card")
    await post.sent()
    post.strike(kind="reset_before", method="editMessageMedia", count=1)
    await post.tell(ana, "photo card", slot="card", photo=True)
    await post.tell(ben, "look", photo=True)
    await post.sent()
    assert [message["caption"] for person in (ana, ben) for message in post.chat(person)] == ["photo card", "look"]


async def test_an_id_forgotten_after_its_upload_is_replaced_by_one_upload_for_whoever_read_their_row_before(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = [await post.person(number) for number in range(11, 17)]
    await store_photo(post)
    await post.tell(everybody[0], "look", photo=True)
    await post.sent()
    post.server.world.files.forget_ids()
    # As if every row were read before the first upload was noted: the id is known only from memory.
    monkeypatch.setattr(photos, "file_id", lambda tx, sha256, *, light=False: None)
    for person in everybody[1:]:
        await post.tell(person, "look", photo=True)
    await post.sent()
    assert [message["caption"] for person in everybody for message in post.chat(person)] == ["look"] * 6
    calls = post.server.world.calls.after(method="sendPhoto")
    assert [call["files"] for call in calls if call["ok"] and call["files"]] == [(f"{SHA}.jpg",)] * 2


async def test_a_message_that_is_edited_and_one_that_is_sent_share_an_upload(post: Post) -> None:
    ana, ben = await post.person(11), await post.person(12)
    await store_photo(post)
    await post.tell(ana, "card", slot="card")
    await post.sent()
    await asyncio.gather(
        post.tell(ana, "photo card", slot="card", photo=True), post.tell(ben, "look", slot="card", photo=True)
    )
    await post.sent()
    calls = [call for call in post.server.world.calls.after() if call["method"] in ("sendPhoto", "editMessageMedia")]
    assert sorted(call["method"] for call in calls) == ["editMessageMedia", "sendPhoto"]
    assert [call["files"] for call in calls if call["files"]] == [(f"{SHA}.jpg",)]


async def test_a_photo_whose_id_telegram_forgot_is_uploaded_once_for_all_who_see_it(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, uploads = post.server.world.files, []
    add_photo = store.add_photo
    monkeypatch.setattr(store, "add_photo", lambda *args: uploads.append(args) or add_photo(*args))  # type: ignore[func-returns-value]
    everybody = [await post.person(number) for number in range(11, 23)]
    await store_photo(post)
    await post.db.write(photos.set_file_id, SHA, "AgACgone")
    await asyncio.gather(*(post.tell(person, "look", photo=True) for person in everybody))
    await post.sent()
    assert [message["caption"] for person in everybody for message in post.chat(person)] == ["look"] * len(everybody)
    assert len(uploads) == 1


async def test_lighter_photos_are_smaller_and_have_an_id_of_their_own(post: Post) -> None:
    ana, ben = await post.person(11), await post.person(12)
    await store_photo(post)
    await post.db.write(lambda tx: people.change(tx, ana.id, light_photos=1))
    for person in (ana, ben):
        await post.tell(person, "look", photo=True)
    await post.sent()
    sizes = [message["photo"][-1] for person in (ana, ben) for message in post.chat(person)]
    assert sizes[0]["width"] == 640 < sizes[1]["width"]
    assert sizes[0]["file_size"] < sizes[1]["file_size"]
    light = await post.db.read(lambda tx: photos.file_id(tx, SHA, light=True))
    full = await post.db.read(lambda tx: photos.file_id(tx, SHA))
    assert light is not None and full is not None and light != full


async def test_a_picture_for_many_is_drawn_and_uploaded_once_and_another_one_anew(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chart(params: dict[str, str], _: object) -> Message:
        return Message(params["text"], photo=Drawn(counted_picture, (str(post.data_dir / "drawn"), params["colour"])))

    monkeypatch.setitem(rendering.RENDERERS, "chart", Renderer(chart))
    everybody = [await post.person(number) for number in range(11, 17)]

    async def show(person: Person, text: str, colour: str) -> None:
        await post.db.write(lambda tx: tell(tx, person, "chart", now=now(), text=text, colour=colour))

    for person in everybody:
        await show(person, "one", "teal")
    await post.sent()
    post.server.world.files.forget_ids()
    await show(everybody[0], "two", "teal")
    await show(everybody[1], "three", "navy")
    await post.sent()
    said = [message["caption"] for person in everybody for message in post.chat(person)]
    assert sorted(said) == ["one"] * 6 + ["three", "two"]
    drawn = (post.data_dir / "drawn").read_text().split()
    assert (drawn[0], sorted(drawn[1:])) == ("teal", ["navy", "teal"]), "for all; then another, and anew"


def counted_picture(note: str, colour: str) -> bytes:
    """A picture that notes each time it is drawn."""
    with Path(note).open("a") as file:
        file.write(f"{colour} ")
    content = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(content, "PNG")
    return content.getvalue()


async def test_a_picture_whose_process_dies_is_drawn_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    once = post.data_dir / "once"
    picture = Message("chart", photo=Drawn(dies_once, (str(once),)))
    monkeypatch.setitem(rendering.RENDERERS, "chart", Renderer(lambda params, _: picture))
    ana = await post.person(11)
    await post.db.write(lambda tx: tell(tx, ana, "chart", now=now()))
    await post.sent()
    assert [message["caption"] for message in post.chat(ana)] == ["chart"]


def dies_once(marker: str) -> bytes:
    """A picture whose process is killed the first time it is drawn."""
    path = Path(marker)
    if not path.exists():
        path.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(content, "PNG")
    return content.getvalue()
