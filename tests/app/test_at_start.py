"""What a start shows: what is connected, and to a machine that asks without a login, that it is ready."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.app.conftest import Live
from tests.support.server import Server, output

pytestmark = [pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]


def test_it_says_what_is_connected_and_not_the_key(live: Live) -> None:
    said = live.server.tail()
    assert f"Sempre is up on {live.server.url}" in said
    (model,) = [line for line in said.splitlines() if line.strip().startswith("model")]
    assert live.provider.url.removeprefix("http://") in model
    assert "…6789" in model
    assert "environment" in model
    assert "sk-ant-test" not in live.server.log.read_text()


def test_whether_it_is_ready_needs_no_login_and_all_else_does(live: Live) -> None:
    assert httpx2.get(f"{live.server.url}/readyz").json()["ready"] is True
    assert httpx2.get(f"{live.server.url}/healthz").status_code == 200
    assert httpx2.get(f"{live.server.url}/api/status").status_code == 401


@pytest.fixture
def demo(tmp_path: Path, clean_environment: dict[str, str]) -> Iterator[Server]:
    server = Server(tmp_path / "home", clean_environment, ("demo",))
    try:
        yield server.start().wait_ready()
    finally:
        server.end()


def test_a_demo_answers_its_sample_by_script_and_says_so(demo: Server) -> None:
    status = demo.api("GET", "/api/status").json()
    assert (status["mode"], status["connection"]["kind"]) == ("rehearsal", "none")
    workers = {each["name"] for each in demo.api("GET", "/api/workers").json()}
    assert workers == {"sentinela", "revisor", "pesquisa"}
    demo.wait_for(lambda: 1 in output(demo.home, "sentinela"), "a first answer")
    first = output(demo.home, "sentinela")[1]
    assert first.startswith(("Rehearsal: ", "Ensaio: "))
    assert demo.stop() == 0
    log = demo.log.read_text()
    assert "(rehearsal: answers are scripted)" in log
    assert "Traceback" not in log
