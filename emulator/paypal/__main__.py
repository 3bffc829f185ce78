"""The command line: `python -m emulator.paypal [--port 8082] [--state FILE] [--faults JSON] …`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from emulator.codec import decode
from emulator.paypal.server import PayPal


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m emulator.paypal", description="A local stand-in of PayPal Payouts."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8082, help="0 takes a free one")
    parser.add_argument("--port-file", type=Path, help="gets the real port once it listens")
    parser.add_argument("--client", default="client", help="the PAYPAL_CLIENT_ID it knows")
    parser.add_argument("--secret", default="secret", help="and its PAYPAL_SECRET")
    parser.add_argument("--state", type=Path, help="a file that keeps what was paid over restarts; else memory alone")
    parser.add_argument("--faults", default="{}", help='such as {"create": {"timeout_after": 0.15}, "seed": 1}')
    parser.add_argument("--settle", type=float, default=2.0, help="seconds until a batch is worked through")
    parser.add_argument("--lag", type=float, default=2.0, help="and so many more, at most, until an item of it is paid")
    parser.add_argument("--token-seconds", type=float, default=32_400.0, help="how long a token is good")
    parser.add_argument("--seed", type=int, default=0, help="of how long items take")
    return parser.parse_args()


async def serve(args: argparse.Namespace) -> None:
    """Run until SIGINT or SIGTERM."""
    paypal = PayPal(
        client=args.client,
        secret=args.secret,
        state=args.state,
        host=args.host,
        port=args.port,
        settle=args.settle,
        lag=args.lag,
        token_seconds=args.token_seconds,
        seed=args.seed,
    )
    paypal.faults.replace(decode(args.faults))
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with paypal:
        if args.port_file is not None:
            partial = args.port_file.with_name(args.port_file.name + ".partial")
            partial.write_text(f"{paypal.port}\n")
            partial.replace(args.port_file)
        sys.stdout.write(f"PayPal's stand-in at {paypal.address} (process {os.getpid()})\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> None:
    """Parse, serve."""
    args = arguments()
    try:
        asyncio.run(serve(args))
    except OSError as error:
        sys.exit(f"Cannot listen on {args.host}:{args.port}: {error.strerror or error}")
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
