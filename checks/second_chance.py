"""Runs pytest; what failed among thousands, if it is little, once more and alone.

A test that passes only then is unsteady: that is a defect too, so it is named at the very end. What fails twice fails;
a crash, an error while collecting, a run that was ended: none of them gets a second chance.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from checks.commands import ROOT, module

MOST = 10
_TESTS_FAILED = 1


class Outcomes(NamedTuple):
    """Ids of tests. `broken`: crashed, or could not be collected."""

    passed: list[str]
    failed: list[str]
    broken: list[str]


def run(*arguments: str, folder: Path = ROOT) -> int:
    """Gives pytest's exit code, or 0 when all that failed passed alone."""
    code, outcomes = _pytest(folder, *arguments)
    if code != _TESTS_FAILED or outcomes is None or not may_try_again(outcomes):
        return code
    print(f"\n== {len(outcomes.failed)} failed: once more, alone", flush=True)
    again, alone = _pytest(folder, "-n", "0", *outcomes.failed)
    if again != 0 or alone is None or not set(outcomes.failed) <= set(alone.passed):
        return again or code
    print("\n== unsteady: passed only when run alone", flush=True)
    for each in outcomes.failed:
        print(f"  {each}", flush=True)
    print("Find out why; CONTRIBUTING.md says where to look.", flush=True)
    return 0


def may_try_again(outcomes: Outcomes) -> bool:
    """Whether it is little that failed, and nothing else was wrong."""
    return not outcomes.broken and 0 < len(outcomes.failed) <= MOST


def _pytest(folder: Path, *arguments: str) -> tuple[int, Outcomes | None]:
    """The exit code, and what came out; None when it did not get to its end."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "outcomes.json"
        command = module("pytest", "-p", "checks.outcomes", f"--outcomes={path}", *arguments)
        code = subprocess.call(command.arguments, cwd=folder, env=_environment())
        found = json.loads(path.read_text("utf-8")) if path.exists() else None
    return code, Outcomes(**found) if found else None


def _environment() -> dict[str, str]:
    """Compiled tests are kept (beside them, git-ignored): compiling them takes each worker longer than reading them."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
