"""`sempre rehearse`: the scripted Messages API alone, for a Sempre, a Claude Code or a test of your own."""

import asyncio
import contextlib
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sempre.cli import screen
from sempre.cli.options import JsonOption
from sempre.errors import UnavailableError

if TYPE_CHECKING:
    from sempre.rehearsal import MessagesApi

_KEY = "rehearsal"  # any is accepted

PortOption = Annotated[
    int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")
]
LogOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write what is asked and answered, as JSON lines."),
]
LabelOption = Annotated[
    bool, typer.Option("--label/--no-label", help="Every answer says that it is scripted.")
]
PaceOption = Annotated[
    float, typer.Option(min=0, metavar="SECONDS", help="Pause between words without a script.")
]


def rehearse(
    port: PortOption = 8400,
    log: LogOption = None,
    label: LabelOption = True,
    pace: PaceOption = 0.03,
    json: JsonOption = False,
) -> None:
    """Run the scripted Messages API alone, on 127.0.0.1, and say how to point Sempre at it."""
    from sempre.rehearsal import MessagesApi  # slow to import, and needed by this command only

    api = MessagesApi(port=port, label=label, pace=pace, log=log)
    with contextlib.suppress(KeyboardInterrupt):  # where loops take no signals, Ctrl-C raises
        asyncio.run(_serve(api, json=json))


async def _serve(api: "MessagesApi", *, json: bool) -> None:
    stopped = asyncio.Event()
    for stop in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(stop, stopped.set)
    try:
        await api.start()
    except OSError as error:
        raise UnavailableError(
            f"Port {api.port} cannot be used: {error.strerror}. Name another with --port, or 0 for a free one."
        ) from error
    try:
        _tell(api.url, json=json)
        await stopped.wait()
    finally:
        await api.close()


def _tell(url: str, *, json: bool) -> None:
    environment = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": _KEY}
    if json:
        screen.json_line({"url": url, "environment": environment})
        return
    given = " ".join(f"{name}={value}" for name, value in environment.items())
    screen.say(f"The scripted Messages API is up on {url}. Stop it with Ctrl-C.")
    screen.say(f"  {given} sempre up")
    screen.say("What to write into a prompt, so that it does what you want: docs/rehearsal.md")
