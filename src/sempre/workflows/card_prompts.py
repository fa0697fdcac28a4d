"""What the agent is told at each visit of a stage. Pure: the same visit says the same.

The first line says which card, stage and round it is: people find their way by it in the log, and the rehearsal reads
it. What people and programs wrote is quoted between marks; the agent is told what it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sempre.board.words import Stage, VisitKind

_MOST_OUTPUT = 12_000
_MOST_NAMED = 60


@dataclass(frozen=True, kw_only=True)
class Comment:
    file: str
    line: int | None
    text: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"- {where}: {self.text}"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a prompt is made of. `round` counts visits of this stage and kind. `spec_path` is where the spec is or is
    to be. `words` are a person's or the reviewer's, `comments` theirs on lines. `output` is what failed. `changed` are
    the files of the change, `tests` those of them that look like tests, each with what became of it."""

    key: str
    title: str
    stage: Stage
    kind: VisitKind
    round: int
    description: str = ""
    spec_path: str = ""
    images: Sequence[str] = ()
    instructions: str = ""
    words: str = ""
    comments: Sequence[Comment] = ()
    output: str = ""
    base: str = ""
    changed: Sequence[tuple[str, str]] = ()
    tests: Sequence[tuple[str, str]] = ()


def heading(told: Told) -> str:
    what = "" if told.kind is VisitKind.WORK else f" ({told.kind})"
    return f"Card {told.key}, stage {told.stage}{what}, round {told.round}."


def write(told: Told) -> str:
    parts = [heading(told), f"# {told.title}", _task(told), *_given(told)]
    return "\n\n".join(part for part in parts if part)


def _task(told: Told) -> str:
    match told.stage, told.kind:
        case Stage.PLAN, VisitKind.CHANGES:
            return _PLAN_AGAIN.format(path=told.spec_path)
        case Stage.PLAN, _:
            return _PLAN.format(path=told.spec_path)
        case Stage.IMPLEMENT, VisitKind.CHANGES:
            return _CHANGES
        case Stage.IMPLEMENT, _:
            return _IMPLEMENT.format(spec=_spec(told))
        case Stage.TEST, _:
            return _FIX if told.kind is VisitKind.FIX else _TEST
        case Stage.REVIEW, VisitKind.AGAIN:
            return _AGAIN + _FORM
        case Stage.REVIEW, _:
            return _REVIEW.format(spec=_spec(told), base=told.base) + _FORM


def _given(told: Told) -> list[str]:
    """What the task is about, as far as this visit needs it. The card comes again with each task: the session that
    knew it may have been lost."""
    if told.kind is VisitKind.AGAIN or (told.stage is Stage.TEST and told.kind is VisitKind.WORK):
        return []
    return [
        _quoted("The card", told.description),
        _listed("Pictures of the card (read them)", told.images),
        _quoted("Wanted in this run", told.instructions),
        _quoted("Comments", told.words),
        _listed("Comments on lines", [str(each).removeprefix("- ") for each in told.comments]),
        _quoted("The output", told.output[-_MOST_OUTPUT:]),
        _listed("Files of the change", [f"{letter} {name}" for letter, name in told.changed]),
        _tests(told.tests),
    ]


def _spec(told: Told) -> str:
    return f"the spec in {told.spec_path}" if told.spec_path else "the card below"


def _tests(tests: Sequence[tuple[str, str]]) -> str:
    if not tests:
        return ""
    words = {"A": "added", "D": "DELETED", "M": "changed"}
    said = [f"{name}: {words.get(letter, 'changed')}" for letter, name in tests]
    gone = any(letter == "D" for letter, _ in tests)
    note = _GONE if gone else _TOUCHED
    return f"{_listed('Test files that this change touches', said)}\n{note}"


def _quoted(what: str, text: str) -> str:
    return f"{what}:\n<<<\n{text.strip()}\n>>>" if text.strip() else ""


def _listed(what: str, each: Sequence[str]) -> str:
    if not each:
        return ""
    more = [f"- … and {len(each) - _MOST_NAMED} more"] if len(each) > _MOST_NAMED else []
    return "\n".join([f"{what}:", *(f"- {one}" for one in each[:_MOST_NAMED]), *more])


_PLAN = """\
Plan this card. Look at the repository you are in, then write a spec to the file {path}: what is wanted, how it will be \
done and in which files, how it is tested, what is left out. Make it short enough to be read by a busy person and exact \
enough to be built from. Change nothing else. Answer with a summary of a few sentences."""

_PLAN_AGAIN = """\
A person read your plan and wants it changed. Work their comments into the spec in {path}. Change nothing else. Answer \
with what you changed."""

_IMPLEMENT = """\
Implement {spec}. You are in a work tree of your own: edit files freely. Write or extend the tests that show that it \
works. Do not commit and do not switch branches; what you leave is committed for you. Answer with a summary of what you \
did and what you left out."""

_CHANGES = """\
Your change was read, and these comments came back. Work them in, in the code and in its tests. Do not commit. Answer \
with what you did about each of them."""

_TEST = "The board's test commands run now."

_FIX = """\
The tests failed. Find out why and mend the code, or the test where the test is wrong. Never delete or skip \
a test to make it pass. Do not commit. They run again when you are done. Answer with what was wrong."""

_REVIEW = """\
Review a change that somebody else made. It is committed in the work tree you are in; `git diff {base} HEAD` shows it. It \
was to implement {spec}. Read the change and what it touches. Look for what is wrong, missing, untested or unsafe; matters \
of taste are none. Change nothing."""

_AGAIN = "Your last answer held no verdict in the form that was asked for. Give it now, from what you found."

_FORM = """

End your answer with exactly one block of this form. `verdict` is "approve" or "changes"; `file` is the path in the \
repository, `line` a line of the new version or null:

```json
{"verdict": "changes", "summary": "…", "comments": [{"file": "src/shop.py", "line": 12, "text": "…"}]}
```"""

_TOUCHED = "Look at them closely: a test that was made weaker is a reason to want changes."
_GONE = (
    "Tests were deleted. Unless the spec says that they had to go, that alone is a reason to want changes: a test that "
    "fails must be mended and not removed."
)
