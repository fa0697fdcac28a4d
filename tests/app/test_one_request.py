"""One request id from the file or the request that brought a prompt, through engine, agent and gateway, to its record."""

import json
from typing import Any

import httpx2
import pytest

from tests.app.conftest import Live

pytestmark = [pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]
WAY = ["turn.accepted", "turn.asked", "turn.published"]
# The provider hangs up on the first call, so that the gateway has something to say.
PROMPT = "[[cut:silent:1]] [[say:through]]"


def lines(live: Live) -> list[dict[str, Any]]:
    text = (live.home / ".sempre" / "log" / "sempre.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def told(live: Live, request_id: str) -> list[str]:
    return [line["event"] for line in lines(live) if line.get("request_id") == request_id]


def test_a_files_own_id_stands_in_every_line_and_in_the_record(live: Live) -> None:
    answered = live.ask("filed", 1, PROMPT)
    request_id = answered["request_id"]
    assert request_id in answered["origin"]["claim"]
    live.server.wait_for(lambda: "turn.published" in told(live, request_id), "the last line")
    events = told(live, request_id)
    assert [each for each in events if each in WAY] == WAY
    assert {"claude.started", "gateway.unreachable"} <= set(events)
    about = {line.get("turn", answered["turn"]) for line in lines(live) if line["event"] in WAY}
    assert about == {answered["turn"]}


def test_what_a_caller_named_it_goes_all_the_way_and_no_further(live: Live) -> None:
    live.ask("asked", 1, "[[say:first]]")
    token = (live.home / ".sempre" / "token").read_text().strip()
    sent = httpx2.post(
        f"{live.server.url}/api/workers/asked/turns",
        json={"text": PROMPT},
        headers={"authorization": f"Bearer {token}", "x-request-id": "from-ci-7"},
    )
    assert sent.headers["x-request-id"] == "from-ci-7"
    answered = live.answered("asked", 2)
    third = live.ask("asked", 3, "[[say:third]]")
    live.server.wait_for(lambda: "turn.published" in told(live, third["request_id"]), "the last")
    assert answered["request_id"] == answered["origin"]["request_id"] == "from-ci-7"
    events = told(live, "from-ci-7")
    assert [each for each in events if each in WAY] == WAY
    assert "gateway.unreachable" in events
    assert "claude.started" not in events, "its process is that of the first prompt"
    mine = [line for line in lines(live) if line.get("request_id") == "from-ci-7"]
    assert {line.get("turn") for line in mine} <= {answered["turn"], None}
