"""Two machines on one Postgres: each answers its own files; what a dead one left waits for it, and is seen as away."""

from pathlib import Path

import pytest

from sempre.rehearsal import MessagesApi
from tests.support.provider import credentials
from tests.support.server import Server, children_of, drop, kill, output, record

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(900)]


@pytest.fixture
def shared(
    clean_environment: dict[str, str], provider: MessagesApi, postgres_url: str
) -> dict[str, str]:
    """What the machines have in common; the key is the first one's."""
    return {
        **clean_environment,
        **credentials(provider),
        "SEMPRE_DATABASE__URL": postgres_url,
        "SEMPRE_ENGINE__BEAT_SECONDS": "0.5",
        "SEMPRE_ENGINE__DEAD_AFTER_SECONDS": "3",
    }


def test_one_that_has_the_pages_alone_takes_in_and_answers_nothing(
    tmp_path: Path, shared: dict[str, str]
) -> None:
    north = Server(tmp_path / "north" / "home", shared)
    desk = Server(tmp_path / "desk" / "home", shared, ("up", "--role", "api"))
    (north.home / ".queue" / "geada").mkdir(parents=True)
    waiting = drop(desk.home, "local", "a", "[[say:never]]")
    try:
        north.start().wait_ready()
        key = (north.home / ".sempre" / "key").read_text().strip()
        desk.start(SEMPRE_KEY=key).wait_ready()
        sent = {"text": "[[say:asked at the desk]]"}
        assert desk.api("POST", "/api/workers/geada/turns", json=sent).status_code == 202
        north.wait_for(lambda: record(north.home, "geada", 1) is not None, "the north answers")
        shown = desk.api("GET", "/api/turns", params={"channel": "files:geada"}).json()["items"]
        assert [each["number"] for each in shown] == [1]
        assert children_of(desk.home) == []
        assert waiting.exists()
        assert (desk.stop(), north.stop()) == (0, 0)
    finally:
        north.end()
        desk.end()
    assert output(north.home, "geada") == {1: "asked at the desk"}


def test_files_wait_for_their_own_machine(tmp_path: Path, shared: dict[str, str]) -> None:
    keys = tmp_path / "north" / "home" / ".sempre" / "key"
    north = Server(tmp_path / "north" / "home", shared)
    south = Server(tmp_path / "south" / "home", shared)
    for server, worker in ((north, "geada"), (south, "minuano")):
        (server.home / ".queue" / worker).mkdir(parents=True)
    try:
        north.start().wait_ready()
        # One database, one key: the second machine is given the first one's.
        south.start(SEMPRE_KEY=keys.read_text().strip()).wait_ready()
        drop(north.home, "geada", "a", "[[say:from the north]]")
        drop(south.home, "minuano", "b", "[[say:from the south]]")
        north.wait_for(lambda: record(north.home, "geada", 1) is not None, "the north answers")
        south.wait_for(lambda: record(south.home, "minuano", 1) is not None, "the south answers")

        sent = {"text": "[[say:asked from the south]]"}
        assert south.api("POST", "/api/workers/geada/turns", json=sent).status_code == 202
        north.wait_for(lambda: record(north.home, "geada", 2) is not None, "the north does it")

        drop(north.home, "geada", "c", "[[delay:20]][[say:too late]]")
        north.wait_for(lambda: _running(south) == 1, "it runs in the north")
        north.kill()
        drop(north.home, "geada", "d", "[[say:after the storm]]")
        south.wait_for(lambda: _nodes_gone(south), "the north is found dead")
        drop(south.home, "minuano", "e", "[[say:still here]]")
        south.wait_for(lambda: record(south.home, "minuano", 2) is not None, "the south goes on")
        assert record(north.home, "geada", 3) is None, "nobody else touches its files"

        north.start().wait_ready()
        north.wait_for(lambda: record(north.home, "geada", 4) is not None, "the north goes on")
    finally:
        north.end()
        south.end()
        for server in (north, south):
            for pid in children_of(server.home):
                kill(pid)
    assert output(north.home, "geada") == {
        1: "from the north",
        2: "asked from the south",
        3: "too late",
        4: "after the storm",
    }
    assert not (south.home / ".output" / "geada").exists()
    assert output(south.home, "minuano") == {1: "from the south", 2: "still here"}


def _running(server: Server) -> int:
    return server.api("GET", "/api/status").json()["counts"]["running"]


def _nodes_gone(server: Server) -> bool:
    """Whether the page shows the other machine's worker as away."""
    workers = server.api("GET", "/api/workers").json()
    return any(worker["state"] == "away" for worker in workers)
