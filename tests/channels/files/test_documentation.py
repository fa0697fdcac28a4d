"""docs/channels/files.md names what a person may meet."""

import re
from pathlib import Path

import pytest

from sempre.channels.files.notices import Notice
from sempre.settings import FileSettings

_DOCS = Path("docs/channels/files.md").read_text("utf-8")
_SOURCES = "\n".join(
    path.read_text("utf-8")
    for path in Path("src/sempre/channels/files").iterdir()
    if path.suffix == ".py"
)


@pytest.mark.parametrize("notice", Notice)
def test_each_notice_is_documented(notice: Notice):
    assert f"| `{notice.value}` |" in _DOCS


@pytest.mark.parametrize("name", FileSettings.model_fields)
def test_each_setting_is_documented(name: str):
    assert f"| `files.{name}` |" in _DOCS


@pytest.mark.parametrize("pattern", [r'"(prompt_[a-z0-9_]+)",', r'crash\.point\("([a-z.]+)"\)'])
def test_each_failure_and_crash_point_is_documented_and_nothing_else(pattern: str):
    there = set(re.findall(pattern, _SOURCES))
    prefix = "prompt_" if "prompt_" in pattern else "files."
    documented = {
        name
        for name in re.findall(r"^\| `([a-z0-9_.]+)` \|", _DOCS, re.MULTILINE)
        if name.startswith(prefix)
    }
    assert there
    assert there == documented - {f"files.{name}" for name in FileSettings.model_fields}
