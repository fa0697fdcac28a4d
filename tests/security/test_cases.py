"""Every hostile input of the table, one by one, and the table itself."""

import pytest

from tests.security.cases import CASES, PAGE
from tests.security.conftest import Stage
from tests.security.table import Case, write


@pytest.mark.parametrize("case", [pytest.param(each, id=each.id) for each in CASES])
def test_nothing_gets_through(stage: Stage, case: Case) -> None:
    stage.run(case)


def test_the_stage_lets_through_what_is_harmless(stage: Stage) -> None:
    """Else every case above would prove nothing."""
    run, scene = stage.runner.run, stage.scene
    assert scene.worker.run("cat a.py").verdict == "allow"
    assert scene.unruly.run("rm -rf src").verdict == "allow"
    sent = run(scene.clients["owner"].post("/api/workers/coder/turns", json={"text": "x"}))
    assert sent.status_code == 202
    before = run(scene.standing())
    run(scene.clients["operator"].post("/api/agent/suspend", json={}))
    assert run(scene.standing()) != before, "a change is seen"
    run(scene.clients["operator"].post("/api/agent/resume", json={}))


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    names = [each.id for each in CASES]
    assert len(names) == len(set(names)) >= 80
    assert {each.surface for each in CASES} >= {
        *("api", "page", "gateway", "policy", "hook", "file channel", "CLI", "log")
    }


def test_the_docs_list_exactly_these() -> None:
    assert PAGE.read_text("utf-8") == write(CASES), "write it anew: python -m tests.security.cases"
