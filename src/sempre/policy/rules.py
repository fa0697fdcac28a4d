"""The one question that policy answers: this call, this worker: allow, ask or deny, and why.

What is Sempre's own comes first, for every tool. A call that no rule allows is for a person to decide.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath

from sempre.contract.actions import Action, Judgement, Verdict
from sempre.policy import own
from sempre.policy.commands import judge_command
from sempre.policy.judgements import allow, ask, deny, strictest
from sempre.policy.paths import Ground
from sempre.policy.rights import Files, Rights

_SUBAGENT = frozenset(
    {"description", "prompt", "subagent_type", "model", "effort", "name", "run_in_background"}
)
# Tools that act within the session alone, and what they may be told.
_INNER: Mapping[str, frozenset[str]] = {
    "Agent": _SUBAGENT,
    "Task": _SUBAGENT,
    "TodoWrite": frozenset({"todos"}),
    "ToolSearch": frozenset({"query", "max_results"}),
    "StructuredOutput": frozenset(),  # its fields are the person's own schema
    "TaskOutput": frozenset({"task_id", "block", "timeout"}),
    "TaskStop": frozenset({"task_id", "shell_id"}),
    "BashOutput": frozenset({"bash_id", "filter"}),
    "KillShell": frozenset({"shell_id"}),
}
_FREE_FORM = "StructuredOutput"
_BASH = frozenset({"command", "description", "timeout", "run_in_background"})
_WEB = frozenset({"WebFetch", "WebSearch"})
_READS = {"Read": "file_path", "NotebookRead": "notebook_path"}
_WRITES = {
    "Edit": "file_path",
    "MultiEdit": "file_path",
    "Write": "file_path",
    "NotebookEdit": "notebook_path",
}
_WALKS = frozenset({"Grep", "Glob", "LS"})


_PATH_IN_BRACES = re.compile(r"\{[^}]*/")


def judge(action: Action, rights: Rights, files: Files) -> Judgement:
    """Reads nothing but what `files` tells. Deterministic."""
    ground = Ground(rights, files)
    if not ground.is_sound:
        return deny(
            "no_directory",
            f"This worker's directory is {rights.directory}, where Sempre keeps its own files."
            " A person must give it another one in sempre.toml.",
        )
    if not PurePath(action.directory).is_absolute():
        return deny("not_understood", "The call does not say in which folder it would run.")
    return strictest(_judgements(action, ground))


def _judgements(action: Action, ground: Ground) -> Iterator[Judgement]:
    tool, base = action.tool, action.directory
    if tool == "Bash":
        yield _bash(action, ground)
    elif tool in _READS:
        yield _path(action, _READS[tool], ground.reading)
    elif tool in _WRITES:
        yield _path(action, _WRITES[tool], ground.writing)
    elif tool in _WALKS:
        yield ground.walking(_text(action, "path") or ".", base)
        if tool == "Glob":
            yield _pattern(_text(action, "pattern") or "", base, ground)
    elif tool in _INNER:
        yield _inner(action)
    else:
        yield from _foreign(action, ground)


def _bash(action: Action, ground: Ground) -> Judgement:
    command = _text(action, "command")
    if command is None:
        return ask("not_understood", "Bash was called without a command.")
    judgement = judge_command(command, action.directory, ground)
    if odd := _odd(action, _BASH):
        return strictest((judgement, ask("option", f"Bash was called with {odd}. Leave that out.")))
    return judgement


def _path(action: Action, name: str, look: Callable[[str, str], Judgement]) -> Judgement:
    path = _text(action, name)
    if path is None:
        return ask("not_understood", f"{action.tool} was called without {name}.")
    return look(path, action.directory)


def _pattern(pattern: str, base: str, ground: Ground) -> Judgement:
    """A pattern is judged by the folder that it begins in; one that climbs up is not followed."""
    names = pattern.replace("\\", "/").split("/")
    if ".." in pattern or _PATH_IN_BRACES.search(pattern):
        return ask("path_unclear", f"Sempre does not follow the pattern {pattern}. Name a folder.")
    plain: list[str] = []
    for name in names[:-1]:
        if any(each in name for each in "*?["):
            break
        plain.append(name)
    return ground.walking("/".join(plain) or ("/" if pattern.startswith("/") else "."), base)


def _inner(action: Action) -> Judgement:
    known = _INNER[action.tool]
    if action.tool != _FREE_FORM and (odd := _odd(action, known)):
        return ask("option", f"{action.tool} was called with {odd}. Leave that out.")
    return allow("inner")


def _foreign(action: Action, ground: Ground) -> Iterator[Judgement]:
    """A tool that is not ours to know: never with anything of Sempre's own, else a person decides."""
    for text in _texts(action.input):
        if (mention := own.mentioned(text, ground.rights)) is not None:
            yield deny("protected", mention)
        elif ground.reading(text, action.directory).verdict is Verdict.DENY:
            yield deny("protected", "This names files of Sempre. No agent touches them.")
    if action.tool in _WEB:
        yield ask("web", "Going to the web needs a person's consent. Go on without it.")
    else:
        yield ask("tool", f"{action.tool} needs a person's consent. Use another tool.")


def _text(action: Action, name: str) -> str | None:
    value = action.input.get(name)
    return value if isinstance(value, str) else None


def _odd(action: Action, known: frozenset[str]) -> str:
    """Arguments beside the known ones that say anything; joined, empty when there are none."""
    return ", ".join(
        sorted(name for name in action.input if name not in known and action.input[name])
    )


def _texts(value: object) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(key)  # pyright: ignore[reportUnknownArgumentType]
            yield from _texts(each)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        for each in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(each)  # pyright: ignore[reportUnknownArgumentType]
