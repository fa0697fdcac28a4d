"""A value put into sempre.toml changes that value and nothing else."""

from pathlib import Path

import pytest

from sempre.errors import ConflictError, MisconfiguredError, RefusedError
from sempre.settings import load
from sempre.settings.writing import put

WRITTEN = """# ours
[server]
time_zone = "UTC"  # everybody's

[backups]  # asked for by Ana
# nightly
every = "03:00"   # quiet then
keep = 5

[[rules]]
verdict = "deny"
command = "git push"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sempre.toml"


def test_only_the_value_changes_and_comments_stay(file: Path):
    file.write_text(WRITTEN)
    file.chmod(0o640)
    put(file.parent, "backups", {"every": "6h"})
    assert file.read_text() == WRITTEN.replace('"03:00"', '"6h"')
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        '[server]\ntime_zone = "UTC"',
        'backups.every = "1h"\n[server]\ntime_zone = "UTC"\n',
        'backups = { every = "1h" } # all\n',
        '[backups]\r\nevery = "1h"\r\n\r\n[workers.backups]\r\nmodel = "opus"\r\n',
        '[workers.coder]\nmodel = "opus"\n[backups]\n[workers.writer]\nmodel = "haiku"\n',
    ],
)
def test_however_the_section_is_written(file: Path, written: str | None):
    if written is not None:
        file.write_bytes(written.encode())
    before = load(file.parent)
    put(file.parent, "backups", {"every": "off", "keep": 3})
    after = load(file.parent)
    assert (after.backups.every, after.backups.keep) == ("off", 3)
    assert after.model_copy(update={"backups": before.backups}) == before
    if written and "#" in written:
        assert "# all" in file.read_text()


def test_what_means_nothing_is_not_written(file: Path):
    file.write_text(WRITTEN)
    with pytest.raises(MisconfiguredError, match="no schedule"):
        put(file.parent, "backups", {"every": "sometimes"})
    with pytest.raises(MisconfiguredError, match="keep"):
        put(file.parent, "backups", {"keep": 0})
    assert file.read_text() == WRITTEN
    broken = f"{WRITTEN}[server\n"
    file.write_text(broken)
    with pytest.raises(MisconfiguredError, match="not valid TOML"):
        put(file.parent, "backups", {"keep": 4})
    assert file.read_text() == broken


def test_what_the_environment_overrules_is_told_and_not_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    file.write_text(WRITTEN)
    monkeypatch.setenv("SEMPRE_BACKUPS__EVERY", "2h")
    with pytest.raises(RefusedError, match="SEMPRE_BACKUPS__EVERY"):
        put(file.parent, "backups", {"every": "6h"})
    assert file.read_text() == WRITTEN


def test_a_file_that_would_say_more_than_that_is_left_alone(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    file.write_text(WRITTEN)
    monkeypatch.setattr("tomlkit.dumps", lambda _: '[backups]\nevery = "6h"\n')
    with pytest.raises(ConflictError, match="yourself"):
        put(file.parent, "backups", {"every": "6h"})
    assert file.read_text() == WRITTEN


def test_a_link_stays_one(file: Path):
    kept = file.with_name("kept.toml")
    kept.write_text(WRITTEN)
    file.symlink_to(kept)
    put(file.parent, "backups", {"keep": 9})
    assert file.is_symlink()
    assert load(file.parent).backups.keep == 9
