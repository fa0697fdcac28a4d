"""Nothing is lost and nothing happens twice while things break at random. Short here; long with `make soak`.

`SEMPRE_SOAK_MINUTES=5 make soak` breaks things for about so long in all, instead of fifty times in each storm; what
they left takes its own time to end.
"""

import math
import os

import pytest

from sempre.rehearsal import MessagesApi
from tests.durability.storm import Storm, judge
from tests.support.server import Server

pytestmark = pytest.mark.slow
_SEEDS = range(2, 6)
_MINUTES = os.environ.get("SEMPRE_SOAK_MINUTES")


def _weather(
    server: Server,
    provider: MessagesApi,
    storm: Storm,
    faults: int,
    seconds: float = math.inf,
) -> None:
    storm.run(faults, seconds)
    broken = judge(storm)
    print(f"\n{storm.workers} workers, {storm.workers * storm.prompts} prompts, seed {storm.seed}")
    for kind, count in sorted(storm.injected.items()):
        print(f"  injected  {kind:<28} {count:>4}")
    print(f"  model calls {len(provider.record.messages)}, promises broken: {len(broken)}")
    assert storm.missing == []
    assert broken == []


@pytest.mark.timeout(900)
def test_a_short_storm(server: Server, provider: MessagesApi) -> None:
    server.environment = {**server.environment, "SEMPRE_TURNS__ATTEMPTS": "100"}
    storm = Storm(server, provider, workers=3, prompts=4, seed=1)
    _weather(server, provider, storm, faults=5)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", _SEEDS)
def test_a_long_storm(server: Server, provider: MessagesApi, seed: int) -> None:
    server.environment = {**server.environment, "SEMPRE_TURNS__ATTEMPTS": "1000"}
    storm = Storm(server, provider, workers=8, prompts=25, seed=seed)
    if _MINUTES is None:
        _weather(server, provider, storm, faults=50)
        return
    # A quarter of each storm's time is for bringing to its end what it left.
    _weather(server, provider, storm, faults=50, seconds=float(_MINUTES) * 60 * 0.75 / len(_SEEDS))
