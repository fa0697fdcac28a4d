"""The command line as a whole: help, errors, exit codes, completion, and what it must not load."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from sempre.app import Role
from sempre.cli import exits
from sempre.cli.commands import program
from sempre.cli.parts import PARTS
from sempre.cli.roles import RoleName
from sempre.errors import InvalidError, MisconfiguredError, SempreError
from tests.cli.shell import Shell
from tests.support.patience import PATIENCE

SLOW = {
    "claude_agent_sdk",
    "dbos",
    "fastapi",
    "httpx2",
    "pydantic",
    "rich",
    "sqlalchemy",
    "structlog",
}


def leaves(command: Any, path: str) -> list[tuple[str, Any]]:
    children = getattr(command, "commands", {})
    if not children:
        return [(path, command)]
    return [
        leaf for name, each in children.items() for leaf in leaves(each, f"{path} {name}".strip())
    ]


COMMANDS = leaves(typer.main.get_command(program()), "")


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[path for path, _ in COMMANDS])
def test_every_command_and_option_says_what_it_is_for(path: str, command: Any):
    assert command.help.endswith(".")
    for parameter in command.params:
        assert parameter.help, f"{path} {parameter.name}"


@pytest.mark.parametrize("path", [path for path, _ in COMMANDS])
def test_every_command_speaks_json(path: str):
    options = {
        word for name, each in COMMANDS if name == path for p in each.params for word in p.opts
    }
    assert "--json" in options


@pytest.mark.parametrize("word", ["status", "send", "board"])
def test_a_quick_command_loads_nothing_slow_and_no_other_command(
    word: str, clean_environment: dict[str, str]
):
    code = (
        "import sys, typer; from sempre.cli import main; from sempre.cli.commands import program; "
        f"typer.main.get_command(program({word!r})); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=clean_environment,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert loaded & SLOW == set()
    others = {f"sempre.cli.{part.module}" for part in PARTS if part.word != word}
    assert loaded & others == set()


def test_only_what_is_asked_for_is_there_but_what_is_no_command_finds_them_all():
    assert [path for path, _ in leaves(typer.main.get_command(program("status")), "")] == ["status"]
    assert [path for path, _ in leaves(typer.main.get_command(program("nonsense")), "")] == [
        path for path, _ in COMMANDS
    ]


def test_the_roles_are_those_of_the_application():
    assert {(role.name, role.value) for role in RoleName} == {
        (role.name, role.value) for role in Role
    }


def test_help_and_version_need_no_home(shell: Shell):
    assert shell.run("--version").out.startswith("sempre ")
    helped = shell.run("--help")
    assert helped.code == 0
    assert "dead" in helped.out
    assert list(shell.home.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["send"], ["turns", "show"], ["connect", "password"], ["up", "--port", "70000"]],
)
def test_wrong_usage_is_two(shell: Shell, words: list[str]):
    assert shell.run(*words).code == 2


ASKING = [
    ["status"],
    ["tail"],
    ["turns"],
    ["turns", "show", "coder#1"],
    ["board"],
    ["board", "check", "shop"],
    ["card"],
    ["card", "show", "SHOP-1"],
    ["card", "run", "SHOP-1", "--wait"],
    ["card", "log", "SHOP-1", "--follow"],
    ["cancel", "coder#1"],
    ["retry", "coder#1"],
    ["resume", "coder"],
    ["dead"],
    ["dead", "show", "coder#1"],
    ["dead", "retry", "--all"],
    ["dead", "purge", "--all"],
    ["login-link"],
    ["token", "login-link"],
    ["send", "coder", "text", "--wait"],
]


@pytest.mark.parametrize("words", ASKING, ids=" ".join)
def test_where_nobody_runs_it_says_how_to_start(shell: Shell, words: list[str]):
    said = shell.run(*words)
    assert (said.code, said.out) == (6, "")
    assert f"Sempre does not run on {shell.home}. Start it there with `sempre up`." in said.err
    assert list(shell.home.iterdir()) == []


def test_from_above_a_home_it_names_that_one(shell: Shell):
    (shell.home / "home" / ".sempre").mkdir(parents=True)
    assert (
        f"There is one in {shell.home}/home: name it with `--home home`." in shell.run("status").err
    )


def test_with_json_errors_are_json_too(shell: Shell):
    said = shell.run("status", "--json")
    assert said.out == ""
    assert json.loads(said.err)["error"]["code"] == "not_running"


def test_the_narrowest_family_gives_the_code():
    assert exits.exit_code(InvalidError("no")) == 5
    assert exits.exit_code(MisconfiguredError("no", remedy="do")) == 7
    assert exits.exit_code(SempreError("no")) == 1


def test_completion_knows_commands_and_workers(shell: Shell):
    for home, worker in ((shell.home, "sentinela"), (shell.home / "rehearsal", "sela")):
        (home / ".queue" / worker).mkdir(parents=True)
    assert complete(shell, "sempre dea") == ["dead"]
    assert complete(shell, "sempre dead p") == ["purge"]
    assert complete(shell, "sempre send se") == ["sela", "sentinela"]


@pytest.mark.parametrize("name", ["bash", "zsh", "fish", "powershell"])
def test_there_is_a_completion_script_for_every_shell(shell: Shell, name: str):
    script = _ask(shell, {"_SEMPRE_COMPLETE": f"source_{name}"})
    assert f"complete_{name}" in script


def complete(shell: Shell, typed: str) -> list[str]:
    asked = {
        "_SEMPRE_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(typed.count(" ")),
        "SEMPRE_HOME": str(shell.home),
    }
    return _ask(shell, asked).split()


def _ask(shell: Shell, asked: dict[str, str]) -> str:
    """What a shell is told when it asks in its own way."""
    program = Path(sys.executable).with_name("sempre.exe" if os.name == "nt" else "sempre")
    done = subprocess.run(
        [program],
        env={**shell.environment, **asked},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return done.stdout
