from dataclasses import replace
from typing import Any

import httpx2
import pytest

from sempre import ids
from sempre.audit import Wanted
from sempre.board import Verdict
from sempre.board.words import Result
from sempre.contract.messages import Failure, Usage
from tests.api.board_rig import Bench, git, new_bench
from tests.api.house import House


async def bench_of(house: House, **settings: object) -> Bench:
    return await new_bench(house.store, house.parts.board, house.home, **settings)


async def run(client: httpx2.AsyncClient, key: str, **wish: Any) -> dict[str, Any]:
    answer = await client.post(f"/api/cards/{key}/run", json=wish or None)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_a_run_begins_and_a_second_is_refused_with_the_reason(house: House) -> None:
    bench = await bench_of(house)
    card = await bench.card()
    async with house.operator() as client:
        begun = await run(client, card.key)
        assert (begun["status"], begun["stage"], begun["number"]) == ("running", "plan", 1)
        assert (begun["cardKey"], begun["startedBy"]) == (card.key, "local")
        second = await client.post(f"/api/cards/{card.key}/run")
    assert (second.status_code, second.json()["error"]["code"]) == (409, "run_active")
    assert begun["id"] in second.json()["error"]["message"]


async def test_what_is_over_the_limit_waits_in_line(small_house: House) -> None:
    bench = await bench_of(small_house, wip=1)
    keys = [(await bench.card(title)).key for title in "ab"]
    async with small_house.operator() as client:
        first, second = [await run(client, key) for key in keys]
        assert (second["status"], second["wait"], second["workflowStage"]) == (
            "queued",
            "wip",
            "idle",
        )
        await client.post(f"/api/cards/{keys[0]}/cancel")
        await bench.board.visits.proceed(first["id"])
        await bench.board.commands.start_next("shop")
        (now,) = (await client.get(f"/api/cards/{keys[1]}/runs")).json()
    assert now["status"] == "running"


async def test_a_run_waits_for_what_its_card_depends_on(small_house: House) -> None:
    bench = await bench_of(small_house)
    first = await bench.card("first")
    second = await bench.card("second", needs=(first.id,))
    async with small_house.operator() as client:
        waiting = await run(client, second.key)
        assert (waiting["wait"], waiting["waitsOn"]) == ("dependencies", [first.key])
        move = {"column": "done", "version": 1}
        await client.post(f"/api/cards/{first.key}/move", json=move)
        now = (await client.get(f"/api/runs/{waiting['id']}")).json()
    assert now["status"] == "running", "moving the other to done lets it begin at once"


async def test_what_a_person_gives_a_run_is_kept_with_it(small_house: House) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        given = {"description": "other", "spec": "# S", "instructions": "be brief"}
        begun = await run(client, card.key, fromStage="test", session="fresh", **given)
        assert begun["input"] == {**given, "comments": None}
        assert (begun["rules"]["fromStage"], begun["rules"]["onlyStage"]) == ("test", False)
        assert begun["session"] == "fresh"
        await client.post(f"/api/cards/{card.key}/cancel")
        await bench.board.visits.proceed(begun["id"])
        only = await run(client, card.key, onlyStage="review")
        assert (only["rules"]["fromStage"], only["rules"]["onlyStage"]) == ("review", True)
        both = {"onlyStage": "review", "fromStage": "test"}
        assert (await client.post(f"/api/cards/{card.key}/run", json=both)).status_code == 422


async def test_a_repository_that_is_not_in_order_is_told_before_anything_starts(
    small_house: House,
) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    (bench.repository / "README.md").write_text("not committed")
    async with small_house.operator() as client:
        dirty = await client.post(f"/api/cards/{card.key}/run")
        git(bench.repository, "branch", "-m", "main", "trunk")
        gone = await client.post(f"/api/cards/{card.key}/run")
        runs = (await client.get(f"/api/cards/{card.key}/runs")).json()
    assert (dirty.status_code, dirty.json()["error"]["code"]) == (409, "dirty")
    assert "README.md" in dirty.json()["error"]["message"]
    assert gone.status_code == 409
    assert runs == []


