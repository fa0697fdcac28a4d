"""sempre.toml while Sempre runs: what holds, what is told, what waits for a start."""

from pathlib import Path

import pytest

from sempre.errors import MisconfiguredError
from sempre.settings import Settings, load
from sempre.settings.live import LiveSettings


@pytest.fixture
def live(tmp_path: Path) -> LiveSettings:
    write(tmp_path, '[workers.coder]\nmodel = "sonnet"\n')
    found = LiveSettings(load(tmp_path))
    found.begin(tmp_path)
    return found


def write(home: Path, text: str) -> None:
    """As editors do: aside, then in its place."""
    aside = home / "aside"
    aside.write_text(text)
    aside.replace(home / "sempre.toml")


def settled(live: LiveSettings, home: Path) -> Settings | None:
    """The second look at a file that stays as it is."""
    assert live.look(home) is None
    return live.look(home)


def test_a_file_that_stays_as_it_is_is_not_read_again(live: LiveSettings, tmp_path: Path):
    assert settled(live, tmp_path) is None


def test_what_may_change_is_given_once_and_the_rest_waits_for_a_start(
    live: LiveSettings, tmp_path: Path
):
    write(
        tmp_path,
        '[workers.coder]\nmodel = "opus"\n[server]\nport = 1\n[budgets]\nday_dollars = 5\n'
        '[backups]\nevery = "6h"\n',
    )
    found = settled(live, tmp_path)
    assert found is not None
    assert (found.worker("coder").model, found.budgets.day_dollars) == ("opus", 5)
    assert found.backups.every == "6h"
    assert found.server.port == 8377
    assert live.waiting == ["server"]
    assert live.now.worker("coder").model == "sonnet"  # until it is taken
    live.take(found)
    assert live.now.worker("coder").model == "opus"
    assert settled(live, tmp_path) is None


def test_a_file_that_cannot_be_read_is_told_once_with_its_line_and_changes_nothing(
    live: LiveSettings, tmp_path: Path
):
    write(tmp_path, '[workers.coder]\nmodel = "opus"\n[workers\n')
    with pytest.raises(MisconfiguredError, match="line 3"):
        settled(live, tmp_path)
    assert live.problem is not None
    assert "line 3" in live.problem
    assert settled(live, tmp_path) is None
    assert live.now.worker("coder").model == "sonnet"
    write(tmp_path, '[workers.coder]\nmodel = "haiku"\n')
    found = settled(live, tmp_path)
    assert found is not None
    live.take(found)
    assert live.problem is None


def test_a_file_that_is_gone_says_nothing_any_more(live: LiveSettings, tmp_path: Path):
    (tmp_path / "sempre.toml").unlink()
    found = settled(live, tmp_path)
    assert found is not None
    assert found.workers == {}


def test_a_file_that_is_still_being_written_is_left_alone(live: LiveSettings, tmp_path: Path):
    for model in ("a", "bb", "ccc"):
        write(tmp_path, f'[workers.coder]\nmodel = "{model}"\n')
        assert live.look(tmp_path) is None
    found = live.look(tmp_path)
    assert found is not None
    assert found.worker("coder").model == "ccc"
