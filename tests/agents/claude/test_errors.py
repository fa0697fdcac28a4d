"""What the provider's errors and a dying process become, and what they leave for the next attempt."""

import asyncio
import os
import signal
import socket
from dataclasses import replace
from datetime import timedelta

import pytest

from sempre import clock, ids
from sempre.agents.claude import command
from sempre.agents.claude.prompt import INTERRUPTED
from sempre.contract.agents import Ending, Session
from sempre.rehearsal import MessagesApi, write_tool
from tests.agents.claude.rig import PATIENT, QUICK, SLOW, Notes, Rig, elapse, until
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.claude


async def test_errors_of_the_provider_keep_the_process_and_say_what_to_do(rig: Rig) -> None:
    expected = {
        400: (Ending.INVALID, "invalid_request"),
        401: (Ending.AUTHENTICATION, "authentication"),
        402: (Ending.AUTHENTICATION, "billing"),
        403: (Ending.AUTHENTICATION, "authentication"),
        404: (Ending.MISCONFIGURED, "model_not_found"),
        413: (Ending.INVALID, "too_large"),
        429: (Ending.TRANSIENT, "rate_limit"),
        500: (Ending.TRANSIENT, "provider"),
        529: (Ending.TRANSIENT, "provider"),
    }
    seen: dict[int, tuple[Ending, str]] = {}
    for status in expected:
        outcome = await rig.ask(f"[[http:{status}]]")
        assert outcome.failure is not None
        assert len(outcome.failure.message) > 20
        assert outcome.text is None
        seen[status] = (outcome.ending, outcome.failure.kind)
    programs = rig.claudes()
    fine = await rig.ask("[[say:fine]]")

    assert seen == expected
    assert fine.text == "fine"
    assert rig.claudes() == programs  # none of them cost the process


async def test_nobody_listens_at_the_provider(rig: Rig) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        rig.model_url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        outcome = await rig.ask("[[say:x]]")

    assert outcome.ending is Ending.TRANSIENT
    assert outcome.failure is not None
    assert outcome.failure.kind == "network"


async def test_claude_code_tries_again_by_itself_and_that_is_told(rig: Rig) -> None:
    rig.limits = replace(QUICK, provider_retries=2)
    notes = Notes()
    outcome = await rig.ask("[[http:500:1]] [[say:fine]]", notes)

    assert outcome.text == "fine"
    (note,) = notes.of("turn.note")
    assert note["code"] == "provider_retry"
    assert "500" in note["message"]


async def test_a_quota_wall_that_the_gateway_saw_parks_until_its_end(
    rig: Rig, api: MessagesApi
) -> None:
    falls = clock.now() + timedelta(hours=3)
    asking = asyncio.create_task(rig.ask("[[delay:0.5]] [[quota]]"))
    assert await until(lambda: api.record.busy)
    (caller,) = rig.passes._by_token.values()
    assert caller.turn_id is not None
    caller.quota_until = falls
    outcome = await asking

    assert outcome.ending is Ending.QUOTA
    assert outcome.until == falls
    assert caller.turn_id is None
    assert (await rig.ask("[[http:429]]")).ending is Ending.TRANSIENT  # an old wall does not count


async def test_a_kill_in_mid_stream_is_an_error_and_the_next_attempt_resumes(rig: Rig) -> None:
    notes = Notes()
    question = rig.question("[[drip:100:0.1]] [[say:" + "word " * 60 + "]]")
    asking = asyncio.create_task(rig.answer(question, notes))
    await notes.wait_for("turn.text")
    (program,) = rig.claudes()
    program.kill()
    outcome = await asking

    assert outcome.ending is Ending.ERROR
    assert outcome.failure is not None
    assert outcome.failure.kind == "died"
    assert outcome.session == Session(id=question.session.id, started=True)
    notes = Notes()
    again = await rig.ask("[[say:back]]", notes)
    assert again.text == "back"
    assert again.session == outcome.session
    assert notes.kinds()[0] == "session.resumed"


async def test_after_a_kill_in_a_tool_nothing_runs_on_and_the_next_attempt_is_told(
    rig: Rig, api: MessagesApi
) -> None:
    (rig.root / "work").mkdir()
    once = f"[ -e begun ] || {{ {SLOW}; }}"
    script = write_tool("Bash", command=once) + " [[say:done]]"
    notes = Notes()
    question = rig.question(script)
    asking = asyncio.create_task(rig.answer(question, notes))
    assert await rig.command_runs()
    rig.claudes()[0].kill()
    outcome = await asking

    assert outcome.ending is Ending.ERROR
    assert await rig.none_left()
    assert not (rig.work / "too_late").exists()
    retry = replace(question, attempt_id=ids.new_id(), message_id=ids.random_uuid())
    again = await rig.answer(replace(retry, session=outcome.session))
    assert again.text == "done"
    assert api.record.messages[-1].prompt == f"{INTERRUPTED}\n\n{script}"
    await rig.ask("[[say:x]]")
    assert api.record.messages[-1].prompt == "[[say:x]]"


