"""The scene of a module's hostile inputs, and the loop in which they run."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.security.scene import Scene, scene
from tests.security.table import Case


@dataclass
class Stage:
    runner: asyncio.Runner
    scene: Scene

    def run(self, case: Case) -> None:
        self.runner.run(case.run(self.scene))


@pytest.fixture(scope="module")
def stage(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    root = tmp_path_factory.mktemp("scene")
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            yield Stage(runner, runner.run(stack.enter_async_context(scene(migrated_file, root))))
        finally:
            runner.run(stack.aclose())
