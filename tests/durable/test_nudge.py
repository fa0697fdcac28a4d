import asyncio
from collections import Counter

from sempre.durable.nudge import Nudger
from sempre.errors import UnavailableError
from tests.durable.conftest import Launch
from tests.durable.place import Place
from tests.support.patience import until

# The engines of these tests poll once a minute: what starts, a nudge has started.


async def test_work_starts_on_submission(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))
    await place.until("run", 1)


async def test_a_backlog_of_one_key_goes_on_at_each_end(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.stand", "turn:a:00", queue_key="a", args=(0,))
    for n in range(1, 21):
        await engine.submit("test.short", f"turn:a:{n:02d}", queue_key="a", args=(n,))
    await place.until("begin", 0)
    assert place.journal("run") == []
    place.open_gate(0)
    await place.until("run", count=20)


async def test_a_key_goes_on_after_a_workflow_that_failed(launch: Launch, place: Place) -> None:
    engine = await launch()
    await engine.submit("test.raises", "turn:a:1", queue_key="a", args=(1,))
    await engine.submit("test.short", "turn:a:2", queue_key="a", args=(2,))
    await place.until("run", 2)


async def test_waiting_workflows_take_no_slot(launch: Launch, place: Place) -> None:
    engine = await launch()
    for n in range(50):
        await engine.submit("test.wait", f"turn:k{n}:1", queue_key=f"k{n}", args=(n,))
    await place.until("waits", count=50)
    await engine.submit("test.short", "turn:last:1", queue_key="last", args=(51,))
    await place.until("run", 51)
    assert len(engine.running()) >= 50


async def test_queued_work_starts_at_launch(launch: Launch, place: Place) -> None:
    engine = await launch(listens=())
    await engine.submit("test.short", "turn:a:1", queue_key="a", args=(1,))
    await engine.close()
    await launch()
    await place.until("run", 1)


async def test_many_nudges_become_few_claims() -> None:
    claims: Counter[str] = Counter()
    release = asyncio.Event()

    async def claim(queue: str) -> None:
        claims[queue] += 1
        await release.wait()

    nudger = Nudger(claim, ["turns", "other"], poll=60.0)
    nudger.open()
    nudger.nudge("turns")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert claims == {"turns": 1}
    for _ in range(1000):
        nudger.nudge("turns")
    release.set()
    await nudger.close()
    assert claims["turns"] <= 2
    assert claims["other"] == 0


async def test_a_nudge_during_a_claim_is_not_lost() -> None:
    claims: list[str] = []
    first, release = asyncio.Event(), asyncio.Event()
    second = asyncio.Event()

    async def claim(queue: str) -> None:
        claims.append(queue)
        if len(claims) == 2:
            second.set()
        first.set()
        await release.wait()

    nudger = Nudger(claim, ["turns"], poll=60.0)
    nudger.open()
    nudger.nudge()
    await first.wait()
    nudger.nudge()
    release.set()
    await second.wait()
    await nudger.close()


async def test_a_claim_that_the_database_refuses_is_tried_again() -> None:
    claims: list[str] = []
    done = asyncio.Event()

    async def claim(queue: str) -> None:
        claims.append(queue)
        if len(claims) < 4:
            raise UnavailableError("busy")
        done.set()

    nudger = Nudger(claim, ["turns"], poll=60.0)
    nudger.open()
    nudger.nudge()
    await done.wait()
    await nudger.close()
    assert len(claims) == 4


async def test_nothing_is_claimed_once_closing_has_begun() -> None:
    claims: list[str] = []

    async def claim(queue: str) -> None:
        claims.append(queue)

    nudger = Nudger(claim, ["turns"], poll=60.0)
    nudger.open()
    nudger.nudge()
    await nudger.close()
    nudger.nudge()
    await asyncio.sleep(0.01)
    assert claims == []


async def test_what_no_nudge_told_of_is_found_at_the_next_poll() -> None:
    claimed: list[str] = []

    async def claim(queue: str) -> None:
        claimed.append(queue)
        if len(claimed) == 1:
            raise ValueError("a bug of ours")

    nudger = Nudger(claim, ["turns", "other"], poll=0.01)
    nudger.open()
    await until(lambda: min(claimed.count("turns"), claimed.count("other")) > 1)
    await nudger.close()
