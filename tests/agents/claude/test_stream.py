"""What is told of messages that the rehearsal can't bring about."""

import asyncio
from typing import Any

from claude_agent_sdk import AssistantMessage, StreamEvent, TextBlock, ToolUseBlock

from sempre.agents.claude.stream import Narrator
from tests.agents.claude.rig import Notes
from tests.support.patience import PATIENCE


def piece(**event: Any) -> StreamEvent:
    return StreamEvent(uuid="u", session_id="s", event=event)


def begin(message_id: str) -> list[StreamEvent]:
    return [
        piece(type="message_start", message={"id": message_id, "model": "opus"}),
        piece(type="content_block_start", index=0, content_block={"type": "text", "text": ""}),
    ]


def text(words: str) -> StreamEvent:
    return piece(type="content_block_delta", delta={"type": "text_delta", "text": words})


CALL = {"type": "tool_use", "id": "toolu_1", "name": "Bash"}
USE = ToolUseBlock(id="toolu_1", name="Bash", input={})
STOP = [piece(type="content_block_stop", index=0)]
END = [
    *STOP,
    piece(type="message_delta", delta={"stop_reason": "end_turn"}, usage={}),
    piece(type="message_stop"),
]
BROKEN = [*STOP, piece(type="message_stop")]


def whole(message_id: str, words: str, **fields: Any) -> AssistantMessage:
    return AssistantMessage(
        content=[TextBlock(text=words)], model="opus", message_id=message_id, **fields
    )


async def told(*messages: Any) -> Notes:
    notes = Notes()
    narrator = Narrator(notes, 10)
    for message in messages:
        narrator.tell(message)
    narrator.close()
    return notes


async def test_what_came_in_pieces_is_not_told_again() -> None:
    notes = await told(*begin("m1"), text("one "), text("two"), whole("m1", "one two"), *END)
    assert notes.told == [("turn.text", {"block": 1, "text": "one two"})]


async def test_what_came_whole_is_told_whole() -> None:
    notes = await told(whole("m1", "one two"), whole("m1", "three"))
    assert notes.text() == "one twothree"
    assert [each["block"] for each in notes.of("turn.text")] == [1, 2]


async def test_a_stream_that_broke_is_marked_when_it_is_said_again() -> None:
    for rest in (BROKEN, []):
        again = [*begin("m2"), text("one two"), whole("m2", "one two"), *END]
        for second in (again, [whole("m2", "one two")]):
            notes = await told(*begin("m1"), text("one"), *rest, *second)
            (note,) = notes.of("turn.note")
            assert (note["code"], note["blocks"]) == ("stream_restarted", [1])
            assert [each["block"] for each in notes.of("turn.text")] == [1, 2]


async def test_nothing_is_marked_when_the_broken_stream_had_said_nothing() -> None:
    notes = await told(begin("m1")[0], *begin("m2"), text("one"), *END)
    assert notes.kinds() == ["turn.text"]


async def test_whoever_waits_for_a_call_hears_what_was_said_before_it() -> None:
    for messages in (
        [*begin("m1"), text("So I look."), piece(type="content_block_start", content_block=CALL)],
        [whole("m1", "So I look."), AssistantMessage(content=[USE], model="opus")],
    ):
        narrator = Narrator(Notes(), 10)
        waiting = asyncio.create_task(narrator.told("toolu_1"))
        for message in messages[:-1]:
            narrator.tell(message)
        await asyncio.sleep(0)
        assert not waiting.done()
        narrator.tell(messages[-1])
        async with asyncio.timeout(PATIENCE):
            await waiting
        assert narrator.words == "So I look."
        narrator.close()


async def test_text_is_told_after_a_while_even_if_nothing_follows() -> None:
    notes = Notes()
    narrator = Narrator(notes, 0.02)
    for message in [*begin("m1"), text("one ")]:
        narrator.tell(message)
    assert notes.told == []
    await notes.wait_for("turn.text")
    assert notes.text() == "one "


async def test_claude_codes_words_for_an_error_are_no_text_of_the_answer() -> None:
    notes = Notes()
    narrator = Narrator(notes, 10)
    error = AssistantMessage(
        content=[TextBlock(text="API Error: 500")], model="<synthetic>", error="server_error"
    )
    narrator.tell(whole("m1", "x"))
    narrator.tell(error)
    assert notes.text() == "x"
    assert (narrator.model, narrator.error) == ("opus", "server_error")


async def test_long_inputs_are_cut_in_the_log() -> None:
    block = ToolUseBlock(id="t", name="Write", input={"path": "a", "lines": ["y" * 50_000]})
    notes = await told(AssistantMessage(content=[block], model="opus", message_id="m"))
    (call,) = notes.of("turn.tool")
    assert call["input"]["path"] == "a"
    assert len(call["input"]["lines"][0]) < 21_000
    assert "30000 more characters" in call["input"]["lines"][0]
