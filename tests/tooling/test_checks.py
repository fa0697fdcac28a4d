"""The checks of our own find what they are for, and nothing else."""

from pathlib import Path

import pytest

from checks import duplicates, names, parity
from checks.__main__ import main as run_checks

BLOCK = "\n".join(f"    total = add(total, number_{n})" for n in range(8))


def test_a_copied_block_is_found() -> None:
    runs = duplicates.find_runs({"a.py": f"x = 1\n{BLOCK}\n", "b.py": f"y = 2\n\n{BLOCK}\nz = 3\n"})
    assert runs == [duplicates.Run("a.py:2", "b.py:3", 8)]


def test_a_block_copied_within_a_file_is_found() -> None:
    (run,) = duplicates.find_runs({"a.py": f"{BLOCK}\nx = 1\n{BLOCK}\n"})
    assert run.files() == {"a.py"}


def test_a_longer_copy_is_reported_once() -> None:
    long = BLOCK + "\n" + BLOCK.replace("number", "item")
    (run,) = duplicates.find_runs({"a.py": long, "b.py": long})
    assert run.length == 16


def test_short_copies_imports_and_comments_are_no_finding() -> None:
    short = "\n".join(BLOCK.splitlines()[:7])
    same = "\n".join(f"from package import name_{n}\n# a comment {n}" for n in range(20))
    assert duplicates.find_runs({"a.py": f"{same}\n{short}", "b.py": f"{same}\n{short}"}) == []


DOCUMENT = {
    "paths": {
        "/api/turns": {"get": {}, "parameters": []},
        "/api/turns/{id}/cancel": {"post": {}},
        "/api/events": {"get": {}},
    }
}
SOURCE = """
ask(client.GET("/api/turns", { params }));
client.POST(
  "/api/turns/{id}/cancel", { params });
new EventSource(`/api/events?after=${after}`);
"""
OPERATIONS = parity.read_operations(DOCUMENT)
CALLS = dict.fromkeys(parity.read_calls(SOURCE), "page.tsx")


def test_operations_and_calls_are_read() -> None:
    assert {"GET /api/turns", "POST /api/turns/{id}/cancel", "GET /api/events"} == OPERATIONS
    assert set(CALLS) == OPERATIONS


def test_what_agrees_is_no_finding() -> None:
    assert parity.compare(OPERATIONS, CALLS, {}) == []


def test_an_operation_without_a_place_is_found_unless_explained() -> None:
    more = OPERATIONS | {"DELETE /api/turns/{id}"}
    (finding,) = parity.compare(more, CALLS, {})
    assert finding.startswith("DELETE /api/turns/{id}: no place in the dashboard")
    assert parity.compare(more, CALLS, {"DELETE /api/turns/{id}": "only for scripts"}) == []


def test_an_empty_reason_explains_nothing() -> None:
    more = OPERATIONS | {"DELETE /api/turns/{id}"}
    (finding,) = parity.compare(more, CALLS, {"DELETE /api/turns/{id}": " "})
    assert finding.endswith("its reason is empty")


def test_a_call_that_the_api_lacks_is_found() -> None:
    (finding,) = parity.compare(OPERATIONS - {"GET /api/events"}, CALLS, {})
    assert finding.startswith("GET /api/events: the API has no such operation")


def test_a_reason_that_no_longer_applies_is_found() -> None:
    used, gone = {"GET /api/turns": "was not used"}, {"GET /api/old": "was there"}
    assert len(parity.compare(OPERATIONS, CALLS, used | gone)) == 2


def test_a_name_that_says_nothing_is_found(tmp_path: Path) -> None:
    for name in ("utils.py", "_helpers.py", "processes.py", "turns.py"):
        path = tmp_path / "src" / "sempre" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = [finding.split(":")[0] for finding in names.find_empty_names(tmp_path)]
    assert found == ["src/sempre/_helpers.py", "src/sempre/utils.py"]


def test_an_unknown_check_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_checks(["lnit"]) == 2
    assert "No such check: lnit" in capsys.readouterr().out
