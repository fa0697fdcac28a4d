"""The one question that policy answers: this call, this worker: allow, ask or deny, and why.

What is Sempre's own comes first, for every tool. A call that no rule allows is for a person to decide.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from sempre.contract.actions import Action, Judgement, Risk, Verdict
from sempre.contract.rules import Rule
from sempre.parsed import fields, items
from sempre.policy import own
from sempre.policy.commands import ask_of_command
from sempre.policy.judgements import allow, ask, deny, strictest
from sempre.policy.matching import answers
from sempre.policy.paths import Ground
from sempre.policy.programs import GIT, PROGRAMS
from sempre.policy.question import Places, Question, run
from sempre.policy.rights import Files, Rights
from sempre.policy.risks import gravest
from sempre.policy.rule import concerns

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


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What runs without asking, by name; for people."""

    programs: Sequence[str]
    git: Sequence[str]
    tools: Sequence[str]


DEFAULTS = Defaults(
    programs=(*sorted((*PROGRAMS, "cd", "find")),), git=(*GIT,), tools=(*sorted(_INNER),)
)
_PATH_IN_BRACES = re.compile(r"\{[^}]*/")


def judge(action: Action, rights: Rights, files: Files) -> Judgement:
    """Reads nothing but what `files` tells. Deterministic."""
    return weigh(action, rights, files)[0]


def weigh(
    action: Action, rights: Rights, files: Files
) -> tuple[Judgement, Sequence[tuple[Question, Judgement]]]:
    """The judgement, and how each thing that the call needs was answered: for people who test their rules."""
    ground = Ground(rights, files)
    if not ground.is_sound:
        reason = (
            f"This worker's directory is {rights.directory}, where Sempre keeps its own files."
            " A person must give it another one in sempre.toml."
        )
        return deny("no_directory", reason), ()
    if not PurePath(action.directory).is_absolute():
        return deny("not_understood", "The call does not say in which folder it would run."), ()
    questions = list(_questions(action, ground))
    risk, why = gravest(questions)
    answered = [(each, _answer(each, action, ground, risk)) for each in questions]
    found = strictest(judgement for _, judgement in sorted(answered, key=_telling))
    return replace(found, risk=risk, risk_reason=why), answered


def _telling(answered: tuple[Question, Judgement]) -> tuple[bool, bool]:
    """What a person laid down is named before what holds by itself, what runs before where it stands."""
    question, judgement = answered
    return (not judgement.rule.startswith(("rule:", "command_listed")), question.of_place)


def _answer(question: Question, action: Action, ground: Ground, risk: Risk) -> Judgement:
    """What is refused by itself stays refused; else the first rule that fits; else the default."""
    rights, default = ground.rights, question.default
    if default.verdict is Verdict.DENY:
        return default
    rules = [each for each in rights.rules if concerns(each, action.channel, action.tool, risk)]
    for rule in rules:
        if answers(rule, question, ground):
            return _by(rule)
    hidden = [each for each in rules if each.verdict is Verdict.DENY]
    if question.text is not None and rights.unattended and hidden:
        reason = "A rule forbids some commands here, and Sempre cannot tell whether this is one. Write it plainly."
        return deny(f"rule:{hidden[0].id}", reason)
    return default


def _by(rule: Rule) -> Judgement:
    said = f" {rule.note}" if rule.note else ""
    match rule.verdict:
        case Verdict.ALLOW:
            return allow(f"rule:{rule.id}")
        case Verdict.ASK:
            return ask(f"rule:{rule.id}", f"A rule of the person asks first.{said}")
        case Verdict.DENY:
            return deny(f"rule:{rule.id}", f"A rule of the person forbids this.{said}")


def _questions(action: Action, ground: Ground) -> Iterator[Question]:
    tool, base = action.tool, action.directory
    places = Places(ground, tool)
    if tool == "Bash":
        yield from _bash(action, ground)
    elif tool in _READS:
        yield from _path(action, _READS[tool], places.reading)
    elif tool in _WRITES:
        yield from _path(action, _WRITES[tool], places.writing)
    elif tool in _WALKS:
        found = [places.walking(_text(action, "path") or ".", base)]
        if tool == "Glob":
            found.append(_pattern(_text(action, "pattern") or "", base, places))
        yield run(allow("inner"), tool, found)
        yield from found
    elif tool in _INNER:
        yield run(_inner(action), tool)
    else:
        yield from _foreign(action, ground)


def _bash(action: Action, ground: Ground) -> Iterator[Question]:
    command = _text(action, "command")
    if command is None:
        yield run(ask("not_understood", "Bash was called without a command."), "Bash", text="")
        return
    yield from ask_of_command(command, action.directory, ground)
    if odd := _odd(action, _BASH):
        reason = f"Bash was called with {odd}. Leave that out."
        yield run(ask("option", reason), "Bash", text=command)


def _path(action: Action, name: str, look: Callable[[str, str], Question]) -> Iterator[Question]:
    path = _text(action, name)
    if path is None:
        reason = f"{action.tool} was called without {name}."
        yield run(ask("not_understood", reason), action.tool, text="")
        return
    found = look(path, action.directory)
    yield run(allow("inner"), action.tool, [found])
    yield found


def _pattern(pattern: str, base: str, places: Places) -> Question:
    """A pattern is judged by the folder that it begins in; one that climbs up is not followed."""
    names = pattern.replace("\\", "/").split("/")
    if ".." in pattern or _PATH_IN_BRACES.search(pattern):
        reason = f"Sempre does not follow the pattern {pattern}. Name a folder."
        return Question(default=ask("path_unclear", reason), tool=places.tool, of_place=True)
    plain: list[str] = []
    for name in names[:-1]:
        if any(each in name for each in "*?["):
            break
        plain.append(name)
    return places.walking("/".join(plain) or ("/" if pattern.startswith("/") else "."), base)


def _inner(action: Action) -> Judgement:
    known = _INNER[action.tool]
    if action.tool != _FREE_FORM and (odd := _odd(action, known)):
        return ask("option", f"{action.tool} was called with {odd}. Leave that out.")
    return allow("inner")


def _foreign(action: Action, ground: Ground) -> Iterator[Question]:
    """A tool that is not ours to know: never with anything of Sempre's own, else a person decides."""
    tool = action.tool
    for text in _texts(action.input):
        if (mention := own.mentioned(text, ground.rights)) is not None:
            yield run(deny("protected", mention), tool)
        elif ground.reading(text, action.directory).verdict is Verdict.DENY:
            yield run(deny("protected", "This names files of Sempre. No agent touches them."), tool)
    if tool in _WEB:
        yield run(ask("web", "Going to the web needs a person's consent. Go on without it."), tool)
    else:
        yield run(ask("tool", f"{tool} needs a person's consent. Use another tool."), tool)


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
    for key, each in fields(value).items():
        yield key
        yield from _texts(each)
    for each in items(value):
        yield from _texts(each)
