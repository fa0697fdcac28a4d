"""What a person shows when a command needs more than the token of this machine may: a token of theirs, or a login link.

It comes from --token-file, from SEMPRE_TOKEN, or is asked for in a terminal; never from Sempre's own files, which an
agent could read.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sempre.cli.texts import read_text
from sempre.errors import RefusedError
from sempre.home import Home

VARIABLE = "SEMPRE_TOKEN"
WANTED = frozenset({"missing_scope", "more_than_own"})  # refusals that a person's token may lift
_HOW = (
    "The token of this machine may not, since an agent could read it. Show one that may: in SEMPRE_TOKEN, with "
    "`sempre --token-file FILE COMMAND`, or in a terminal, which asks. The dashboard makes one under Settings, Tokens; "
    "so does `sempre token create NAME --scope approve` in a terminal, with the login link that `sempre up` printed."
)
_PROMPT = "A token that may, or a login link as `sempre up` prints it (not shown)"

TokenFileOption = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        help="Where a token of yours is, for commands that need the scope `approve`; `-` is stdin. Else "
        "SEMPRE_TOKEN counts, else a terminal asks.",
    ),
]
_chosen: list[Path] = []


def take_from(file: Path | None) -> None:
    """Where to look for a token, should one be needed."""
    _chosen[:] = [file] if file else []


def shown(home: Home, refusal: RefusedError) -> str:
    """A token or a login link of the person. Raises RefusedError with the ways to get one."""
    given = _from_file(home, _chosen[0]) if _chosen else os.environ.get(VARIABLE, "").strip()
    if not given and sys.stdin.isatty() and sys.stderr.isatty():
        given = typer.prompt(_PROMPT, hide_input=True, err=True).strip()
    if not given:
        raise RefusedError(f"{_first(refusal.message)} {_HOW}", code=refusal.code)
    return given


def _from_file(home: Home, file: Path) -> str:
    if file.resolve().is_relative_to(home.state.resolve()):
        raise RefusedError(
            f"{file} is one of Sempre's own files. A token of yours belongs where no agent reads, such as a password "
            "manager: `pass show sempre | sempre --token-file - …`."
        )
    return read_text(file).strip()


def _first(message: str) -> str:
    """The server says what is missing, then how a browser gets it."""
    return message.partition(". ")[0].rstrip(".") + "."
