import asyncio
from datetime import timedelta
from typing import Any

import httpx2

from sempre import clock, ids
from sempre.app.housekeeping import tend_log
from sempre.board import Ended, Visit
from sempre.board.words import Result
from sempre.db.tables import events
from sempre.events import Archive
from sempre.settings import Settings
from tests.api.board_rig import Bench, new_bench
from tests.api.house import House

PROMISED = {
    "cardId",
    "executionId",
    "status",
    "command",
    "workflowStage",
    "startedAt",
    "completedAt",
    "result",
    "logs",
}
NOBODY = "00000000-0000-7000-8000-000000000000"


async def begun(house: House) -> tuple[Bench, str, str]:
    """A bench, a card's key, and the id of its run."""
    bench = await new_bench(house.store, house.parts.board, house.home)
    card = await bench.card()
    async with house.operator() as client:
        run = (await client.post(f"/api/cards/{card.key}/run")).json()
    return bench, card.key, run["id"]


async def say(bench: Bench, turn_id: str | None, kind: str, **details: object) -> None:
    bench.store.log.append(kind, details, channel="board:shop/SHOP-1", turn_id=turn_id)
    await bench.store.log.flushed()


async def read(client: httpx2.AsyncClient, key: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/logs/{key}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_it_has_the_form_that_polling_programs_know(house: House) -> None:
    bench, key, run_id = await begun(house)
    visit = await bench.visit(run_id)
    for kind, details in [
        ("turn.text", {"block": 1, "text": "I read "}),
        ("turn.text", {"block": 1, "text": "the shop."}),
        ("turn.tool", {"call_id": "c", "tool": "Bash", "input": {"command": "ls -l"}}),
        ("turn.tool_result", {"call_id": "c", "ok": True, "output": "README.md"}),
        ("turn.tool_result", {"call_id": "d", "ok": False, "output": "No such file"}),
        ("turn.tool_refused", {"call_id": "e", "tool": "Bash", "reason": "No."}),
        ("turn.text", {"block": 2, "text": "Done."}),
    ]:
        await say(bench, visit.turn_id, kind, **details)
    async with house.operator() as client:
        log = await read(client, key)
    execution = log["execution"]
    assert log["success"] is True
    assert set(execution) == PROMISED
    assert (execution["executionId"], execution["command"]) == (run_id, "plan")
    assert [(each["type"], each["content"]) for each in execution["logs"]][1:] == [
        ("text", "I read the shop."),
        ("tool", "Bash: ls -l"),
        ("tool", "README.md"),
        ("error", "No such file"),
        ("error", "Bash was refused: No."),
        ("text", "Done."),
    ]
    assert execution["logs"][0]["type"] == "info"
    assert all(each["timestamp"] for each in execution["logs"])
    assert [execution["logs"][at]["call"] for at in (2, 3)] == ["c", "c"]


async def test_test_commands_read_as_in_a_terminal(house: House) -> None:
    bench, key, run_id = await begun(house)
    visit = await bench.visit(run_id)
    for kind, details in [
        ("turn.command", {"command": "make test"}),
        ("turn.output", {"text": "1 pas"}),
        ("turn.output", {"text": "sed\n"}),
        ("turn.command_ended", {"command": "make test", "code": 0}),
        ("turn.command", {"command": "make lint"}),
        ("turn.command_ended", {"command": "make lint", "code": 2}),
    ]:
        await say(bench, visit.turn_id, kind, **details)
    async with house.operator() as client:
        log = await read(client, key)
    assert [(each["type"], each["content"]) for each in log["execution"]["logs"]][1:] == [
        ("tool", "$ make test"),
        ("tool", "1 passed\n"),
        ("info", "Exit code 0."),
        ("tool", "$ make lint"),
        ("error", "Exit code 2."),
    ]


async def test_its_numbering_has_no_gap_over_all_stages_and_pages(small_house: House) -> None:
    bench, key, run_id = await begun(small_house)
    for stage in range(3):
        visit = await bench.visit(run_id)
        for at in range(7):
            await say(bench, visit.turn_id, "turn.note", message=f"{stage}.{at}")
            await say(bench, visit.turn_id, "turn.usage", call=at)
        await bench.end(visit)
    for limit in (1, 4, 5, 100):
        covered: list[int] = []
        seen: list[str] = []
        cursor, more = 0, True
        async with small_house.operator() as client:
            while more:
                page = await read(client, key, after=cursor, limit=limit)
                for line in page["execution"]["logs"]:
                    covered += range(line["sequence"], line["lastSequence"] + 1)
                    seen.append(line["content"])
                assert page["next"] > cursor
                cursor, more = page["next"], page["hasMore"]
        notes = [each for each in seen if each.startswith("turn.note")]
        assert notes == [f"turn.note: {stage}.{at}" for stage in range(3) for at in range(7)]
        assert len(covered) == len(set(covered))
        if limit == 100:
            assert covered == list(range(1, 46))


async def test_pages_can_be_read_back_from_the_newest(small_house: House) -> None:
    bench, key, run_id = await begun(small_house)
    for _ in range(2):
        visit = await bench.visit(run_id)
        for at in range(10):
            await say(bench, visit.turn_id, "turn.note", message=str(at))
        await bench.end(visit)
    async with small_house.operator() as client:
        page = await read(client, key, limit=6)
        lines: list[int] = []
        while True:
            lines = [each["sequence"] for each in page["execution"]["logs"]] + lines
            if page["previous"] is None:
                break
            page = await read(client, key, before=page["previous"], limit=6)
    assert lines == list(range(1, 23))


async def test_a_text_that_a_page_cuts_says_that_it_goes_on(small_house: House) -> None:
    bench, key, run_id = await begun(small_house)
    visit = await bench.visit(run_id)
    for piece in "abcdef":
        await say(bench, visit.turn_id, "turn.text", block=1, text=piece)
    async with small_house.operator() as client:
        first = (await read(client, key, after=0, limit=3))["execution"]["logs"]
        second = (await read(client, key, after=3, limit=3))["execution"]["logs"]
    assert (first[-1]["content"], first[-1]["continues"]) == ("ab", False)
    assert (second[0]["content"], second[0]["continues"]) == ("cde", True)


async def test_a_poll_gets_only_what_is_new(small_house: House) -> None:
    bench, key, run_id = await begun(small_house)
    visit = await bench.visit(run_id)
    async with small_house.operator() as client:
        cursor = (await read(client, key))["next"]
        empty = await read(client, key, after=cursor)
        assert (empty["execution"]["logs"], empty["next"], empty["hasMore"]) == ([], cursor, False)
        await say(bench, visit.turn_id, "turn.note", message="new")
        (line,) = (await read(client, key, after=cursor))["execution"]["logs"]
    assert line["content"] == "turn.note: new"


async def test_earlier_runs_stay_readable(small_house: House) -> None:
    bench, key, run_id = await begun(small_house)
    visit = await bench.visit(run_id)
    await say(bench, visit.turn_id, "turn.note", message="the first")
    await bench.board.visits.end(visit.id, Ended(result=Result.ERROR))
    await bench.board.visits.proceed(run_id)
    async with small_house.operator() as client:
        again = (await client.post(f"/api/cards/{key}/retry")).json()
        now = await read(client, key)
        assert (now["execution"]["executionId"], now["execution"]["logs"]) == (again["id"], [])
        old = await read(client, key, execution=run_id)
        assert old["execution"]["logs"][-1]["content"] == "turn.note: the first"
        other = await client.get(f"/api/logs/{key}", params={"execution": ids.new_id()})
    assert (other.status_code, other.json()["success"]) == (404, False)


async def test_old_logs_are_read_as_before_when_they_were_compressed(small_house: House) -> None:
    bench, key, run_id = await begun(small_house)
    visit = await bench.visit(run_id)
    for at in range(20):
        await say(bench, visit.turn_id, "turn.note", message=str(at))
    async with small_house.operator() as client:
        before = await read(client, key)

        async def closed(turn_ids: Any) -> frozenset[str]:
            return frozenset(turn_ids)

        archive = Archive(small_house.store.db, small_house.store.keyring)
        assert await archive.pack(clock.now(), closed) == 21
        assert await read(client, key) == before


async def test_its_numbering_goes_on_after_a_plan_waited_longer_than_logs_are_kept(
    house: House,
) -> None:
    bench, key, run_id = await begun(house)
    plan = await bench.visit(run_id)
    for at in range(3):
        await say(bench, plan.turn_id, "turn.note", message=str(at))
    await read_out(bench, plan)
    async with house.operator() as client:
        await grow_old(bench)
        before = await read(client, key)
        await tidy(bench)
        assert await read(client, key) == before
        implement = await bench.visit(run_id)
        (line, *_) = (await read(client, key, after=before["next"]))["execution"]["logs"]
        assert (line["sequence"], line["stage"]) == (before["next"] + 1, "implement")
        await read_out(bench, implement, Result.ERROR)
        await bench.board.visits.proceed(run_id)
        await grow_old(bench)
        await tidy(bench)
        assert (await read(client, key))["execution"]["logs"] == []


async def read_out(bench: Bench, visit: Visit, result: Result = Result.PASSED) -> None:
    """Its turn has ended and was given out, and nothing came after it."""
    await bench.store.answer(visit.turn_id or "")
    await bench.store.turns.mark_published(await bench.store.turns.get(visit.turn_id or ""), "here")
    await bench.board.visits.end(visit.id, Ended(result=result))
    await bench.store.log.flushed()


async def grow_old(bench: Bench) -> None:
    """All events are a year old."""
    async with bench.store.db.transaction() as session:
        await session.execute(events.update().values(at=clock.now() - timedelta(days=365)))


async def tidy(bench: Bench) -> None:
    await tend_log(bench.store.db, bench.store.keyring, Settings())


async def test_what_has_no_log_says_so_in_the_same_form(small_house: House) -> None:
    bench = await new_bench(small_house.store, small_house.parts.board, small_house.home)
    card = await bench.card()
    async with small_house.operator() as client:
        never = await client.get(f"/api/logs/{card.key}")
        nobody = await client.get(f"/api/logs/{NOBODY}")
    assert (never.status_code, nobody.status_code) == (200, 404)
    for answer in (never, nobody):
        assert set(answer.json()) == {"success", "error"}
        assert answer.json()["success"] is False
        assert isinstance(answer.json()["error"], str)


async def test_readers_at_once_see_the_same(house: House) -> None:
    bench, key, run_id = await begun(house)
    visit = await bench.visit(run_id)
    await say(bench, visit.turn_id, "turn.text", block=1, text="x")
    async with house.operator() as client:
        logs = await asyncio.gather(*(read(client, key) for _ in range(5)))
    assert all(each == logs[0] for each in logs)


async def test_the_last_line_of_a_run_stands_on_its_card(small_house: House) -> None:
    bench, _, run_id = await begun(small_house)
    visit = await bench.visit(run_id)
    await say(bench, visit.turn_id, "turn.text", block=1, text="first\nand last")
    await say(bench, visit.turn_id, "turn.usage", call=1)
    async with small_house.operator() as client:
        (card,) = (await client.get("/api/cards")).json()
    assert (card["run"]["lastLine"]["type"], card["run"]["lastLine"]["content"]) == (
        "text",
        "and last",
    )
