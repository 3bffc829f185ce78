"""One server and one client for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from emulator.server import Emulator
from tests.emulator.client import TOKEN, Client, Human


@pytest.fixture
async def server() -> AsyncIterator[Emulator]:
    async with Emulator(bots={TOKEN: "tallyhand_bot"}, limits=False) as running:
        yield running


@pytest.fixture
async def client(server: Emulator) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as http:
        yield Client(server, http)


@pytest.fixture
async def ana(client: Client) -> Human:
    return await client.person("Ana", language_code="en")
