"""The chat page's files, from `emulator/page/`."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

FOLDER = Path(__file__).parent / "page"


def page_file(path: str) -> web.StreamResponse:
    """`/` is index.html, `/page/x` is x; nothing outside the folder is ever read."""
    path = unquote(path)
    name = "index.html" if path == "/" else path.removeprefix("/page/")
    if path != "/" and name == path:
        return web.Response(status=404, text="Not found\n")
    found = (FOLDER / name).resolve()
    if not found.is_relative_to(FOLDER.resolve()) or not found.is_file():
        return web.Response(status=404, text="Not found\n")
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind.endswith(("javascript", "json")):
        kind += "; charset=utf-8"
    return web.Response(body=found.read_bytes(), headers={"Content-Type": kind, "Cache-Control": "no-cache"})
