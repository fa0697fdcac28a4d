"""The import rules hold for a clean tree and break for each thing they forbid."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")

# A small tree with one file for each place that a rule speaks of.
SKELETON = {
    "__init__.py": "",
    "__main__.py": "import sempre.cli",
    "cli/__init__.py": "import sempre.app",
    "app.py": "import fastapi, sempre.api, sempre.channels.files, sempre.workflows",
    "api/__init__.py": "import fastapi, starlette, sempre.conversations",
    "workflows/__init__.py": "import dbos, sempre.conversations, sempre.agents, sempre.durable",
    "agents/__init__.py": "import sempre.contract",
    "conversations/__init__.py": "import sempre.conversations._store",
    "conversations/_store.py": "import sqlalchemy, sempre.db",
    "budgets/__init__.py": "import sempre.events",
    "policy/__init__.py": "import sempre.contract",
    "channels/__init__.py": "",
    "channels/files/__init__.py": "import sempre.contract, sempre.clock",
    "channels/whatsapp/__init__.py": "import sempre.contract",
    "durable/__init__.py": "import dbos, sempre.events",
    "events/__init__.py": "import sempre.events._store",
    "events/_store.py": "import sempre.db, sqlalchemy",
    "db/__init__.py": "import sqlalchemy, sempre.telemetry",
    "telemetry/__init__.py": "import sempre.contract",
    "contract/__init__.py": "import sempre.errors",
    "ids.py": "import sempre.clock",
    "clock.py": "",
    "errors.py": "",
    "settings.py": "import sempre.errors",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in SKELETON.items():
        path = tmp_path / "sempre" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def lint(tree: Path, environment: dict[str, str]) -> list[str]:
    """Returns the names of the broken contracts."""
    done = subprocess.run(
        [LINTER, "--no-logo", "--no-cache"],
        cwd=tree,
        env={**environment, "PYTHONPATH": f"{tree}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
    )
    broken = [line.removesuffix(" BROKEN") for line in done.stdout.splitlines() if "BROKEN" in line]
    assert (done.returncode == 0) == (not broken), done.stdout + done.stderr
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return broken


def test_a_tree_in_order_passes(tree: Path, clean_environment: dict[str, str]) -> None:
    assert lint(tree, clean_environment) == []


@pytest.mark.parametrize(
    ("place", "imported", "contract"),
    [
        ("budgets/__init__.py", "sempre.conversations", "One direction"),
        ("db/__init__.py", "sempre.conversations", "One direction"),
        ("clock.py", "sempre.settings", "One direction"),
        ("workflows/__init__.py", "sempre.api", "One direction"),
        ("newcomer/__init__.py", "sempre.clock", "One direction"),
        ("clock.py", "sempre.ids", "No cycles at any depth"),
        ("channels/files/__init__.py", "sempre.channels.whatsapp", "No channel knows another"),
        ("channels/files/__init__.py", "sempre.db", "A channel sees only the contract"),
        ("channels/files/__init__.py", "sempre.events", "A channel sees only the contract"),
        ("channels/files/__init__.py", "fastapi", "A channel sees only the contract"),
        ("workflows/__init__.py", "sempre.channels.files", "Only app names a concrete channel"),
        ("api/__init__.py", "sempre.channels.whatsapp", "Only app names a concrete channel"),
        ("conversations/__init__.py", "dbos", "Only durable and workflows import"),
        ("app.py", "dbos", "Only durable and workflows import"),
        ("api/__init__.py", "sqlalchemy", "SQL stays in db"),
        ("conversations/__init__.py", "sqlalchemy", "SQL stays in db"),
        ("cli/__init__.py", "fastapi", "FastAPI stays in api and app"),
        ("events/__init__.py", "starlette", "FastAPI stays in api and app"),
        ("api/__init__.py", "sempre.conversations._store", "A package's underscore modules"),
        ("policy/__init__.py", "httpx2", "Policy and contract do no I/O"),
        ("contract/__init__.py", "sqlalchemy", "Policy and contract do no I/O"),
    ],
)
def test_each_violation_is_caught(
    tree: Path, clean_environment: dict[str, str], place: str, imported: str, contract: str
) -> None:
    path = tree / "sempre" / place
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(f"def later():\n    import {imported}\n")
    broken = lint(tree, clean_environment)
    assert any(name.startswith(contract) for name in broken), broken
