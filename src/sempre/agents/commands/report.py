"""What came of commands, written as a turn's answer and read back from it. Pure."""

import re
from dataclasses import dataclass

TIMED_OUT = 124
_FORM = re.compile(r"exit code (-?\d+): (.*)")
_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class Report:
    """`command` is the last one that ran: with a code that is not 0 the one that failed. `output` is its end."""

    code: int
    command: str
    output: str

    @property
    def passed(self) -> bool:
        return self.code == 0

    def written(self) -> str:
        name = " ".join(self.command.split())[:_LONGEST_NAME]
        return f"exit code {self.code}: {name}\n\n{self.output}"


def read(answer: str) -> Report | None:
    """None when it is no report."""
    head, _, output = answer.partition("\n\n")
    found = _FORM.fullmatch(head)
    return found and Report(code=int(found[1]), command=found[2], output=output)
