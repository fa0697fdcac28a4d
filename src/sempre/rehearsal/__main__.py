"""`python -m sempre.rehearsal PORT`: the scripted Messages API in a process of its own, for tests and load."""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from sempre.rehearsal.server import MessagesApi


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sempre.rehearsal", description=__doc__)
    parser.add_argument("port", type=int, nargs="?", default=0, help="0, the default: a free one")
    parser.add_argument("--log", type=Path, help="write what is asked and answered, as JSON lines")
    parser.add_argument("--label", action="store_true", help="every answer says it is scripted")
    parser.add_argument("--pace", type=float, default=0.03, help="seconds a word without a script")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises instead
            asyncio.get_running_loop().add_signal_handler(stop, stopped.set)
    api = MessagesApi(
        port=arguments.port, label=arguments.label, pace=arguments.pace, log=arguments.log
    )
    async with api:
        print("up", api.port, flush=True)  # noqa: T201  (whoever starts us waits for this line)
        await stopped.wait()


def main() -> None:
    try:
        asyncio.run(_serve(_arguments()))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
