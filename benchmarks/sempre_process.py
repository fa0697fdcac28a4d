"""A real Sempre in a process of its own, on scripted answers, for measuring from the outside."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import httpx2
import psutil

from sempre.rehearsal import MessagesApi

_LINK = re.compile(r"http://\S+/login\?token=\S+")
_KEPT = ("PATH", "LANG", "LC_ALL", "TERM", "TZ", "TMPDIR")


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="sempre-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def clean_environment(home: Path) -> dict[str, str]:
    """By allow-list: nothing of the person who measures gets into a child."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "HOME": str(home)}


class SempreProcess:
    """Started and ready inside the block; `ready_seconds` is what that took."""

    def __init__(self, home: Path, api: MessagesApi, **settings: str) -> None:
        self.home = home
        self.ready_seconds = 0.0
        self._environment = {
            **clean_environment(home.parent),
            "ANTHROPIC_BASE_URL": api.url,
            "ANTHROPIC_API_KEY": "sk-ant-bench-0123456789",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        facts = self.home / ".sempre" / "server.json"
        facts.unlink(missing_ok=True)
        begun = time.perf_counter()
        command = [sys.executable, "-m", "sempre", "up", "--home", str(self.home), "--port", "0"]
        with (self.home.parent / "sempre.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, env=self._environment, cwd=self.home, stdout=log, stderr=log
            )
        wait(lambda: _ready(facts), 60)
        self.ready_seconds = time.perf_counter() - begun

    def kill(self) -> None:
        self._running.send_signal(signal.SIGKILL)
        self._running.wait()

    def stop(self) -> None:
        self._running.send_signal(signal.SIGTERM)
        self._running.wait(60)

    @property
    def url(self) -> str:
        return str(json.loads((self.home / ".sempre" / "server.json").read_text())["url"])

    def log_in(self) -> dict[str, str]:
        """The owner's cookies, for the link that was told at the start: once."""
        log = self.home.parent / "sempre.log"
        wait(lambda: _LINK.search(log.read_text()) is not None, 60)
        links = _LINK.findall(log.read_text())
        return dict(httpx2.get(links[-1], follow_redirects=False).cookies)

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self._running.pid)

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("not started")
        return self._process

    def __enter__(self) -> "SempreProcess":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._running.poll() is None:
            self.stop()


def _ready(facts: Path) -> bool:
    try:
        url = json.loads(facts.read_text())["url"]
        return httpx2.get(f"{url}/readyz", timeout=5).status_code == 200
    except (FileNotFoundError, ValueError, httpx2.TransportError):
        return False


def wait(holds: Callable[[], bool], seconds: float, look: float = 0.002) -> None:
    end = time.perf_counter() + seconds
    while not holds():
        if time.perf_counter() > end:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(look)


def drop(home: Path, worker: str, name: str, text: str) -> float:
    """Put a prompt into the queue; gives the moment at which it was visible."""
    queue = home / ".queue" / worker
    aside = queue / f".{name}.tmp"
    aside.write_text(text)
    aside.rename(queue / f"{name}.prompt")
    return time.time()