async def test_a_failed_stage_shows_why_and_can_be_retried(small_house: House) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        begun = await run(client, card.key)
        visit = await bench.visit(begun["id"])
        failure = Failure(kind="broken", message="It broke.")
        await bench.end(visit, Result.ERROR, failure=failure)
        shown = (await client.get(f"/api/cards/{card.key}")).json()
        active = shown["activeExecution"]
        assert (active["status"], active["workflowStage"], active["workflowError"]) == (
            "failed",
            "error",
            "It broke.",
        )
        assert (shown["column"], shown["run"]["errorKind"]) == ("plan", "broken")
        again = (await client.post(f"/api/cards/{card.key}/retry")).json()
        assert (again["number"], again["previous"], again["stage"]) == (2, begun["id"], "plan")
        runs = (await client.get(f"/api/cards/{card.key}/runs")).json()
        assert [each["number"] for each in runs] == [2, 1], "the earlier one stays"
        too_many = await client.post(f"/api/cards/{card.key}/retry")
        assert too_many.status_code == 409


async def test_a_run_tells_each_visit_with_its_turn_and_cost(small_house: House) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        begun = await run(client, card.key, onlyStage="review")
        visit = await bench.visit(begun["id"])
        assert visit.turn_id is not None
        small_house.spent.turns[visit.turn_id] = Usage(
            input_tokens=7, output_tokens=3, cost_micros=1234
        )
        verdict = Verdict(verdict="approve", summary="Good.")
        await bench.end(visit, Result.PASSED, verdict=verdict, output="said")
        full = (await client.get(f"/api/runs/{begun['id']}")).json()
        listed = (await client.get("/api/cards")).json()[0]["run"]
    (shown,) = full["visits"]
    assert (shown["stage"], shown["result"], shown["position"]) == ("review", "passed", 1)
    assert shown["turn"]["costMicros"] == 1234
    assert shown["verdict"] == {"verdict": "approve", "summary": "Good.", "comments": []}
    assert full["costMicros"] == 1234
    assert (full["status"], listed["status"]) == ("completed", "completed")


async def test_a_plan_waits_for_a_person_where_the_board_says_so(small_house: House) -> None:
    bench = await bench_of(small_house, approve_plan=True)
    card = await bench.card()
    async with small_house.operator() as client:
        begun = await run(client, card.key)
        early = await client.post(f"/api/cards/{card.key}/approve-plan")
        assert (early.status_code, early.json()["error"]["code"]) == (409, "no_plan_waits")
        await bench.end(await bench.visit(begun["id"]))
        waiting = (await client.get(f"/api/runs/{begun['id']}")).json()
        assert (waiting["wait"], waiting["waitsForPerson"]) == ("plan_approval", True)
        empty = await client.post(f"/api/cards/{card.key}/send-back", json={"comments": " "})
        assert empty.status_code == 422
        sent = await client.post(f"/api/cards/{card.key}/send-back", json={"comments": "smaller"})
        assert (sent.status_code, sent.json()["visits"][0]["decision"]) == (202, "sent_back")
        await bench.end(await bench.visit(begun["id"]))
        approved = await client.post(f"/api/cards/{card.key}/approve-plan")
    assert approved.json()["visits"][1]["decision"] == "approved"


async def test_a_run_whose_machine_is_away_says_so(small_house: House) -> None:
    bench = await bench_of(small_house, approve_plan=True)
    card = await bench.card()

    async def elsewhere() -> frozenset[str]:
        return frozenset({"laptop"})

    async with small_house.operator() as client:
        begun = await run(client, card.key)
        small_house.parts = replace(small_house.parts, nodes_alive=elsewhere)
    async with small_house.operator() as client:
        small_house.idle.lost.add(f"run:{begun['id']}")
        away = (await client.get("/api/cards")).json()[0]["run"]
        assert (away["status"], away["wait"], away["waitsOn"]) == ("running", "machine", ["here"])
        assert not away["isStuck"], "it goes on when its machine is back"
        await bench.end(await bench.visit(begun["id"]))
        planned = (await client.get(f"/api/runs/{begun['id']}")).json()
        assert (planned["wait"], planned["waitsForPerson"]) == ("plan_approval", True)
        cancelled = (await client.post(f"/api/cards/{card.key}/cancel")).json()
        assert (cancelled["wait"], cancelled["endedBy"]) == (None, "local")


async def test_a_run_without_a_living_owner_is_shown_and_taken_up(small_house: House) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        begun = await run(client, card.key)
        alive = await client.post(f"/api/cards/{card.key}/unstick")
        assert (alive.status_code, alive.json()["error"]["code"]) == (409, "not_stuck")
        small_house.idle.lost.add(f"run:{begun['id']}")
        assert (await client.get("/api/cards")).json()[0]["run"]["isStuck"]
        small_house.idle.submitted.clear()
        freed = await client.post(f"/api/cards/{card.key}/unstick")
    assert (freed.status_code, len(small_house.idle.submitted)) == (200, 1)


