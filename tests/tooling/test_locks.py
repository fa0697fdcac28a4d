"""The locks pin everything by hash, fit pyproject.toml, and name no registry."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def read_lock(name: str) -> dict[str, str]:
    """Returns the pinned versions by package."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / name).read_text(), re.MULTILINE)
    return {canonicalize_name(package): version for package, version in pins}


def wanted_by(group: str) -> list[Requirement]:
    """Returns the run-time requirements and those of one group, groups within included."""
    groups = PROJECT["dependency-groups"]
    lines = list(PROJECT["project"]["dependencies"])
    for entry in groups[group]:
        lines += groups[entry["include-group"]] if isinstance(entry, dict) else [entry]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_stands_in_a_lock(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.findall(r"\S*://\S*|--(?:extra-)?index-url.*|--find-links.*| @ .*", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    assert len(entries) == len(read_lock(lock)) > 20
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(("lock", "group"), [(LOCKS[0], "build"), (LOCKS[1], "dev")])
def test_the_lock_fits_the_project(lock: str, group: str) -> None:
    pins = read_lock(lock)
    for requirement in wanted_by(group):
        version = pins[canonicalize_name(requirement.name)]
        assert version in requirement.specifier, f"{requirement}: run `make lock`"


def test_both_locks_agree() -> None:
    development = read_lock("requirements-dev.lock")
    assert read_lock("requirements.lock").items() <= development.items()


def test_the_build_pins_what_the_lock_pins() -> None:
    pins = read_lock("requirements.lock")
    for line in PROJECT["build-system"]["requires"]:
        requirement = Requirement(line)
        assert str(requirement.specifier) == f"=={pins[requirement.name]}"


@pytest.fixture
def packages() -> dict[str, Any]:
    """The packages of the dashboard's lock, by their place in node_modules."""
    return json.loads((ROOT / "dashboard" / "package-lock.json").read_text())["packages"]


def test_the_dashboards_lock_serves_every_system(packages: dict[str, Any]) -> None:
    wanted = {n for entry in packages.values() for n in entry.get("optionalDependencies", {})}
    present = {name.rpartition("node_modules/")[2] for name in packages}
    assert wanted - present == set()


def test_no_address_of_a_registry_stands_in_the_dashboards_lock(packages: dict[str, Any]) -> None:
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    unpinned = [name for name, entry in packages.items() if name and "integrity" not in entry]
    assert len(packages) > 50
    assert unpinned == []
