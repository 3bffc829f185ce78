"""A bare bot and a person for the tests: what they say goes over HTTP, and nothing is hidden."""

from __future__ import annotations

import io
from typing import Any

import aiohttp
from PIL import Image

from emulator.server import Emulator

TOKEN = "1000001:LOCAL"


class Refused(Exception):
    """An answer with ok=false."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["description"])
        self.code: int = answer["error_code"]
        self.text: str = answer["description"]
        self.parameters: dict[str, Any] = answer.get("parameters", {})


class Client:
    """A bot's side and the control side of one server."""

    def __init__(self, server: Emulator, http: aiohttp.ClientSession, token: str = TOKEN) -> None:
        self.server = server
        self.http = http
        self.token = token

    def url(self, method: str) -> str:
        return f"{self.server.address}/bot{self.token}/{method}"

    async def call(self, name: str, /, **parameters: Any) -> Any:
        """Call a method with a JSON body; the result, or Refused."""
        async with self.http.post(self.url(name), json=parameters) as response:
            return self.result(await response.json())

    async def upload(self, name: str, files: dict[str, tuple[str, bytes]], /, **parameters: Any) -> Any:
        """Call a method with a multipart body."""
        form = aiohttp.FormData()
        for key, value in parameters.items():
            form.add_field(key, str(value))
        for key, (file_name, data) in files.items():
            form.add_field(key, data, filename=file_name)
        async with self.http.post(self.url(name), data=form) as response:
            return self.result(await response.json())

    def result(self, answer: dict[str, Any]) -> Any:
        if not answer["ok"]:
            raise Refused(answer)
        return answer["result"]

    async def control(self, path: str, **body: Any) -> Any:
        """POST to the control side; AssertionError with its sentence when it refuses."""
        async with self.http.post(f"{self.server.address}/control/{path}", json=body) as response:
            answer = await response.json()
            assert response.status == 200, answer["error"]
            return answer

    async def look(self, path: str, **query: Any) -> Any:
        """GET from the control side."""
        async with self.http.get(f"{self.server.address}/control/{path}", params=query) as response:
            answer = await response.json()
            assert response.status == 200, answer["error"]
            return answer

    async def person(self, name: str = "Ana", **fields: Any) -> Human:
        """A new person, who has pressed Start; the update of it is confirmed already."""
        made = await self.control("people", first_name=name, **fields)
        human = Human(self, made["id"])
        await human.act("start")
        await self.drain()
        return human

    async def updates(self, **parameters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.call("getUpdates", **parameters)
        return found

    async def drain(self) -> list[dict[str, Any]]:
        """Take and confirm all updates."""
        found = await self.updates()
        if found:
            await self.updates(offset=max(update["update_id"] for update in found) + 1)
        return found


class Human:
    """A person on the control side."""

    def __init__(self, client: Client, id: int) -> None:
        self.client = client
        self.id = id

    async def act(self, what: str, **body: Any) -> Any:
        return await self.client.control(f"people/{self.id}/{what}", **body)

    async def attach(self, what: str, files: list[tuple[str, bytes]], **fields: Any) -> Any:
        """Send files as a form."""
        form = aiohttp.FormData()
        for key, value in fields.items():
            form.add_field(key, str(value))
        for name, data in files:
            form.add_field("file", data, filename=name)
        url = f"{self.client.server.address}/control/people/{self.id}/{what}"
        async with self.client.http.post(url, data=form) as response:
            answer = await response.json()
            assert response.status == 200, answer["error"]
            return answer

    async def chat(self, **query: Any) -> dict[str, Any]:
        found: dict[str, Any] = await self.client.look(f"people/{self.id}/chat", **query)
        return found

    async def last(self) -> dict[str, Any]:
        last: dict[str, Any] = (await self.chat())["messages"][-1]
        return last


def picture(width: int = 640, height: int = 480, kind: str = "JPEG") -> bytes:
    """A picture file of this size."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 40)).save(out, kind)
    return out.getvalue()


def buttons(*rows: list[str]) -> dict[str, Any]:
    """An inline keyboard whose buttons send their own text."""
    return {"inline_keyboard": [[{"text": text, "callback_data": text} for text in row] for row in rows]}