async def test_merging_and_discarding_need_the_owner_and_something_to_settle(
    small_house: House,
) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        for action in ("merge", "discard"):
            refused = await client.post(f"/api/cards/{card.key}/{action}")
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "missing_scope")
    async with small_house.owner() as client:
        for action in ("merge", "rebase", "discard", "retry", "cancel"):
            answer = await client.post(f"/api/cards/{card.key}/{action}")
            assert answer.status_code == 409, action
            assert answer.json()["error"]["message"]


async def test_automation_outside_says_where_it_is(house: House) -> None:
    bench = await bench_of(house)
    card = await bench.card()
    path = f"/api/cards/{card.key}/workflow-state"
    async with house.operator() as client:
        shown = (await client.patch(path, params={"stage": "planning"})).json()
        active = shown["activeExecution"]
        assert (active["command"], active["workflowStage"]) == ("workflow", "planning")
        assert (shown["column"], shown["run"]["kind"]) == ("plan", "workflow")
        shown = (await client.patch(path, json={"stage": "implementing"})).json()
        assert shown["activeExecution"]["id"] == active["id"]
        wrong = await client.patch(path, json={"stage": "planning"})
        assert wrong.status_code == 409
        nothing = await client.patch(path)
        assert nothing.status_code == 422
        assert "planning" in nothing.json()["error"]["message"]
        failed = await client.patch(path, params={"stage": "error", "error": "No disk."})
        active = failed.json()["activeExecution"]
        assert (active["workflowStage"], active["workflowError"]) == ("error", "No disk.")
        assert active["completedAt"] is not None


async def test_automation_does_not_get_between_a_run_of_ours(small_house: House) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        await run(client, card.key)
        path = f"/api/cards/{card.key}/workflow-state"
        answer = await client.patch(path, params={"stage": "completed"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "run_active")


async def test_comments_on_lines_are_gathered_and_taken_back(small_house: House) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        begun = await run(client, card.key)
        path = f"/api/runs/{begun['id']}/comments"
        one = {"file": "a.py", "line": 3, "text": "Why?"}
        made = await client.post(path, json={"comments": [one, {**one, "side": "old"}]})
        assert made.status_code == 201
        first, second = made.json()
        assert (first["side"], second["side"], first["by"]) == ("new", "old", "local")
        assert first["sentIn"] is None
        assert (await client.delete(f"{path}/{first['id']}")).status_code == 204
        assert (await client.delete(f"{path}/{ids.new_id()}")).status_code == 404
        assert [each["id"] for each in (await client.get(path)).json()] == [second["id"]]
        early = await client.post(f"{path}/send")
        assert early.status_code == 409, "its run has not ended"


@pytest.mark.parametrize(
    "wish",
    [
        {"fromStage": "deploy"},
        {"session": "old"},
        {"spec": "a\x00b"},
        {"from_stage": "plan"},
        {"description": "x" * 100_001},
    ],
    ids=lambda wish: next(iter(wish)),
)
async def test_odd_wishes_start_nothing(small_house: House, wish: dict[str, object]) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        answer = await client.post(f"/api/cards/{card.key}/run", json=wish)
        runs = (await client.get(f"/api/cards/{card.key}/runs")).json()
    assert (answer.status_code, runs) == (422, [])


async def test_who_began_stopped_and_retried_a_run_is_on_the_trail(small_house: House) -> None:
    bench = await bench_of(small_house)
    card = await bench.card()
    async with small_house.operator() as client:
        first = await run(client, card.key, instructions="canary")
        await bench.visit(first["id"])
        await client.post(f"/api/cards/{card.key}/cancel")
        (visit,) = await bench.board.visits.of_run(first["id"])
        await bench.end(visit, Result.CANCELLED)
        again = (await client.post(f"/api/cards/{card.key}/retry")).json()
    trail = small_house.parts.audit
    await trail.flush()
    entries = [*await trail.page(Wanted(channel=card.channel))][::-1]
    assert [(each.what, each.by, each.details) for each in entries] == [
        ("card.run", "local", {"card": card.key, "run": first["id"]}),
        ("card.cancelled", "local", {"card": card.key, "run": first["id"]}),
        ("card.retried", "local", {"card": card.key, "run": again["id"]}),
    ]
