"""What Lighthouse says of each room, on scripted answers: `python -m benchmarks.lighthouse`.

It needs a Chromium, and fetches Lighthouse itself from npm into the dashboard's node_modules (no part of the set-up:
nothing else needs it). Not part of `make bench`, since it takes minutes and the registry.
"""

import json
import os
import subprocess
import sys
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
    "Settings": "/dashboard/settings/budgets",
}
_PROMISED = {"performance": 90, "accessibility": 95, "best-practices": 95}


def main() -> None:
    program = _install()
    with scripted_provider() as api, folder() as place:
        home = place / "home"
        lay_down(home)
        with SempreProcess(home, api) as sempre:
            cookie = _log_in(home)
            url = json.loads((home / ".sempre" / "server.json").read_text())["url"]
            rows = [
                row
                for room, path in _ROOMS.items()
                for row in _measure(program, room, f"{url}{path}", cookie, place)
            ]
            del sempre
    show("Lighthouse", rows, note="desktop settings; points of 100")


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


def _log_in(home: Path) -> str:
    """The cookie that a fresh login link is exchanged for."""
    command = [sys.executable, "-m", "sempre", "login-link", "--home", str(home), "--json"]
    said = subprocess.run(
        command, env=clean_environment(home.parent), capture_output=True, check=True
    )
    answer = httpx2.get(json.loads(said.stdout)["url"], follow_redirects=False)
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


def _measure(program: Path, room: str, url: str, cookie: str, place: Path) -> list[Row]:
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
    return [
        Row(
            name=f"{room}, {name.replace('-', ' ')}",
            ours=f"{100 * categories[name]['score']:.0f}",
            promised=str(least),
        )
        for name, least in _PROMISED.items()
    ]


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    main()
