"""The list of checks: what each is called and the command that runs it."""

import sys
from pathlib import Path
from typing import NamedTuple

from hatch_build import node_command

ROOT = Path(__file__).parents[1]
DASHBOARD = ROOT / "dashboard"


class Command(NamedTuple):
    """What to run, and where."""

    arguments: list[str]
    folder: Path = ROOT


def installed(program: str, *arguments: str) -> Command:
    """A program of the virtual environment."""
    suffix = ".exe" if sys.platform == "win32" else ""
    return Command([str(Path(sys.executable).with_name(program + suffix)), *arguments])


def module(name: str, *arguments: str) -> Command:
    """A Python module, of this package or installed."""
    return Command([sys.executable, "-m", name, *arguments])


def packaged(script: str, *arguments: str) -> Command:
    """A program of the dashboard's node_modules, run by the packaged Node."""
    program = str(DASHBOARD / "node_modules" / script)
    return Command(node_command(program, *arguments), DASHBOARD)


# The slowest first, so that they do not end alone.
CHECKS = {
    "types": installed("basedpyright"),
    "generated files": module("checks.generated"),
    "dashboard types": packaged("typescript/bin/tsc", "--noEmit"),
    "dashboard lint": packaged("@biomejs/biome/bin/biome", "ci", "--colors=off"),
    "api and dashboard agree": module("checks.parity"),
    "imports": installed("lint-imports", "--no-logo"),
    "duplicates": module("checks.duplicates"),
    "names": module("checks.names"),
    "lint": installed("ruff", "check"),
    "format": installed("ruff", "format", "--check"),
}
DASHBOARD_TESTS = packaged("vitest/vitest.mjs", "run")
