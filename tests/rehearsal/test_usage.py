"""Token numbers look like a provider's: the whole request is counted once, the old part from the cache."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sempre.rehearsal.blocks import Text
from sempre.rehearsal.prompt import read_request
from sempre.rehearsal.script import Script, Tokens
from sempre.rehearsal.usage import Usage, count_usage
from tests.rehearsal.bodies import ask, assistant, encode, user

CACHED: dict[str, Any] = {
    "system": [{"type": "text", "text": "s" * 4000, "cache_control": {"type": "ephemeral"}}]
}


def usage(*messages: Any, script: Script | None = None, **fields: Any) -> tuple[int, Usage]:
    body = encode(ask(*messages, **fields))
    blocks = (Text("an answer"),)
    return len(body), count_usage(read_request(body), body, script or Script(), blocks)


def test_client_without_cache_pays_for_all():
    size, counted = usage("hello")
    assert counted == Usage(input_tokens=size // 4, output_tokens=counted.output_tokens)
    assert 5 < counted.output_tokens < 20


def test_first_call_writes_the_cache():
    size, counted = usage("hello", **CACHED)
    assert counted.cache_read_input_tokens == 0
    assert counted.cache_creation_input_tokens + counted.input_tokens == size // 4


def test_later_call_reads_what_was_said_before():
    size, counted = usage("hello", assistant("hi"), "a" * 400, **CACHED)
    assert 100 <= counted.cache_creation_input_tokens < 150
    assert counted.cache_read_input_tokens > 1000
    assert sum((counted.input_tokens, counted.cache_read_input_tokens)) < size // 4


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_parts_add_up_to_the_request(texts: list[str]):
    said = [user(text) if at % 2 == 0 else assistant(text) for at, text in enumerate(texts)]
    size, counted = usage(*said, **CACHED)
    parts = (counted.cache_creation_input_tokens, counted.cache_read_input_tokens)
    assert min(parts) >= 0
    assert counted.input_tokens + sum(parts) == size // 4


def test_script_sets_the_numbers():
    _, counted = usage("x", script=Script(tokens=Tokens(7, 9)), **CACHED)
    assert counted == Usage(input_tokens=7, output_tokens=9)
