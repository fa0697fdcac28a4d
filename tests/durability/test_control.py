"""The process is killed while a person holds things back: what they said still holds after the next start."""

import pytest

from sempre.rehearsal import MessagesApi
from tests.support.server import Server, children_of, drop, output

pytestmark = [pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]


def turns(server: Server) -> dict[int, dict[str, object]]:
    found = server.api("GET", "/api/turns", params={"channel": "files:coder"}).json()["items"]
    return {turn["number"]: turn for turn in found}


def is_asked(provider: MessagesApi, word: str) -> int:
    return sum(word in call.prompt for call in provider.record.messages)


@pytest.fixture
def working(server: Server, provider: MessagesApi) -> Server:
    """Its worker is in the middle of its first prompt, and has a second one."""
    (server.home / ".queue" / "coder").mkdir(parents=True)
    server.start().wait_ready()
    drop(server.home, "coder", "one", "first [[hang:600]] [[say:one]]")
    server.wait_for(lambda: is_asked(provider, "first") == 1, "it works")
    drop(server.home, "coder", "two", "second [[say:two]]")
    server.wait_for(lambda: len(turns(server)) == 2, "both came in")
    return server


def test_what_was_suspended_stays_so_and_goes_on_in_its_session(
    working: Server, provider: MessagesApi
) -> None:
    assert working.api("POST", "/api/agent/suspend", json={"reason": "x"}).status_code == 200
    working.kill()
    drop(working.home, "coder", "three", "third [[say:three]]")
    working.start().wait_ready()
    assert working.api("GET", "/api/status").json()["suspended"]["reason"] == "x"
    working.wait_for(lambda: len(turns(working)) == 3, "what came in meanwhile is taken in")
    working.wait_for(lambda: turns(working)[1]["state"] == "parked", "the first one waits")
    assert (is_asked(provider, "second"), is_asked(provider, "third")) == (0, 0)
    assert working.api("POST", "/api/agent/resume").status_code == 200
    working.wait_for(lambda: turns(working)[1]["state"] == "running", "the first one goes on")
    first = str(turns(working)[1]["id"])
    assert working.api("POST", f"/api/turns/{first}/cancel").status_code == 200
    working.wait_for(lambda: set(output(working.home, "coder")) >= {2, 3}, "the others follow")
    attempts = working.api("GET", f"/api/turns/{first}").json()["attempt_log"]
    assert len(attempts) >= 2
    assert working.stop() == 0


def test_a_cancel_that_a_crash_came_upon_holds_and_nothing_is_left_of_it(
    working: Server, provider: MessagesApi
) -> None:
    first = str(turns(working)[1]["id"])
    left = children_of(working.home)
    assert left
    assert working.api("POST", f"/api/turns/{first}/cancel").status_code == 200
    working.kill()
    working.start().wait_ready()
    working.wait_for(lambda: turns(working)[1]["state"] == "cancelled", "it stays cancelled")
    working.wait_for(lambda: output(working.home, "coder").get(2) == "two", "the next one goes on")
    assert is_asked(provider, "first") == 1
    working.wait_for(lambda: not set(left) & set(children_of(working.home)), "its programs ended")
    assert working.stop() == 0


def test_a_paused_worker_stays_paused(server: Server, provider: MessagesApi) -> None:
    (server.home / ".queue" / "coder").mkdir(parents=True)
    server.start().wait_ready()
    paused = server.api("POST", "/api/channels/files:coder/pause", json={"reason": "lunch"})
    assert paused.status_code == 200
    server.kill()
    drop(server.home, "coder", "one", "first [[say:one]]")
    server.start().wait_ready()
    server.wait_for(
        lambda: 1 in turns(server) and turns(server)[1]["state"] == "parked", "it waits"
    )
    assert is_asked(provider, "first") == 0
    assert server.api("POST", "/api/workers/coder/resume").json()["pause"] is None
    server.wait_for(lambda: output(server.home, "coder") == {1: "one"}, "it is answered")
    assert server.stop() == 0
