"""A control request, decoded: its query, its JSON body or form, the bot that it means."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from emulator.attachments import Attached
from emulator.bots import Bot
from emulator.codec import decode
from emulator.errors import ControlError
from emulator.world import World


class Asked:
    """A control request: path parts, query, JSON body, and the people it names."""

    def __init__(self, world: World, request: web.BaseRequest, query: dict[str, str], body: dict[str, Any]) -> None:
        self.world = world
        self.request = request
        self.query = query
        self.body = body

    def bot(self) -> Bot:
        """The bot that is named, or the only one."""
        name = self.body.get("bot") or self.query.get("bot")
        return self.world.bot_called(str(name) if name is not None else None)

    def first_bot(self) -> Bot:
        """The bot that is named, or the first one: for what can be shown without saying which."""
        name = self.body.get("bot") or self.query.get("bot")
        return self.bot() if name is not None else next(iter(self.world.bots.values()))

    def text(self, name: str) -> str | None:
        """A text of the body, or None."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            raise ControlError(f"{name} is a text.")
        return value or None

    def number(self, name: str) -> int | None:
        """A whole number of the body or the query, or None."""
        value = self.body.get(name, self.query.get(name))
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise ControlError(f"{name} is a whole number.") from None

    def seconds(self, name: str) -> float:
        """A number of seconds of the body; 0 when it is not there."""
        try:
            return float(self.body.get(name) or 0)
        except (TypeError, ValueError):
            raise ControlError(f"{name} is a number of seconds.") from None

    async def form(self) -> list[Attached]:
        """The files of a multipart body; its fields go into `body`."""
        if not self.request.content_type.startswith("multipart/"):
            raise ControlError("Send the file as multipart/form-data.")
        files = []
        for name, value in (await self.request.post()).items():
            if isinstance(value, web.FileField):
                files.append(Attached(value.filename, value.file.read()))
            elif name == "file":
                raise ControlError("file is a file with a name.")
            else:
                text = value if isinstance(value, str) else bytes(value).decode()
                self.body[name] = text.replace("\r\n", "\n")  # browsers write a form's line ends so
        return files

    def needed(self, name: str) -> int:
        """A whole number that must be there."""
        value = self.number(name)
        if value is None:
            raise ControlError(f"{name} is missing.")
        return value


async def json_body(request: web.BaseRequest) -> dict[str, Any]:
    """The JSON body of a POST; multipart ones are left for the route."""
    if request.method != "POST" or request.content_type.startswith("multipart/"):
        return {}
    data = await request.read()
    if not data:
        return {}
    try:
        found = decode(data)
    except ValueError:
        raise ControlError("The body is not JSON.") from None
    if not isinstance(found, dict):
        raise ControlError("The body is a JSON object.")
    return found
