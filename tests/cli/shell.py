"""The command line as tests call it: in this process, which is quick, or in one of its own."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from unittest import mock

from sempre.cli import main
from tests.support.patience import PATIENCE


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """`home` is where its commands work, `environment` all that its processes see."""

    home: Path
    environment: Mapping[str, str]

    def run(self, *words: str, stdin: bytes = b"") -> Result:
        """A command, in this process."""
        out, err = io.StringIO(), io.StringIO()
        given = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
        with (
            mock.patch.object(sys, "argv", ["sempre", *words]),
            mock.patch.object(sys, "stdin", given),
            mock.patch.dict(os.environ, {"SEMPRE_HOME": str(self.home)}),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = _code_of_main()
        return Result(code, out.getvalue(), err.getvalue())

    def json(self, *words: str) -> Any:
        """What it prints with --json; it must end well."""
        result = self.run(*words, "--json")
        assert result.code == 0, result.err
        return result.json

    @contextlib.contextmanager
    def start(self, *words: str) -> "Generator[subprocess.Popen[str]]":
        """A command in a process of its own, that ends with the block at the latest."""
        child = subprocess.Popen(
            [sys.executable, "-m", "sempre", *words],
            env={**self.environment, "SEMPRE_HOME": str(self.home)},
            cwd=self.home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with child:
            try:
                yield child
            finally:
                child.kill()

    def process(self, *words: str, stdin: str = "") -> Result:
        """The same, until it has ended."""
        with self.start(*words) as child:
            out, err = child.communicate(stdin, timeout=2 * PATIENCE)
        return Result(child.returncode, out, err)


def _code_of_main() -> int:
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def read_until(beginning: str, lines: IO[str]) -> Iterator[str]:
    """The lines up to the first one that begins so."""
    for line in lines:
        yield line
        if line.startswith(beginning):
            return
    raise AssertionError(f"it ended before a line that begins with {beginning}")
