"""A worker with a script that it may not run by itself, and what of it has run."""

from pathlib import Path

from sempre.rehearsal import write_tool
from tests.durability.person import Person

_SCRIPT = """#!/bin/sh
echo "$1" >> started
sleep "${2:-0}"
echo "$1" >> ended
echo "deployed $1"
"""


def hire(person: Person, name: str) -> str:
    """A worker with a script that it may not run by itself."""
    place = folder(person, name)
    place.mkdir(parents=True, exist_ok=True)
    (place / "deploy.sh").write_text(_SCRIPT)
    (place / "deploy.sh").chmod(0o755)
    (person.server.home / ".queue" / name).mkdir(parents=True, exist_ok=True)
    person.wait(
        lambda: name in {each["name"] for each in person.get("/api/workers")}, "it is known"
    )
    return name


def folder(person: Person, worker: str) -> Path:
    return person.server.home / "workspaces" / worker


def deploy(name: str, seconds: float = 0) -> str:
    return write_tool("Bash", command=f"./deploy.sh {name} {seconds:g}", description="deploy")


def lines(person: Person, worker: str, name: str) -> list[str]:
    path = folder(person, worker) / name
    return path.read_text().split() if path.exists() else []
