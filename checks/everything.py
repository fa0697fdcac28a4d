"""All that a change must pass, the quick parts first: `make test`. Pytest's summary comes last, and after it what was
unsteady.

With arguments only pytest runs, and gets them.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial

from checks import second_chance
from checks.browser import provide_browser
from checks.commands import DASHBOARD_TESTS, Command, module


def list_steps(arguments: list[str]) -> list[tuple[str, Callable[[], int]]]:
    """Returns the steps in order, each with the title it is announced by; a step gives an exit code."""
    if arguments:
        return [("tests", partial(_call, module("pytest", *arguments)))]
    workers = str(count_workers(os.cpu_count() or 1))
    return [
        ("checks", partial(_call, module("checks"))),
        ("dashboard's unit tests", partial(_call, DASHBOARD_TESTS)),
        ("tests", partial(second_chance.run, "-n", workers)),
    ]


def count_workers(processors: int) -> int:
    """Returns how many tests run at once: more than there are processors, since half of a test's time is waiting."""
    return processors + min(processors, 4)


def main(arguments: list[str]) -> int:
    """Runs the steps until one fails."""
    if "not browser" not in " ".join(arguments):
        provide_browser()
    for title, step in list_steps(arguments):
        print(f"\n== {title}", flush=True)
        code = step()
        if code != 0:
            return code
    return 0


def _call(command: Command) -> int:
    return subprocess.call(command.arguments, cwd=command.folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
