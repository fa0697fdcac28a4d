"""What the agents of these tests do, stage by stage; and test commands that wait until a test lets them go."""

from pathlib import Path

from sempre.rehearsal import write_say, write_tool
from tests.durability.cards import CALCULATOR, TEST, stage, verdict, writes

ENDLESS = "[[agent:Look. [[hang:900]]]]"  # a subagent that never comes back
APPROVES = stage("review", verdict("approve", "Fine."))
ADDS = CALCULATOR.replace("a - b", "a + b")
IMPLEMENTS = stage(
    "implement", writes("calc.py", ADDS), writes("test_calc.py", TEST), write_say("It adds.")
)
WORDS = [f"word{number:03d}" for number in range(120)]


def plans(spec: str = "# Add\n", said: str = "Planned.", *how: str) -> str:
    return stage("plan", *how, writes("specs/add.md", spec), write_say(said))


def removes(path: str) -> str:
    return write_tool("Bash", command=f"rm @PLACE/{path}")


class Gate:
    """A test command that says that it began, and ends with the code that the test gives it. Each card has a gate of
    its own, by the name of its worktree."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    @property
    def command(self) -> str:
        gate = f'"{self._folder}/$(basename "$PWD")"'
        return f'echo waiting; while [ ! -s {gate} ]; do sleep 0.1; done; exit "$(cat {gate})"'

    def open(self, worktree: str, code: int = 0) -> None:
        aside = self._folder / f".{worktree}"
        aside.write_text(str(code))
        aside.rename(self._folder / worktree)
