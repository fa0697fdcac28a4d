"""No path that is allowed leads out, however it is put together."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy import worker
from tests.policy.worker import Worker

NAMES = [
    *(
        "..",
        ".",
        "",
        "a.py",
        "src",
        "b.py",
        "new",
        "link_in",
        "link_deep",
        "link_out",
        "link_file",
        "link_state",
    ),
    *("link_dangling", "secret.txt", "key", ".claude", "settings.json", "~", "...", "other", "w"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Worker:
    return worker.make(tmp_path_factory.mktemp("policy"))


def lies_within(path: str, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=7).map("/".join),
    st.sampled_from(["", "/", "{own}/", "{home}/", "./"]),
)
def test_an_allowed_path_lies_within_for_the_disk_and_for_who_tidies_it(
    place: Worker, path: str, start: str
):
    path = str(place.fill(start)) + path
    for tool in ("Read", "Write"):
        if place.ask(tool, file_path=path).verdict == "allow":
            for version in (path, os.path.normpath(path)):
                real = os.path.realpath(place.own / version)
                assert lies_within(real, place.own), (tool, path)
                assert ".claude/settings" not in real
    if place.run(f"cat '{path}'").verdict == "allow":
        assert lies_within(str(place.own / path), place.own), path


@pytest.mark.parametrize(
    "path",
    [
        ".claude/settings.json",
        ".CLAUDE/SETTINGS.JSON",
        ".claude/settings.local.json",
        "src/.claude/settings.json",
        ".claude/./settings.json",
        ".claude//settings.json",
        ".claude/settings.json.",
        "\uff0eclaude/settings.json",
        ".claude/\uff53ettings.json",
    ],
)
def test_settings_of_claude_code_are_refused_however_they_are_spelled(place: Worker, path: str):
    for tool in ("Read", "Write"):
        assert place.ask(tool, file_path=str(place.own / path)).verdict == "deny"
