"""The running Sempre of a home, asked over HTTP with the token that it leaves in the home."""

import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sempre.cli import refusals
from sempre.errors import UnavailableError
from sempre.home import Home

if TYPE_CHECKING:
    import httpx2

_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 30.0
Query = Mapping[str, str | int | None]


class NotRunningError(UnavailableError):
    """Nobody is there to ask."""

    code = "not_running"

    def __init__(self, home: Home, *, crashed: bool = False) -> None:
        how = "ended without saying so" if crashed else "does not run"
        super().__init__(f"Sempre {how} on {home.path}. Start it there with `sempre up`.")


@dataclass(frozen=True)
class Server:
    """`mode` is live, login or rehearsal, as it was when it started."""

    home: Home
    url: str
    mode: str
    token: str = field(repr=False)

    @classmethod
    def find(cls, home: Home) -> "Server":
        """Raises NotRunningError."""
        try:
            token = home.token.read_text("utf-8").strip()
            said = json.loads(home.server.read_text("utf-8"))
            return cls(home, str(said["url"]), str(said["mode"]), token)
        except PermissionError as error:
            raise UnavailableError(
                f"{error.filename} belongs to another user, who alone may operate this Sempre. Run the command as "
                "that user.",
                code="not_yours",
            ) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotRunningError(home) from error

    def get(self, path: str, query: Query | None = None) -> bytes:
        return self.ask("GET", path, query=query)

    def post(self, path: str, body: Mapping[str, object] | None = None) -> bytes:
        return self.ask("POST", path, body=body)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, object] | None = None,
    ) -> bytes:
        """The answer's body. Raises the family that the server named, UnavailableError, NotRunningError."""
        with self._client(_ANSWER_SECONDS) as client, self._understood():
            answer = client.request(method, path, params=_given(query), json=body)
        if answer.is_error:
            raise refusals.read(answer.status_code, answer.content, self.url)
        return answer.content

    @contextmanager
    def stream(
        self, path: str, query: Query, *, after: int, silence: float
    ) -> Generator[Iterator[str]]:
        """The lines of a live answer, as they come. Raises as `ask` does, also while it is read."""
        with self._client(silence) as client, self._understood():
            headers = {"last-event-id": str(after)}
            with client.stream("GET", path, params=_given(query), headers=headers) as answer:
                if answer.is_error:
                    raise refusals.read(answer.status_code, answer.read(), self.url)
                yield answer.iter_lines()

    def _client(self, seconds: float) -> "httpx2.Client":
        # A third of a quick command's time, where nobody is asked.
        import ssl

        import httpx2

        return httpx2.Client(
            base_url=self.url,
            headers={"authorization": f"Bearer {self.token}", "host": self._name()},
            timeout=httpx2.Timeout(seconds, connect=_CONNECT_SECONDS),
            trust_env=False,  # no proxy stands between us and this machine
            verify=ssl.SSLContext(
                ssl.PROTOCOL_TLS_CLIENT
            ),  # unused; the default takes 20 ms to make
        )

    def _name(self) -> str:
        """A name that is always allowed, whatever address Sempre listens on."""
        return f"localhost:{urlsplit(self.url).port}"

    @contextmanager
    def _understood(self) -> Generator[None]:
        import httpx2  # as above

        try:
            yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise NotRunningError(self.home, crashed=True) from error
        except httpx2.TimeoutException as error:
            raise UnavailableError(
                f"Sempre at {self.url} did not answer in time. See its log, {self.home.log}.",
                code="silent",
            ) from error
        except httpx2.TransportError as error:
            raise UnavailableError(
                f"Sempre at {self.url} hung up in the middle of its answer. See its log, {self.home.log}.",
                code="hung_up",
            ) from error


def _given(query: Query | None) -> dict[str, str | int]:
    return {name: value for name, value in (query or {}).items() if value is not None}
