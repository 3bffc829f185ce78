"""The command line: `python -m emulator --bot TOKEN=username [--bot …] [--port 8081] …`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
from pathlib import Path

from emulator.server import Emulator


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description="A local Bot API server with a chat page.")
    parser.add_argument("--bot", action="append", required=True, metavar="TOKEN=username", help="may be repeated")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one")
    parser.add_argument("--port-file", type=Path, help="gets the real port once the server listens")
    parser.add_argument("--samples", type=Path, help="files that the page's attach menu offers")
    parser.add_argument("--files", type=Path, help="where files are kept over restarts; else a temporary folder")
    parser.add_argument("--limits", choices=("on", "off"), default="on", help="rate limits")
    return parser.parse_args()


def write_port(path: Path, port: int) -> None:
    """Write the port in one step: whoever sees the file sees a whole number and a server that listens."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(f"{port}\n")
    partial.replace(path)


async def serve(args: argparse.Namespace, bots: dict[str, str]) -> None:
    """Run until SIGINT or SIGTERM."""
    server = Emulator(
        bots, limits=args.limits == "on", host=args.host, port=args.port, samples=args.samples, files=args.files
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with server:
        if args.port_file is not None:
            write_port(args.port_file, server.port)
        sys.stdout.write(f"Bot API and chat page at {server.address}/ (process {os.getpid()})\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> None:
    """Parse, check, serve."""
    args = arguments()
    # The state is a large heap without cycles: walking through it often would take a third of a busy server's time.
    gc.set_threshold(100_000, 50, 100)
    bots = {}
    for item in args.bot:
        token, equals, username = item.rpartition("=")
        if not equals or ":" not in token or not username:
            sys.exit(f"--bot is TOKEN=username, like 1000001:LOCAL=tallyhand_bot, not {item}")
        bots[token] = username
    try:
        asyncio.run(serve(args, bots))
    except OSError as error:
        sys.exit(f"Cannot listen on {args.host}:{args.port}: {error.strerror or error}")
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
