"""A process with the files channel and the smallest possible rest of Sempre: a store on disk that answers each prompt.

Run as `python -m tests.channels.files.crashing HOME COUNT`; ends by itself once COUNT prompts have been given out and
settled, unless SEMPRE_CRASH_AT ends it before.
"""

import asyncio
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sempre import crash
from sempre.channels.files.channel import FilesChannel
from sempre.contract.messages import Accepted, Inbound
from sempre.settings import FileSettings
from tests.channels.endings import answered, failed

ACCEPTED_AT = datetime(2026, 11, 20, tzinfo=UTC)


class Store:
    """Turns in one file, rewritten whole and atomically: a crash leaves the state before or after."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.turns: dict[str, dict[str, Any]] = (
            json.loads(path.read_text()) if path.exists() else {}
        )
        self.new = asyncio.Event()

    def save(self) -> None:
        aside = self._path.with_suffix(".new")
        aside.write_text(json.dumps(self.turns))
        aside.replace(self._path)

    async def open(self, channel: str, *, first_number: int = 1) -> None: ...

    async def accept(self, messages: Sequence[Inbound]) -> Sequence[Accepted]:
        accepted = []
        for message in messages:
            fresh = message.external_id not in self.turns
            if fresh:
                self.turns[message.external_id] = {
                    "number": len(self.turns) + 1,
                    "text": message.text,
                    "origin": dict(message.origin),
                    "published": False,
                }
            number = self.turns[message.external_id]["number"]
            accepted.append(Accepted(turn_id=message.external_id, number=number, fresh=fresh))
        self.save()
        self.new.set()
        return accepted

    async def published(self, channel: str, external_ids: Iterable[str]) -> Mapping[str, bool]:
        return {one: self.turns[one]["published"] for one in external_ids if one in self.turns}

    async def notice(self, channel: str, kind: str, details: Mapping[str, str]) -> None: ...


async def answer(channel: FilesChannel, store: Store, external_id: str) -> None:
    turn = store.turns[external_id]
    message = Inbound(
        channel="files:coder",
        external_id=external_id,
        text=turn["text"],
        received_at=ACCEPTED_AT,
        origin=turn["origin"],
    )
    end = failed if turn["text"].startswith("fail") else answered
    outbound = end(message, turn["number"])
    if end is answered:
        outbound = answered(message, turn["number"], f"answer to {turn['text']}")
    await channel.send(outbound)
    turn["published"] = True
    store.save()
    crash.point("turn.marked")
    await channel.settle(outbound)


async def main(home: Path, count: int) -> None:
    store = Store(home / "store.json")
    channel = FilesChannel(home, FileSettings(), {}, zone=UTC)
    await channel.open(store)
    given_out: set[str] = set()
    while True:
        store.new.clear()
        for external_id in list(store.turns):
            if external_id not in given_out and not store.turns[external_id]["published"]:
                await answer(channel, store, external_id)
            given_out.add(external_id)
        if len(given_out) >= count:
            break
        await store.new.wait()
    await channel.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
