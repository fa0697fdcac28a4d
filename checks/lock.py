"""Pins all dependencies again: `make lock`. The locks hold versions and hashes, and no address."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from checks.commands import DASHBOARD, installed
from hatch_build import node_command, node_environment, npm_program

LOCK = "package-lock.json"

# Universal: one file for every system and every Python from 3.11 on.
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-annotate",
    "--quiet",
]


def compile_lock(group: str, target: str, *more: str) -> None:
    """Resolves the run-time dependencies and one group of pyproject.toml."""
    inputs = ["pyproject.toml", f"--group={group}", f"--output-file={target}"]
    command = installed("uv", "pip", "compile", *inputs, *OPTIONS, *more)
    subprocess.run(command.arguments, cwd=command.folder, check=True)


def lock_dashboard(is_upgrade: bool) -> None:
    """Resolves package.json; dashboard/.npmrc keeps addresses out.

    It is done aside: beside node_modules npm forgets the packages of other systems.
    """
    with tempfile.TemporaryDirectory() as folder:
        names = ["package.json", ".npmrc"] + ([] if is_upgrade else [LOCK])
        for name in names:
            shutil.copy(DASHBOARD / name, folder)
        command = node_command(npm_program(), "install", "--package-lock-only", "--no-audit")
        subprocess.run(command, cwd=folder, env=node_environment(), check=True)
        shutil.copy(Path(folder) / LOCK, DASHBOARD)


def main(arguments: list[str]) -> int:
    """Pins again; `--upgrade` takes newer versions where pyproject.toml allows them."""
    compile_lock("build", "requirements.lock", *arguments)
    # What both locks name has one version: `make run` after `make test` installs nothing.
    compile_lock("dev", "requirements-dev.lock", "--constraint=requirements.lock", *arguments)
    lock_dashboard("--upgrade" in arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
