from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sempre.rehearsal import MessagesApi
from tests.agents.claude.rig import Gate, Rig


@pytest.fixture
async def api() -> AsyncIterator[MessagesApi]:
    async with MessagesApi() as api:
        yield api
    assert not api.record.unexpected


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    gate = Gate()
    await gate.start()
    yield gate
    await gate.close()


@pytest.fixture
async def rig(
    tmp_path: Path, api: MessagesApi, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Rig]:
    monkeypatch.setenv("HOME", str(tmp_path))  # Claude Code's shell reads the start files there
    rig = Rig(tmp_path, api.url, gate)
    yield rig
    await rig.close()
    assert await rig.none_left()
    assert not rig.state.exists() or list(rig.state.iterdir()) == []
