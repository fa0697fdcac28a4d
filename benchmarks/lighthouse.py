"""What Lighthouse says of each room, on scripted answers: `python -m benchmarks.lighthouse`, or with some rooms' names.

A room is measured three times and the middle of each figure is told: what else the machine does falls on the page.

It needs a Chromium, and fetches Lighthouse itself from npm into the dashboard's node_modules (no part of the set-up:
nothing else needs it). Not part of `make bench`, since it takes minutes and the registry.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import httpx2

from benchmarks.sempre_process import SempreProcess, clean_environment, folder
from benchmarks.table import Row, show
from hatch_build import node_command, node_environment, npm_program
from sempre.rehearsal.sample import lay_down
from tests.support.chromium import ARGUMENTS, find_chromium
from tests.support.provider import scripted_provider

_VERSION = "12.8.2"
_PLACE = Path(__file__).parents[1] / "dashboard" / "node_modules" / ".cache" / "lighthouse"
_ROOMS = {
    "Now": "/dashboard/",
    "Board": "/dashboard/board",
    "Workers": "/dashboard/workers",
    "Approvals": "/dashboard/approvals",
    "Spend": "/dashboard/observability/spend",
    "Timeline": "/dashboard/observability/timeline",
    "Failures": "/dashboard/observability/failures",
    "Alerts": "/dashboard/observability/alerts",
    "Settings": "/dashboard/settings",
    "Budgets": "/dashboard/settings/budgets",
    "Policies": "/dashboard/settings/policies",
    "Audit": "/dashboard/settings/audit",
}
_RUNS = 3
_QUIET_SECONDS = 10
_PROMISED = {"performance": 90, "accessibility": 95, "best-practices": 95}


def main() -> None:
    wanted = sys.argv[1:] or list(_ROOMS)
    if unknown := [room for room in wanted if room not in _ROOMS]:
        sys.exit(f"no such room: {', '.join(unknown)}; there are {', '.join(_ROOMS)}")
    program = _install()
    with scripted_provider() as api, folder() as place:
        home = place / "home"
        lay_down(home)
        with SempreProcess(home, api) as sempre:
            cookies = sempre.log_in()
            _wait_for_rest(sempre, cookies)
            cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
            rows: list[Row] = []
            for room in wanted:
                address = f"{sempre.url}{_ROOMS[room]}"
                runs = [_measure(program, address, cookie, place) for _ in range(_RUNS)]
                rows += _tell(room, runs)
    show("Lighthouse", rows, note=f"desktop settings; points of 100, the middle of {_RUNS} runs")


def _wait_for_rest(sempre: SempreProcess, cookies: dict[str, str]) -> None:
    """Until the sample's prompts are answered or wait for a person: what is measured are pages, not agents at work."""
    quiet = 0
    while quiet < _QUIET_SECONDS:
        counts = httpx2.get(f"{sempre.url}/api/status", cookies=cookies).json()["counts"]
        quiet = 0 if counts["running"] else quiet + 1
        time.sleep(1)


def _install() -> Path:
    program = _PLACE / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.is_file():
        _PLACE.mkdir(parents=True, exist_ok=True)
        (_PLACE / "package.json").write_text("{}")
        install = node_command(npm_program(), "install", f"lighthouse@{_VERSION}")
        subprocess.run(
            [*install, "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=_PLACE,
            env=node_environment(),
            check=True,
        )
    return program


def _measure(program: Path, url: str, cookie: str, place: Path) -> dict[str, float]:
    """The points of each category."""
    flags = " ".join(["--headless=new", *ARGUMENTS, *(["--no-sandbox"] if _is_root() else [])])
    command = node_command(
        str(program),
        url,
        "--preset=desktop",
        "--output=json",
        "--quiet",
        f"--only-categories={','.join(_PROMISED)}",
        f"--extra-headers={json.dumps({'Cookie': cookie})}",
        f"--chrome-flags={flags}",
    )
    environment = {**clean_environment(place), "CHROME_PATH": find_chromium()}
    done = subprocess.run(command, cwd=_PLACE, env=environment, capture_output=True, check=True)
    categories = json.loads(done.stdout)["categories"]
    return {name: 100 * categories[name]["score"] for name in _PROMISED}


def _tell(room: str, runs: list[dict[str, float]]) -> list[Row]:
    return [
        Row(
            name=f"{room}, {name.replace('-', ' ')}",
            ours=f"{statistics.median(run[name] for run in runs):.0f}",
            promised=str(least),
        )
        for name, least in _PROMISED.items()
    ]


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    main()
