"""Refuses file names that say nothing: the words that hide what a module holds."""

import sys
from pathlib import Path

from checks.commands import ROOT

PLACES = ("src/sempre", "tests", "checks", "benchmarks", "dashboard/src")
WORDS = """
common data handle handler handlers helper helpers info manager managers misc process service services
stuff util utils
"""
BANNED = frozenset(WORDS.split())
MEANT = {
    "src/sempre/cli/service.py": "the command `sempre service`: a service of systemd or Windows"
}


def find_empty_names(root: Path) -> list[str]:
    """Returns the files and folders named by one of the words."""
    return [
        f"{path.relative_to(root)}: name it by the noun it holds"
        for place in PLACES
        for path in sorted((root / place).rglob("*"))
        if path.parent.name != "__pycache__"
        and path.name.split(".")[0].strip("_").lower() in BANNED
        and path.relative_to(root).as_posix() not in MEANT
    ]


if __name__ == "__main__":
    findings = find_empty_names(ROOT)
    print("\n".join(findings))
    sys.exit(bool(findings))
