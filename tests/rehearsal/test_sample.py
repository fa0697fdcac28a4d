"""The sample workspace is whole, laid down once, and its scripts run on the real Claude Code CLI."""

import re
from pathlib import Path

import pytest

from sempre import settings
from sempre.contract.actions import Action, Verdict
from sempre.policy import Rights, judge
from sempre.rehearsal import MessagesApi, lay_down
from sempre.rehearsal.directives import read_script
from sempre.workflows.tool_gate import Disk
from tests.rehearsal.cli import running_cli
from tests.support.environment import allowed_environment

WORKERS = {"sentinela", "revisor", "pesquisa"}
SLOW = re.compile(r"\[\[(?:drip|stall)[^\]]*\]\]")


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in files}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / 'a "quoted" home'
    home.mkdir()
    lay_down(home)
    return home


def test_every_worker_has_settings_prompts_and_a_place_to_work(home: Path):
    assert set(settings.load(home).workers) == WORKERS
    for worker in WORKERS:
        assert list((home / ".queue" / worker).glob("*.prompt"))
        assert list((home / "workspaces" / worker).iterdir())


def test_every_prompt_is_a_script_that_can_be_played(home: Path):
    scripts = [read_script(path.read_text("utf-8")) for path in home.rglob("*.prompt")]
    assert len(scripts) >= 9
    assert all(script.source for script in scripts)
    assert "@PLACE" not in "".join(contents(home).values())
    schedules = [each for w in settings.load(home).workers.values() for each in w.schedule]
    assert all(read_script(schedule.prompt).say for schedule in schedules)


def test_the_sample_shows_streaming_tools_a_retry_and_a_failure(home: Path):
    scripts = [read_script(path.read_text("utf-8")) for path in home.rglob("*.prompt")]
    called = {call.name for script in scripts for call in script.calls}
    assert called >= {"Bash", "Read", "Write", "Edit", "Agent"}
    assert any(script.drip and script.drip.pieces > 50 for script in scripts)
    errors = {(script.error.status, script.error.times) for script in scripts if script.error}
    assert errors == {(529, 3), (400, None)}


def test_one_call_of_the_sample_waits_for_a_person_and_its_name_says_so(home: Path):
    workers = settings.load(home).workers
    verdicts = [
        (
            prompt.relative_to(home / ".queue").as_posix(),
            judge(
                Action(
                    channel=f"files:{worker}",
                    turn_id="t",
                    call_id="c",
                    tool=call.name,
                    input=call.input,
                    directory=str(home / "workspaces" / worker),
                ),
                Rights(
                    directory=str(home / "workspaces" / worker),
                    home=str(home),
                    commands=workers[worker].commands,
                ),
                Disk(),
            ).verdict,
        )
        for worker in WORKERS
        for prompt in (home / ".queue" / worker).glob("*.prompt")
        for call in read_script(prompt.read_text("utf-8")).calls
    ]
    waiting = [each for each in verdicts if each[1] is not Verdict.ALLOW]
    assert waiting == [("revisor/03-asks-first.prompt", Verdict.ASK)]


def test_laying_down_again_changes_nothing(home: Path):
    (home / ".queue" / "sentinela" / "01-boas-vindas.prompt").unlink()  # it was answered
    before = contents(home)
    lay_down(home)
    assert contents(home) == before


def test_home_with_settings_of_its_own_is_left_alone(tmp_path: Path):
    (tmp_path / "sempre.toml").write_text("")
    lay_down(tmp_path)
    assert contents(tmp_path) == {"sempre.toml": ""}


def test_broken_off_laying_down_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    replace = Path.replace

    def full_disk(path: Path, target: Path) -> Path:
        if target.name == "sempre.toml":
            raise OSError(28, "No space left on device")
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full_disk)
        with pytest.raises(OSError):
            lay_down(tmp_path)
    lay_down(tmp_path)
    assert set(settings.load(tmp_path).workers) == WORKERS
    prompts = [path for path in (tmp_path / ".queue").rglob("*") if path.suffix == ".prompt"]
    assert len(prompts) == len({path.name for path in prompts}) >= 9


@pytest.mark.claude
async def test_the_tools_of_the_sample_work(home: Path, tmp_path: Path):
    user = tmp_path / "user"
    user.mkdir()
    async with MessagesApi() as api:
        for worker in sorted(WORKERS):
            place = home / "workspaces" / worker
            async with running_cli(api.url, allowed_environment(user), place) as cli:
                for prompt in sorted((home / ".queue" / worker).glob("*.prompt")):
                    text = SLOW.sub("", prompt.read_text("utf-8"))
                    script = read_script(text)
                    if script.calls:
                        turn = await cli.ask(text)
                        assert turn.result["result"] == script.say, prompt
                        refused = [b for b in turn.blocks("tool_result") if b.get("is_error")]
                        assert refused == [], prompt
        assert api.record.unexpected == []
    assert "taxa / 100)" in (home / "workspaces" / "revisor" / "desconto.py").read_text("utf-8")
    assert (home / "workspaces" / "sentinela" / "diario.md").exists()
