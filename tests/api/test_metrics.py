from prometheus_client.parser import text_string_to_metric_families

from tests.api.care import FREE
from tests.api.house import House
from tests.support.store import CHANNEL


async def samples(house: House) -> dict[tuple[str, tuple[str, ...]], float]:
    async with house.operator() as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.values()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_the_metrics_say_how_things_stand(house: House) -> None:
    failed, running, *_ = await house.store.accept("a", "b", "c", "d")
    await house.store.fail(failed)
    await house.store.begin(running)
    found = await samples(house)
    assert found["sempre_queue_depth", (CHANNEL,)] == 2
    assert found["sempre_queue_age_seconds", (CHANNEL,)] >= 0
    assert found["sempre_open_turns", ("running",)] == 1
    assert found["sempre_open_turns", ("queued",)] == 2
    assert found["sempre_dead_letters", ()] == 1
    assert found["sempre_channels", ("open",)] == 1


async def test_the_metrics_say_how_it_is_looked_after(small_house: House) -> None:
    found = await samples(small_house)
    assert found["sempre_disk_free_bytes", ()] == FREE
    assert found["sempre_budget_used_ratio", ("day",)] == 0.5
    assert found["sempre_backup_age_seconds", ()] == -1, "there is none"
    assert found["sempre_approvals_pending", ()] == 0
    async with small_house.operator() as client:
        assert (await client.post("/api/backups")).status_code == 201
    found = await samples(small_house)
    assert 0 <= found["sempre_backup_age_seconds", ()] < 3600
    assert found["sempre_backup_proven", ()] == 1


async def test_a_queue_that_is_empty_again_is_not_shown_as_it_was(small_house: House) -> None:
    (turn_id,) = await small_house.store.accept("a")
    assert ("sempre_queue_depth", (CHANNEL,)) in await samples(small_house)
    await small_house.store.answer(turn_id)
    assert ("sempre_queue_depth", (CHANNEL,)) not in await samples(small_house)


async def test_requests_are_counted_by_route_and_not_by_address(small_house: House) -> None:
    key = ("sempre_http_requests_total", tuple(sorted(["GET", "/api/turns/{id}", "404"])))
    before = (await samples(small_house)).get(key, 0)
    async with small_house.operator() as client:
        for at in range(3):
            await client.get(f"/api/turns/00000000-0000-7000-8000-00000000000{at}")
        for at in range(50):
            await client.get(f"/made-up/{at}")
        await client.request("MADE-UP", "/api/status")
    after = await samples(small_house)
    assert after[key] == before + 3
    assert not any("made-up" in "".join(labels).lower() for _, labels in after)
