"""A Sempre that is going to be killed: asks one question and waits for the answer for ever."""

import asyncio
import sys
from pathlib import Path

from tests.agents.claude.rig import Gate, Rig


class FarGate(Gate):
    """The gate of the test's own process."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    @property
    def url(self) -> str:
        return self._url


async def main() -> None:
    root, model_url, gate_url, prompt = sys.argv[1:]
    await Rig(Path(root), model_url, FarGate(gate_url)).ask(prompt)


if __name__ == "__main__":
    asyncio.run(main())
