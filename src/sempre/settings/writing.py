"""Puts single values into `sempre.toml` for a person who says them on the command line. What else stands there stays as
it was written, comments too; a file that would then say anything else is not written."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import tomlkit
from tomlkit.exceptions import TOMLKitError

from sempre import atomic
from sempre.errors import ConflictError, RefusedError
from sempre.settings.reading import FILE_NAME, load, read

Value = str | int


def put(home: Path, section: str, values: Mapping[str, Value]) -> None:
    """Raises MisconfiguredError for a file or a value that means nothing, RefusedError where the environment goes before
    the file, ConflictError when the file can't be changed without changing more."""
    load(home)  # a broken file is told with its line, before anything else
    path = (home / FILE_NAME).resolve()  # a link stays one
    before = path.read_bytes() if path.exists() else b""
    after = _edited(path, before.decode(), section, values)
    found = getattr(read(after, path), section)
    for name, value in values.items():
        if getattr(found, name) != value:
            variable = f"SEMPRE_{section}__{name}".upper()
            raise RefusedError(
                f"The environment sets {variable}, which goes before sempre.toml. Change it there, or unset it.",
                code="set_in_environment",
            )
    _write(path, before, after.encode())


def _edited(path: Path, text: str, section: str, values: Mapping[str, Value]) -> str:
    wanted = tomllib.loads(text)
    wanted[section] = {**wanted.get(section, {}), **values}
    try:
        document = tomlkit.parse(text)
        table = cast("dict[str, Value]", document.setdefault(section, tomlkit.table()))
        table.update(values)
        after = tomlkit.dumps(document)
        if tomllib.loads(after) == wanted:
            return after
    except (TOMLKitError, tomllib.TOMLDecodeError):
        pass
    said = ", ".join(f"{section}.{name} = {value!r}" for name, value in values.items())
    raise ConflictError(
        f"{path} is written in a way that can't be changed without changing more of it. Set {said} there yourself.",
        code="settings_not_edited",
    )


def _write(path: Path, before: bytes, after: bytes) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    if before and path.read_bytes() != before:
        raise ConflictError(f"{path} was changed meanwhile. Try again.", code="settings_changed")
    with atomic.Drafts({path: after}, mode=mode) as drafts:
        drafts.put(path, replace=True)
