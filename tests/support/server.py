"""A real Sempre in a process of its own: started as a user would, killed as a power cut would."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests.support.patience import PATIENCE, Looks

STARTS_WITHIN = 120.0  # seconds; a busy machine needs more than the two that a quiet one does


@dataclass
class Server:
    """`home` is its home; `environment` is all that it sees. `log` collects what it prints."""

    home: Path
    environment: Mapping[str, str]
    arguments: tuple[str, ...] = ("up",)
    log: Path = field(init=False)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.log = self.home.parent / f"{self.home.name}.log"

    def start(self, **extra: str) -> "Server":
        """Start it; `extra` is added to its environment. Returns at once."""
        (self.home / ".sempre" / "server.json").unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "sempre",
                    *self.arguments,
                    "--home",
                    str(self.home),
                    "--port",
                    "0",
                ],
                env={**self.environment, **extra},
                cwd=self.home,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self

    def wait_ready(self) -> "Server":
        """Until it answers that it is ready. Fails with its log when it ends instead."""
        self.wait_for(self._is_ready, "ready")
        return self

    def wait_for(self, holds: Callable[[], bool], what: str, within: float = STARTS_WITHIN) -> None:
        looks = Looks(within, lambda: f"not within {within} s: {what}\n{self.tail()}")
        while not holds():
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(
                    f"sempre ended ({self.process.returncode}) before: {what}\n{self.tail()}"
                )
            time.sleep(looks.pause())

    def wait_dead(self, within: float = STARTS_WITHIN) -> int:
        """Until the process has ended; gives its exit code (-9 after a kill)."""
        assert self.process is not None
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"sempre did not end within {within} s\n{self.tail()}") from error

    def kill(self) -> None:
        """As a power cut would: the process alone, at once."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, within: float = STARTS_WITHIN) -> int:
        """In order, as a service manager would."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait_dead(within)

    def end(self) -> None:
        """Whatever happened: nothing of it is left."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    @property
    def facts(self) -> dict[str, str]:
        return json.loads((self.home / ".sempre" / "server.json").read_text())

    @property
    def url(self) -> str:
        return self.facts["url"]

    def api(self, method: str, path: str, **more: object) -> httpx2.Response:
        token = (self.home / ".sempre" / "token").read_text().strip()
        headers = {"authorization": f"Bearer {token}"}
        return httpx2.request(method, self.url + path, headers=headers, timeout=PATIENCE, **more)  # type: ignore[arg-type]  (what a test says)

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def _is_ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except (FileNotFoundError, ValueError, httpx2.TransportError):
            return False


def drop(home: Path, worker: str, name: str, text: str) -> Path:
    """Put a prompt into a worker's queue, as a careful program does: aside, then renamed into place."""
    queue = home / ".queue" / worker
    queue.mkdir(parents=True, exist_ok=True)
    aside = queue / f".{name}.tmp"
    aside.write_text(text, "utf-8")
    aside.rename(queue / f"{name}.prompt")
    return queue / f"{name}.prompt"


def output(home: Path, worker: str) -> dict[int, str]:
    """The answers of a worker by their number."""
    folder = home / ".output" / worker
    return {
        int(path.stem.removeprefix("task_")): path.read_text("utf-8")
        for path in folder.glob("task_*.txt")
    }


def record(home: Path, worker: str, number: int) -> dict[str, object] | None:
    path = home / ".output" / worker / f"task_{number}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def children_of(home: Path) -> list[int]:
    """Claude Code processes of this home that are alive, by the configuration folder in their environment."""
    wanted = f"CLAUDE_CONFIG_DIR={home / '.sempre' / 'claude'}".encode()
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def kill(pid: int) -> None:
    """At once; no matter if it has ended already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
