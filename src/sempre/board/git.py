"""Git, as the board asks it: the folders are named each time, so that nothing in a work tree can lead it elsewhere;
no hooks, no prompts, no pager, a clean environment and a time limit."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sempre import environment
from sempre.errors import MisconfiguredError, UnavailableError

_SECONDS = 120.0
_MOST_BYTES = 64 * 1024 * 1024
_PIECE = 65536
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "true",
    "GIT_EDITOR": "true",
    "GIT_SEQUENCE_EDITOR": "true",
    "GIT_PAGER": "cat",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
# What a repository's own configuration may say is a person's; these would run programs or stop for one.
_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "rebase.autoStash=false",
    "rerere.enabled=false",
    "submodule.recurse=false",
    "core.editor=true",
    "log.showSignature=false",
    "diff.suppressBlankEmpty=false",
    "rebase.updateRefs=false",
)
_FLAGS = tuple(part for each in _SETTINGS for part in ("-c", each))
# What tools leave in a repository that does not ignore it: nobody's work.
LEFT_BEHIND = tuple(
    f":(exclude,glob)**/{name}"
    for name in (
        "__pycache__/**",
        ".pytest_cache/**",
        ".mypy_cache/**",
        ".ruff_cache/**",
        ".tox/**",
        ".venv/**",
        "node_modules/**",
        ".DS_Store",
    )
)
PATTERNS = {"GIT_LITERAL_PATHSPECS": "0"}  # for commands that are given LEFT_BEHIND


class GitError(UnavailableError):
    """Git ended with an error that nobody expected; the message has its words."""

    code = "git_failed"


@dataclass(frozen=True, kw_only=True)
class Ran:
    """`cut`: there was more than could be read."""

    code: int
    out: bytes
    complaint: str
    cut: bool = False

    @property
    def text(self) -> str:
        return self.out.decode("utf-8", "replace").strip()

    @property
    def names(self) -> list[str]:
        """For output with -z."""
        return [each for each in self.out.decode("utf-8", "replace").split("\0") if each]


@dataclass(frozen=True, kw_only=True)
class Git:
    """Where git looks: `folder` is its own folder (`.git`, or that of a linked work tree), `tree` the files."""

    folder: Path
    tree: Path

    async def run(
        self,
        *arguments: str,
        allowed: tuple[int, ...] = (0,),
        given: bytes = b"",
        more: Mapping[str, str] | None = None,
        most: int = _MOST_BYTES,
    ) -> Ran:
        """Raises GitError for another exit code than those allowed, MisconfiguredError when there is no git."""
        named = {"GIT_DIR": str(self.folder), "GIT_WORK_TREE": str(self.tree), **(more or {})}
        ran = await start(*arguments, directory=self.tree, named=named, given=given, most=most)
        if ran.code not in allowed and not ran.cut:
            said = ran.complaint or ran.text or f"exit code {ran.code}"
            raise GitError(f"git {arguments[0]} failed in {self.tree}: {said}")
        return ran

    async def text(self, *arguments: str) -> str:
        return (await self.run(*arguments)).text

    async def commit_of(self, name: str) -> str | None:
        """The commit that a branch, tag or hash names."""
        ran = await self.run(
            "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", allowed=(0, 1, 128)
        )
        return ran.text if ran.code == 0 else None

    async def has(self, name: str) -> bool:
        """Whether the repository has this commit or tree."""
        return (await self.run("cat-file", "-e", name, allowed=(0, 1, 128))).code == 0

    async def is_ancestor(self, older: str, newer: str) -> bool:
        ran = await self.run("merge-base", "--is-ancestor", older, newer, allowed=(0, 1))
        return ran.code == 0

    async def changed(self) -> list[str]:
        """Files that git knows and that differ from the last commit."""
        ran = await self.run(
            "status", "--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=all"
        )
        return [each[3:] for each in ran.names if len(each) > 3 and each[2] == " "]

    async def unknown(self, more: Mapping[str, str] | None = None) -> list[str]:
        """Files that git does not know and does not ignore, but for what tools leave behind."""
        ran = await self.run(
            "ls-files",
            "--others",
            "--exclude-standard",
            "-z",
            "--",
            ".",
            *LEFT_BEHIND,
            more={**PATTERNS, **(more or {})},
        )
        return ran.names


async def start(
    *arguments: str,
    directory: Path,
    named: Mapping[str, str] | None = None,
    given: bytes = b"",
    most: int = _MOST_BYTES,
) -> Ran:
    """Runs git to its end, or kills it at the time limit. Raises MisconfiguredError, GitError."""
    windows = sys.platform == "win32"
    try:
        process = await asyncio.create_subprocess_exec(
            "git",
            *_FLAGS,
            *arguments,
            stdin=PIPE if given else DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            cwd=directory,
            env={**environment.inherited(os.environ), **_QUIET, **(named or {})},
            start_new_session=not windows,
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise MisconfiguredError(
            f"Git could not be started in {directory}.",
            remedy="Install git, and see that the folder is there and may be entered.",
            code="no_git",
        ) from error
    try:
        async with asyncio.timeout(_SECONDS):
            return await _finish(process, given, most)
    except TimeoutError as error:
        raise GitError(f"git {arguments[0]} took longer than {_SECONDS:.0f} s.") from error
    finally:
        await _end(process)


async def _finish(process: Process, given: bytes, most: int) -> Ran:
    out, complaint, _ = await asyncio.gather(
        _read(process, process.stdout, most),
        _read(process, process.stderr, _PIECE),
        _give(process, given),
    )
    return Ran(
        code=await process.wait(),
        out=out[:most],
        complaint=complaint.decode("utf-8", "replace").strip(),
        cut=len(out) > most,
    )


async def _read(process: Process, stream: asyncio.StreamReader | None, most: int) -> bytes:
    """To its end; when there is more than we take, git is ended and the rest let go."""
    read = bytearray()
    while stream is not None and (piece := await stream.read(_PIECE)):
        if len(read) <= most:
            read += piece
            if len(read) > most:
                _kill(process)
    return bytes(read)


async def _give(process: Process, given: bytes) -> None:
    if process.stdin is not None:
        with contextlib.suppress(ConnectionError):
            process.stdin.write(given)
            await process.stdin.drain()
            process.stdin.close()


async def _end(process: Process) -> None:
    if process.returncode is None:
        _kill(process)
        await asyncio.shield(process.wait())


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
