"""Secrets that sing: a run of the real thing with a stored key, a webhook's secret, tokens and a cookie; afterwards no
log, event, export, error, backup, transcript or child holds any of them."""

import asyncio
import gzip
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from sempre import crypto
from sempre.db import Database
from sempre.events import Log
from sempre.rehearsal import MessagesApi, fingerprint, write_tool
from tests.durability.person import Person
from tests.support.environment import allowed_environment
from tests.support.provider import scripted_provider
from tests.support.server import Server, children_of, kill

KEY = "sk-ant-api03-CANARY-of-the-provider-0123456789"
PATH = "CANARY-path-of-the-webhook-0123456789"
MARK = "a word that is no secret"
SETTINGS = f'[alerts]\nwebhook_url = "http://127.0.0.1:9/{PATH}"\n'
ANSWERS = (
    "/api/turns",
    "/api/dead-letters",
    "/api/connection",
    "/api/settings",
    "/api/status",
    "/api/tokens",
    "/api/alerts",
    "/api/doctor",
    "/api/audit",
    "/api/audit/export",
    "/api/spend/export",
    "/api/backups",
    "/metrics",
)

pytestmark = [pytest.mark.posix, pytest.mark.slow, pytest.mark.claude]


@pytest.fixture(scope="module")
def provider() -> Iterator[MessagesApi]:
    with scripted_provider() as api:
        yield api


@pytest.fixture(scope="module")
def person(provider: MessagesApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """Of a Sempre that was started without a credential; then a person gave it one on the page."""
    root = tmp_path_factory.mktemp("canary")
    (root / "user").mkdir()
    for home in (root / "home", root / "home" / "rehearsal"):
        (home / ".queue" / "coder").mkdir(parents=True)
        (home / "sempre.toml").write_text(SETTINGS)
    with ExitStack() as ending:
        server = Server(root / "home", allowed_environment(root / "user"))
        ending.callback(lambda: [kill(pid) for pid in children_of(server.home)])
        ending.callback(server.end)
        yield ending.enter_context(closing(Person(server.start().wait_ready()).log_in()))


def test_no_secret_is_anywhere(person: Person, provider: MessagesApi) -> None:
    server = person.server
    odd = person.ask("PUT", "/api/connection", json={"kind": "key", "value": KEY, "base_url": "x"})
    assert (odd.status_code, KEY in odd.text) == (422, False)
    wish = {"kind": "key", "value": KEY, "base_url": provider.url}
    assert person.ask("PUT", "/api/connection", json=wish).status_code == 200
    _await_live(person)
    secrets = _more_secrets(person)

    done = person.send("coder", f"{write_tool('Bash', command='ls')}[[say:{MARK}]]")
    person.wait_state(done, "answered")
    broken = person.send("coder", "[[http:400]]")
    person.wait_state(broken, "failed")
    assert {call.key for call in provider.record.messages} == {fingerprint(KEY)}, "it was in use"
    children = [_environment(pid) for pid in _family(server.home)]
    assert any(b"ANTHROPIC_BASE_URL=" in each for each in children), "a session is alive, and read"
    assert person.ask("POST", "/api/backups").status_code == 201
    told = [_told(person, path) for path in ANSWERS]
    told += [_told(person, f"/api/turns/{each}/events") for each in (done, broken)]
    told += [_told(person, f"/api/turns/{each}") for each in (done, broken)]
    assert server.stop() == 0
    told.append(asyncio.run(_events(server.home)))

    assert any(MARK.encode() in each for each in told), "what is there is found"
    files = _files(server)
    marked = [path for path, content in files.items() if MARK.encode() in content]
    assert any("projects" in path.parts for path in marked), "transcripts are looked through"
    assert [path for path in marked if ".sqlite" in path.name] == [], "messages are sealed at rest"
    assert any(path.is_relative_to(server.home / ".sempre" / "backups") for path in files)
    for name, secret in secrets.items():
        sung = [str(path) for path, content in files.items() if secret.encode() in content]
        own = [str(server.home / ".sempre" / "token")] if name == "local" else []
        assert [each for each in sung if each not in own] == [], name
        assert not any(secret.encode() in each for each in [*told, *children]), name


def _await_live(person: Person) -> None:
    """It starts anew, in another home, with a login link of its own."""
    server = person.server
    facts = server.home / ".sempre" / "server.json"
    server.wait_for(lambda: facts.exists() and b'"live"' in facts.read_bytes(), "it is live")
    server.wait_ready()
    server.wait_for(lambda: server.log.read_bytes().count(b"/login?token=") > 1, "a link is told")
    person.log_in()


def _more_secrets(person: Person) -> dict[str, str]:
    """The key, and what Sempre itself made and told once."""
    token = {"name": "mine", "scopes": ["approve"]}
    made = person.ask("POST", "/api/tokens", json=token)
    renewed = person.ask("POST", "/api/alerts/webhook/secret")
    assert (made.status_code, renewed.status_code) == (201, 200)
    assert person.ask("POST", "/api/alerts/webhook/test").status_code == 202
    (cookie, *_) = person._client.cookies.jar
    local = (person.server.home / ".sempre" / "token").read_text().strip()
    return {
        "key": KEY,
        "token": made.json()["secret"],
        "webhook": renewed.json()["secret"],
        "webhook's half": renewed.json()["secret"].removeprefix("whsec_"),
        "cookie": str(cookie.value),
        "local": local,
    }


def _told(person: Person, path: str) -> bytes:
    answer = person.ask("GET", path)
    assert answer.status_code == 200, (path, answer.text)
    return answer.content


async def _events(home: Path) -> bytes:
    """Every event there is, opened with the key."""
    database = Database(f"sqlite:///{home / '.sempre' / 'sempre.sqlite'}")
    log = Log(database, crypto.parse((home / ".sempre" / "key").read_text()))
    try:
        found = await log.after(0)
    finally:
        await database.close()
    assert {"turn.accepted", "turn.ended"} <= {each.kind for each in found}
    return b"\n".join(each.encoded for each in found)


def _family(home: Path) -> set[int]:
    """The processes of sessions, and all that they started."""
    found = set(children_of(home))
    while True:
        more = {pid for pid in _processes() if _parent(pid) in found} - found
        if not more:
            return found
        found |= more


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _environment(pid: int) -> bytes:
    """What a process was given, as words and as variables."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def _files(server: Server) -> dict[Path, bytes]:
    """All that is on the disk, Claude Code's own folder too, and what was printed; packed logs unpacked."""
    paths = [each for each in server.home.parent.rglob("*") if each.is_file()]
    return {
        path: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in [*paths, server.log]
    }
