"""What `dataclass` writes for each class, as text, is compiled at every start, a sixth of one. Here it is compiled once,
and kept beside this module's own bytecode: the same text is the same code. The classes are none the wiser."""

import dataclasses
import hashlib
import importlib.util
import marshal
import sys
from pathlib import Path
from types import CodeType
from typing import Any

from sempre import atomic

_makers: Any = dataclasses  # it has no such name of its own, which a type checker minds
_HEAD = importlib.util.MAGIC_NUMBER
_DIGEST = 16


class DataclassCode:
    """Between `recall` and `forget` the code of new dataclasses comes from `path`, if it is there."""

    def __init__(self, path: Path | None) -> None:
        """Without a path it does nothing."""
        self._path = path
        self._known: dict[bytes, CodeType] = {}
        self._used: set[bytes] = set()
        self._kept = 0

    def recall(self) -> None:
        """The module's own name goes before the built-in function that it uses."""
        if self._path is not None:
            self._known = _read(self._path)
            self._kept = len(self._known)
            _makers.exec = self._execute

    def keep(self) -> None:
        """Write down what was compiled since. Blocks; raises nothing: the next start compiles it again."""
        if self._path is None or len(self._known) == self._kept or sys.dont_write_bytecode:
            return
        if len(self._known) > 2 * len(self._used):  # most is of other releases
            self._known = {key: self._known[key] for key in self._used}
        self._kept = len(self._known)
        content = marshal.dumps(self._known)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(self._path, _HEAD + _digest(content) + content, replace=True)
        except OSError:
            return  # not our folder, or two at once: Python is as lenient with its own

    def forget(self) -> None:
        if hasattr(_makers, "exec"):
            del _makers.exec
        self._known.clear()
        self._used.clear()
        self._kept = 0

    def _execute(self, text: str, names: dict[str, Any], made: dict[str, Any]) -> None:
        key = _digest(text.encode())
        self._used.add(key)
        code = self._known.get(key)
        if code is None:
            code = self._known[key] = compile(text, "<string>", "exec", dont_inherit=True)
        exec(code, names, made)  # noqa: S102  (what dataclass wrote, as it does itself)


def _read(path: Path) -> dict[bytes, CodeType]:
    """Nothing when it is of another Python, or damaged."""
    try:
        content = path.read_bytes()
    except OSError:
        return {}
    start = len(_HEAD) + _DIGEST
    body = content[start:]
    if content[:start] != _HEAD + _digest(body):
        return {}
    return marshal.loads(body)  # noqa: S302  (it stands where Python's own bytecode does, and was whole)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()


def _place() -> Path | None:
    """Where this Python keeps bytecode, if it keeps any."""
    try:
        return Path(importlib.util.cache_from_source(__file__)).with_suffix(".dataclasses")
    except NotImplementedError:
        return None


of_this_process = DataclassCode(_place())
