from dataclasses import replace

from sempre.alerts import Watch
from sempre.api.care import Webhook
from tests.alerts.conftest import THRESHOLDS, World
from tests.api.house import House


async def look(house: House, world: World) -> None:
    sources = world.sources()
    alerts = house.parts.care.alerts
    watch = Watch(alerts, sources, THRESHOLDS, node="here", every=30, told=lambda: None)
    await watch.look()


async def test_what_is_wrong_is_listed_seen_and_over(house: House) -> None:
    world = World(free=10**8, ended=(0, 9))
    await look(house, world)
    async with house.operator() as client:
        page = (await client.get("/api/alerts", params={"limit": 1})).json()
        assert page["next"] == page["items"][0]["id"]
        rest = (await client.get("/api/alerts", params={"before": page["next"]})).json()
        assert rest["next"] is None
        rules = {each["rule"] for each in (*page["items"], *rest["items"])}
        assert rules == {"disk_low", "failure_rate"}
        assert (await client.get("/api/status")).json()["counts"]["alerts"] == 2
        seen = await client.post(f"/api/alerts/{page['next']}/acknowledgement")
        assert seen.json()["acknowledged_by"] == "local"
        await look(house, World())
        assert (await client.get("/api/alerts")).json()["items"] == []
        every = (await client.get("/api/alerts", params={"state": "all"})).json()["items"]
        assert all(each["ended_at"] for each in every)
        missing = await client.post(
            f"/api/alerts/{'0' * 8}-0000-0000-0000-{'0' * 12}/acknowledgement"
        )
        assert missing.status_code == 404


async def test_without_a_webhook_there_is_nothing_to_try_or_renew(small_house: House) -> None:
    async with small_house.operator() as client:
        assert (await client.get("/api/alerts")).json()["webhook"]["configured"] is False
        for path in ("test", "secret"):
            answer = await client.post(f"/api/alerts/webhook/{path}")
            assert answer.status_code == 409
            assert "alerts.webhook_url" in answer.json()["error"]["message"]


async def test_the_webhook_is_shown_without_its_path_and_tried_out(small_house: House) -> None:
    async def renew() -> str:
        return "whsec_new"

    hurried: list[bool] = []
    care = replace(
        small_house.parts.care,
        webhook=Webhook(url="https://hooks.example/services/T0/private", renew=renew),
        hurry=lambda: hurried.append(True),
    )
    small_house.parts = replace(small_house.parts, care=care)
    async with small_house.operator() as client:
        assert (await client.post("/api/alerts/webhook/test")).status_code == 202
        assert (await client.post("/api/alerts/webhook/secret")).json() == {"secret": "whsec_new"}
        told = await client.get("/api/alerts")
    assert hurried == [True]
    assert told.json()["webhook"]["host"] == "hooks.example"
    assert told.json()["webhook"]["waiting"] == 1
    assert "private" not in told.text


async def test_metrics_tell_how_things_are_looked_after(small_house: House) -> None:
    await look(small_house, World(free=10**8))
    await small_house.store.accept("a", "b")
    async with small_house.operator() as client:
        before = (await client.get("/metrics")).text
        await client.post("/api/backups")
        after = (await client.get("/metrics")).text
    for line in (
        'sempre_alerts_open{rule="disk_low"} 1.0',
        'sempre_waits{reason="turn",state="queued"} 2.0',
        'sempre_budget_used_ratio{budget="day"} 0.5',
        "sempre_disk_free_bytes 1.23e+08",
        "sempre_backup_age_seconds -1.0",
        "sempre_backup_proven -1.0",
    ):
        assert line in before
    assert "sempre_backup_proven 1.0" in after


async def test_the_doctor_is_asked(small_house: House) -> None:
    async with small_house.operator() as client:
        told = (await client.get("/api/doctor")).json()
    assert told["ok"] is False
    assert [each["level"] for each in told["findings"]] == ["ok", "problem"]
    assert told["findings"][1]["remedy"] == "Set it."
