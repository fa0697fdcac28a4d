"""Answers become the provider's events, in its order, with faults where the script puts them."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sempre.rehearsal.blocks import Answer, Text, Thinking, ToolUse
from sempre.rehearsal.script import Cut, Drip, Script
from sempre.rehearsal.stream import Break, Pause, StreamError, play
from sempre.rehearsal.usage import Usage

USAGE = Usage(3, 20, 100, 7)


def beats(answer: Answer, script: Script | None = None) -> list[Any]:
    return list(play({"id": "msg_1", "role": "assistant"}, answer, USAGE, script or Script()))


def read(data: bytes) -> dict[str, Any]:
    name, payload, *rest = data.decode().split("\n")
    event = json.loads(payload.removeprefix("data: "))
    assert (name, rest) == (f"event: {event['type']}", ["", ""])
    return event


def events(answer: Answer, script: Script | None = None) -> list[dict[str, Any]]:
    return [read(beat) for beat in beats(answer, script) if isinstance(beat, bytes)]


def text_of(answer: Answer, script: Script | None = None) -> str:
    deltas = [event.get("delta", {}) for event in events(answer, script)]
    return "".join(delta.get("text", "") for delta in deltas)


def test_order_of_a_whole_answer():
    blocks = (Thinking("why"), Text("hi"), ToolUse("toolu_1", "Bash", {"command": "ls"}))
    sent = events(Answer(blocks, "tool_use"))
    inside = ["content_block_start", "content_block_delta", "content_block_stop"]
    thinking = [*inside[:2], *inside[1:]]
    names = ["message_start", "ping", *thinking, *inside, *inside, "message_delta", "message_stop"]
    assert [event["type"] for event in sent] == names
    opening = {"content": [], "stop_reason": None, "id": "msg_1", "role": "assistant"}
    usage = {
        "input_tokens": 3,
        "cache_creation_input_tokens": 20,
        "cache_read_input_tokens": 100,
        "output_tokens": 1,
    }
    assert sent[0]["message"] == {**opening, "usage": usage}
    assert [e["content_block"]["type"] for e in sent if e["type"] == inside[0]] == [
        "thinking",
        "text",
        "tool_use",
    ]
    assert sent[-2]["delta"] == {"stop_reason": "tool_use", "stop_sequence": None}
    assert sent[-2]["usage"] == {**usage, "output_tokens": 7}


def test_tool_input_is_sent_as_partial_json():
    sent = events(Answer((ToolUse("toolu_1", "Bash", {"command": 'echo "é"'}),), "tool_use"))
    assert sent[2]["content_block"] == {
        "type": "tool_use",
        "id": "toolu_1",
        "name": "Bash",
        "input": {},
    }
    assert json.loads(sent[3]["delta"]["partial_json"]) == {"command": 'echo "é"'}


@given(st.text(max_size=80), st.integers(1, 100))
def test_dripped_text_is_the_text(said: str, pieces: int):
    answer = Answer((Text(said),), "end_turn", Drip(pieces, 0.5))
    assert text_of(answer) == said
    pauses = [beat for beat in beats(answer) if isinstance(beat, Pause)]
    assert len(pauses) == max(0, min(pieces, len(events(answer)) - 6) - 1)


def test_stall_comes_in_the_middle_of_the_text():
    answer, script = Answer((Text("abcd"),), "end_turn"), Script(stall=9.0)
    sent = beats(answer, script)
    at = sent.index(Pause(9.0))
    assert read(sent[at - 1])["delta"]["text"] == "ab"
    assert read(sent[at + 1])["delta"]["text"] == "cd"
    assert text_of(answer, script) == "abcd"


def test_cut_ends_after_half_the_text():
    answer, script = Answer((Text("abcd"),), "end_turn"), Script(cut=Cut("text"))
    assert text_of(answer, script) == "ab"
    assert beats(answer, script)[-1] == Break()


def test_stream_error_is_the_last_event():
    *_, last = beats(Answer((Text("x"),), "end_turn"), Script(stream_error="api_error"))
    assert isinstance(last, StreamError)
    assert read(last.data)["error"]["type"] == "api_error"


def test_ping_can_be_left_out():
    sent = events(Answer((Text("x"),), "end_turn"), Script(ping=False))
    assert "ping" not in [event["type"] for event in sent]
