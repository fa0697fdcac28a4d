"""Engines and child processes for the tests of this folder."""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sempre import durable
from tests.durable import workflows
from tests.durable.place import Place, arrive
from tests.support.patience import PATIENCE
from tests.support.postgres import new_database

ROOT = Path(__file__).parents[2]

Launch = Callable[..., Awaitable[durable.Engine]]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "place"
    folder.mkdir()
    place = Place(folder)
    arrive(place)
    return place


@pytest.fixture
def sqlite_url(engine_file: Path, tmp_path: Path) -> str:
    """Launched before, as every start but the first finds it."""
    return f"sqlite:///{shutil.copy(engine_file, tmp_path / 'test.sqlite')}"


@pytest.fixture
def postgres_url(postgres_server: str, engine_template: str) -> Iterator[str]:
    with new_database(postgres_server, engine_template) as url:
        yield url


@pytest.fixture
def bare_postgres_url(postgres_server: str) -> Iterator[str]:
    """Nobody was ever launched on it."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture
async def launch(database_url: str, place: Place) -> AsyncIterator[Launch]:
    """Launches engines on one database, one after the other; closes the last."""
    engines: list[durable.Engine] = []

    async def launch(**settings: Any) -> durable.Engine:
        told: dict[str, Any] = {
            "database_url": database_url,
            "node": "n1",
            "poll": 60.0,
            **settings,
        }
        engine = durable.Engine(durable.EngineSettings(**told))
        engines.append(engine)
        workflows.engines[:] = [engine]
        await engine.launch()
        return engine

    yield launch
    for engine in engines:
        if not engine.stopping.is_set():
            await engine.close()


async def settled(engine: durable.Engine, workflow_id: str, state: durable.State) -> None:
    """Wait until the engine has recorded this of the workflow."""
    while True:
        found = (await engine.states([workflow_id]))[workflow_id]
        if found is state:
            return
        assert found in (durable.State.QUEUED, durable.State.RUNNING), found
        await asyncio.sleep(0.01)


class Children:
    """Processes with an engine, that a test may kill."""

    def __init__(self, url: str, place: Place, environment: dict[str, str]) -> None:
        self._url = url
        self._place = place
        self._environment = environment
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, role: str, *, submit: Any = (), **options: Any) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.durable.child", self._url, self._place.folder, role]
        command += ["--submit", json.dumps(list(submit))]
        for name, value in options.items():
            command.append(f"--{name.replace('_', '-')}")
            if value is not True:
                command.append(json.dumps(value) if isinstance(value, list) else str(value))
        with (self._place.folder / f"{role}.log").open("ab") as log:
            child = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        self._started.append(child)
        return child

    def kill(self, child: subprocess.Popen[bytes]) -> None:
        child.send_signal(signal.SIGKILL)
        child.wait()

    def stop(self, child: subprocess.Popen[bytes]) -> int:
        child.send_signal(signal.SIGTERM)
        return child.wait(timeout=PATIENCE)

    def end(self) -> None:
        for child in self._started:
            if child.poll() is None:
                self.kill(child)


@pytest.fixture
def children(
    database_url: str, place: Place, clean_environment: dict[str, str]
) -> Iterator[Children]:
    children = Children(database_url, place, clean_environment)
    yield children
    children.end()


@pytest.fixture
def postgres_children(
    postgres_url: str, place: Place, clean_environment: dict[str, str]
) -> Iterator[Children]:
    children = Children(postgres_url, place, clean_environment)
    yield children
    children.end()
