"""Tests stay on this machine and see nothing of the person who runs them."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import chromium, environment, network

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "a.localhost", "0.0.0.0", None])
def test_this_machine_is_local(host: str | None) -> None:
    assert network.is_local(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.test", b"10.0.0.1"])
def test_other_machines_are_not(host: object) -> None:
    assert not network.is_local(host)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: socket.create_connection(("192.0.2.1", 9)),
        lambda: socket.getaddrinfo("example.test", 80),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 9)),
    ],
    ids=["connect", "look up", "send"],
)
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_leaving_is_refused(attempt: object, stay_on_this_machine: list[str]) -> None:
    assert callable(attempt)
    with pytest.raises(network.FarAddressError):
        attempt()
    assert len(stay_on_this_machine) == 1
    stay_on_this_machine.clear()  # else this test would fail, as the next one shows


def test_a_swallowed_attempt_fails_the_test(
    tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    (tmp_path / "test_leaving.py").write_text(
        "import contextlib, socket\n"
        "def test_it():\n"
        "    with contextlib.suppress(Exception):\n"
        "        socket.create_connection(('192.0.2.1', 9))\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.support.network", "-q", tmp_path],
        cwd=tmp_path,
        env={**clean_environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert "the test tried to reach 192.0.2.1" in done.stdout
    assert done.returncode == 1


def test_a_child_gets_the_allow_list_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SECRET", "x")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "x")
    passed = environment.allowed_environment(tmp_path)
    assert set(passed) <= environment.ALLOWED | {"HOME", "USERPROFILE"}
    assert passed["HOME"] == str(tmp_path)
    assert passed["PATH"] == os.environ["PATH"]


def test_personal_settings_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "CLAUDECODE", "SEMPRE_HOME", "SEMPRE_CHROMIUM"):
        monkeypatch.setenv(name, "x")
    environment.forget_personal_settings()
    assert not {"ANTHROPIC_API_KEY", "CLAUDECODE", "SEMPRE_HOME"} & set(os.environ)
    assert os.environ["SEMPRE_CHROMIUM"] == "x"


def write_browser(folder: Path, name: str) -> str:
    path = folder / (f"{name}.exe" if os.name == "nt" else name)
    path.write_text("")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def only_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose programs are all in one empty folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SEMPRE_CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "PLACES", {})
    return tmp_path


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome", "msedge"])
def test_any_chromium_will_do(only_here: Path, name: str) -> None:
    path = write_browser(only_here, name)
    assert Path(chromium.find_chromium()).samefile(path)


def test_the_chosen_browser_comes_first(only_here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_browser(only_here, "chromium")
    chosen = write_browser(only_here, "mine")
    monkeypatch.setenv("SEMPRE_CHROMIUM", chosen)
    assert chromium.find_chromium() == chosen


def test_a_chosen_browser_that_is_missing_is_an_error(
    only_here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_browser(only_here, "chromium")
    monkeypatch.setenv("SEMPRE_CHROMIUM", "/nowhere/chrome")
    with pytest.raises(RuntimeError, match="SEMPRE_CHROMIUM=/nowhere/chrome"):
        chromium.find_chromium()


@pytest.mark.parametrize(
    ("platform", "command"),
    [
        ("linux", "apt-get install chromium"),
        ("darwin", "brew install"),
        ("win32", "winget install"),
    ],
)
def test_without_a_browser_the_command_is_named(
    only_here: Path, monkeypatch: pytest.MonkeyPatch, platform: str, command: str
) -> None:
    monkeypatch.setattr(chromium.sys, "platform", platform)
    with pytest.raises(RuntimeError, match=command):
        chromium.find_chromium()
