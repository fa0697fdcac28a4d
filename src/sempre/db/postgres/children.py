"""Postgres' programs as child processes: ended with the block whatever happens, what they complain of in our words."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sempre.db.interruption import Interruption
from sempre.errors import UnavailableError

_TOLD = 500  # characters of what a program complains of
Command = Sequence[str | Path]


class FailedProgramError(UnavailableError):
    """It ended with an error; the message has what it complained of."""

    code = "pg_program_failed"


class Child:
    """One that runs."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]", errors: IO[bytes]) -> None:
        self._name = name
        self._process = process
        self._errors = errors

    @property
    def pipe(self) -> IO[bytes]:
        """The one that was asked for. Raises RuntimeError when none was."""
        found = self._process.stdin or self._process.stdout
        if found is None:
            raise RuntimeError(f"{self._name} was started without a pipe.")
        return found

    def end(self, stop: Interruption) -> None:
        """Wait for it. Raises FailedProgramError, UnavailableError when it was stopped."""
        code = self._process.wait()
        stop.look()
        if code:
            raise self.failure()

    def failure(self) -> FailedProgramError:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        said = " ".join(line.strip() for line in lines if line.strip())[:_TOLD]
        return FailedProgramError(
            f"{self._name} failed: {said or f'it ended with {self._process.returncode}'}. Check that the database "
            "answers and that the disk has space, then try again."
        )


@contextmanager
def started(
    command: Command,
    environment: Mapping[str, str],
    stop: Interruption,
    *,
    says: bool = False,
    hears: bool = False,
) -> Iterator[Child]:
    """`says`: we write to it; `hears`: we read from it. Raises UnavailableError, OSError."""
    stop.look()
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=pipe if says else null,
            stdout=pipe if hears else null,
            stderr=errors,
            start_new_session=True,  # Ctrl-C is ours: it must not end one of two that belong together
        )
        try:
            with stop.watching(process):
                yield Child(Path(command[0]).name, process, errors)
        finally:
            _end(process)


def run(command: Command, environment: Mapping[str, str], stop: Interruption) -> None:
    """Until it has ended. Raises UnavailableError, OSError."""
    with started(command, environment, stop) as child:
        child.end(stop)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    """What is still in it, a program that has ended does not take."""
    try:
        pipe.close()
    except OSError:
        return
