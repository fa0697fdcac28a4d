"""What a model call costs more through the gateway, ledger included, than straight to the provider, in one run.

`python -m benchmarks.gateway`
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import httpx2
import uvloop

from benchmarks.table import Row, milliseconds, show
from sempre.api.loopback import Loopback
from sempre.api.provider import Provider
from sempre.budgets import Ledger
from sempre.contract.actions import Action, Ruling, Say
from sempre.contract.gate import Words
from sempre.db import Database, schema
from sempre.rehearsal import MessagesApi
from tests.support.caller import Caller
from tests.support.provider import scripted_provider

_ROUNDS = 200
_WARM_UP = 20
_TOKEN = "benchmark"
_BODY = {
    "model": "claude-opus-5-5",
    "max_tokens": 100,
    "stream": True,
    "system": "x" * 40_000,  # as long as what Claude Code sends
    "messages": [{"role": "user", "content": "[[say:hello]]"}],
}


class _Passes:
    def find(self, token: str) -> Caller | None:
        return Caller() if token == _TOKEN else None


class _Gate:
    async def judge(self, action: Action, words: Words | None = None) -> Ruling:
        del words
        return Ruling(say=Say.DENY, reason=action.tool)


@dataclass
class _Times:
    """Seconds from the request to the first byte, and to the end."""

    first: list[float]
    whole: list[float]


def main() -> None:
    with scripted_provider() as api, tempfile.TemporaryDirectory() as place:
        url = f"sqlite:///{Path(place) / 'ledger.sqlite'}"
        schema.ensure(url)
        direct, through, begin = uvloop.run(_measure(url, api))
    first = statistics.median(through.first) - statistics.median(direct.first)
    whole = statistics.median(through.whole) - statistics.median(direct.whole)
    rows = [
        Row(
            name="a call to its first byte, median",
            ours=milliseconds(statistics.median(through.first)),
            other=milliseconds(statistics.median(direct.first)),
        ),
        Row(
            name="a call to its end, median",
            ours=milliseconds(statistics.median(through.whole)),
            other=milliseconds(statistics.median(direct.whole)),
        ),
        Row(name="added to the first byte", ours=milliseconds(first), promised="5 ms"),
        Row(name="added to the whole call", ours=milliseconds(whole), promised="5 ms"),
        Row(
            name="of it, the ledger's row, committed",
            ours=milliseconds(statistics.median(begin)),
            promised="2 ms",
        ),
    ]
    show("The Messages gateway, against the provider asked directly", rows)


async def _measure(url: str, api: MessagesApi) -> tuple[_Times, _Times, list[float]]:
    db = Database(url)
    ledger = Ledger(db, node="benchmark", zone=UTC)
    loopback = Loopback(
        _Passes(), _Gate(), ledger, Provider(base_url=api.url, key="benchmark"), _tell_nobody
    )
    await loopback.open()
    gateway = (loopback.model_url or "").replace("{token}", _TOKEN)
    direct, through = _Times([], []), _Times([], [])
    try:
        async with httpx2.AsyncClient(trust_env=False) as client:
            for number in range(_WARM_UP + _ROUNDS):
                for address, times in ((api.url, direct), (gateway, through)):
                    first, whole = await _call(client, address)
                    if number >= _WARM_UP:
                        times.first.append(first)
                        times.whole.append(whole)
        begin = [await _begin(ledger) for _ in range(_ROUNDS)]
    finally:
        await loopback.close()
        await ledger.close()
        await db.close()
    return direct, through, begin


async def _call(client: httpx2.AsyncClient, address: str) -> tuple[float, float]:
    begun = time.perf_counter()
    first = 0.0
    request = client.stream(
        "POST", f"{address}/v1/messages", json=_BODY, headers={"x-api-key": _TOKEN}
    )
    async with request as answer:
        async for _ in answer.aiter_raw():
            first = first or time.perf_counter() - begun
    whole = time.perf_counter() - begun
    await asyncio.sleep(0.01)  # a settlement under way is not the next call's affair
    return first, whole


async def _begin(ledger: Ledger) -> float:
    begun = time.perf_counter()
    entry = await ledger.begin(Caller(), "claude-opus-5-5", agent=None)
    taken = time.perf_counter() - begun
    await ledger.settle(entry, None, model=None)
    return taken


def _tell_nobody(
    turn_id: str | None, channel: str, kind: str, details: Mapping[str, object]
) -> None:
    pass


if __name__ == "__main__":
    main()
