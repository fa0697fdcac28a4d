"""All that a change must pass, the quick parts first: `make test`. Pytest's summary comes last.

With arguments only pytest runs, and gets them.
"""

import os
import subprocess
import sys

from checks.browser import provide_browser
from checks.commands import DASHBOARD_TESTS, Command, module


def list_steps(arguments: list[str]) -> list[tuple[str, Command]]:
    """Returns the steps in order, each with the title it is announced by."""
    if arguments:
        return [("tests", module("pytest", *arguments))]
    return [
        ("checks", module("checks")),
        ("dashboard's unit tests", DASHBOARD_TESTS),
        ("tests", module("pytest", "-n", str(count_workers(os.cpu_count() or 1)))),
    ]


def count_workers(processors: int) -> int:
    """Returns how many tests run at once: more than there are processors, since half of a test's time is waiting."""
    return processors + min(processors, 4)


def main(arguments: list[str]) -> int:
    """Runs the steps until one fails."""
    if "not browser" not in " ".join(arguments):
        provide_browser()
    for title, command in list_steps(arguments):
        print(f"\n== {title}", flush=True)
        code = subprocess.call(command.arguments, cwd=command.folder)
        if code != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
