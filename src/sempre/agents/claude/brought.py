"""What a trusted folder gives to an agent that works elsewhere, in a worktree of it: hooks, variables and instructions as
a person saw them. They are handed over by value and Claude Code loads nothing from where the agent works, so what an
agent writes there is never obeyed: it would take up changed settings while it runs (measured)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from sempre.agents.claude import project

_log = structlog.stdlib.get_logger(__name__)
_SETTINGS = (".claude/settings.json", ".claude/settings.local.json")
# What may decide in a person's place, or is of another Claude Code than ours, is left out.
_EVENTS = frozenset(
    {
        "PreToolUse",
        "PostToolUse",
        "UserPromptSubmit",
        "Notification",
        "Stop",
        "SubagentStop",
        "PreCompact",
        "SessionStart",
        "SessionEnd",
    }
)

Hooks = Mapping[str, Sequence[Mapping[str, object]]]


@dataclass(frozen=True, kw_only=True)
class Brought:
    """`contents` names it, as `project` does."""

    contents: str
    hooks: Hooks
    environment: Mapping[str, str]
    instructions: str


class _Command(msgspec.Struct, omit_defaults=True, tag_field="type", tag="command"):
    command: str
    timeout: float | None = None


class _Matched(msgspec.Struct, omit_defaults=True):
    hooks: list[_Command]
    matcher: str = ""


class _Settings(msgspec.Struct):
    hooks: dict[str, list[msgspec.Raw]] = {}
    env: dict[str, str] = {}


def take(directory: Path, contents: str, *, tree: Path) -> Brought | None:
    """From `directory`, when it is still what a person trusted as `contents`. None: it is not, or what an agent may
    have changed in `tree` is not the same any more (a hook would call it there). Blocks; for a thread."""
    kept: dict[Path, bytes] = {}
    found = project.read(directory, kept)
    if not found.contents or found.contents != contents:
        return None
    if (altered := _altered(found, kept, tree)) is not None:
        _log.warning("claude.trust_not_taken", tree=str(tree), file=altered)
        return None
    hooks: dict[str, list[Mapping[str, object]]] = {}
    environment: dict[str, str] = {}
    for name in _SETTINGS:
        settings = _settings(kept.get(found.directory / name))
        environment |= settings.env
        for event, each in _hooks(settings):
            hooks.setdefault(event, []).append(each)
    return Brought(
        contents=contents,
        hooks=hooks,
        environment=environment,
        instructions=_instructions(found, kept),
    )


def _altered(found: project.Project, kept: Mapping[Path, bytes], tree: Path) -> str | None:
    """What lies under `.claude` there and is not as it was trusted. What git does not bring there is not missed."""
    for path in found.files:
        if not path.is_relative_to(found.directory / project.FOLDER):
            continue
        inside = path.relative_to(found.directory)
        try:
            there = (tree / inside).read_bytes()
        except FileNotFoundError:
            continue
        except OSError:
            return str(inside)
        if there != kept.get(path):
            return str(inside)
    return None


def _settings(text: bytes | None) -> _Settings:
    """What can't be read brings nothing."""
    if text is None:
        return _Settings()
    try:
        return msgspec.json.decode(text, type=_Settings)
    except msgspec.DecodeError as error:
        _log.warning("claude.settings_not_read", reason=str(error))
        return _Settings()


def _hooks(settings: _Settings) -> Sequence[tuple[str, Mapping[str, object]]]:
    """Commands only, each in the form that Claude Code takes: one that it refuses would take the gate's with it."""
    taken: list[tuple[str, Mapping[str, object]]] = []
    for event in settings.hooks.keys() & _EVENTS:
        for each in settings.hooks[event]:
            try:
                matched = msgspec.json.decode(each, type=_Matched)
            except msgspec.DecodeError as error:
                _log.warning("claude.hook_not_read", hook=event, reason=str(error))
                continue
            taken.append((event, msgspec.to_builtins(matched)))
    return taken


def _instructions(found: project.Project, kept: Mapping[Path, bytes]) -> str:
    return "\n\n".join(
        f"Instructions of {path}:\n\n{kept[path].decode('utf-8', 'replace').strip()}"
        for path in found.instructions
        if path in kept
    )
