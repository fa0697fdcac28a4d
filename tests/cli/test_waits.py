"""Why a turn waits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sempre.cli.records.turns import Failure, TurnSummary, Usage
from sempre.cli.records.workers import Worker, WorkerToday
from sempre.cli.waits import why

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)


def turn(**more: Any) -> TurnSummary:
    facts: dict[str, Any] = {
        "id": "b", "channel": "files:coder", "worker": "coder", "number": 2, "state": "queued", "prompt_head": "",
        "failure": None, "model": None, "session_id": None, "usage": Usage(0, 0), "cost_micros": 0, "attempts": 0,
        "received_at": NOW, "started_at": None, "finished_at": None, "published_at": None, "retry_at": None,
    }  # fmt: skip
    return TurnSummary(**{**facts, **more})


def worker(state: str = "idle", *, live: TurnSummary | None = None, **more: Any) -> Worker:
    facts: dict[str, Any] = {"state_reason": None, "state_until": None, **more}
    return Worker(
        name="coder", channel="files:coder", state=state, queued=1, oldest_queued_at=NOW, live=live,
        today=WorkerToday(0, 0, 0), ignored=[], **facts,
    )  # fmt: skip


BUSY = Failure("transient", "The provider is overloaded.")


@pytest.mark.parametrize(
    ("waiting", "place", "said"),
    [
        (turn(), worker(), "it is next"),
        (turn(), None, "it is next"),
        (turn(), worker("running", live=turn(id="a", number=1, state="running")), "after coder#1, which is running"),
        (turn(), worker("waiting", live=turn(id="a", number=1, state="waiting")), "after coder#1, which waits for a person"),
        (turn(), worker("stopped", state_reason="The key is wrong."), "coder is stopped: The key is wrong."),
        (turn(), worker("parked", state_reason="Quota.", state_until=SOON), "coder is parked: Quota. Again in 5 min."),
        (turn(failure=BUSY, retry_at=SOON), worker(), "The provider is overloaded. Again in 5 min."),
        (turn(state="parked", failure=BUSY), worker("parked"), "The provider is overloaded."),
        (turn(state="waiting"), worker(), "a person must decide"),
    ],
)  # fmt: skip
def test_it_says_what_holds_a_turn_up(waiting: TurnSummary, place: Worker | None, said: str):
    assert why(waiting, place, NOW) == said
