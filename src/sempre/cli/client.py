"""The running Sempre of a home, asked over HTTP with the token that it leaves in the home; where that is not enough,
with what the person shows."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from sempre.cli import authority, refusals
from sempre.errors import RefusedError, UnavailableError
from sempre.home import Home

if TYPE_CHECKING:
    import httpx2

_CONNECT_SECONDS = 3.0
_ANSWER_SECONDS = 30.0
Query = Mapping[str, str | int | Sequence[str] | None]


class NotRunningError(UnavailableError):
    """Nobody is there to ask."""

    code = "not_running"

    def __init__(self, home: Home, *, crashed: bool = False) -> None:
        how = "ended without saying so" if crashed else "does not run"
        super().__init__(f"Sempre {how} on {home.path}. {_way_on(home)}")


@dataclass(frozen=True)
class Server:
    """`mode` is live, login or rehearsal, as it was when it started. `cookie` is a login's, instead of the token."""

    home: Home
    url: str
    mode: str
    token: str = field(repr=False)
    cookie: str | None = field(default=None, repr=False)

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

    def upload(self, path: str, content: bytes, query: Query) -> bytes:
        """Bytes as they are."""
        with self._client(_ANSWER_SECONDS) as client, self._understood():
            answer = client.post(path, params=_given(query), content=content)
        return self._taken(answer)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, object] | None = None,
        seconds: float = _ANSWER_SECONDS,
    ) -> bytes:
        """The answer's body. What the token of this machine may not is asked again with what the person shows.
        Raises the family that the server named, UnavailableError, NotRunningError."""
        try:
            return self.ask_once(method, path, query, body, seconds)
        except RefusedError as refusal:
            if refusal.code not in authority.WANTED:
                raise
            given = authority.shown(self.home, refusal)
        with self._as_whoever_shows(given) as higher:
            return higher.ask_once(method, path, query, body, seconds)

    def ask_once(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Mapping[str, object] | None = None,
        seconds: float = _ANSWER_SECONDS,
    ) -> bytes:
        """The same, with what this one has, and nothing else."""
        with self._client(seconds) as client, self._understood():
            answer = client.request(method, path, params=_given(query), json=body)
        return self._taken(answer)

    def _taken(self, answer: "httpx2.Response") -> bytes:
        if answer.is_error:
            raise refusals.read(answer.status_code, answer.content, self.url)
        return answer.content

    @contextmanager
    def _as_whoever_shows(self, given: str) -> Generator["Server"]:
        """Raises RefusedError when it opens nothing. A login link is used up, and its login ends with the block."""
        if "/login?" not in given:
            higher = replace(self, token=given)
            try:
                higher.ask_once("GET", "/api/workers")
            except UnavailableError as error:
                raise (opens_nothing("token") if error.code == "not_ours" else error) from error
            yield higher
            return
        higher = replace(self, cookie=self._log_in(given))
        try:
            yield higher
        finally:
            higher.ask_once("POST", "/api/logout")

    def _log_in(self, link: str) -> str:
        token = (parse_qs(urlsplit(link).query).get("token") or [""])[0]
        with self._client(_ANSWER_SECONDS) as client, self._understood():
            answer = client.request("GET", "/login", params={"token": token})
        if not answer.cookies:
            raise opens_nothing("login link")
        return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())

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
            headers={"host": self._name(), **self._credential()},
            timeout=httpx2.Timeout(seconds, connect=_CONNECT_SECONDS),
            trust_env=False,  # no proxy stands between us and this machine
            verify=ssl.SSLContext(
                ssl.PROTOCOL_TLS_CLIENT
            ),  # unused; the default takes 20 ms to make
        )

    def _credential(self) -> dict[str, str]:
        if self.cookie is None:
            return {"authorization": f"Bearer {self.token}"}
        return {"cookie": self.cookie, "origin": f"http://{self._name()}"}

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


def _way_on(home: Home) -> str:
    """In a clone the home lies below: a person who stands there must not begin a second one."""
    below = Home(home.path / "home")
    if below.state.exists() and not home.state.exists():
        return f"There is one in {below.path}: name it with `--home home`."
    return "Start it there with `sempre up`."


def opens_nothing(what: str) -> RefusedError:
    """For what a person showed in vain."""
    return RefusedError(
        f"This {what} opens nothing here: it was used up or revoked, has expired, or is of another home. Show another "
        "one.",
        code="opens_nothing",
    )


def _given(query: Query | None) -> dict[str, str | int | Sequence[str]]:
    return {name: value for name, value in (query or {}).items() if value is not None}
