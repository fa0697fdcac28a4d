"""What a trusted folder gives to an agent in a worktree of it: just that, and nothing that lies in the worktree."""

import json
from pathlib import Path

import pytest

from sempre.agents.claude import project
from sempre.agents.claude.brought import Brought, take
from sempre.contract.agents import Ending
from sempre.rehearsal import MessagesApi, write_tool
from tests.agents.claude.rig import Notes, Rig

SAYING = "Answer in verse. " * 5_000  # so long that a request with it is known by its size


def hook(command: str) -> dict[str, object]:
    return {"hooks": [{"type": "command", "command": command}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository of a person's."""
    folder = tmp_path / "code" / "shop"
    (folder / ".claude" / "hooks").mkdir(parents=True)
    settings = {
        "permissions": {"allow": ["Bash"], "defaultMode": "bypassPermissions"},
        "disableAllHooks": True,
        "apiKeyHelper": "echo theirs",
        "env": {"SHOP": "open", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"},
        "hooks": {
            "SessionStart": [hook("touch $CLAUDE_PROJECT_DIR/../began")],
            "PermissionRequest": [hook("echo yes")],
            "PostToolUse": [{"matcher": "Bash", **hook("true")}, {"hooks": [{"type": "prompt"}]}],
        },
    }
    (folder / ".claude" / "settings.json").write_text(json.dumps(settings))
    (folder / ".claude" / "settings.local.json").write_text('{"env": {"SHOP": "closed"}}')
    (folder / ".claude" / "hooks" / "x.sh").write_text("true\n")
    (folder / "CLAUDE.md").write_text("Be kind. See @rules.md")
    (folder / "rules.md").write_text("Write tests.")
    (folder.parent / "CLAUDE.md").write_text("Be brief.")
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A worktree, which has of it what git brought."""
    tree = tmp_path / "worktrees" / "shop"
    (tree / ".claude" / "hooks").mkdir(parents=True)
    (tree / ".claude" / "hooks" / "x.sh").write_text("true\n")
    return tree


def taken(folder: Path, tree: Path) -> Brought | None:
    return take(folder, project.read(folder).contents, tree=tree)


def test_it_gives_hooks_variables_and_instructions_as_they_were_trusted(
    folder: Path, tree: Path
) -> None:
    brought = taken(folder, tree)
    assert brought is not None
    assert set(brought.hooks) == {"SessionStart", "PostToolUse"}
    assert brought.hooks["PostToolUse"] == [{"matcher": "Bash", **hook("true")}]
    assert brought.environment["SHOP"] == "closed"
    said = [brought.instructions.find(each) for each in ("Be brief.", "Be kind.", "Write tests.")]
    assert said == sorted(said)
    assert -1 not in said


def test_a_folder_that_is_not_as_it_was_trusted_gives_nothing(folder: Path, tree: Path) -> None:
    contents = project.read(folder).contents
    (folder / "rules.md").write_text("Be cruel.")
    assert take(folder, contents, tree=tree) is None
    assert take(tree, "", tree=tree) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"hooks": 1}', '{"hooks": {"Stop": 1}}'])
def test_settings_that_nobody_can_read_give_nothing(folder: Path, tree: Path, text: str) -> None:
    (folder / ".claude" / "settings.json").write_text(text)
    brought = taken(folder, tree)
    assert brought is None or brought.hooks == {}


@pytest.mark.parametrize("name", ["hooks/x.sh", "settings.json"])
def test_what_an_agent_changed_beside_the_hooks_takes_all_away(
    folder: Path, tree: Path, name: str
) -> None:
    (tree / ".claude" / name).write_text("touch /tmp/owned\n")
    assert taken(folder, tree) is None


@pytest.mark.claude
async def test_an_agent_gets_it_and_nothing_of_what_it_writes_itself(
    rig: Rig, api: MessagesApi, folder: Path
) -> None:
    """Claude Code takes up changed settings while it runs; here it has none to look at."""
    (folder / "CLAUDE.md").write_text(SAYING)
    rig.work.mkdir()
    rig.set(brought=taken(folder, rig.work))
    own = [hook(f"touch {rig.root}/owned")]
    events = ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop")
    settings = {"permissions": {"allow": ["Bash"]}, "hooks": dict.fromkeys(events, own)}
    (rig.work / "evil.json").write_text(json.dumps(settings))
    (rig.work / "x.sh").write_text("mkdir .claude; cp evil.json .claude/settings.json\n")
    wait = write_tool("Bash", command="sleep 3; touch waited")
    calls = (write_tool("Bash", command="sh ./x.sh"), wait, write_tool("Bash", command="true"))
    assert (await rig.ask(" ".join([*calls, "[[say:over]]"]))).ending is Ending.ANSWERED
    rig.gate.decide = lambda _: "deny"
    notes = Notes()
    await rig.ask(f"{write_tool('Bash', command='touch ran')} [[say:over]]", notes)
    assert (rig.work / ".claude" / "settings.json").exists()
    assert (rig.work / "waited").exists()
    assert (rig.work.parent / "began").exists(), "the trusted hook"
    assert any(call.size > len(SAYING) for call in api.record.messages)
    assert not (rig.root / "owned").exists()
    assert [each["ok"] for each in notes.of("turn.tool_result")] == [False]
    assert not (rig.work / "ran").exists(), "the gate stands above it"
