"""What keeps Sempre running: read by the programs that it is meant for, where they are here."""

import json
import shutil
import subprocess
from pathlib import Path, PureWindowsPath
from typing import Any, cast

import pytest

from hatch_build import node_command
from sempre.cli import exits, units
from sempre.cli.units import Unit
from sempre.errors import MisconfiguredError
from tests.cli.shell import Shell


def unit(home: str = "/srv/my sempre 100%", program: str = "/opt/a b$c/bin/sempre") -> Unit:
    return Unit(
        name="sempre", home=Path(home), program=Path(program), user="sempre", grace_seconds=20
    )


def evaluated(text: str, folder: Path) -> dict[str, Any]:
    path = folder / "ecosystem.config.cjs"
    path.write_text(text, "utf-8")
    code = f"console.log(JSON.stringify(require({json.dumps(str(path))})))"
    done = subprocess.run(node_command("-e", code), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["apps"][0]


def test_pm2_reads_the_ecosystem_file(tmp_path: Path):
    app = evaluated(units.pm2(unit()), tmp_path)
    assert app["script"] == "/opt/a b$c/bin/sempre"
    assert app["cwd"] == app["env"]["SEMPRE_HOME"] == "/srv/my sempre 100%"
    assert (app["interpreter"], app["args"], app["namespace"]) == ("none", "up", "sempre")
    assert app["autorestart"] is True
    assert app["treekill"] is False
    assert app["kill_timeout"] == 35_000
    assert {"max_restarts", "min_uptime", "restart_delay", "max_memory_restart"} <= set(app)
    assert app["stop_exit_codes"] == [exits.exit_code(MisconfiguredError("x", remedy="y"))]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_no_fault_in_the_unit(shell: Shell, tmp_path: Path):
    path = tmp_path / "sempre.service"
    assert shell.run("service", "systemd", "--user", "root", "-o", str(path)).code == 0
    done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_stops_sempre_alone_and_gives_it_time():
    text = units.systemd(unit())
    settings = dict(
        line.split("=", 1) for line in text.splitlines() if "=" in line and line[0] != "#"
    )
    assert settings["ExecStart"] == '"/opt/a b$$c/bin/sempre" up'
    assert settings["Environment"] == '"SEMPRE_HOME=/srv/my sempre 100%%"'
    assert settings["WorkingDirectory"] == "/srv/my sempre 100%%"
    assert (settings["User"], settings["Restart"], settings["KillSignal"]) == (
        "sempre",
        "always",
        "SIGTERM",
    )
    assert settings["KillMode"] == "mixed"
    assert int(settings["TimeoutStopSec"]) > 20
    # Both would break what agents do: JIT compilers, and bubblewrap's own /proc.
    assert not {
        "MemoryDenyWriteExecute",
        "RestrictNamespaces",
        "ProtectProc",
        "ProtectKernelTunables",
    } & set(settings)


def test_windows_commands_quote_what_has_spaces():
    home, program = (
        PureWindowsPath(r"C:\My Sempre"),
        PureWindowsPath(r"C:\Program Files\sempre.exe"),
    )
    text = units.windows(
        Unit(
            name="Sempre",
            home=cast("Path", home),
            program=cast("Path", program),
            user="me",
            grace_seconds=20,
        )
    )
    assert r'nssm install Sempre "C:\Program Files\sempre.exe" up' in text
    assert r'AppDirectory "C:\My Sempre"' in text
    assert "AppStopMethodConsole 35000" in text
    assert "sc.exe start Sempre" in text


def test_the_grace_time_of_the_home_counts(shell: Shell, tmp_path: Path):
    (shell.home / "sempre.toml").write_text("[server]\ngrace_seconds = 100\n")
    app = evaluated(shell.json("service", "pm2")["text"], tmp_path)
    assert app["kill_timeout"] == 115_000
    assert Path(app["script"]).is_absolute()
    assert Path(app["script"]).is_file()


def test_a_file_that_cannot_be_written_is_said(shell: Shell):
    assert shell.run("service", "pm2", "-o", str(shell.home / "no" / "file")).code == 6
