"""The person who owns this Sempre: logged in once, over HTTP; pages get the same cookie."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.end_to_end.control_room.server import Server
from tests.support.patience import PATIENCE, Looks


@dataclass
class Owner:
    """The cookie stays good over restarts of the server."""

    server: Server
    _client: httpx2.Client = field(
        default_factory=lambda: httpx2.Client(trust_env=False, timeout=PATIENCE)
    )

    def log_in(self) -> "Owner":
        answer = self._client.get(self.server.login_url)
        assert answer.status_code == 303, answer.text
        return self

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"origin": self.server.url}
        return self._client.request(method, self.server.url + path, headers=headers, **more)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.ask("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait(self, holds: Callable[[], bool], what: str) -> None:
        looks = Looks(2 * PATIENCE, lambda: f"it did not come: {what}\n{self.server.log()[-4000:]}")
        while not holds():
            time.sleep(looks.pause())

    def approve(self, channel: str) -> None:
        """What an agent on this channel asks for, once it does."""
        query = {"state": "open", "channel": channel}
        self.wait(lambda: bool(self.get("/api/approvals", **query)["items"]), "an approval")
        for each in self.get("/api/approvals", **query)["items"]:
            wish = {"decision": "approve"}
            answer = self.ask("POST", f"/api/approvals/{each['id']}/decision", json=wish)
            assert answer.status_code == 200, answer.text

    def storage(self) -> dict[str, Any]:
        """What Playwright takes for a session that is logged in."""
        same = {"domain": "127.0.0.1", "path": "/", "expires": -1, "secure": False}
        cookies = [
            {"name": each.name, "value": each.value, "httpOnly": True, "sameSite": "Strict", **same}
            for each in self._client.cookies.jar
        ]
        return {"cookies": cookies, "origins": []}
