"""Boards for browser tests: a repository, what is asked of the API on the owner's behalf, and waiting for runs."""

import subprocess
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.end_to_end.control_room.server import Server
from tests.support.environment import allowed_environment
from tests.support.patience import PATIENCE

_ENDS_WITHIN = 4 * PATIENCE


def make_repository(path: Path) -> Path:
    """One commit on main: a module, and a test script that passes."""
    (path / "src").mkdir(parents=True)
    (path / "src" / "price.py").write_text("PRICE = 1\n")
    (path / "check.py").write_text("print('1 passed')\n")
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "user.name", "Ana"],
        ["config", "user.email", "ana@example.org"],
        ["add", "--all"],
        ["commit", "--quiet", "--message", "First"],
    ):
        subprocess.run(
            ["git", *command], cwd=path, check=True, env=allowed_environment(path.parent)
        )
    return path


class Boards:
    """What a person does by other means while a page is looked at."""

    def __init__(self, browser: Browser, server: Server, login: dict[str, Any]) -> None:
        self._url = server.url
        headers = {"origin": server.url}
        self._context: Any = browser.new_context(storage_state=login, extra_http_headers=headers)  # pyright: ignore[reportArgumentType]  (as the browser gave it)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        answer = self._context.request.fetch(
            f"{self._url}{path}", method=method, data=body, timeout=PATIENCE * 1000
        )
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()[:600]}"
        return answer.json() if answer.text() else None

    def create(self, board: str, repository: Path, **settings: object) -> None:
        names = {"id": board, "prefix": board.upper(), "name": board.title()}
        wish = {**names, "repository": str(repository), "test": ["python3 check.py"], **settings}
        self.ask("POST", "/api/boards", wish)

    def card(self, board: str, title: str, **fields: object) -> str:
        """Writes one; returns its key."""
        return str(
            self.ask("POST", "/api/cards", {"board": board, "title": title, **fields})["key"]
        )

    def run(self, key: str, **wish: object) -> None:
        self.ask("POST", f"/api/cards/{key}/run", wish)

    def column(self, board: str, column: str) -> list[str]:
        """The keys of its cards, in their order."""
        cards = self.ask("GET", f"/api/cards?board={board}&column={column}")
        return [str(card["key"]) for card in cards]

    def await_run(self, key: str, *statuses: str) -> dict[str, Any]:
        """The card's newest run, once it stands so."""
        deadline = time.monotonic() + _ENDS_WITHIN
        while True:
            run = self.ask("GET", f"/api/cards/{key}")["run"]
            if run is not None and run["status"] in statuses:
                return dict(run)
            assert time.monotonic() < deadline, f"{key} stands at {run}"
            time.sleep(0.1)

    def close(self) -> None:
        self._context.close()
