"""The provider's count is read from its answer, however the answer is cut into pieces."""

import json
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre.budgets.counting import AnswerReader, StreamReader, Tally
from sempre.contract.gate import Extras
from sempre.contract.messages import Usage

MESSAGE = {
    "model": "claude-opus-5-5",
    "usage": {
        "input_tokens": 3,
        "cache_read_input_tokens": 7000,
        "cache_creation_input_tokens": 120,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 100},
        "output_tokens": 1,
        "service_tier": "standard",
    },
}
START = {"type": "message_start", "message": MESSAGE}
# What the model says may look like what is read.
TEXT = {
    "type": "content_block_delta",
    "index": 0,
    "delta": {
        "type": "text_delta",
        "text": '{"type":"message_stop"} "message_delta" \r\n\n data: é🌱',
    },
}
DELTA = {
    "type": "message_delta",
    "delta": {"stop_reason": "end_turn"},
    "usage": {"output_tokens": 42, "server_tool_use": {"web_search_requests": 2}},
}
STOP = {"type": "message_stop"}
WHOLE = Usage(
    input_tokens=3,
    output_tokens=42,
    cache_read_tokens=7000,
    cache_write_tokens=120,
    cost_micros=None,
)
STARTED = Usage(
    input_tokens=3,
    output_tokens=1,
    cache_read_tokens=7000,
    cache_write_tokens=120,
    cost_micros=None,
)


def event(value: Mapping[str, object], end: str = "\n") -> bytes:
    data = json.dumps(value, ensure_ascii=False)
    return f"event: {value['type']}{end}data: {data}{end}{end}".encode()


def read(*pieces: bytes) -> Tally:
    reader = StreamReader()
    for piece in pieces:
        reader.feed(piece)
    reader.finish()
    return reader.tally


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@given(cuts=st.lists(st.integers(0, 1200), max_size=12))
def test_a_stream_counts_the_same_cut_at_any_bytes(end: str, cuts: list[int]):
    stream = b": hello" + end.encode() + b"".join(event(e, end) for e in (START, TEXT, DELTA, STOP))
    places = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    tally = read(*(stream[a:b] for a, b in pairwise(places)))
    assert (tally.usage, tally.model, tally.complete) == (WHOLE, "claude-opus-5-5", True)
    assert tally.extras == Extras(long_cache_tokens=100, searches=2)


def test_every_single_cut_and_byte_by_byte():
    stream = b"".join(event(e, "\r\n") for e in (START, TEXT, DELTA, STOP))
    for at in range(len(stream)):
        assert read(stream[:at], stream[at:]).usage == WHOLE
    assert read(*(stream[i : i + 1] for i in range(len(stream)))).usage == WHOLE


def test_data_in_two_lines_is_one_event_wherever_it_is_cut():
    first, second = json.dumps(DELTA).split(', "usage"')
    two_lines = f'data: {first},\r\ndata: "usage"{second}\r\n\r\n'.encode()
    for at in range(len(two_lines)):
        assert read(event(START), two_lines[:at], two_lines[at:]).usage == WHOLE


def test_a_stream_that_breaks_off_counts_what_was_said_and_is_not_complete():
    nothing, started = read(b""), read(event(START) + event(TEXT))
    assert (nothing.usage, nothing.complete) == (None, False)
    assert (started.usage, started.complete) == (STARTED, False)
    assert read(event(START) + event(DELTA)[:-4]).usage == STARTED


def test_the_count_is_whole_with_the_stop_reason_and_later_numbers_replace_earlier_ones():
    early = {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 10}}
    tally = read(event(START), event(early))
    assert tally.usage is not None
    assert (tally.usage.output_tokens, tally.complete) == (10, False)
    tally = read(event(START), event(early), event(DELTA))
    assert (tally.usage, tally.complete) == (WHOLE, True)


def test_a_provider_that_counts_nothing_leaves_the_count_open():
    tally = read(event({"type": "message_start", "message": {"model": "m"}}), event(STOP))
    assert (tally.usage, tally.model, tally.complete) == (None, "m", False)


@pytest.mark.parametrize("nonsense", [-5, 1.5, "7", None, True, [], {"a": 1}, 10**30])
def test_numbers_of_a_wrong_kind_are_not_counted(nonsense: object):
    start = {"type": "message_start", "message": {"usage": {"input_tokens": nonsense}}}
    usage = read(event(start), event(DELTA)).usage
    assert usage is not None
    assert 0 <= usage.input_tokens <= 10**12
    assert usage.output_tokens == 42


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_any_bytes_are_borne(pieces: list[bytes]):
    read(*pieces)
    reader = AnswerReader()
    for piece in pieces:
        reader.feed(piece)
    reader.finish()


@given(st.binary(max_size=200))
def test_broken_events_do_not_spoil_those_around_them(junk: bytes):
    quiet = junk.replace(b"data", b"none")
    tally = read(event(START) + quiet + b"\n\ndata: {" + b"\n\n" + event(DELTA))
    assert tally.usage == WHOLE


def test_an_event_of_many_megabytes_is_passed_over():
    reader = StreamReader()
    reader.feed(event(START) + b"data: ")
    for _ in range(20):
        reader.feed(b"x" * 1_000_000)
    reader.feed(b"\n\n" + event(DELTA))
    assert reader.tally.usage == WHOLE


def test_an_answer_in_one_piece_is_counted_at_its_end():
    body = json.dumps({**MESSAGE, "usage": {"input_tokens": 5, "output_tokens": 6}}).encode()
    reader = AnswerReader()
    reader.feed(body[:10])
    reader.feed(body[10:])
    assert reader.tally.complete is False
    reader.finish()
    assert reader.tally.complete
    assert reader.tally.usage == Usage(input_tokens=5, output_tokens=6, cost_micros=None)
    cut = AnswerReader()
    cut.feed(body[:-3])
    cut.finish()
    assert (cut.tally.usage, cut.tally.complete) == (None, False)
