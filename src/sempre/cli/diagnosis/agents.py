"""Claude Code: whether it is there, in which version, and what stands around it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sempre.agents.claude.command import find_program
from sempre.agents.claude.windows import git_bash
from sempre.cli.diagnosis.finding import Examined, Finding, note, ok, problem, warning
from sempre.errors import MisconfiguredError

_VERSION_SECONDS = 30
_SANDBOX = ("bwrap", "socat")
_NEEDED = {"PATH", "SYSTEMROOT", "COMSPEC", "PATHEXT", "LANG"}


def program(_examined: Examined) -> Iterator[Finding]:
    try:
        found = find_program()
    except MisconfiguredError as error:
        yield problem("claude", error.message, error.remedy)
        return
    version = _version(found)
    if version is None:
        yield problem(
            "claude",
            f"{found} does not start.",
            "Install Sempre again, so that its Claude Code is whole, or run that program to see why.",
        )
    elif "claude_agent_sdk" in found.parts:
        yield ok("claude", f"Claude Code {version}, the one that comes with Sempre.")
    else:
        yield warning(
            "claude",
            f"Claude Code {version} at {found}; Sempre was not tested with it.",
            "Install Sempre on a platform for which its Claude Code is built, if something behaves oddly.",
        )
    yield from _bash()


def user(_examined: Examined) -> Iterator[Finding]:
    if os.name == "nt":
        return
    if os.geteuid() == 0:
        yield warning(
            "user",
            "You are root. Agents run as the same user: what a rule lets through may change the whole machine.",
            "Run Sempre as a user of its own: `sempre service systemd --user NAME`.",
        )
    else:
        yield ok(
            "user", f"Agents run as you (user {os.geteuid()}), with your rights on this machine."
        )


def sandbox(_examined: Examined) -> Iterator[Finding]:
    if sys.platform != "linux":
        return
    missing = [name for name in _SANDBOX if shutil.which(name) is None]
    if missing:
        yield note(
            "sandbox",
            f"No bubblewrap sandbox here ({' and '.join(missing)} missing). What protects are the rules that every "
            "tool call is asked by; a command that is allowed may run any code as you.",
            "To have one: sudo apt-get install bubblewrap socat.",
        )
    elif not has_sandbox():
        yield note(
            "sandbox",
            "bubblewrap is here, but the system lets it make no sandbox.",
            "Allow user namespaces: sudo sysctl kernel.unprivileged_userns_clone=1, or the container's setting.",
        )
    else:
        yield ok("sandbox", "bubblewrap is here and works.")


def has_sandbox() -> bool:
    """Whether a sandbox can be made here."""
    return all(shutil.which(name) for name in _SANDBOX) and _runs(
        ["bwrap", "--ro-bind", "/", "/", "--unshare-user", "--proc", "/proc", "true"]
    )


def _bash() -> Iterator[Finding]:
    if sys.platform != "win32":
        return
    git = shutil.which("git")
    if git is None or git_bash(git, lambda path: Path(path).exists()) is None:
        yield problem(
            "claude",
            "Git for Windows is not found; Claude Code runs commands in its bash.",
            "Install it: winget install Git.Git.",
        )


def _version(found: Path) -> str | None:
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if name.upper() in _NEEDED}
        places = {"HOME": folder, "USERPROFILE": folder, "CLAUDE_CONFIG_DIR": folder}
        try:
            done = subprocess.run(
                [str(found), "--version"],
                env={**kept, **places, "DISABLE_AUTOUPDATER": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_VERSION_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    words = done.stdout.split()
    return words[0] if done.returncode == 0 and words else None


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
