"""Take one prompt file: see whether it counts, claim it by renaming, read it. Runs in a thread.

The lease is held until the file has been read, so nobody can open it to write in between; a half-written prompt is
never read.
"""

import errno
import os
import time
from dataclasses import dataclass
from pathlib import Path

from sempre import crash
from sempre.channels.files import prompt, ready
from sempre.channels.files.claim import Claim, Claims
from sempre.channels.files.layout import Place
from sempre.channels.files.names import readable
from sempre.channels.files.prompt import Prompt
from sempre.channels.files.ready import Look, Writers
from sempre.contract.messages import Inbound

# The kernel tells that a file is closed a moment before it stops counting its writer.
_CLOSING_LOOKS = 10
_CLOSING_SECONDS = 0.002

# Ours to wait out, not the file's fault.
_SHORT_OF = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR})


@dataclass(frozen=True)
class Sign:
    """Why a file may count: its close or rename was seen, or an earlier look at it."""

    closed: bool = False
    seen: Look | None = None


CLOSED = Sign(closed=True)
UNSEEN = Sign()


@dataclass(frozen=True)
class Taken:
    """Claimed and read. `size` is what it holds in memory."""

    message: Inbound
    size: int


@dataclass(frozen=True)
class LookAgain:
    """It may still change: look again in a moment."""

    seen: Look


@dataclass(frozen=True)
class Stuck:
    """Nothing can be claimed now (disk full, read-only folder); the file stays where it is."""

    error: OSError


class Gone:
    """Not there any more, or no file."""


@dataclass(frozen=True)
class LeftAlone:
    """It can't be taken now, others can. It is tried again at the next look through the folder."""

    reason: str


Outcome = Taken | LookAgain | Stuck | Gone | LeftAlone

BUSY = LeftAlone("Another program still has it open for writing; it counts once that is closed.")


@dataclass(frozen=True)
class Taker:
    """What is the same for all files of one worker."""

    place: Place
    claims: Claims
    limit: int  # bytes a prompt may have
    leases: bool  # whether a read lease proves that nobody writes

    def take(self, name: str, sign: Sign) -> Outcome:
        path = self.place.queue / name
        try:
            status = path.lstat()
            if ready.is_link(status):
                return self._claim(path, prompt.symbolic_link())
            if not ready.is_file(status):
                return Gone()
            return self._take_file(path, sign)
        except FileNotFoundError:
            return Gone()
        except PermissionError as error:
            return self._forbidden(error)
        except OSError as error:
            return Stuck(error)

    def read_again(self, claim: Claim) -> Inbound:
        """The message of a claim that a crash left. Raises OSError when the file went away."""
        path = self.place.claimed / claim.name
        if path.is_symlink():
            return self._message(claim, claim.file, prompt.symbolic_link())
        try:
            descriptor = _open(path)
        except OSError as error:
            if error.errno in _SHORT_OF or isinstance(error, FileNotFoundError):
                raise
            return self._message(claim, claim.file, prompt.unreadable(error))
        try:
            return self._message(claim, claim.file, self._read(descriptor))
        finally:
            os.close(descriptor)

    def _take_file(self, path: Path, sign: Sign) -> Outcome:
        try:
            descriptor = _open(path)
        except FileNotFoundError:
            return Gone()
        except OSError as error:
            return (
                Stuck(error)
                if error.errno in _SHORT_OF
                else self._claim(path, prompt.unreadable(error))
            )
        try:
            waits = self._must_wait(descriptor, sign)
            return waits or self._claim(path, descriptor)
        finally:
            os.close(descriptor)

    def _must_wait(self, descriptor: int, sign: Sign) -> LeftAlone | LookAgain | None:
        writers = self._writers(descriptor, sign)
        if writers is Writers.SOMEBODY:
            return BUSY
        status = os.fstat(descriptor)
        # An empty file gets a second look: the kernel shows a new file a moment before its writer counts as
        # one, and many programs create first and write later.
        certain = status.st_size > 0 and (writers is Writers.NOBODY or sign.closed)
        now = ready.look(status)
        return None if certain or sign.seen == now else LookAgain(now)

    def _writers(self, descriptor: int, sign: Sign) -> Writers:
        if not self.leases:
            return Writers.UNKNOWN
        writers = ready.writers(descriptor)
        for _ in range(_CLOSING_LOOKS if sign.closed else 0):
            if writers is not Writers.SOMEBODY:
                break
            time.sleep(_CLOSING_SECONDS)
            writers = ready.writers(descriptor)
        return writers

    def _forbidden(self, error: PermissionError) -> Stuck | LeftAlone:
        """Either nothing may be moved, or only this file: it is somebody else's, or Windows has it open."""
        ours = os.access in os.supports_effective_ids
        for folder in (self.place.queue, self.place.claimed):
            if not os.access(folder, os.W_OK | os.X_OK, effective_ids=ours):
                return Stuck(error)
        return LeftAlone(
            f"It can't be moved ({error.strerror or error}), as Sempre does to take it. Make the user that runs "
            "Sempre its owner, or close it in other programs."
        )

    def _claim(self, path: Path, content: int | Prompt) -> Taken | Gone:
        claim = self.claims.make(path.name)
        try:
            _rename(path, self.place.claimed / claim.name)
        except FileNotFoundError:
            return Gone()
        crash.point("files.claimed")
        read = self._read(content) if isinstance(content, int) else content
        return Taken(self._message(claim, path.name, read), len(read.text))

    def _read(self, descriptor: int) -> Prompt:
        try:
            data = _first_bytes(descriptor, self.limit + 1)
            return prompt.decode(
                data, limit=self.limit, size=max(os.fstat(descriptor).st_size, len(data))
            )
        except OSError as error:
            return prompt.unreadable(error)

    def _message(self, claim: Claim, name: str, read: Prompt) -> Inbound:
        return Inbound(
            channel=self.place.channel,
            external_id=claim.id,
            text=read.text,
            received_at=claim.counted_at,
            origin={"file": readable(name), "claim": claim.name},
            failure=read.failure,
        )


def _open(path: Path) -> int:
    """Read-only; a link is not followed, a pipe not waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    return os.open(path, flags | getattr(os, "O_BINARY", 0))


def _rename(path: Path, target: Path) -> None:
    try:
        path.rename(target)
    except FileNotFoundError:
        if target.parent.is_dir():
            raise
        target.parent.mkdir(parents=True, exist_ok=True)  # somebody removed `.claimed`
        path.rename(target)


def _first_bytes(descriptor: int, count: int) -> bytes:
    parts: list[bytes] = []
    while count > 0 and (part := os.read(descriptor, min(count, 1 << 20))):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
