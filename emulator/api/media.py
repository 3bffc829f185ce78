"""stub, being written"""
from typing import Any
from emulator.api.method import Call
async def edited_media(call: Call) -> dict[str, Any]:
    return {}
METHODS = ()
