"""What fails among many and passes alone is named; what fails twice, or breaks the run, is not forgiven."""

from pathlib import Path

import pytest

from checks import second_chance
from checks.commands import ROOT
from checks.second_chance import MOST, Outcomes, may_try_again

STEADY = "def test_steady(): pass\n"
# Fails the first time.
UNSTEADY = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("word", ["one", "a::b [c]"])
def test_unsteady(word):
    seen = Path(__file__).with_name(f"seen-{len(word)}")
    if not seen.exists():
        seen.touch()
        raise AssertionError("not the first time")
"""
SKIPS = """
from pathlib import Path
import pytest

def test_skips_the_second_time():
    seen = Path(__file__).with_name("seen")
    if seen.exists():
        pytest.skip("not now")
    seen.touch()
    assert False
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider -q\n")
    (tmp_path / "test_steady.py").write_text(STEADY)
    return tmp_path


def test_what_passes_alone_is_named(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "test_unsteady.py").write_text(UNSTEADY)
    assert second_chance.run("-n", "1", folder=project) == 0
    named = capfd.readouterr().out.partition("== unsteady: passed only when run alone")[2]
    assert named.splitlines()[1:3] == [
        "  test_unsteady.py::test_unsteady[one]",
        "  test_unsteady.py::test_unsteady[a::b [c]]",
    ]


def test_what_fails_twice_fails(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "test_unsteady.py").write_text(UNSTEADY)
    (project / "test_wrong.py").write_text("def test_wrong(): assert False\n")
    assert second_chance.run("-n", "0", folder=project) == 1
    said = capfd.readouterr().out
    assert "== 3 failed: once more, alone" in said
    assert "unsteady:" not in said


def test_what_does_not_pass_the_second_time_is_not_forgiven(project: Path) -> None:
    (project / "test_skips.py").write_text(SKIPS)
    assert second_chance.run("-n", "0", folder=project) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("import os\ndef test_crash(): os._exit(1)\n", 1),
        ("import nothing_of_this_name\n", 2),
        ("def test_ended(): raise KeyboardInterrupt\n", 2),
        ("def pytest_thing(: pass\n", 2),
    ],
)
def test_what_breaks_the_run_gets_no_second_chance(
    text: str, code: int, project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "test_a_break.py").write_text(text)
    workers = "1" if "_exit" in text else "0"
    assert second_chance.run("-n", workers, folder=project) == code
    assert "once more" not in capfd.readouterr().out


def test_a_run_that_passes_is_over(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert second_chance.run("-n", "0", folder=project) == 0
    assert "==" not in capfd.readouterr().out.replace("=====", "")


def test_many_failures_are_no_accident() -> None:
    few = [str(n) for n in range(MOST)]
    assert may_try_again(Outcomes(passed=[], failed=few, broken=[]))
    assert not may_try_again(Outcomes(passed=[], failed=[*few, "one more"], broken=[]))
    assert not may_try_again(Outcomes(passed=[], failed=few[:1], broken=["crashed"]))
