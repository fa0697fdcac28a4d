"""Reads `sempre.toml` and the environment."""

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sempre.errors import MisconfiguredError
from sempre.settings.home_settings import Settings

FILE_NAME = "sempre.toml"


def load(home: Path) -> Settings:
    """The settings of this home. Raises MisconfiguredError with the place and the remedy."""
    path = home / FILE_NAME
    try:
        return read(path.read_text("utf-8") if path.exists() else "", path)
    except UnicodeDecodeError as error:
        raise _not_toml(path, error) from error


def read(text: str, path: Path) -> Settings:
    """The settings that a file with this text makes. Raises MisconfiguredError."""
    try:
        written: dict[str, Any] = tomllib.loads(text)
        if short := os.environ.get("SEMPRE_DATABASE_URL"):
            written["database"] = {**written.get("database", {}), "url": short}
        return Settings(**written)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, error) from error
    except ValidationError as error:
        raise MisconfiguredError(
            f"{path} or the environment sets what Sempre does not understand: {_explain(error)}.",
            remedy="docs/reference/settings.md lists every setting.",
        ) from error


def _not_toml(path: Path, error: ValueError) -> MisconfiguredError:
    return MisconfiguredError(f"{path} is not valid TOML: {error}.", remedy="Correct that line.")


def _explain(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg'].lower()}"
        for problem in error.errors()
    )
