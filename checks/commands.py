"""The list of checks: what each is called and the command that runs it."""

import sys
from collections.abc import Callable
from pathlib import Path

from hatch_build import node_command

ROOT = Path(__file__).parents[1]
DASHBOARD = ROOT / "dashboard"


def installed(program: str, *arguments: str) -> Callable[[], list[str]]:
    """A program of the virtual environment."""
    suffix = ".exe" if sys.platform == "win32" else ""
    return lambda: [str(Path(sys.executable).with_name(program + suffix)), *arguments]


def module(name: str) -> Callable[[], list[str]]:
    """A module of this package."""
    return lambda: [sys.executable, "-m", name]


def packaged(script: str, *arguments: str) -> Callable[[], list[str]]:
    """A program of the dashboard's node_modules, run by the packaged Node."""
    return lambda: node_command(str(DASHBOARD / "node_modules" / script), *arguments)


# The slowest first, so that they do not end alone.
CHECKS: dict[str, Callable[[], list[str]]] = {
    "types": installed("basedpyright"),
    "generated files": module("checks.generated"),
    "dashboard types": packaged("typescript/bin/tsc", "--noEmit", "--project", str(DASHBOARD)),
    "dashboard lint": packaged("@biomejs/biome/bin/biome", "ci", str(DASHBOARD)),
    "api and dashboard agree": module("checks.parity"),
    "imports": installed("lint-imports", "--no-logo"),
    "duplicates": module("checks.duplicates"),
    "names": module("checks.names"),
    "lint": installed("ruff", "check"),
    "format": installed("ruff", "format", "--check"),
}
DASHBOARD_TESTS = packaged("vitest/vitest.mjs", "run", "--root", str(DASHBOARD))
