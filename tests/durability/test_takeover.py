"""Two machines on one Postgres share a channel that is bound to no disk: when the one that answers is killed, the other
takes its turn over, and there is one answer."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.server import Server

CHANNEL = "api:harbour"
DEAD_AFTER = 3.0
CONFIGURED = {
    "SEMPRE_ENGINE__BEAT_SECONDS": "0.5",
    "SEMPRE_ENGINE__DEAD_AFTER_SECONDS": str(DEAD_AFTER),
}


@pytest.mark.postgres
@pytest.mark.timeout(900)
def test_the_living_takes_over_what_the_killed_was_answering(
    tmp_path: Path, clean_environment: dict[str, str], postgres_url: str
) -> None:
    shared = {**clean_environment, **CONFIGURED, "SEMPRE_DATABASE__URL": postgres_url}
    first, second = (_demo(tmp_path / name / "home", shared) for name in ("first", "second"))
    try:
        first.start().wait_ready()
        key = (first.home / ".sempre" / "key").read_text().strip()
        second.environment = {**shared, "SEMPRE_KEY": key}
        second.start().wait_ready()
        turn = _send(first, "[[delay:10]][[say:still here]]", key="k-1")
        first.wait_for(lambda: _turn(first, turn)["state"] == "running", "one of them answers")
        dying, living = (first, second) if _owner(postgres_url) == _node(first) else (second, first)
        dying.kill()
        living.wait_for(lambda: _turn(living, turn)["state"] == "answered", "the other answers")
        assert _send(living, "something else", key="k-1") == turn, "the key is known there too"
        after = _send(living, "[[say:and on]]", key="k-2")
        living.wait_for(lambda: _turn(living, after)["state"] == "answered", "it goes on")
        answered = _turn(living, turn)
        assert living.stop() == 0
    finally:
        first.end()
        second.end()
    assert answered["answer"].endswith("still here")
    assert answered["published_at"] is not None
    assert [each["state"] for each in answered["attempt_log"]] == ["crashed", "answered"]


def _demo(home: Path, environment: dict[str, str]) -> Server:
    """Answers by script on its channels; its settings keep the sample workspace away."""
    server = Server(home, environment, ("demo",))
    (home / "sempre.toml").write_text("")
    return server


def _send(server: Server, text: str, *, key: str) -> str:
    sent = server.api("POST", f"/api/channels/{CHANNEL}/messages", json={"text": text, "key": key})
    assert sent.status_code == 202, sent.text
    return sent.json()["id"]


def _owner(postgres_url: str) -> str:
    """The node on which the one workflow runs, as the engine has it."""
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute(
            "SELECT executor_id FROM engine.workflow_status WHERE status = 'PENDING'"
        ).fetchall()
    ((executor,),) = found
    return executor.rpartition(":")[0]


def _node(server: Server) -> str:
    return (server.home / ".sempre" / "node").read_text().strip()


def _turn(server: Server, turn: str) -> dict[str, Any]:
    return server.api("GET", f"/api/turns/{turn}").json()
