"""The real Claude Code behind the real gateway and hook, before the scripted provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sempre.agents.claude import Limits, Passes, Profile
from sempre.api.provider import Provider
from sempre.budgets import Ledger
from sempre.contract.gate import Gate
from sempre.rehearsal import Call, MessagesApi
from tests.agents.claude import rig as claude
from tests.api.gateway_rig import KEY, Rig, rigged


class Hook(claude.Gate):
    """In the place of a gate of the test's own: the address of the real one."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    @property
    def url(self) -> str:
        return self._address


@dataclass
class House:
    api: MessagesApi
    front: Rig
    claude: claude.Rig

    @property
    def last(self) -> Call:
        """The newest call, as the provider saw it."""
        return self.api.record.messages[-1]

    @property
    def results(self) -> list[str]:
        """What the tools of the last turn gave to the model."""
        return [result.text for result in self.last.results]


@asynccontextmanager
async def lived_in(
    url: str, root: Path, gate: Gate, *, retries: int = 1, ledger: Ledger | None = None
) -> AsyncIterator[House]:
    passes = Passes()
    async with MessagesApi(pace=0) as api:
        async with rigged(url, Provider(base_url=api.url, key=KEY), gate, passes, ledger) as front:
            rig = claude.Rig(
                root,
                front.loopback.model_url,
                Hook(front.loopback.hook_url),
                limits=Limits(provider_retries=retries),
                profile=Profile(directory=root / "work"),
                passes=passes,
            )
            rig.work.mkdir()
            try:
                yield House(api, front, rig)
            finally:
                await rig.close()
        assert api.record.unexpected == []
