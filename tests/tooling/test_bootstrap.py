"""bootstrap.py finds a Python, says what is missing, and does nothing twice."""

import ast
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import bootstrap
import hatch_build
from bootstrap import BootstrapError, Python
from tests.support.patience import PATIENCE, wait_until

ROOT = Path(__file__).parents[2]
NEW = Python("/usr/bin/python3.13", "3.13", has_venv=True)
DEBIAN = {"ID": "debian", "VERSION_ID": "12"}

on_posix = pytest.mark.skipif(os.name == "nt", reason="writes shell scripts that pose as Pythons")


def write_python(folder: Path, name: str, answer: str) -> list[str]:
    """Writes a program that answers the probe like some Python."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return [str(path)]


def test_it_can_be_read_by_an_old_python() -> None:
    ast.parse((ROOT / "bootstrap.py").read_text(), feature_version=(3, 6))


@on_posix
def test_the_first_new_enough_python_is_taken(tmp_path: Path) -> None:
    candidates = [
        [str(tmp_path / "missing")],
        write_python(tmp_path, "broken", "exit 1"),
        write_python(tmp_path, "silent", "exit 0"),
        write_python(tmp_path, "old", "echo '/old|3.9|True'"),
        write_python(tmp_path, "bare", "echo '/bare|3.12|False'"),
        write_python(tmp_path, "good", "echo '/good|3.11|True'"),
        write_python(tmp_path, "later", "echo '/later|3.14|True'"),
    ]
    assert bootstrap.find_python(iter(candidates)) == Python("/good", "3.11", has_venv=True)


def test_it_finds_this_python() -> None:
    found = bootstrap.find_python(bootstrap.list_candidates())
    assert found.is_new_enough()
    assert Path(found.path).exists()


def test_three_ten_is_older_than_three_eleven() -> None:
    assert not Python("p", "3.9", has_venv=True).is_new_enough()
    assert not Python("p", "3.10", has_venv=True).is_new_enough()
    assert Python("p", "3.11", has_venv=True).is_new_enough()
    assert Python("p", "4.0", has_venv=True).is_new_enough()


@on_posix
def test_a_missing_venv_module_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "read_os_release", lambda: DEBIAN)
    bare = write_python(tmp_path, "bare", "echo '/usr/bin/python3.12|3.12|False'")
    with pytest.raises(BootstrapError, match=r"apt-get install python3\.12-venv"):
        bootstrap.find_python(iter([bare]))


@pytest.mark.parametrize(
    ("platform", "system", "command"),
    [
        ("linux", DEBIAN, "sudo apt-get install python3 python3-venv"),
        ("linux", {"ID": "debian", "VERSION_ID": "11"}, "pyenv install 3.13"),
        ("linux", {"ID": "debian"}, "sudo apt-get install python3 python3-venv"),
        (
            "linux",
            {"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_ID": "22.04"},
            "sudo apt-get install python3.11 python3.11-venv",
        ),
        (
            "linux",
            {"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_ID": "24.04"},
            "sudo apt-get install python3 python3-venv",
        ),
        (
            "linux",
            {"ID": "ubuntu", "ID_LIKE": "debian", "VERSION_ID": "20.04"},
            "pyenv install 3.13",
        ),
        ("linux", {"ID": "fedora"}, "sudo dnf install python3"),
        ("linux", {"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "sudo dnf install python3.11"),
        ("linux", {"ID": "opensuse-leap", "ID_LIKE": "suse"}, "sudo zypper install python311"),
        ("linux", {"ID": "manjaro", "ID_LIKE": "arch"}, "sudo pacman -S python"),
        ("linux", {"ID": "alpine"}, "sudo apk add python3"),
        ("linux", {}, "your system's package"),
        ("darwin", {}, "brew install python@3.13"),
        ("win32", {}, "winget install Python.Python.3.13"),
    ],
)
def test_the_package_of_each_system_is_named(
    platform: str, system: dict[str, str], command: str
) -> None:
    assert bootstrap.name_python_package(platform, system).startswith(command)


def test_os_release_is_read(tmp_path: Path) -> None:
    file = tmp_path / "os-release"
    file.write_text('# a comment\nID=debian\nVERSION_ID="12"\n\n')
    assert bootstrap.read_os_release(str(file)) == DEBIAN
    assert bootstrap.read_os_release(str(tmp_path / "none")) == {}


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with locks and an environment that looks installed for `run`."""
    venv = tmp_path / ".venv"
    python = venv / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    (venv / "sempre.place").write_text(str(tmp_path))
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml", "hatch_build.py"):
        (tmp_path / name).write_text(name)
    for name in ("dashboard/package.json", "dashboard/src/page.tsx", "src/sempre/web/.stamp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(bootstrap, "YOUNG_SECONDS", -1)  # here all is young
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", python)
    bootstrap.stamp("run").write_bytes(bootstrap.wanted("run"))
    return tmp_path


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the steps taken; nothing is really installed."""
    titles: list[str] = []
    monkeypatch.setattr(bootstrap, "run_step", lambda title, command: titles.append(title))
    return titles


def test_what_is_installed_and_built_is_not_touched_again(clone: Path, steps: list[str]) -> None:
    bootstrap.prepare("run")
    assert steps == ["dashboard"]
    bootstrap.prepare("run")
    assert steps == ["dashboard"]


@pytest.mark.parametrize(
    "change",
    [
        lambda clone: (clone / "dashboard/src/page.tsx").write_text("changed"),
        lambda clone: (clone / "dashboard/src/page.tsx").write_text("dashboard/src/page.TSX"),
        lambda clone: (clone / "dashboard/src/new.tsx").touch(),
        lambda clone: (clone / "dashboard/src/page.tsx").unlink(),
        lambda clone: (clone / "dashboard/src/page.tsx").rename(clone / "dashboard/src/moved.tsx"),
        lambda clone: (clone / "hatch_build.py").write_text("changed"),
        lambda clone: (clone / "src/sempre/web/.stamp").unlink(),
        lambda clone: (clone / "src/sempre/web/.stamp").write_text("of other sources"),
        lambda clone: (clone / ".venv/sempre.dashboard").unlink(),
    ],
    ids=[
        "changed",
        "as long as before",
        "added",
        "removed",
        "renamed",
        "built otherwise",
        "no page",
        "another page",
        "another environment",
    ],
)
def test_what_the_page_is_built_of_is_noticed(
    clone: Path, steps: list[str], change: Callable[[Path], object]
) -> None:
    bootstrap.prepare("run")
    change(clone)
    bootstrap.prepare("run")
    assert steps == ["dashboard", "dashboard"]


def test_what_the_page_is_not_built_of_is_not_looked_at(clone: Path, steps: list[str]) -> None:
    bootstrap.prepare("run")
    for folder in bootstrap.NOT_SOURCES:
        (clone / "dashboard" / folder).mkdir()
        (clone / "dashboard" / folder / "file").touch()
    bootstrap.prepare("run")
    assert steps == ["dashboard"]
    assert bootstrap.NOT_SOURCES == hatch_build.NOT_SOURCES


def test_a_change_that_is_too_young_to_tell_from_the_next_is_looked_into_again(
    clone: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "YOUNG_SECONDS", 3600)
    bootstrap.prepare("run")
    bootstrap.prepare("run")
    assert steps == ["dashboard", "dashboard"]


def test_a_page_that_could_not_be_built_is_built_by_the_next(
    clone: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(title: str, command: list[str]) -> None:
        raise BootstrapError(title)

    with monkeypatch.context() as failing:
        failing.setattr(bootstrap, "run_step", fail)
        with pytest.raises(BootstrapError):
            bootstrap.prepare("run")
    bootstrap.prepare("run")
    assert steps == ["dashboard"]


def test_a_second_run_loads_nothing_slow(clone: Path, steps: list[str]) -> None:
    bootstrap.prepare("run")
    script = (
        "import sys, bootstrap; from pathlib import Path; bootstrap.ROOT = Path(sys.argv[1]); "
        "bootstrap.VENV = bootstrap.ROOT / '.venv'; bootstrap.YOUNG_SECONDS = -1; "
        "bootstrap.VENV_PYTHON = bootstrap.VENV / 'bin' / 'python'; bootstrap.prepare('run'); "
        "print({'subprocess', 'shutil', 'hashlib'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, clone], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == "set()\n", done.stderr


def test_run_needs_no_development_packages(clone: Path, steps: list[str]) -> None:
    assert not bootstrap.is_installed("dev")
    bootstrap.prepare("dev")
    assert steps == ["packages", "sempre", "dashboard"]
    bootstrap.stamp("run").unlink()
    assert bootstrap.is_installed("run"), "the development lock holds what run needs"


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_is_installed(clone: Path, steps: list[str], changed: str) -> None:
    (clone / changed).write_text("new")
    bootstrap.prepare("run")
    bootstrap.prepare("run")
    assert steps == ["packages", "sempre", "dashboard"]


def test_a_moved_clone_gets_a_new_environment(clone: Path) -> None:
    (clone / ".venv" / "sempre.place").write_text("/elsewhere")
    assert not bootstrap.is_whole()


def test_an_environment_without_its_python_is_made_anew(clone: Path) -> None:
    assert bootstrap.is_whole()
    bootstrap.VENV_PYTHON.unlink()
    assert not bootstrap.is_whole()


def test_an_install_that_was_cut_short_starts_over(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(title: str, command: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "run_step", interrupt)
    with pytest.raises(KeyboardInterrupt):
        bootstrap.install("dev")
    assert not bootstrap.is_whole()
    assert not bootstrap.is_installed("dev")


def test_a_failed_step_shows_its_output(capfd: pytest.CaptureFixture[str]) -> None:
    script = "print('about to fail'); raise SystemExit(3)"
    with pytest.raises(BootstrapError, match="about to fail"):
        bootstrap.run_step("packages", [sys.executable, "-c", script])


def test_a_step_leaves_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    bootstrap.run_step("packages", [sys.executable, "-c", "print('noise')"])
    out = capfd.readouterr().out
    assert out.endswith("s  packages\n")
    assert "noise" not in out


def test_two_at_once_take_turns(clone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []
    said = ""

    def second() -> None:
        with bootstrap.alone():
            order.append("second")

    def waits() -> bool:
        nonlocal said
        said += capfd.readouterr().out
        return "waiting for it" in said

    with bootstrap.alone():
        thread = threading.Thread(target=second)
        thread.start()
        wait_until(waits)
        order.append("first")
    thread.join(PATIENCE)
    assert order == ["first", "second"]


@on_posix
def test_a_step_that_outlives_its_bootstrap_keeps_the_next_one_waiting(clone: Path) -> None:
    outlives = f"while [ ! -e '{clone}/over' ]; do sleep 0.05; done >/dev/null 2>&1 &"
    with bootstrap.alone():
        bootstrap.run_step("packages", ["sh", "-c", outlives])
    with (clone / ".bootstrap.lock").open("a+") as lock:
        assert not bootstrap.try_lock(lock.fileno())
        (clone / "over").touch()
        wait_until(lambda: bootstrap.try_lock(lock.fileno()))


def test_the_home_is_ours_unless_chosen(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bootstrap.choose_home("run", []) == ["--home", str(clone / "home")]
    assert bootstrap.choose_home("run", ["--port", "9000"]) == ["--home", str(clone / "home")]
    assert bootstrap.choose_home("run", ["--home", "x"]) == []
    assert bootstrap.choose_home("run", ["--home=x"]) == []
    assert bootstrap.choose_home("test", []) == []
    monkeypatch.setenv("SEMPRE_HOME", "x")
    assert bootstrap.choose_home("run", []) == []


def test_arguments_go_through(
    clone: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "become", lambda arguments: became.append(arguments) or 0)
    assert bootstrap.main(["run", "--port", "9000"]) == 0
    home = ["--home", str(clone / "home")]
    assert became == [["-m", "sempre", "up", "--open", *home, "--port", "9000"]]


def test_an_unknown_command_shows_the_list(
    clean_environment: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "bootstrap.py", "rnu"],
        cwd=tmp_path,
        env=clean_environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert all(f"  {command} " in done.stdout for command in bootstrap.COMMANDS)


def test_the_makefile_has_a_door_for_each_command() -> None:
    doors = (ROOT / "Makefile").read_text()
    targets = next(line for line in doors.splitlines() if line.startswith(".PHONY:"))
    assert set(targets.removeprefix(".PHONY:").split()) == set(bootstrap.COMMANDS)
