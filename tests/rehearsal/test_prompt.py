"""Which prompt steers the answer, and which results came after it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre.errors import InvalidError
from sempre.rehearsal.prompt import Prompt, ToolResult, find_prompt, read_request
from tests.rehearsal.bodies import ask, assistant, encode, result, system, text, user


def found(*messages: Any) -> Prompt:
    return find_prompt(read_request(encode(ask(*messages))))


def test_last_text_of_a_message_counts_because_unanswered_prompts_stand_before_it():
    prompt = found(user("<system-reminder>x", "[[say:old]]", "[[http:500]]", "[[say:new]]"))
    assert prompt == Prompt("[[say:new]]")


def test_content_may_be_a_plain_string():
    assert found({"role": "user", "content": "hello"}).text == "hello"


def test_results_after_the_prompt_are_its_steps_and_earlier_ones_are_not():
    prompt = found(
        "first",
        assistant("calling"),
        user(result("of the first")),
        assistant("answer"),
        "second",
        assistant("calling"),
        user(result("a"), "<system-reminder>be careful</system-reminder>"),
        system("Today is Monday."),
        assistant("calling"),
        user(result([text("b"), {"type": "image", "source": {}}], is_error=True)),
    )
    results = (ToolResult("a", False), ToolResult("b\n(image)", True))
    assert prompt == Prompt("second", results)


@pytest.mark.parametrize(
    "said",
    [
        "Continue from where you left off.",
        "[Request interrupted by user for tool use]",
        "[structured-output-enforce] You MUST call the StructuredOutput tool.",
        "<task-notification>\n<task-id>a1</task-id>",
        "  \n",
    ],
)
def test_what_claude_code_says_itself_is_no_prompt(said: str):
    prompt = found("[[say:mine]]", assistant("calling"), user(result("done"), said))
    assert prompt == Prompt("[[say:mine]]", (ToolResult("done", False),))


def test_request_to_go_on_after_a_full_answer_is_told():
    prompt = found("[[maxtok]]", assistant("half"), "Output token limit hit. Resume directly.")
    assert prompt == Prompt("[[maxtok]]", pushed_on=True)


def test_messages_of_the_system_never_steer():
    assert found("mine", system("[[say:not mine]]")).text == "mine"


def test_no_prompt_at_all_is_empty():
    assert found(assistant("hello")) == Prompt("")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"messages": []}',
        b'{"model": "m"}',
        b'{"model": 1, "messages": []}',
        b'{"model": "m", "messages": [1]}',
        b'{"model": "m", "messages": [{"role": "user"}]}',
        b'{"model": "m", "messages": [{"role": "user", "content": 1}]}',
        b'{"model": "m", "messages": ' + b"[" * 5000,
    ],
)
def test_body_that_is_no_request_is_refused(body: bytes):
    with pytest.raises(InvalidError):
        find_prompt(read_request(body))


@given(st.binary(max_size=200))
def test_no_body_breaks_the_reader(body: bytes):
    with pytest.raises(InvalidError):
        find_prompt(read_request(body))
