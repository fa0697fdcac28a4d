"""The texts that PM2, systemd and NSSM read. Pure."""

import json
from dataclasses import dataclass
from pathlib import Path

_CLOSING_SECONDS = 15  # after the grace time: events are written, processes end, pages hang up
_MISCONFIGURED = 7  # starting again changes nothing; a person must act first


@dataclass(frozen=True, kw_only=True)
class Unit:
    name: str
    home: Path
    program: Path
    user: str
    grace_seconds: float

    @property
    def stop_seconds(self) -> int:
        """Ended by force only after this."""
        return int(self.grace_seconds) + _CLOSING_SECONDS


def pm2(unit: Unit) -> str:
    settings = {
        "name": unit.name,
        "namespace": "sempre",
        "script": str(unit.program),
        "args": "up",
        "interpreter": "none",
        "cwd": str(unit.home),
        "env": {"SEMPRE_HOME": str(unit.home)},
        "exec_mode": "fork",
        "instances": 1,
        "autorestart": True,
        "max_restarts": 50,
        "min_uptime": "10s",
        "restart_delay": 2000,
        "stop_exit_codes": [_MISCONFIGURED],
        "kill_timeout": unit.stop_seconds * 1000,
        "treekill": False,
        "max_memory_restart": "1G",
        "merge_logs": True,
        "time": False,
    }
    written = json.dumps({"apps": [settings]}, indent=2, ensure_ascii=False)
    return f"""// Sempre under PM2. Save as ecosystem.config.cjs, then:
//   pm2 start ecosystem.config.cjs && pm2 save && pm2 startup
// kill_timeout lets running turns finish ({unit.grace_seconds:g} s by server.grace_seconds) and the rest be put down;
// treekill is off, because Sempre ends its agents itself, in order. No credential belongs here: `sempre connect`
// keeps it encrypted.
module.exports = {written};
"""


def systemd(unit: Unit) -> str:
    return f"""# Sempre under systemd. Save as /etc/systemd/system/{unit.name}.service, then:
#   sudo systemctl daemon-reload && sudo systemctl enable --now {unit.name}
[Unit]
Description=Sempre on {_specifier(unit.home)}
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=exec
User={unit.user}
WorkingDirectory={_specifier(unit.home)}
Environment={_quoted(f"SEMPRE_HOME={unit.home}")}
ExecStart={_quoted(str(unit.program))} up
Restart=always
RestartSec=2
# Starting again does not help where a person must act first.
RestartPreventExitStatus={_MISCONFIGURED}
KillSignal=SIGTERM
# Only Sempre is asked to stop; it ends its agents itself, in order.
KillMode=mixed
# Running turns may finish ({unit.grace_seconds:g} s by server.grace_seconds), the rest is put down.
TimeoutStopSec={unit.stop_seconds}
UMask=0077
LimitNOFILE=65536

# Hardening that leaves agents able to work: they write in their directories, run builds (memory that is written
# and executed), and may use bubblewrap (user namespaces and a /proc of its own, so nothing may cover /proc).
NoNewPrivileges=yes
ProtectSystem=full
PrivateTmp=yes
ProtectControlGroups=yes
ProtectKernelModules=yes
ProtectClock=yes
ProtectHostname=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
CapabilityBoundingSet=
AmbientCapabilities=

[Install]
WantedBy=multi-user.target
"""


def windows(unit: Unit) -> str:
    wait = unit.stop_seconds * 1000
    name, home = unit.name, unit.home
    return f"""@rem Sempre as a Windows service, with NSSM (https://nssm.cc). Run in a prompt with administrator's rights.
nssm install {name} "{unit.program}" up
nssm set {name} AppDirectory "{home}"
nssm set {name} AppEnvironmentExtra "SEMPRE_HOME={home}"
nssm set {name} AppStopMethodConsole {wait}
nssm set {name} AppExit Default Restart
nssm set {name} AppExit {_MISCONFIGURED} Exit
nssm set {name} AppRestartDelay 2000
nssm set {name} AppStdout "{home}\\.sempre\\log\\service.txt"
nssm set {name} AppStderr "{home}\\.sempre\\log\\service.txt"
@rem It must run as you, since agents and their sessions are yours: this asks for your password.
nssm edit {name}
sc.exe config {name} start= delayed-auto
sc.exe failure {name} reset= 86400 actions= restart/2000/restart/2000/restart/2000
sc.exe start {name}
"""


def _specifier(path: Path) -> str:
    """`%` begins a specifier in a unit."""
    return str(path).replace("%", "%%")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
