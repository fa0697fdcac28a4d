"""The dashboard is built when it changed, keeps the old page until then, and is in every wheel."""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import hatch_build

ROOT = Path(__file__).parents[2]

# Stands where Vite's program would: "builds" by copying index.html, and counts how often.
VITE = """
const fs = require("node:fs");
const out = process.argv[process.argv.indexOf("--outDir") + 1];
fs.appendFileSync("node_modules/runs", "x");
if (fs.existsSync("broken")) process.exit(3);
fs.mkdirSync(out, { recursive: true });
if (fs.existsSync("index.html")) fs.copyFileSync("index.html", out + "/index.html");
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose dashboard has its packages installed."""
    dashboard = tmp_path / "dashboard"
    program = dashboard / "node_modules" / "vite" / "bin" / "vite.js"
    program.parent.mkdir(parents=True)
    program.write_text(VITE)
    lock = dashboard / "package-lock.json"
    lock.write_text("{}")
    mark = hashlib.sha256(lock.read_bytes()).hexdigest()
    (dashboard / "node_modules" / ".installed").write_text(mark)
    (dashboard / "index.html").write_text("<h1>first</h1>")
    package = tmp_path / "src" / "sempre"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""A package."""\n')
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def page(clone: Path) -> str:
    return (clone / "src" / "sempre" / "web" / "index.html").read_text()


def count_runs(clone: Path) -> int:
    return len((clone / "dashboard" / "node_modules" / "runs").read_text())


def test_it_is_built_once_for_the_same_sources(clone: Path) -> None:
    hatch_build.build(clone)
    hatch_build.build(clone)
    assert page(clone) == "<h1>first</h1>"
    assert count_runs(clone) == 1


@pytest.mark.parametrize("changed", ["index.html", "src/new.tsx", "package.json"])
def test_any_change_builds_it_again(clone: Path, changed: str) -> None:
    hatch_build.build(clone)
    path = clone / "dashboard" / changed
    path.parent.mkdir(exist_ok=True)
    path.write_text("<h1>second</h1>")
    hatch_build.build(clone)
    assert count_runs(clone) == 2


def test_a_failed_build_keeps_the_old_page(clone: Path) -> None:
    hatch_build.build(clone)
    (clone / "dashboard" / "broken").touch()
    with pytest.raises(SystemExit, match=r"vite\.js failed with exit code 3"):
        hatch_build.build(clone)
    assert page(clone) == "<h1>first</h1>"
    (clone / "dashboard" / "broken").unlink()
    (clone / "dashboard" / "index.html").write_text("<h1>mended</h1>")
    hatch_build.build(clone)
    assert page(clone) == "<h1>mended</h1>"


def test_the_systems_node_is_never_used(
    clone: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "no programs here"))
    hatch_build.build(clone)
    assert page(clone) == "<h1>first</h1>"
    assert Path(hatch_build.node_command("x")[0]).is_relative_to(hatch_build.node_folder())


def build_wheel(clone: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True)


def test_the_wheel_has_the_dashboard_inside(clone: Path) -> None:
    done = build_wheel(clone)
    assert done.returncode == 0, done.stderr
    (wheel,) = (clone / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("sempre/web/index.html") == b"<h1>first</h1>"


def test_there_is_no_wheel_without_the_dashboard(clone: Path) -> None:
    (clone / "dashboard" / "index.html").unlink()
    done = build_wheel(clone)
    assert done.returncode != 0
    assert "the build left no index.html" in done.stderr
    assert not list(clone.glob("out/*.whl"))
