"""docs/rehearsal.md names every directive, and what it shows works."""

import re
from pathlib import Path

from sempre.rehearsal import stages
from sempre.rehearsal.directives import DIRECTIVES, read_script

TEXT = (Path(__file__).parents[2] / "docs" / "rehearsal.md").read_text("utf-8")


def test_every_directive_is_documented():
    documented = {
        name
        for row in TEXT.splitlines()
        if row.startswith("| `[[")
        for name in re.findall(r"\[\[([a-z]+)", row.split("|")[1])
    }
    assert documented == {*DIRECTIVES, *stages.NAMES}


def test_examples_can_be_played():
    block = re.findall(r"```text\n(.*?)```", TEXT, re.DOTALL)[0]
    script = read_script(block)
    assert script.calls[0].name == "Read"
    assert script.say == "One remark: the rate is divided by 10 instead of 100."
    for line in re.findall(r"^- .*?`(\[\[.*\]\])`", TEXT, re.MULTILINE):
        assert read_script(line).source == line
    assert read_script('[[say:"this is not the end: ]]"]]').say == "this is not the end: ]]"