async def test_an_interrupted_attempt_is_asked_in_one_block_with_the_prompt_last(
    rig: Rig, api: MessagesApi
) -> None:
    outcome = await rig.ask("Do it. [[say:done]]", interrupted=True)

    assert outcome.text == "done"
    assert api.record.messages[-1].prompt == f"{INTERRUPTED}\n\nDo it. [[say:done]]"


async def test_a_hung_process_is_found_killed_and_replaced(rig: Rig) -> None:
    rig.limits = replace(QUICK, probe_after_seconds=1, probe_seconds=4)
    notes = Notes()
    asking = asyncio.create_task(rig.ask("[[drip:100:0.1]] [[say:" + "word " * 60 + "]]", notes))
    await notes.wait_for("turn.text")
    (program,) = rig.claudes()
    os.kill(program.pid, signal.SIGSTOP)
    outcome = await asyncio.wait_for(asking, PATIENCE)

    assert outcome.ending is Ending.TRANSIENT
    assert outcome.failure is not None
    assert outcome.failure.kind == "hung"
    assert await rig.none_left()
    assert (await rig.ask("[[say:back]]")).text == "back"


async def test_a_slow_answer_of_a_living_process_is_waited_for(rig: Rig) -> None:
    rig.limits = replace(QUICK, probe_after_seconds=0.2, probe_seconds=10)
    outcome = await rig.ask("[[delay:1.5]] [[say:slow]]")

    assert outcome.text == "slow"


async def test_silence_and_the_turns_time_break_an_attempt_off_but_not_the_session(
    rig: Rig,
) -> None:
    rig.limits = PATIENT
    await rig.ask("[[say:x]]")
    programs = rig.claudes()
    rig.set(turn_seconds=0.7)
    late = await rig.ask("[[drip:100:0.1]] [[say:" + "word " * 60 + "]]")
    assert rig.claudes() == programs
    rig.set(turn_seconds=PATIENCE, silence_seconds=2)
    silent = await rig.ask("[[delay:600]] [[say:x]]")

    assert late.failure is not None
    assert (late.ending, late.failure.kind) == (Ending.ERROR, "time_limit")
    assert silent.failure is not None
    assert (silent.ending, silent.failure.kind) == (Ending.ERROR, "silence")


async def test_a_tool_at_work_is_no_silence(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    (rig.root / "work").mkdir()
    works = write_tool("Bash", command="touch begun; until [ -e over ]; do sleep 0.05; done")
    asking = asyncio.create_task(rig.ask(f"{works} [[say:done]]"))
    assert await rig.command_runs()
    await elapse(monkeypatch, 3000)  # of the hour that a turn has
    (rig.work / "over").touch()

    assert (await asking).text == "done"


async def test_a_message_that_the_session_knows_is_noticed_not_waited_for(rig: Rig) -> None:
    rig.limits = replace(QUICK, accept_seconds=5)
    question = rig.question("[[say:one]]")
    first = await rig.answer(question)
    again = await asyncio.wait_for(rig.answer(replace(question, session=first.session)), PATIENCE)

    assert again.text is None
    assert again.failure is not None
    # Claude Code says that it is done with it, or nothing at all.
    assert again.failure.kind in ("skipped", "not_accepted")
    assert (await rig.ask("[[say:two]] [[nmsg]]")).text == "two nmsg=4"


async def test_an_answer_in_the_transcript_is_adopted(rig: Rig, api: MessagesApi) -> None:
    question = rig.question("[[say:one]]")
    first = await rig.answer(question)
    await rig.ask("[[http:500]]")
    await rig.agent.close()
    rig.start()
    asked = len(api.record.messages)
    notes = Notes()
    retry = rig.question(
        "[[say:never]]",
        turn_id=question.turn_id,
        earlier=(question.message_id, ids.random_uuid()),
        interrupted=True,
    )
    outcome = await rig.answer(retry, notes)

    assert outcome.adopted
    assert (outcome.ending, outcome.text) == (Ending.ANSWERED, "one")
    assert outcome.model == first.model
    assert len(api.record.messages) == asked
    assert notes.of("turn.note")[0]["code"] == "adopted"


async def test_an_earlier_attempt_without_an_answer_is_asked_again(rig: Rig) -> None:
    failed = rig.question("[[http:500]]")
    await rig.answer(failed)
    again = await rig.ask("[[say:now]]", earlier=(failed.message_id,))

    assert not again.adopted
    assert again.text == "now"


async def test_a_directory_that_is_gone_stops_the_channel(rig: Rig) -> None:
    rig.set(directory=rig.root / "nowhere")
    outcome = await rig.ask("[[say:x]]")

    assert outcome.ending is Ending.MISCONFIGURED
    assert outcome.failure is not None
    assert "nowhere" in outcome.failure.message
    assert outcome.session.started is False


async def test_a_claude_code_that_does_not_start_says_why(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = rig.root / "claude-broken"
    broken.write_text("#!/bin/sh\necho 'this machine is too old' >&2\nexit 1\n")
    broken.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setattr(command, "find_program", lambda: broken)
        outcome = await rig.ask("[[say:x]]")

    assert outcome.failure is not None
    assert outcome.failure.kind == "not_started"
    assert "this machine is too old" in outcome.failure.message
    assert outcome.session.started is False
    assert (await rig.ask("[[say:x]]")).text == "x"
