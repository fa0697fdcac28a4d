"""Scripts for cards: which part of a card's description is for this stage and round, and what happens without one.

A card's prompt begins with a line that says stage, kind and round; its description may hold `[[plan:…]]`,
`[[implement:…]]`, `[[fix:…]]`, `[[changes:…]]` and `[[review:…]]`, each once for every round. Pure.
"""

import json
import re
from dataclasses import dataclass

from sempre.rehearsal.scan import find_directives

_HEADING = re.compile(
    r"^Card (\S+), stage ([a-z]+)(?: \(([a-z]+)\))?, round (\d+)\.$", re.MULTILINE
)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_SPEC = re.compile(r"(?:to the file|the spec in|spec in) (\S+?\.md)")
_DELETED = re.compile(r"^- (.+): DELETED$", re.MULTILINE)
_PLACE = "@PLACE"
NAMES = ("plan", "implement", "fix", "changes", "review")
_DRIP = "[[drip:24:0.05]]"
_APPROVES = {
    "verdict": "approve",
    "summary": "The change does what the card asks for, and is tested.",
}


@dataclass(frozen=True)
class _Visit:
    key: str
    stage: str
    kind: str
    round: int

    @property
    def name(self) -> str:
        """What its part of a script is called."""
        return self.kind if self.kind in {"fix", "changes"} else self.stage


def staged(prompt: str, directory: str | None) -> str | None:
    """The script for this visit of a card, `@PLACE` standing for where it works; None: this is no card's prompt, or
    one whose script is for all stages alike."""
    visit = _visit(prompt)
    if visit is None:
        return None
    parts = [each for each in find_directives(prompt) if each.name in NAMES]
    mine = [each.value for each in parts if each.name == visit.name]
    if mine:
        script = mine[min(visit.round, len(mine)) - 1]
    elif not parts and "[[" in prompt:
        return None
    else:
        script = _usual(visit, prompt)
    return script.replace(_PLACE, json.dumps(directory or ".")[1:-1])


def _visit(prompt: str) -> _Visit | None:
    found = _HEADING.search(prompt[:1000])
    return found and _Visit(found[1], found[2], found[3] or "work", int(found[4]))


def _usual(visit: _Visit, prompt: str) -> str:
    """A run that goes well, in real files."""
    title = found[1] if (found := _TITLE.search(prompt)) else visit.key
    match visit.name:
        case "plan":
            path = found[1] if (found := _SPEC.search(prompt)) else f"specs/{visit.key.lower()}.md"
            return _writes(path, _spec(visit, title)) + f"{_DRIP}[[say:The spec is written.]]"
        case "implement" | "changes":
            text = f"# {title}\n\nWritten by the rehearsal, round {visit.round} of {visit.name}.\n"
            path = f"notes/{visit.key.lower()}.md"
            return _writes(path, text) + f"{_DRIP}[[say:It is done, in {path}.]]"
        case "review":
            return f"{_DRIP}[[verdict:{json.dumps(_verdict(prompt))}]]"
        case _:
            return f"{_DRIP}[[say:I looked at the output and found nothing to mend.]]"


def _verdict(prompt: str) -> dict[str, object]:
    """Of a reviewer who reads what it is told of the tests."""
    deleted = _DELETED.findall(prompt)
    if not deleted:
        return dict(_APPROVES)
    comments = [{"file": each, "line": None, "text": "Bring this test back."} for each in deleted]
    summary = "A test was deleted where the code had to be mended."
    return {"verdict": "changes", "summary": summary, "comments": comments}


def _writes(path: str, text: str) -> str:
    given = {"file_path": f"{_PLACE}/{path}", "content": text}
    return f"[[tool:Write {json.dumps(given)}]]"


def _spec(visit: _Visit, title: str) -> str:
    return (
        f"# {visit.key}: {title}\n\n## What\n\nWhat the card says.\n\n## How\n\nIn one small file, with a note.\n\n"
        "## Test\n\nThe board's test commands pass.\n"
    )
