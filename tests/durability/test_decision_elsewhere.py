"""Two machines on one Postgres: the one whose worker waits for a person is killed, the person decides at the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sempre.rehearsal import MessagesApi
from tests.durability.deploy import deploy, hire, lines
from tests.durability.person import Person
from tests.support.provider import credentials
from tests.support.server import Server, children_of, kill

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(900)]


@pytest.fixture
def machines(
    tmp_path: Path,
    clean_environment: dict[str, str],
    provider: MessagesApi,
    postgres_url: str,
) -> Iterator[tuple[Person, Person]]:
    """A person at each of them."""
    shared = {
        **clean_environment,
        **credentials(provider),
        "SEMPRE_DATABASE__URL": postgres_url,
        "SEMPRE_ENGINE__BEAT_SECONDS": "0.5",
        "SEMPRE_ENGINE__DEAD_AFTER_SECONDS": "3",
        "SEMPRE_APPROVALS__WAIT_SECONDS": "0.3",
    }
    north = Server(tmp_path / "north" / "home", shared)
    south = Server(tmp_path / "south" / "home", shared)
    try:
        north.start().wait_ready()
        key = (north.home / ".sempre" / "key").read_text().strip()
        south.start(SEMPRE_KEY=key).wait_ready()
        people = Person(north).log_in(), Person(south).log_in()
        yield people
        for person in people:
            person.close()
    finally:
        for server in (north, south):
            server.end()
            for pid in children_of(server.home):
                kill(pid)


def test_a_decision_at_another_machine_waits_for_its_own_and_counts_there_once(
    machines: tuple[Person, Person],
) -> None:
    north, south = machines
    worker = hire(north, "geada")
    turn_id = north.send(worker, f"{deploy('a')}[[say:after the storm]]")
    asked = north.wait_asked(worker, held=False)
    north.wait_state(turn_id, "waiting")
    north.server.kill()

    assert [each["id"] for each in south.asked(worker)] == [asked["id"]]
    decided = south.decide(asked, "approve")
    assert (decided["state"], decided["decided_by"]) == ("approved", "owner")
    again = south.ask("POST", f"/api/approvals/{asked['id']}/decision", json={"decision": "refuse"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_decided")
    south.wait(
        lambda: {each["state"] for each in south.get("/api/workers")} == {"away"},
        "the north is found dead",
    )
    assert south.turn(turn_id)["state"] == "waiting", "nobody else touches its files"
    assert lines(north, worker, "started") == []

    north.server.start().wait_ready()
    assert north.wait_record(worker)["status"] == "answered"
    turn = south.turn(turn_id)
    assert turn["answer"] == "after the storm"
    assert [each["state"] for each in turn["attempt_log"]] == ["waiting", "answered"]
    assert lines(north, worker, "started") == ["a"]
    (closed,) = south.asked(worker, "closed")
    assert closed["state"] == "released"
    (trailed,) = south.get("/api/audit", what="approval.decided", turn=turn_id)["items"]
    assert trailed["by"] == "owner"
    assert south.get("/api/audit/verification")["whole"]
