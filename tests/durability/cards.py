"""A person at the board of a real Sempre: makes boards and cards, runs them, and looks at what came of it."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import httpx2

from sempre.rehearsal import write_say, write_tool
from tests.board import work

Json = dict[str, Any]
CALCULATOR = "def add(a, b):\n    return a - b\n"
TEST = "from calc import add\n\nassert add(2, 2) == 4, 'add is wrong'\nprint('ok')\n"
RUNS_TEST = "python3 test_calc.py"


def repository(folder: Path, files: dict[str, str] | None = None) -> Path:
    return work.make(folder, files or {"README.md": "# Calc\n", ".gitignore": "__pycache__/\n"})


def writes(path: str, text: str) -> str:
    """The directive that writes a file of the worktree."""
    return write_tool("Write", file_path=f"@PLACE/{path}", content=text)


def verdict(kind: str, summary: str, *comments: tuple[str, int, str]) -> str:
    said = [{"file": file, "line": line, "text": text} for file, line, text in comments]
    return f"[[verdict:{json.dumps({'verdict': kind, 'summary': summary, 'comments': said})}]]"


def stage(name: str, *directives: str) -> str:
    return f"[[{name}:{''.join(directives)}]]"


class Asker(Protocol):
    """A person who is logged in at some Sempre."""

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response: ...

    def get(self, path: str, **query: str) -> Any: ...

    def wait(self, holds: Callable[[], bool], what: str) -> None: ...


class Board:
    """One board of the person's. Its cards are called CALC-1 when it is `calc`."""

    def __init__(self, person: Asker, folder: Path, name: str = "calc") -> None:
        self.person = person
        self.folder = folder
        self.name = name

    def make(self, **settings: Any) -> "Board":
        wish = {
            "id": self.name,
            "prefix": self.name.upper(),
            "name": self.name.capitalize(),
            "repository": str(self.folder),
            "test": [RUNS_TEST],
            **settings,
        }
        answer = self.person.ask("POST", "/api/boards", json=wish)
        assert answer.status_code == 201, answer.text
        return self

    def card(self, title: str, description: str = "", **more: Any) -> str:
        """Its key."""
        wish = {"board": self.name, "title": title, "description": description, **more}
        answer = self.person.ask("POST", "/api/cards", json=wish)
        assert answer.status_code == 201, answer.text
        return answer.json()["key"]

    def run(self, key: str, **wish: Any) -> Json:
        answer = self.person.ask("POST", f"/api/cards/{key}/run", json=wish)
        assert answer.status_code in {200, 202}, answer.text
        return answer.json()

    def act(self, key: str, what: str, **body: Any) -> Json:
        answer = self.person.ask("POST", f"/api/cards/{key}/{what}", json=body or None)
        assert answer.status_code in {200, 202}, answer.text
        return answer.json()

    def edit(self, key: str, **change: Any) -> None:
        wish = {"version": self.show(key)["version"], **change}
        answer = self.person.ask("PATCH", f"/api/cards/{key}", json=wish)
        assert answer.status_code == 200, answer.text

    def show(self, key: str) -> Json:
        return self.person.get(f"/api/cards/{key}")

    def execution(self, run_id: str) -> Json:
        return self.person.get(f"/api/runs/{run_id}")

    def wait(self, run_id: str) -> Json:
        """The run once it has ended."""
        self.person.wait(lambda: not self.execution(run_id)["isActive"], f"run {run_id} ends")
        return self.execution(run_id)

    def wait_stage(self, run_id: str, stage: str) -> None:
        def there() -> bool:
            visits = self.execution(run_id)["visits"]
            return any(each["stage"] == stage and each["turn"] for each in visits)

        self.person.wait(there, f"run {run_id} reaches {stage}")


def walk(execution: Json) -> list[str]:
    return [
        f"{each['stage']}{'' if each['kind'] == 'work' else '.' + each['kind']} {each['result']}"
        for each in execution["visits"]
    ]


def broken_promises(home: Path, folder: Path, keys: list[str]) -> list[str]:
    """After everything has ended: none lost, none doubled, none stuck, no visit committed twice."""
    broken: list[str] = []
    with sqlite3.connect(home / ".sempre" / "sempre.sqlite") as db:
        runs = db.execute(
            "SELECT cards.key, runs.id, runs.state FROM runs JOIN cards ON cards.id = runs.card_id"
        ).fetchall()
        visits = db.execute("SELECT run_id, position, result, turn_id FROM run_stages").fetchall()
        turns = dict(
            db.execute("SELECT id, external_id FROM turns WHERE channel LIKE 'board:%'").fetchall()
        )
    had = Counter(key for key, _, _ in runs)
    broken += [f"{key} has {had[key]} runs" for key in keys if had[key] != 1]
    broken += [f"{key} ended as {state}" for key, _, state in runs if state != "completed"]
    broken += [f"visit {run}/{at} has not ended" for run, at, result, _ in visits if not result]
    of_visits = {turn for *_, turn in visits}
    broken += [
        f"turn {name} belongs to no visit" for turn, name in turns.items() if turn not in of_visits
    ]
    broken += [
        f"turn {name} is there twice"
        for name, count in Counter(turns.values()).items()
        if count > 1
    ]
    for key, run, _ in runs:
        said = work.git(
            folder, "log", "--format=%(trailers:key=Sempre-Stage,valueonly)", f"card/{key}-1"
        )
        commits = Counter(line for line in said.splitlines() if line.startswith(run))
        broken += [
            f"{each} was committed {count} times" for each, count in commits.items() if count > 1
        ]
        if len(commits) < 2:
            broken.append(f"{key}: only {sorted(commits)} are committed")
    return broken


def quick_card(number: int) -> str:
    """A run that is over in moments, with pauses for blows to fall into."""
    path = f"part{number}.py"
    return "".join(
        (
            stage(
                "plan",
                "[[delay:0.1]]",
                writes(f"specs/part{number}.md", "# Part\n"),
                write_say("ok"),
            ),
            stage(
                "implement", writes(path, f"PART = {number}\n"), "[[delay:0.1]]", write_say("ok")
            ),
            stage("review", verdict("approve", "Fine.")),
        )
    )
