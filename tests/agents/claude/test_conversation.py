"""What a person sees of one worker: answers, memory, text and tools as they happen."""

import itertools
from pathlib import Path

import pytest

from sempre.contract.agents import Ending
from sempre.rehearsal import MessagesApi, write_say, write_tool
from tests.agents.claude.rig import Notes, Rig

pytestmark = pytest.mark.claude


async def test_two_turns_share_one_process_and_one_memory(rig: Rig, api: MessagesApi) -> None:
    chosen = rig.question("one").session.id
    notes = Notes()
    first = await rig.ask("[[say:one]] [[nmsg]]", notes)
    programs = rig.claudes()
    second = await rig.ask("[[say:two]] [[nmsg]]")

    assert first.ending is Ending.ANSWERED
    assert (first.text, second.text) == ("one nmsg=2", "two nmsg=4")
    assert first.session.started
    assert first.session.id == second.session.id == chosen
    assert {call.session for call in api.record.messages} == {chosen}
    assert len(programs) == 1
    assert rig.claudes() == programs
    assert notes.kinds()[0] == "session.started"
    assert first.model == api.record.messages[0].model


async def test_a_turn_tells_its_texts_and_tools_once_and_in_order(rig: Rig) -> None:
    notes = Notes()
    script = (
        f"[[think]] {write_tool('Bash', command='echo hello; exit 3')} [[drip:30:0.01]] "
        + write_say("The end is near, dear reader.")
    )
    outcome = await rig.ask(script, notes)

    assert outcome.text == "The end is near, dear reader."
    assert notes.text() == "Using Bash.The end is near, dear reader."
    last = [
        each
        for each in notes.of("turn.text")
        if each["block"] == notes.of("turn.text")[-1]["block"]
    ]
    assert 3 <= len(last) <= 20  # 30 pieces in 0.3 s, put together
    kinds = [kind for kind, _ in itertools.groupby(notes.kinds())]
    assert kinds == [
        "session.started",
        *("turn.thinking", "turn.text", "turn.tool", "turn.tool_result"),
        *("turn.thinking", "turn.text"),
    ]
    call, result = notes.of("turn.tool")[0], notes.of("turn.tool_result")[0]
    assert call["tool"] == "Bash"
    assert call["input"] == {"command": "echo hello; exit 3"}
    assert result["call_id"] == call["call_id"]
    assert result["ok"] is False
    assert "hello" in result["output"]
    assert result["duration_ms"] > 0


async def test_usage_of_a_turn_is_its_own_also_after_a_resume(rig: Rig) -> None:
    script = "[[usage:1000:500]] [[say:x]]"
    first = await rig.ask(script)
    second = await rig.ask(script)
    await rig.agent.close()
    rig.start()
    third = await rig.ask(script)

    assert [each.usage.output_tokens for each in (first, second, third)] == [500, 500, 500]
    assert first.usage.cost_micros
    assert second.usage.cost_micros == third.usage.cost_micros == first.usage.cost_micros


async def test_the_session_is_resumed_after_a_restart(rig: Rig) -> None:
    await rig.ask("[[say:one]]")
    await rig.agent.close()
    assert await rig.none_left()
    rig.start()
    notes = Notes()
    outcome = await rig.ask("[[say:two]] [[nmsg]]", notes)

    assert outcome.text == "two nmsg=4"
    assert notes.kinds()[0] == "session.resumed"


async def test_a_session_begun_before_a_crash_could_note_it_is_resumed(rig: Rig) -> None:
    question = rig.question("[[say:one]]")
    await rig.answer(question)
    await rig.agent.close()
    rig.start()
    rig.sessions["files:a"] = question.session  # as if the outcome had not been stored
    outcome = await rig.ask("[[say:two]] [[nmsg]]")

    assert outcome.text == "two nmsg=4"
    assert outcome.session.id == question.session.id


@pytest.mark.parametrize("how", ["removed", "overwritten"])
async def test_a_lost_session_begins_anew_and_says_so(rig: Rig, how: str) -> None:
    lost = (await rig.ask("[[say:one]]")).session
    await rig.agent.close()
    (transcript,) = rig.configuration.glob(f"projects/*/{lost.id}.jsonl")
    transcript.unlink() if how == "removed" else transcript.write_text("rubbish\n" * 100)
    rig.start()
    notes = Notes()
    outcome = await rig.ask("[[say:two]] [[nmsg]]", notes)

    assert outcome.text == "two nmsg=2"
    assert outcome.session.id != lost.id
    assert outcome.session.started
    note = notes.of("session.lost")[0]
    assert note["session_id"] == lost.id
    assert note["next"] == outcome.session.id
    assert "No conversation found" in note["reason"]


async def test_half_a_last_line_in_the_transcript_costs_no_memory(rig: Rig) -> None:
    kept = (await rig.ask("[[say:one]]")).session
    await rig.agent.close()
    (transcript,) = rig.configuration.glob(f"projects/*/{kept.id}.jsonl")
    with transcript.open("a") as end:
        end.write('{"type": "user", "uuid": "5a2dc411", "mess')
    rig.start()
    outcome = await rig.ask("[[say:two]] [[nmsg]]")

    assert outcome.text == "two nmsg=4"
    assert outcome.session == kept


