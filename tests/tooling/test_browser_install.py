"""`make test` installs Debian's Chromium where that is allowed, and else says what to run."""

from pathlib import Path

import pytest

from checks import browser
from tests.support import chromium

pytestmark = pytest.mark.posix

# Poses as apt-get: notes its arguments, and "installs" by writing the program.
APT_GET = """#!/bin/sh
echo "$@" >> calls
case "$*" in *install*) printf '#!/bin/sh\\n' > chromium && /bin/chmod +x chromium ;; esac
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no browser and no package manager."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SEMPRE_CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "PLACES", {})
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    return tmp_path


def write_program(machine: Path, name: str, text: str) -> None:
    path = machine / name
    path.write_text(text)
    path.chmod(0o755)


def test_root_on_debian_gets_chromium(machine: Path) -> None:
    write_program(machine, "apt-get", APT_GET)
    browser.provide_browser()
    assert chromium.find_chromium() == str(machine / "chromium")
    update, install = (machine / "calls").read_text().splitlines()
    assert update.endswith("update")
    assert "install --no-install-recommends chromium" in install


def test_nothing_is_installed_where_a_browser_is(machine: Path) -> None:
    write_program(machine, "apt-get", APT_GET)
    write_program(machine, "google-chrome", "#!/bin/sh\n")
    browser.provide_browser()
    assert not (machine / "calls").exists()


def test_a_person_without_root_is_told_the_command(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program(machine, "apt-get", APT_GET)
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="sudo apt-get install chromium"):
        browser.provide_browser()
    assert not (machine / "calls").exists()


def test_a_failing_apt_get_shows_what_it_said(machine: Path) -> None:
    write_program(machine, "apt-get", "#!/bin/sh\necho 'E: no such package' >&2\nexit 100\n")
    with pytest.raises(SystemExit, match="E: no such package"):
        browser.provide_browser()
