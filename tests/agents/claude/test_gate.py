"""The gate that stands before every tool call, and the environment that a command can read."""

import asyncio
import json
import os
import stat
from dataclasses import replace

import pytest

from sempre.rehearsal import MessagesApi, fingerprint, write_tool
from tests.agents.claude.rig import QUICK, Gate, Notes, Rig, elapse, until

pytestmark = pytest.mark.claude


async def test_every_call_is_asked_about_with_the_sessions_token(
    rig: Rig, api: MessagesApi
) -> None:
    rig.gate.decide = lambda call: "allow" if call["tool_name"] == "Write" else "deny"
    notes = Notes()
    note = str(rig.work / "note.txt")
    written = write_tool("Write", file_path=note, content="hello")
    await rig.ask(f"{written} {write_tool('Bash', command='touch taken')} [[say:x]]", notes)

    assert (rig.work / "note.txt").read_text() == "hello"
    assert not (rig.work / "taken").exists()
    assert [call["tool_name"] for _, call in rig.gate.asked] == ["Write", "Bash"]
    (token,) = rig.passes._by_token
    assert {each for each, _ in rig.gate.asked} == {token}
    caller = rig.passes.find(token)
    assert caller is not None
    assert (caller.channel, caller.session_id) == ("files:a", rig.sessions["files:a"].id)
    assert caller.directory == rig.work
    assert {call.key for call in api.record.messages} == {fingerprint(token)}
    allowed, refused = notes.of("turn.tool_result")
    assert allowed["ok"]
    assert not refused["ok"]
    assert "the test says so" in refused["output"]


async def test_with_a_dead_gate_nothing_runs(rig: Rig) -> None:
    dead = Gate()
    await dead.start()
    rig.gate = dead
    rig.start()
    await dead.close()
    notes = Notes()
    (rig.work / "there.txt").write_text("old")
    calls = [
        write_tool("Bash", command="touch ran"),
        write_tool("Write", file_path=str(rig.work / "written.txt"), content="x"),
        write_tool("Bash", command="echo new >> there.txt"),
    ]
    outcome = await rig.ask(" ".join([*calls, "[[say:over]]"]), notes)

    assert outcome.text == "over"
    assert [each["ok"] for each in notes.of("turn.tool_result")] == [False] * 3
    assert sorted(each.name for each in rig.work.iterdir()) == ["there.txt"]
    assert (rig.work / "there.txt").read_text() == "old"


async def test_a_projects_own_settings_and_hooks_are_not_loaded(rig: Rig) -> None:
    settings = rig.root / "work" / ".claude" / "settings.json"
    settings.parent.mkdir(parents=True)
    hook = {"type": "command", "command": f"touch {rig.root}/hooked"}
    hooks = {"PreToolUse": [{"matcher": "*", "hooks": [hook]}], "SessionStart": [{"hooks": [hook]}]}
    settings.write_text(json.dumps({"permissions": {"allow": ["Bash"]}, "hooks": hooks}))
    rig.gate.decide = lambda _: "deny"
    await rig.ask(f"{write_tool('Bash', command='touch ran')} [[say:x]]")

    assert len(rig.gate.asked) == 1
    assert not (rig.work / "ran").exists()
    assert not (rig.root / "hooked").exists()


async def test_a_call_that_waits_for_its_gate_is_neither_silence_nor_turn_time(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.gate.open.clear()
    notes = Notes()
    asking = asyncio.create_task(rig.ask(f"{write_tool('Bash', command='true')} [[say:x]]", notes))
    await notes.wait_for("turn.tool")
    assert await until(lambda: bool(rig.gate.asked))
    (caller,) = rig.passes._by_token.values()
    with caller.waiting():
        await elapse(monkeypatch, 24 * 3600)
        assert not asking.done()
    rig.gate.open.set()

    assert (await asking).text == "x"


async def test_a_command_sees_nothing_of_ours_and_nothing_of_a_surrounding_claude_code(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = {
        "ANTHROPIC_AUTH_TOKEN": "canary-auth",
        "ANTHROPIC_API_KEY": "canary-key",
        "ANTHROPIC_CUSTOM_HEADERS": "canary: 1",
        "AWS_SECRET_ACCESS_KEY": "canary-aws",
        "DATABASE_PASSWORD": "canary-database",
        "SEMPRE_DATABASE_URL": "canary-url",
        "CLAUDECODE": "canary-cc",
        "CLAUDE_CODE_SESSION_ID": "canary-session",
        "CLAUDE_CODE_CHILD_SESSION": "canary-child",
        "CLAUDE_CODE_MESSAGING_SOCKET_TOKEN": "canary-socket",
        "CLAUDE_CODE_OAUTH_TOKEN": "canary-oauth",
        "AI_AGENT": "canary-agent",
        "HTTPS_PROXY": "http://user:canary-proxy@127.0.0.1:9",
        "LD_PRELOAD_CANARY": "canary-preload",
    }
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LANG", "C.UTF-8")
    notes = Notes()
    await rig.ask(f"{write_tool('Bash', command='env; cat /proc/$PPID/environ')} [[say:x]]", notes)
    seen = notes.of("turn.tool_result")[0]["output"]

    assert "canary" not in seen
    assert "LANG=C.UTF-8" in seen
    assert f"HOME={rig.root}" in seen
    assert f"CLAUDE_CODE_SESSION_ID={rig.sessions['files:a'].id}" in seen  # Claude Code's own
    (token,) = rig.passes._by_token
    assert f"ANTHROPIC_API_KEY={token}" in seen  # worthless anywhere else


async def test_no_argument_shows_the_token_to_other_users(rig: Rig) -> None:
    rig.set(instructions="Keep this to yourself.")
    await rig.ask("[[say:x]]")
    (token,) = rig.passes._by_token
    (program,) = rig.claudes()
    line = " ".join(program.cmdline())

    assert token not in line
    assert "Keep this" not in line
    (launch,) = rig.state.iterdir()
    assert stat.S_IMODE(launch.stat().st_mode) == 0o700
    assert [each.name for each in launch.iterdir()] == ["pid.json"]  # the rest was read and removed
    if os.name == "posix":
        assert os.getpgid(program.pid) == program.pid


async def test_a_stopped_sessions_token_is_revoked_also_when_it_never_started(rig: Rig) -> None:
    rig.limits = replace(QUICK, start_seconds=0.001)
    outcome = await rig.ask("[[say:x]]")

    assert outcome.failure is not None
    assert outcome.failure.kind == "not_started"
    assert rig.passes._by_token == {}