async def test_a_session_of_the_users_own_is_taken_over_with_its_history(
    rig: Rig, tmp_path: Path
) -> None:
    theirs = await rig.ask("[[say:one]]", channel="files:theirs")
    await rig.agent.close()
    rig.users_directory = tmp_path / "users"
    rig.configuration.rename(rig.users_directory)
    rig.start()
    rig.sessions["files:a"] = theirs.session
    outcome = await rig.ask("[[say:two]] [[nmsg]]")

    assert outcome.text == "two nmsg=4"
    assert outcome.session == theirs.session


async def test_a_prompt_arrives_as_it_was_written(rig: Rig, api: MessagesApi) -> None:
    (rig.root / "work").mkdir()
    (rig.root / "work" / "secret.txt").write_text("not to be pulled in")
    for text in ("/help me [[say:taken]]", "@secret.txt [[say:taken]]", "!ls [[say:taken]]"):
        outcome = await rig.ask(text)
        assert outcome.text == "taken"
        assert api.record.messages[-1].prompt == text
    assert api.record.messages[-1].messages == 6  # nothing was put in between


async def test_a_prompt_of_300_kb_is_answered(rig: Rig, api: MessagesApi) -> None:
    outcome = await rig.ask("ação " * 60_000 + "[[say:read]]")

    assert outcome.text == "read"
    assert api.record.messages[-1].size > 360_000


async def test_an_answer_of_more_than_a_mebibyte_comes_whole(rig: Rig) -> None:
    """It is one line of Claude Code's, and the SDK's own limit for those is a mebibyte."""
    words = "long " * 250_000
    outcome = await rig.ask(f"[[drip:3:0]] [[say:{words}]]")

    assert outcome.text == words


async def test_changed_settings_hold_from_the_next_turn_on_and_keep_the_memory(
    rig: Rig, api: MessagesApi
) -> None:
    await rig.ask("[[say:one]]")
    plain = api.record.messages[-1]
    program = rig.claudes()
    rig.set(
        model="claude-haiku-5-5",
        effort="low",
        instructions="You are a careful worker. " * 1000,
        tools=("Read",),
    )
    changed = await rig.ask("[[say:two]]")
    call = api.record.messages[-1]

    assert (changed.text, call.session) == ("two", plain.session)
    assert call.messages > plain.messages
    assert rig.claudes() != program
    line = rig.claudes()[0].cmdline()
    assert line[line.index("--effort") + 1] == "low"
    assert call.model == changed.model == "claude-haiku-5-5"
    assert "Read" in call.tools
    assert not {"Bash", "Write", "Edit"} & set(call.tools)
    rig.set(instructions="")
    await rig.ask("[[say:three]]")
    assert (
        call.size - api.record.messages[-1].size > 20_000
    )  # the instructions are not kept from before
    assert plain.model != call.model


async def test_tools_that_act_behind_the_turn_do_not_exist(rig: Rig, api: MessagesApi) -> None:
    await rig.ask("[[say:x]]")
    offered = set(api.record.messages[-1].tools)

    assert {"Read", "Edit", "Write", "Bash", "Grep", "Glob", "Agent"} <= offered
    assert not {"ScheduleWakeup", "Workflow", "SendMessage", "Monitor", "EnterWorktree"} & offered
    assert not [tool for tool in offered if tool.startswith("Cron")]


async def test_a_subagent_ends_within_the_turn_that_started_it(rig: Rig, api: MessagesApi) -> None:
    inner = write_tool("Bash", command="echo inside")
    task = {
        "description": "look",
        "prompt": f"[[delay:0.3]] {inner} [[say:seen]]",
        "subagent_type": "general-purpose",
        "run_in_background": True,
    }
    notes = Notes()
    outcome = await rig.ask(f"{write_tool('Agent', **task)} [[say:done]]", notes)

    assert outcome.text == "done"
    assert api.record.messages[-1].agent is None  # the last word was the main agent's
    parent, child = notes.of("turn.tool")
    assert (parent["tool"], child["tool"]) == ("Agent", "Bash")
    assert "parent" not in parent
    assert child["parent"] == parent["call_id"]
    inner_texts = [each["text"] for each in notes.of("turn.text") if "parent" in each]
    assert inner_texts == ["Using Bash.", "seen"]
    report = [each for each in notes.of("turn.tool_result") if "parent" not in each]
    assert "seen" in report[-1]["output"]


async def test_a_model_that_is_taken_back_is_not_the_sessions_any_more(
    rig: Rig, api: MessagesApi
) -> None:
    await rig.ask("[[say:one]]")
    usual = api.record.messages[-1].model
    rig.set(model="claude-haiku-4-5")
    await rig.ask("[[say:two]]")
    assert api.record.messages[-1].model == "claude-haiku-4-5"
    rig.set(model="")
    await rig.ask("[[say:three]]")
    assert api.record.messages[-1].model == usual
