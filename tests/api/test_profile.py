import asyncio
import threading
from pathlib import Path

from sempre.telemetry import profiling
from tests.api.house import House


def keep_busy(stop: threading.Event) -> None:
    while not stop.is_set():
        sum(range(1000))


async def test_a_profile_shows_where_the_time_goes(small_house: House) -> None:
    stop = threading.Event()
    busy = threading.Thread(target=keep_busy, args=(stop,), name="busy")
    busy.start()
    try:
        async with small_house.operator() as client:
            answer = await client.post("/api/profile", json={"seconds": 0.3})
    finally:
        stop.set()
        busy.join()
    assert answer.status_code == 201
    made = answer.json()
    assert made["samples"] > 0
    assert made["rss_bytes"] > 0
    stacks = (await asyncio.to_thread(Path(made["cpu"]).read_text)).splitlines()
    assert any(line.startswith("busy;") and "keep_busy" in line for line in stacks)
    assert all(line.rpartition(" ")[2].isdigit() for line in stacks)
    assert any("keep_busy" in each["name"] for each in made["top"])
    assert "most numerous objects" in await asyncio.to_thread(Path(made["memory"]).read_text)
    assert Path(made["cpu"]).parent == small_house.home / ".sempre" / "profiles"


async def test_one_at_a_time_and_not_for_hours(small_house: House) -> None:
    async with small_house.operator() as client:
        for seconds in (0, 121, "long"):
            answer = await client.post("/api/profile", json={"seconds": seconds})
            assert answer.status_code == 422
        async with small_house.parts.care.profiling:
            assert (await client.post("/api/profile")).status_code == 409


def test_only_so_many_are_kept(tmp_path: Path) -> None:
    for _ in range(3):
        profiling.take(tmp_path, 0.01, keep=2)
    assert len(list(tmp_path.iterdir())) == 4
