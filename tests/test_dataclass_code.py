"""Dataclasses made of code that was kept are what they would be, and what is kept is trusted only when it is whole."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from sempre import dataclass_code
from sempre.dataclass_code import DataclassCode


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where code is kept; Python is let write, whatever this run was told."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    yield tmp_path / "kept"
    DataclassCode(None).forget()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were compiled."""
    texts: list[str] = []

    def count(text: str, *arguments: Any, **named: Any) -> CodeType:
        texts.append(text)
        return compile(text, *arguments, **named)

    monkeypatch.setattr(dataclass_code, "compile", count, raising=False)
    return texts


def make() -> Callable[..., Any]:
    @dataclasses.dataclass(frozen=True, kw_only=True, slots=True, order=True)
    class Parcel:
        weight: int
        labels: list[str] = dataclasses.field(default_factory=list[str], compare=False)
        note: str = dataclasses.field(default="none", repr=False)

    return Parcel


def kept_in(path: Path, *more: str) -> None:
    """As a start does."""
    code = DataclassCode(path)
    code.recall()
    make()
    for name in more:
        dataclasses.make_dataclass(name, [(name, int)])
    code.keep()
    code.forget()


def test_a_class_of_kept_code_is_what_it_would_be(path: Path, compiled: list[str]) -> None:
    kept_in(path)
    assert compiled
    compiled.clear()
    code = DataclassCode(path)
    code.recall()
    parcel = make()
    code.forget()
    assert not compiled
    light, heavy = parcel(weight=1), parcel(weight=2, labels=["x"], note="y")
    assert light < heavy
    assert light == parcel(weight=1, labels=["other"])
    assert hash(light) == hash(parcel(weight=1))
    assert light.labels is not parcel(weight=1).labels
    assert repr(heavy).endswith("Parcel(weight=2, labels=['x'])")
    with pytest.raises(dataclasses.FrozenInstanceError):
        light.weight = 3
    with pytest.raises(TypeError, match="weight"):
        parcel()


def test_afterwards_dataclasses_are_made_as_ever(path: Path, compiled: list[str]) -> None:
    kept_in(path)
    assert "exec" not in vars(dataclasses)
    compiled.clear()
    assert make()(weight=1).note == "none"
    assert not compiled


def test_what_is_new_is_added(path: Path, compiled: list[str]) -> None:
    kept_in(path)
    compiled.clear()
    kept_in(path, "one", "more")
    assert compiled
    compiled.clear()
    kept_in(path, "more", "one")
    assert not compiled


def test_what_is_mostly_of_other_releases_is_left(path: Path) -> None:
    kept_in(path)
    before = path.stat().st_size
    code = DataclassCode(path)
    code.recall()
    dataclasses.make_dataclass("Alone", [("alone", int)])
    code.keep()
    assert path.stat().st_size < before


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: b"another Python's" + content,
        lambda content: b"",
    ],
    ids=["cut short", "one bit", "another Python", "empty"],
)
def test_what_is_not_whole_is_compiled_again(
    path: Path, compiled: list[str], damage: Callable[[bytes], bytes]
) -> None:
    kept_in(path)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    compiled.clear()
    kept_in(path)
    assert compiled
    assert path.read_bytes() == whole


def test_nothing_is_kept_where_python_keeps_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    kept_in(path)
    assert not path.exists()
    DataclassCode(None).recall()
    assert "exec" not in vars(dataclasses)


def test_where_nothing_can_be_written_nothing_is_kept(path: Path) -> None:
    path.touch()
    kept_in(path / "folder" / "kept")
    assert path.read_bytes() == b""


def test_it_stands_beside_the_bytecode_of_its_module(tmp_path: Path) -> None:
    script = (
        "import sys; from sempre import dataclass_code as kept; sys.dont_write_bytecode = False; "
        "kept.of_this_process.recall(); import dataclasses; "
        "dataclasses.make_dataclass('Made', ['name']); kept.of_this_process.keep(); print('exec' in vars(dataclasses))"
    )
    done = subprocess.run(
        [sys.executable, "-X", f"pycache_prefix={tmp_path}", "-c", script],
        capture_output=True,
        text=True,
    )
    assert done.stdout == "True\n", done.stderr
    (kept,) = tmp_path.rglob("*.dataclasses")
    assert kept.name.startswith("dataclass_code.")
    assert kept.parent.name == "sempre"
