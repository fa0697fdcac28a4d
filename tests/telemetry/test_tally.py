from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from sempre.telemetry import tally
from sempre.telemetry.metrics import REGISTRY
from sempre.telemetry.tally import Tally

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    kind: str
    seconds: float = 0
    details: dict[str, object] = field(default_factory=dict[str, object])
    turn_id: str | None = "t"
    channel: str | None = "c:1"

    @property
    def at(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"sempre_{name}", labels) or 0


class Growth:
    """By how much metrics grow inside the test."""

    def __init__(self) -> None:
        self.before: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in REGISTRY.collect()
            for sample in family.samples
        }

    def of(self, name: str, **labels: str) -> float:
        key = (f"sempre_{name}", tuple(sorted(labels.items())))
        return value(name, **labels) - self.before.get(key, 0)


@pytest.fixture
def growth() -> Growth:
    return Growth()


def test_a_turn_is_measured_from_step_to_step(growth: Growth) -> None:
    Tally().publish(
        [
            Told("turn.accepted", 0),
            Told("turn.started", 2, {"resumed": True}),
            Told("turn.ended", 5, {"state": "answered"}),
            Told("turn.published", 5.5),
        ]
    )
    assert growth.of("turns_accepted_total") == 1
    assert growth.of("attempts_total", resumed="true") == 1
    assert growth.of("turns_ended_total", state="answered") == 1
    for name, seconds in [
        ("accept_to_start", 2),
        ("start_to_answer", 3),
        ("answer_to_publish", 0.5),
    ]:
        assert growth.of(f"{name}_seconds_sum") == pytest.approx(seconds)
        assert growth.of(f"{name}_seconds_count") == 1


def test_of_several_attempts_the_first_one_tells_how_long_it_waited_and_took(
    growth: Growth,
) -> None:
    Tally().publish(
        [
            Told("turn.accepted", 0),
            Told("turn.started", 1, {"resumed": False}),
            Told("turn.retrying", 2, {"ending": "transient"}),
            Told("turn.started", 10, {"resumed": True}),
            Told("turn.ended", 12, {"state": "failed"}),
        ]
    )
    assert growth.of("accept_to_start_seconds_count") == 1
    assert growth.of("start_to_answer_seconds_sum") == pytest.approx(11)
    assert growth.of("retries_total", ending="transient") == 1
    assert growth.of("attempts_total", resumed="false") == 1


def test_a_turn_that_began_in_another_process_is_not_guessed_at(growth: Growth) -> None:
    Tally().publish([Told("turn.ended", 5, {"state": "answered"})])
    assert growth.of("turns_ended_total", state="answered") == 1
    assert growth.of("start_to_answer_seconds_count") == 0


def test_model_calls_count_tokens_and_money(growth: Growth) -> None:
    call: dict[str, object] = {"model": "opus", "input_tokens": 10, "output_tokens": 3}
    Tally().publish(
        [
            Told("turn.usage", 0, {**call, "cache_read_tokens": 7, "cost_micros": 2_500_000}),
            Told("turn.usage", 0, {**call, "cost_micros": None}),
        ]
    )
    assert growth.of("model_calls_total", model="opus") == 2
    assert growth.of("tokens_total", model="opus", kind="input") == 20
    assert growth.of("tokens_total", model="opus", kind="cache_read") == 7
    assert growth.of("cost_dollars_total", model="opus") == pytest.approx(2.5)
    assert growth.of("unpriced_calls_total", model="opus") == 1


def test_tools_sessions_refusals_and_starts_are_counted(growth: Growth) -> None:
    Tally().publish(
        [
            Told("turn.tool_result", 0, {"ok": True}),
            Told("turn.tool_result", 0, {"ok": False}),
            Told("turn.tool_refused"),
            Told("session.started"),
            Told("session.lost"),
            Told("gateway.refused", 0, {"reason": "any text at all"}),
            Told("system.started", 0, {"mode": "rehearsal"}, None),
            Told("turn.text"),
        ]
    )
    assert growth.of("tool_calls_total", result="ok") == 1
    assert growth.of("tool_calls_total", result="error") == 1
    assert growth.of("tool_calls_total", result="refused") == 1
    assert growth.of("session_events_total", event="started") == 1
    assert growth.of("session_events_total", event="lost") == 1
    assert growth.of("gateway_refusals_total") == 1
    assert growth.of("runtime_starts_total", mode="rehearsal") == 1


def test_turns_that_never_end_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "_REMEMBERED", 100)
    counting = Tally()
    counting.publish([Told("turn.accepted", turn_id=f"{at}") for at in range(1000)])
    assert len(counting._moments) == 100


def test_a_clock_that_went_back_gives_no_negative_time(growth: Growth) -> None:
    Tally().publish([Told("turn.accepted", 10), Told("turn.started", 3)])
    assert growth.of("accept_to_start_seconds_sum") == 0


def test_runs_and_their_stages_are_measured(growth: Growth) -> None:
    stage: dict[str, object] = {"stage": "test", "result": "failed", "seconds": 42}
    Tally().publish(
        [
            Told("run.stage_ended", 1, stage, turn_id=None),
            Told("run.ended", 2, {"kind": "run", "state": "completed"}, turn_id=None),
        ]
    )
    assert growth.of("stage_seconds_count", stage="test", result="failed") == 1
    assert growth.of("stage_seconds_sum", stage="test", result="failed") == 42
    assert growth.of("runs_ended_total", kind="run", state="completed") == 1
