"""What was spent, over HTTP and as a file that no spreadsheet reckons with."""

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from sempre import clock
from sempre.api import create_app
from sempre.api.spend_export import harmless
from sempre.db import Database
from tests.api.house import House
from tests.budgets.pot import COST, OPUS, TOKENS, USED, Caller


async def spend(house: House, channel: str, turn_id: str | None, **given: Any) -> None:
    ledger = house.parts.money.ledger
    model = given.get("model", OPUS)
    entry = await ledger.begin(Caller(channel, turn_id=turn_id), model, agent=given.get("agent"))
    await ledger.settle(entry, USED, model=None)


async def got(client: httpx2.AsyncClient, path: str, **query: object) -> Any:
    answer = await client.get(path, params={name: str(each) for name, each in query.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def exported(client: httpx2.AsyncClient, **query: object) -> list[dict[str, str]]:
    answer = await client.get(
        "/api/spend/export", params={name: str(each) for name, each in query.items()}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_by_turn_it_says_which_turn_and_by_anything_it_adds_up(house: House) -> None:
    first, second = await house.store.accept("count the stars", "and again")
    await spend(house, "files:coder", first)
    await spend(house, "files:coder", first, agent="a1")
    await spend(house, "files:coder", second)
    await spend(house, "files:other", None)
    async with house.operator() as client:
        page = await got(client, "/api/spend", by="turn", limit=1)
        assert page["total"]["cost_micros"] == 4 * COST
        (item,) = page["items"]
        assert (item["key"], item["cost_micros"], item["tokens"]) == (first, 2 * COST, 2 * TOKENS)
        assert (item["turn"]["number"], item["turn"]["prompt_head"]) == (1, "count the stars")
        rest = await got(client, "/api/spend", by="turn", after=page["next"])
        assert {each["key"] for each in rest["items"]} == {second, ""}
        for by in ("day", "channel", "model", "agent", "turn"):
            report = await got(client, "/api/spend", by=by)
            assert sum(each["cost_micros"] for each in report["items"]) == 4 * COST
        today = str(clock.now().astimezone(house.settings.server.zone).date())
        (day,) = (await got(client, "/api/spend", by="day", since=today, until=today))["items"]
        assert (day["key"], day["calls"]) == (today, 4)
        assert (await got(client, "/api/spend", by="day", channel="files:other"))["total"][
            "calls"
        ] == 1


async def test_today_with_budget_and_forecast(house: House) -> None:
    await spend(house, "files:coder", "t1", model="nobody/knows")
    await spend(house, "files:coder", "t1")
    async with house.owner() as client:
        await client.put("/api/budgets/day", json={"micros": 4 * COST})
        today = await got(client, "/api/spend/today")
    assert (today["total"]["cost_micros"], today["total"]["unknown_cost_calls"]) == (COST, 1)
    assert (today["budget_micros"], today["used_ratio"], today["warn_percent"]) == (
        4 * COST,
        0.25,
        80,
    )
    assert today["forecast"]["cost_micros"] >= COST
    assert today["forecast"]["method"] == "rate"
    assert sum(hour["calls"] for hour in today["hours"]) == 2


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"by": "colour"},
        {"by": "day", "since": "yesterday"},
        {"by": "day", "since": "2026-03-02", "until": "2026-03-01"},
        {"by": "turn", "after": "nonsense"},
        {"by": "day", "after": "9999-99-99"},
        {"by": "day", "since": "0001-01-01"},
        {"by": "day", "until": "9999-12-31"},
    ],
)
async def test_nonsense_is_refused(small_house: House, query: dict[str, str]) -> None:
    async with small_house.operator() as client:
        assert (await client.get("/api/spend", params=query)).status_code == 422


async def test_a_file_has_every_call_and_its_sums_agree_with_the_page(house: House) -> None:
    for n in range(5):
        await spend(house, f"files:w{n % 2}", f"t{n}")
    await spend(house, "files:w0", None, model='=HYPERLINK("http://x","y")')
    async with house.operator() as client:
        report = await got(client, "/api/spend", by="channel")
        calls = await exported(client)
        sums = await exported(client, by="channel")
    assert len(calls) == 6
    assert calls[-1]["model"] == '\'=HYPERLINK("http://x","y")'
    assert calls[-1]["cost_dollars"] == "", "unknown is not nothing"
    dollars = report["total"]["cost_micros"] / 1e6
    assert sum(float(call["cost_dollars"] or 0) for call in calls) == pytest.approx(dollars)
    for line, item in zip(sums, report["items"], strict=True):
        assert line["channel"] == item["key"]
        assert round(float(line["cost_dollars"]) * 1_000_000) == item["cost_micros"]
        assert int(line["calls"]) == item["calls"]


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each page of the ledger that was asked for; a page has one call."""
    monkeypatch.setattr("sempre.budgets.reports._PAGE", 1)
    monkeypatch.setattr("sempre.api.spend_export._TOGETHER", 1)
    asked: list[None] = []
    scanning = Database.scanning

    def counted(db: Database) -> object:
        asked.append(None)
        return scanning(db)

    monkeypatch.setattr(Database, "scanning", counted)
    return asked


async def test_a_file_whose_reader_hangs_up_is_read_no_further(
    house: House, pages: list[None]
) -> None:
    for n in range(30):
        await spend(house, "files:coder", f"t{n}")
    some, sent = asyncio.Event(), 0

    async def receive() -> dict[str, object]:
        await some.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal sent
        sent += len(message.get("body", b"")) > 0
        if sent == 3:
            some.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/spend/export",
        "raw_path": b"/api/spend/export",
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"localhost"),
            (b"authorization", f"Bearer {house.token}".encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8377),
    }
    await create_app(house.parts)(scope, receive, send)
    assert sent >= 3
    assert len(pages) < 10, "it went on for nobody"


async def test_a_file_that_is_cancelled_is_read_no_further(house: House, pages: list[None]) -> None:
    for n in range(30):
        await spend(house, "files:coder", f"t{n}")
    async with house.operator() as client:
        asked = asyncio.create_task(client.get("/api/spend/export"))
        while len(pages) < 3:  # noqa: ASYNC110  (nobody else says when)
            await asyncio.sleep(0.001)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert len(pages) < 10
        assert len(await exported(client)) == 30, "and its connection is free again"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_cell_that_a_spreadsheet_would_reckon_with_is_quoted(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


async def test_yesterday_is_not_today(house: House) -> None:
    with clock.shifted(-timedelta(days=1)):
        await spend(house, "files:coder", "t1")
    async with house.operator() as client:
        assert (await got(client, "/api/spend/today"))["total"]["calls"] == 0
