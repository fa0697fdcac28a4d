"""Runs every check, two at a time, and shows the output of those that fail: `make check`."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

from checks.commands import CHECKS, Command


class Result(NamedTuple):
    """How one check ended."""

    name: str
    passed: bool
    seconds: float
    output: str


def run_check(name: str, command: Command) -> Result:
    """Runs one check and keeps its output."""
    started = time.monotonic()
    done = subprocess.run(
        command.arguments,
        cwd=command.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Result(name, done.returncode == 0, time.monotonic() - started, done.stdout)


def show(result: Result) -> None:
    """Prints one line, and what the check said when it failed."""
    sign = "ok  " if result.passed else "FAIL"
    print(f"{sign} {result.seconds:6.1f} s  {result.name}", flush=True)
    if not result.passed:
        print(result.output.rstrip() + "\n", flush=True)


def main(names: list[str]) -> int:
    """Runs the named checks, or all."""
    if unknown := set(names) - set(CHECKS):
        print(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(CHECKS)}.")
        return 2
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = [pool.submit(run_check, name, CHECKS[name]) for name in names or CHECKS]
        results: list[Result] = []
        for future in as_completed(running):
            results.append(future.result())
            show(results[-1])
    failed = sorted(result.name for result in results if not result.passed)
    print(f"{len(results) - len(failed)} checks passed, failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
