"""The real `sempre up`, in rehearsal, on a home of its own, as a process that tests may stop and start again."""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from tests.support.patience import PATIENCE

_LOGIN = re.compile(r"(http://\S+/login\?token=\S+)")
_START_WITHIN = 2 * PATIENCE
_STOP_WITHIN = 2 * PATIENCE
_ANSWER_WITHIN = 2 * PATIENCE
SETTINGS = {
    "SEMPRE_TURNS__ATTEMPTS": "2",
    "SEMPRE_TURNS__BACKOFF_SECONDS": "0.2",
    "SEMPRE_SERVER__GRACE_SECONDS": "1",
    "SEMPRE_ALERTS__EVERY_SECONDS": "2",
    "PYTHONUNBUFFERED": "1",
}


def free_port() -> int:
    """Below those that outgoing connections are given, so that it stays free while the server is down."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class Server:
    """`start`, `stop` and `kill` may follow one another; port, home and cookies stay."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.login_url = ""
        self._environment = {**environment, **SETTINGS}
        self._log = home.with_name(f"{home.name}.log")
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None

    @property
    def rehearsal(self) -> Path:
        """Where prompts lie and answers appear as long as no model is connected."""
        return self.home / "rehearsal"

    def start(self) -> None:
        # A home that has settings gets no sample workspace.
        self.rehearsal.mkdir(parents=True, exist_ok=True)
        (self.rehearsal / "sempre.toml").touch()
        offset = self._log.stat().st_size if self._log.exists() else 0
        self._output = self._log.open("ab")
        command = [sys.executable, "-m", "sempre", "up", "--home", str(self.home)]
        self._process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            env=self._environment,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=os.name == "posix",
        )
        self.login_url = self._await_login(offset)

    def stop(self) -> None:
        """As a supervisor would."""
        if self._process is None:
            return
        self._process.terminate()
        self._gather(self._process)

    def kill(self) -> None:
        """As a power cut would: the whole process group at once."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._gather(self._process)

    def kill_alone(self) -> None:
        """As the kernel does that needs memory: the server at once, and what it started lives on."""
        if self._process is None:
            return
        self._process.kill()
        self._gather(self._process)

    def add_worker(self, name: str) -> Path:
        folder = self.rehearsal / ".queue" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def drop(self, worker: str, name: str, text: str) -> None:
        """A prompt file, renamed into place as a careful program does."""
        folder = self.add_worker(worker)
        aside = folder / f".{name}.part"
        aside.write_text(text, "utf-8")
        aside.rename(folder / f"{name}.prompt")

    def await_answer(self, worker: str, number: int) -> str:
        """The text of task_N.txt, once it is there."""
        path = self.rehearsal / ".output" / worker / f"task_{number}.txt"
        deadline = time.monotonic() + _ANSWER_WITHIN
        while not path.exists():
            assert time.monotonic() < deadline, f"{path} did not come:\n{self.log()[-4000:]}"
            time.sleep(0.05)
        return path.read_text("utf-8")

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def _await_login(self, offset: int) -> str:
        process = self._process
        assert process is not None
        deadline = time.monotonic() + _START_WITHIN
        while time.monotonic() < deadline:
            found = _LOGIN.search(self._log.read_bytes()[offset:].decode("utf-8", "replace"))
            if found:
                return found.group(1)
            if process.poll() is not None:
                break
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"sempre did not come up:\n{self.log()[-4000:]}")

    def _gather(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait(_STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            if self._output is not None:
                self._output.close()
            self._process = None
