"""`sempre rehearse`: the scripted Messages API alone, for a Sempre, a Claude Code or a test of your own."""

from pathlib import Path
from typing import Annotated

import typer

from sempre.cli import screen
from sempre.cli.options import JsonOption

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
    from sempre.cli.rehearsing import serve  # slow to import, as is the next
    from sempre.rehearsal import MessagesApi

    api = MessagesApi(port=port, label=label, pace=pace, log=log)
    serve(api, lambda url: _tell(url, json=json))


def _tell(url: str, *, json: bool) -> None:
    environment = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": _KEY}
    if json:
        screen.json_line({"url": url, "environment": environment})
        return
    given = " ".join(f"{name}={value}" for name, value in environment.items())
    screen.say(f"The scripted Messages API is up on {url}. Stop it with Ctrl-C.")
    screen.say(f"  {given} sempre up")
    screen.say("What to write into a prompt, so that it does what you want: docs/rehearsal.md")
