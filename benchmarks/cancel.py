"""How long a person waits who cancels a turn while its command runs: real Claude Code, `sleep 300`, until the turn is
cancelled and nothing of the command lives. `python -m benchmarks.cancel`
"""

import json
import re
import statistics
import time
from pathlib import Path
from typing import Any

import httpx2
import psutil

from benchmarks.sempre_process import SempreProcess, folder, wait
from benchmarks.table import Row, milliseconds, show
from sempre.home import Home
from sempre.rehearsal import MessagesApi, write_tool
from tests.support.provider import scripted_provider

_ROUNDS = 10
_WORKER = "coder"
_LOGIN = re.compile(r"/login\?token=[\w-]+")
_LONGEST = 60.0  # seconds
# Held while a person decides, or put off: then the process that runs the command was started for it alone.
_WAITS = {"held": "300", "put off": "0"}


class Owner:
    """Whoever started it, in a browser."""

    def __init__(self, home: Path) -> None:
        self._url = json.loads(Home(home).server.read_text())["url"]
        self._client = httpx2.Client(base_url=self._url, headers={"origin": self._url}, timeout=30)
        (link,) = _LOGIN.findall((home.parent / "sempre.log").read_text())[-1:]
        self._client.get(link)

    def ask(self, method: str, path: str, **more: Any) -> Any:
        return self._client.request(method, f"/api{path}", **more).raise_for_status().json()

    def approve(self) -> None:
        wait(lambda: bool(self._open()), _LONGEST)
        (asked,) = self._open()
        decision = {"decision": "approve"}
        self.ask("POST", f"/approvals/{asked['id']}/decision", json=decision)

    def _open(self) -> Any:
        return self.ask("GET", "/approvals", params={"state": "open"})["items"]


def main() -> None:
    with scripted_provider() as api:
        rows = [_row(name, _measure(api, seconds)) for name, seconds in _WAITS.items()]
    show(
        "Cancel",
        rows,
        note="a command that runs, approved while it was held or after it was put off",
    )


def _row(name: str, took: list[float]) -> Row:
    said = f"{milliseconds(statistics.median(took))}, at most {milliseconds(max(took))}"
    return Row(name=f"cancel to nothing left, {name}, median", ours=said, promised="1 s")


def _measure(api: MessagesApi, seconds: str) -> list[float]:
    with folder() as place:
        home = place / "home"
        work = home / "workspaces" / _WORKER
        (home / ".queue" / _WORKER).mkdir(parents=True)
        with SempreProcess(home, api, SEMPRE_APPROVALS__WAIT_SECONDS=seconds):
            owner = Owner(home)
            return [_cancel(owner, work) for _ in range(_ROUNDS)]


def _cancel(owner: Owner, work: Path) -> float:
    prompt = {"text": write_tool("Bash", command="sleep 300")}
    turn = owner.ask("POST", f"/workers/{_WORKER}/turns", json=prompt)["id"]
    owner.approve()
    wait(lambda: _sleeps(work), _LONGEST)
    begun = time.perf_counter()
    owner.ask("POST", f"/turns/{turn}/cancel")
    wait(lambda: owner.ask("GET", f"/turns/{turn}")["state"] == "cancelled", _LONGEST)
    wait(lambda: not _sleeps(work), _LONGEST)
    return time.perf_counter() - begun


def _sleeps(work: Path) -> bool:
    for each in psutil.process_iter(["name", "cwd"]):
        if each.info["name"] == "sleep" and each.info["cwd"] == str(work):
            return True
    return False


if __name__ == "__main__":
    main()
