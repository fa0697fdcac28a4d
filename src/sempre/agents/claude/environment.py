"""The whole environment of a Claude Code process, by allow-list: every command that an agent runs can print it.

So nothing of ours, of the provider's or of a surrounding Claude Code gets in; what is needed is set here.
"""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from sempre import environment
from sempre.agents import descendants
from sempre.agents.claude.access import Access
from sempre.agents.claude.windows import git_bash

_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
_LOOPBACK = "127.0.0.1,localhost,::1"
_QUIET = {
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_ENTRYPOINT": "sdk-py",
    # What a turn starts must end within it: a process that waits for the next prompt may be stopped.
    "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1",
    "CLAUDE_ENABLE_BYTE_WATCHDOG": "1",
}
_SHORTEST_STALL = 10.0  # Claude Code takes no less


def build(
    parent: Mapping[str, str],
    access: Access,
    token: str,
    *,
    mark: str,
    directory: Path,
    retries: int,
    silence_seconds: float,
    continues: bool = False,
) -> dict[str, str]:
    """Returns everything that the process will see; `parent` is where allowed names are taken from. `continues`: a
    call that the session was put off for is taken up; else it is over, and must not come up again by itself."""
    return {
        **environment.inherited(parent),
        **_network(parent, own_login=access.model_url is None),
        **_QUIET,
        **_model(access, token),
        **_bash(parent),
        **_configuration(parent, access),
        "CLAUDE_CODE_MAX_RETRIES": str(retries),
        # A stalled stream is cut and tried again by Claude Code itself, well before we break off the attempt.
        "CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS": str(
            int(max(silence_seconds * 0.4, _SHORTEST_STALL) * 1000)
        ),
        **({} if continues else {"CLAUDE_CODE_DISABLE_DEFERRED_TOOL_RESUME": "1"}),
        "PWD": str(directory),
        descendants.MARK: mark,
    }


def _network(parent: Mapping[str, str], *, own_login: bool) -> dict[str, str]:
    """The person's proxy, but not past it to our own listener. A proxy's password is handed on only where
    Claude Code itself must pass the proxy: behind the gateway it need not."""
    proxies = {
        name: value
        for name, value in parent.items()
        if name.upper() in _PROXIES and (own_login or "@" not in value)
    }
    around = next((parent[name] for name in ("NO_PROXY", "no_proxy") if parent.get(name)), "")
    direct = f"{around},{_LOOPBACK}" if around else _LOOPBACK
    return {**proxies, "NO_PROXY": direct, "no_proxy": direct}


def _model(access: Access, token: str) -> dict[str, str]:
    address = access.model_address(token)
    return {"ANTHROPIC_BASE_URL": address, "ANTHROPIC_API_KEY": token} if address else {}


def _configuration(parent: Mapping[str, str], access: Access) -> dict[str, str]:
    """Not named when it is where Claude Code looks by itself: a named folder has a login of its own, even when
    it is the same one (macOS keeps logins by that name)."""
    home = parent.get("HOME") or parent.get("USERPROFILE")
    usual = home is not None and access.config_directory == Path(home) / ".claude"
    return {} if usual else {"CLAUDE_CONFIG_DIR": str(access.config_directory)}


def _bash(parent: Mapping[str, str]) -> dict[str, str]:
    if sys.platform != "win32":
        return {}
    git = shutil.which("git", path=parent.get("PATH"))
    bash = git and git_bash(git, os.path.exists)
    return {"CLAUDE_CODE_GIT_BASH_PATH": bash} if bash else {}
