"""What a person sets: from the file, overruled by the environment, a typing mistake told."""

from pathlib import Path

import pytest

from sempre.errors import MisconfiguredError
from sempre.settings import load


def test_nothing_set_is_the_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8377)
    assert settings.worker("anybody").directory == ""
    files, sessions = settings.files, settings.sessions
    assert (files.rescan_seconds, files.max_prompt_bytes, files.keep_done) == (5, 1 << 20, False)
    assert (settings.turns.attempts, settings.events.coalesce_ms) == (5, 50)
    assert (sessions.starting, sessions.alive) == (2, 8)


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sempre.toml").write_text('[server]\nport = 1\n[workers.coder]\nmodel = "sonnet"\n')
    monkeypatch.setenv("SEMPRE_SERVER__PORT", "2")
    settings = load(tmp_path)
    assert (settings.server.port, settings.worker("coder").model) == (2, "sonnet")


def test_the_database_has_a_short_name_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMPRE_DATABASE_URL", "postgresql://here/sempre")
    assert load(tmp_path).database.url == "postgresql://here/sempre"
    monkeypatch.setenv("SEMPRE_DATABASE__URL", "postgresql://there/sempre")
    assert load(tmp_path).database.url == "postgresql://there/sempre"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[servr]\nport = 1\n", "servr"),
        ("[server]\nprot = 1\n", "server.prot"),
        ("[server]\nport = 'x'\n", "server.port"),
        ("[server\n", "not valid TOML"),
        ("[server]\ntime_zone = 'Mars/Olympus'\n", "no time zone"),
        ("[workers.coder]\nefort = 'low'\n", "workers.coder.efort"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "sempre.toml").write_text(text)
    with pytest.raises(MisconfiguredError) as caught:
        load(tmp_path)
    assert told in caught.value.message
    assert caught.value.remedy
