"""How a person says a command where they are: with the program's path and --home where it takes them. It only words."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from sempre.home import ENVIRONMENT_NAME, Home


def command(home: Home, words: str) -> str:
    """`send coder` -> `.venv/bin/sempre send coder --home home`, or as short as it may be."""
    place = "" if _is_found(home) else f" --home {_short(home.path)}"
    return f"{_program()} {words}{place}"


def _is_found(home: Home) -> bool:
    """In whatever terminal the command is said, if the environment names it; else only here."""
    return Home.find(None) == home and (ENVIRONMENT_NAME in os.environ or Path.cwd() == home.path)


def _program() -> str:
    found = shutil.which("sempre")
    own = Path(sys.executable).with_name("sempre.exe" if sys.platform == "win32" else "sempre")
    if not own.exists() or (found and Path(found).resolve() == own.resolve()):
        return "sempre"
    return _short(own)


def _short(path: Path) -> str:
    """From here, when it lies below; ready to be copied."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
