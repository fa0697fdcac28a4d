"""docs/reference/commands.md and settings.md say what there is, and nothing else."""

import re
from pathlib import Path

import pytest
import typer
from pydantic import BaseModel

from checks.reference import FOLDER, PAGES, renew
from sempre.cli import exits
from sempre.cli.commands import program
from sempre.settings import RuleSettings, Schedule, Settings, WorkerSettings
from tests.cli.test_commands import COMMANDS, leaves

COMMANDS_PAGE = (FOLDER / "commands.md").read_text("utf-8")
SETTINGS_PAGE = (FOLDER / "settings.md").read_text("utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_tables_are_those_of_the_code(path: Path):
    page = path.read_text("utf-8")
    assert renew(page, PAGES[path]()) == page, "Run: make fix"


def test_every_command_and_option_is_documented():
    sections = dict(
        re.findall(r"^###? sempre (.+)\n((?:.|\n)*?)(?=^##|\Z)", COMMANDS_PAGE, re.MULTILINE)
    )
    for path, command in COMMANDS:
        for parameter in command.params:
            if parameter.param_type_name == "option":
                for word in parameter.opts:
                    assert re.search(rf"`{re.escape(word)}[ `]", sections[path]), f"{path} {word}"
    groups = {path.partition(" ")[0] for path, _ in COMMANDS if " " in path}
    assert set(sections) - {path for path, _ in COMMANDS} <= groups


def test_every_exit_code_is_documented():
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", COMMANDS_PAGE, re.MULTILINE)}
    ours = {code for _, code in exits.BY_FAMILY} | {exits.FAILED, exits.LOST, exits.AT_ONCE}
    assert documented == ours | {0, 2}


def test_examples_use_commands_and_options_that_there_are():
    known = dict(leaves(typer.main.get_command(program()), ""))
    for line in re.findall(r"sempre ([a-z-]+[^#|\n]*)", _console(COMMANDS_PAGE)):
        words = line.split()
        name = next(" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in known or n == 1)
        command = known.get(name) or known[f"{name} list"]
        options = {word for parameter in command.params for word in parameter.opts}
        assert {word for word in words if re.match(r"--?[a-z]", word)} <= options, line


def test_every_setting_is_documented_with_its_default_and_what_it_does():
    for name, field in Settings.model_fields.items():
        section = field.get_default(call_default_factory=True)
        if not isinstance(section, BaseModel):
            continue  # workers and rules have tables of their own
        for setting, each in type(section).model_fields.items():
            assert each.description, f"{name}.{setting}"
            row = f"| `{setting}` | "
            assert row in SETTINGS_PAGE, f"{name}.{setting}"
            assert (
                f"`SEMPRE_{name.upper()}__{setting.upper()}` | {each.description}" in SETTINGS_PAGE
            )
    for section in (RuleSettings, WorkerSettings, Schedule):
        for setting, each in section.model_fields.items():
            assert each.description, setting
            assert re.search(
                rf"^\| `{setting}` \| .+ \| {re.escape(each.description)}",
                SETTINGS_PAGE,
                re.MULTILINE,
            )


def test_the_example_of_settings_is_understood():
    import tomllib

    (example,) = re.findall(r"```toml\n(.*?)```", SETTINGS_PAGE, re.DOTALL)
    settings = Settings(**tomllib.loads(example))
    assert settings.worker("coder").schedule[0].every == "02:00"


def _console(page: str) -> str:
    return "\n".join(re.findall(r"```console\n(.*?)```", page, re.DOTALL))
