"""A person at the dashboard of a real Sempre: logged in once, deciding what its workers ask."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.patience import PATIENCE
from tests.support.server import Server, record

_LOGIN = re.compile(r"(/login\?token=\S+)")
Json = dict[str, Any]


@dataclass
class Person:
    """The cookie stays good over restarts of the server."""

    server: Server
    _client: httpx2.Client = field(
        default_factory=lambda: httpx2.Client(trust_env=False, timeout=PATIENCE)
    )

    def log_in(self) -> "Person":
        (path,) = _LOGIN.findall(self.server.log.read_text(errors="replace"))[-1:]
        answer = self._client.get(self.server.url + path)
        assert answer.status_code == 303, answer.text
        return self

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"origin": self.server.url}
        return self._client.request(method, self.server.url + path, headers=headers, **more)

    def get(self, path: str, **query: str) -> Any:
        answer = self.ask("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, worker: str, prompt: str) -> str:
        """The turn's id."""
        answer = self.ask("POST", f"/api/workers/{worker}/turns", json={"text": prompt})
        assert answer.status_code in {200, 201, 202}, answer.text
        return answer.json()["id"]

    def turn(self, turn_id: str) -> Json:
        return self.get(f"/api/turns/{turn_id}")

    def asked(self, worker: str, state: str = "open") -> list[Json]:
        """Oldest first."""
        items = self.get("/api/approvals", state=state, channel=f"files:{worker}")["items"]
        return items[::-1]

    def decide(self, approval: Json, decision: str, **more: Any) -> Json:
        path = f"/api/approvals/{approval['id']}/decision"
        answer = self.ask("POST", path, json={"decision": decision, **more})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait(self, holds: Callable[[], bool], what: str) -> None:
        self.server.wait_for(holds, what)

    def wait_asked(self, worker: str, *, held: bool) -> Json:
        """The one call of this worker that waits: for a process that is there, or without one."""
        self.wait(lambda: [each["held"] for each in self.asked(worker)] == [held], "it is asked")
        (asked,) = self.asked(worker)
        return asked

    def wait_state(self, turn_id: str, state: str) -> Json:
        self.wait(lambda: self.turn(turn_id)["state"] == state, f"the turn is {state}")
        return self.turn(turn_id)

    def wait_record(self, worker: str, number: int = 1) -> Json:
        home = self.server.home
        self.wait(lambda: record(home, worker, number) is not None, "the record is there")
        return record(home, worker, number) or {}

    def results(self, turn_id: str) -> list[Json]:
        """What the tools of a turn gave to the model, oldest first."""
        events = self.get(f"/api/turns/{turn_id}/events")["items"]
        return [each["details"] for each in events if each["kind"] == "turn.tool_result"]
