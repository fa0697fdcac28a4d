"""What stands in a prompt is read as it was meant, and nothing in a prompt can break the reader."""

import json
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre.rehearsal.directives import read_script, write_say, write_tool
from sempre.rehearsal.script import (
    Cut,
    Drip,
    ErrorAnswer,
    Quota,
    Script,
    ScriptError,
    Tokens,
    ToolCall,
)

BRACKETS = st.text(alphabet=st.sampled_from('[]":\\{}, saytolgen\n'), max_size=60)
TEXTS = st.one_of(st.text(max_size=60), BRACKETS)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


@given(TEXTS)
def test_any_text_can_be_said(text: str):
    assert read_script(f"before {write_say(text)} after").say == text


@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.sampled_from(["Bash", "mcp__files__read"]))
def test_any_input_can_be_given_to_a_tool(arguments: dict[str, object], name: str):
    prompt = f"[[tool:{name} {json.dumps(arguments, ensure_ascii=False)}]] [[say:x]]"
    script = read_script(prompt)
    assert (script.calls, script.say) == ((ToolCall(name, arguments),), "x")


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_directives_inside_a_subagents_prompt_are_its_own(texts: list[str]):
    inner = " and ".join(write_say(text) for text in texts)
    script = read_script(f"[[agent:{inner}]] [[say:mine]]")
    assert script.say == "mine"
    (call,) = script.calls
    assert call.input["prompt"] == inner
    assert read_script(str(call.input["prompt"])).say == texts[-1]


@pytest.mark.parametrize(
    "inner",
    [
        "look [[say:found it]]",
        "[[say:found it]] and report",
        "[[delay:1]] twice [[say:found it]]",
        "ask another [[agent:deeper [[say:found]]]] [[say:found it]]",
        "[[say:[found]]]",
    ],
)
def test_brackets_inside_a_value_are_matched(inner: str):
    script = read_script(f"[[say:before]] [[agent:{inner}]] [[nmsg]]")
    assert [call.input["prompt"] for call in script.calls] == [inner]
    assert (script.say, script.delay, script.count_messages) == ("before", 0.0, True)


@given(TEXTS, st.text(alphabet="[]", max_size=8), TEXTS)
def test_whatever_is_written_is_read_or_refused_with_a_reason(left: str, middle: str, right: str):
    prompt = left + "[[say:" + middle + right
    with suppress(ScriptError):
        assert len(read_script(prompt).say or "") <= len(prompt)  # and no other error than that one


@given(TEXTS.filter(lambda text: "[[" not in text))
def test_text_without_brackets_is_no_script(text: str):
    assert read_script(text) == Script()


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("[[say:hello]]", "hello"),
        ("[[say:]]", ""),
        ("[[say:[x]]]", "[x]"),
        ("[[say:a[b]]]", "a[b]"),
        ("[[say:a [[wiki]] b]]", "a [[wiki]] b"),
        ("[[say:two\nlines]]", "two\nlines"),
        ('[[say:"quoted" and more]]', '"quoted" and more'),
        ('[[say:"only \\"quoted\\" ]]"]]', 'only "quoted" ]]'),
        ('[[say:He said "hi"]]', 'He said "hi"'),
        ("[[say:first]] [[say:second]]", "second"),
        ("[[say:use [[ in a test]]", "use [[ in a test"),
        ("[[say:never closed", None),
        ("[[unknown:x]] [[Say:x]] [[ say:x ]]", None),
    ],
)
def test_said_text(prompt: str, said: str | None):
    assert read_script(prompt).say == said


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("[[think]]", Script(think="hmm, let me think")),
        ("[[think:why]]", Script(think="why")),
        ("[[maxtok]]", Script(max_tokens=True)),
        ("[[nmsg]]", Script(count_messages=True)),
        ("[[ping]]", Script(ping=False)),
        ("[[http:500]]", Script(error=ErrorAnswer(500))),
        ("[[http:529:3]]", Script(error=ErrorAnswer(529, 3))),
        ("[[auth]]", Script(error=ErrorAnswer(401))),
        ("[[auth:2]]", Script(error=ErrorAnswer(401, 2))),
        ("[[quota]]", Script(quota=Quota(None))),
        ("[[quota:1.5]]", Script(quota=Quota(1.5))),
        ("[[delay:0.5]][[hang:2]]", Script(delay=2.5)),
        ("[[stall:3]]", Script(stall=3.0)),
        ("[[drip:5:0.1]]", Script(drip=Drip(5, 0.1))),
        ("[[drip:5]]", Script(drip=Drip(5, 0.0))),
        ("[[cut]]", Script(cut=Cut("text"))),
        ("[[cut:headers:2]]", Script(cut=Cut("headers", 2))),
        ("[[sseerror]]", Script(stream_error="overloaded_error")),
        ("[[sseerror:api_error]]", Script(stream_error="api_error")),
        ("[[usage:10:20]]", Script(tokens=Tokens(10, 20))),
        ("[[tool:ListAgents]]", Script(calls=(ToolCall("ListAgents", {}),))),
        ('[[structured:{"a":[[1]]}]]', Script(calls=(ToolCall("StructuredOutput", {"a": [[1]]}),))),
        (
            '[[tools:together]][[tool:A {"x":1}]][[tool:B]]',
            Script(together=True, calls=(ToolCall("A", {"x": 1}), ToolCall("B", {}))),
        ),
    ],
)
def test_each_directive(prompt: str, expected: Script):
    script = read_script("text before " + prompt)
    assert script.source == prompt
    assert script == replace(expected, source=prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "[[delay]]",
        "[[delay:soon]]",
        "[[delay:nan]]",
        "[[delay:-1]]",
        "[[delay:1e9]]",
        "[[http]]",
        "[[http:200]]",
        "[[http:500:0]]",
        "[[http:500:x]]",
        "[[http:\uff1500]]",  # a digit to Python's isdigit, not to HTTP
        "[[drip:0:1]]",
        "[[cut:half]]",
        "[[tool]]",
        "[[tool:Bash {broken}]]",
        "[[tool:Bash [1]]]",
        "[[tools:apart]]",
        "[[structured:[]]]",
        "[[usage:1]]",
        "[[usage:1:2:3]]",
    ],
)
def test_unusable_value_is_refused_with_the_directive_shown(prompt: str):
    with pytest.raises(ScriptError) as refused:
        read_script(prompt)
    assert prompt[:6] in refused.value.message
    assert "expected" in refused.value.message


def test_written_tool_is_read_back():
    script = read_script(write_tool("Bash", command='[[ -f x ]] && echo "]]"'))
    assert script.calls == (ToolCall("Bash", {"command": '[[ -f x ]] && echo "]]"'}),)


@pytest.mark.parametrize(
    "piece",
    [
        "[[say:",
        "[[",
        "]]",
        '[[say:"',
        "[[tool:x [",
        "[[tool:x {",
        "[[agent:[[",
        "[[say:[1,",
        "[[ping]]",
        "[[tool:A]]",
    ],
)
def test_hostile_prompt_takes_no_time(piece: str):
    prompt = piece * (300_000 // len(piece))
    begun = time.process_time()
    with suppress(ScriptError):
        read_script(prompt)
    assert time.process_time() - begun < 1.5
