"""A turn's events become one trace: whole, in one tree, the same each time, and without anybody's text."""

from datetime import timedelta

from sempre.telemetry.traces import Span, Trace, trace_of
from tests.telemetry.test_tally import NOON, Told

CALL: dict[str, object] = {
    "call_id": "c1",
    "tool": "Bash",
    "input": {"command": "private"},
    "output": "private",
}
RUN = [
    Told("turn.accepted", 0, {"head": "private"}),
    Told("turn.started", 2, {"session_id": "s", "resumed": False}),
    Told(
        "turn.usage", 3, {"model": "opus", "duration_ms": 500, "input_tokens": 10, "cost_micros": 7}
    ),
    Told("turn.retrying", 4, {"ending": "transient", "message": "private"}),
    Told("turn.started", 9, {"session_id": "s", "resumed": True}),
    Told("turn.text", 10, {"text": "private"}),
    Told("turn.tool", 11, CALL),
    Told("approval.asked", 11, {"approval_id": "a1", "tool": "Bash"}),
    Told("approval.decided", 30, {"approval_id": "a1", "decision": "approve"}),
    Told("turn.tool_result", 32, {**CALL, "ok": False}),
    Told("turn.tool_refused", 33, {"tool": "Bash", "rule": "never", "reason": "private"}),
    Told("turn.ended", 34, {"state": "answered"}),
    Told("turn.published", 35, {"where": "private"}),
]


def whole(events: list[Told]) -> Trace:
    trace = trace_of(events)
    assert trace is not None
    return trace


def seconds(span: Span) -> tuple[float, float]:
    return (span.start - NOON).total_seconds(), (span.end - NOON).total_seconds()


def test_every_part_of_a_turn_has_its_span_with_its_moments() -> None:
    found = [(each.name, *seconds(each), each.ok) for each in whole(RUN).spans]
    assert sorted(found) == sorted(
        [
            ("turn", 0, 35, True),
            ("accept", 0, 0, True),
            ("wait", 0, 2, True),
            ("attempt", 2, 4, False),
            ("call", 2.5, 3, True),
            ("wait", 4, 9, True),
            ("attempt", 9, 34, True),
            ("tool", 11, 32, False),
            ("tool", 33, 33, False),
            ("approval", 11, 30, True),
            ("publish", 34, 35, True),
        ]
    )


def test_the_spans_are_one_tree_with_ids_of_their_own() -> None:
    trace = whole(RUN)
    ids = {each.id: each for each in trace.spans}
    assert len(ids) == len(trace.spans)
    (root,) = [each for each in trace.spans if each.parent is None]
    parents = {each.name: ids[each.parent].name for each in trace.spans if each.parent}
    assert root.name == "turn"
    assert parents["call"] == parents["tool"] == "attempt"
    assert {parents[name] for name in ("accept", "wait", "attempt", "approval", "publish")} == {
        "turn"
    }
    assert (len(trace.id), len(root.id)) == (32, 16)


def test_told_again_it_is_the_same_and_a_retry_by_a_person_is_another() -> None:
    assert whole(RUN) == whole(RUN)
    again = [Told("turn.retried", 50), *(moved(each, 60) for each in RUN[1:])]
    other = whole([*RUN, *again])
    assert other.id != whole(RUN).id
    assert seconds(other.spans[0]) == (50, 95)
    assert {each.id for each in other.spans}.isdisjoint({each.id for each in whole(RUN).spans})


def test_nobodys_text_is_in_it() -> None:
    assert "private" not in repr(whole(RUN))


def test_what_was_not_given_out_has_no_trace_yet() -> None:
    assert trace_of(RUN[:-1]) is None
    assert trace_of([]) is None


def test_a_turn_that_was_cancelled_before_it_began_has_one_all_the_same() -> None:
    cancelled = [RUN[0], Told("turn.ended", 1, {"state": "cancelled"}), Told("turn.published", 2)]
    assert [each.name for each in whole(cancelled).spans] == ["turn", "accept", "publish"]


def test_a_clock_that_went_back_gives_no_span_that_ends_before_it_begins() -> None:
    back = [RUN[0], Told("turn.ended", -5, {"state": "failed"}), Told("turn.published", -9)]
    assert all(each.end >= each.start for each in whole(back).spans)
    assert whole(back).spans[0].ok is False


def moved(event: Told, by: float) -> Told:
    return Told(event.kind, event.seconds + by, event.details, event.turn_id)


def test_moments_are_those_of_the_events() -> None:
    assert whole(RUN).spans[0].end == NOON + timedelta(seconds=35)
