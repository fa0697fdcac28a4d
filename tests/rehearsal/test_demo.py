"""A newcomer's prompt gets a friendly answer, in their language, that says it is scripted."""

from typing import Any

import pytest

from sempre.rehearsal import demo
from sempre.rehearsal.blocks import Answer, Text, ToolUse
from sempre.rehearsal.prompt import find_prompt, read_request
from tests.rehearsal.bodies import ask, assistant, encode, result, system, user

TOOLS = [{"name": "Bash"}, {"name": "Write"}]
PLACE = system("You work here:\n - Primary working directory: C:\\work\\caf\u00e9\n - Platform: x")


def answer(*messages: Any, tools: Any = TOOLS) -> Answer:
    request = read_request(encode(ask(*messages, tools=tools)))
    return demo.answer(request, find_prompt(request), 0.03)


def said(given: Answer) -> str:
    return "".join(block.text for block in given.blocks if isinstance(block, Text))


def used(given: Answer) -> ToolUse:
    (call,) = [block for block in given.blocks if isinstance(block, ToolUse)]
    return call


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        ("Summarise the changes of this week", "en"),
        ("hello", "en"),
        ("Write a haiku about the sea", "en"),
        ("a b c", "en"),
        ("Resuma as mudanças desta semana", "pt"),
        ("oi", "pt"),
        ("escreva um poema sobre o mar", "pt"),
        ("Leia o README.md e diga o que falta", "pt"),
        ("Qual é a capital do Brasil?", "pt"),
        ("", "en"),
    ],
)
def test_language_is_guessed(prompt: str, language: str):
    assert demo.language_of(prompt) == language


def test_answer_says_it_is_scripted_and_repeats_the_first_words():
    text = said(answer("What do you think of the sea at night?"))
    assert text.startswith("Rehearsal: this answer is scripted. Connect a model")
    assert "“What do you think of the sea at night?”" in text
    assert said(answer("o que você acha do mar?")).startswith(
        "Ensaio: esta resposta segue um roteiro"
    )


def test_long_prompt_is_shortened():
    text = said(answer("word " * 10_000))
    assert "word…”" in text or "word”" in text
    assert len(text) < 1000


def test_text_comes_word_by_word():
    given = answer("hello")
    assert given.drip is not None
    assert given.drip.pieces == len(said(given).split())
    assert given.drip.pause == 0.03


def test_files_are_listed_and_the_listing_is_told():
    call = used(answer("please list the files"))
    assert (call.name, call.input["command"]) == ("Bash", "ls")
    results = assistant("calling"), user(result("README.md\nsrc"))
    given = answer("please list the files", *results)
    assert given.stop_reason == "end_turn"
    assert "    README.md\n    src" in said(given)


def test_note_is_written_where_claude_code_works():
    given = answer("escreva uma nota", PLACE)
    assert given.stop_reason == "tool_use"
    assert used(given).input["file_path"] == "C:\\work\\caf\u00e9/rehearsal-note.md"
    assert "escreva uma nota" in str(used(given).input["content"])


def test_refused_tool_is_told():
    results = assistant("calling"), user(result("not allowed here", is_error=True))
    text = said(answer("please list the files", *results))
    assert "The tool was refused:\n\n    not allowed here" in text


def test_no_tool_is_used_that_is_not_offered():
    for prompt in ("please list the files", "write a note"):
        assert answer(prompt, PLACE, tools=[]).stop_reason == "end_turn"
    assert answer("write a note").stop_reason == "end_turn"  # nobody said where


def test_request_to_compact_gets_the_form_it_needs():
    text = said(answer("Write an <analysis> block, then a <summary> block. List all files."))
    assert text.startswith("<analysis>")
    assert text.endswith("</summary>")
