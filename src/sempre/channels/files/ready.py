"""Does a file count: has everybody who wrote it closed it? Never reads what is in it.

On Linux a read lease answers that: the kernel refuses it while anybody has the file open for writing. Where there
are none (other systems, network and shared mounts, somebody else's file) a file counts when two looks at it agree.
"""

import errno
import os
import signal
import stat
import sys
from enum import Enum
from pathlib import Path

# Other machines write to these without this kernel knowing, so a lease on them proves nothing.
_SHARED = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "virtiofs",
    "vboxsf",
    "ceph",
    "glusterfs",
    "afs",
    "fuse",
    "prl_fs",
)

Look = tuple[int, int, int]


class Writers(Enum):
    """Who has the file open for writing."""

    NOBODY = "nobody"
    SOMEBODY = "somebody"
    UNKNOWN = "unknown"


def look(status: os.stat_result) -> Look:
    """What must not change between two looks: the file itself, its size, its last write."""
    return status.st_ino, status.st_size, status.st_mtime_ns


def is_file(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode)


def is_link(status: os.stat_result) -> bool:
    return stat.S_ISLNK(status.st_mode)


if sys.platform == "linux":
    import fcntl

    def writers(descriptor: int) -> Writers:
        """Take a read lease on a file open for reading; until it is closed, whoever opens it to write waits."""
        try:
            # A writer who comes now breaks the lease; the kernel's default signal for that ends the process.
            fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError as error:
            return Writers.SOMEBODY if error.errno == errno.EAGAIN else Writers.UNKNOWN
        return Writers.NOBODY

else:

    def writers(descriptor: int) -> Writers:
        """No other system tells."""
        return Writers.UNKNOWN


def leases_hold(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> bool:
    """Whether a lease in this folder proves anything: on Linux, and on a disk that no other machine writes to."""
    if sys.platform != "linux":
        return False
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    kind = _file_system(str(folder.resolve()), lines)
    return kind is not None and not kind.startswith(_SHARED)


def _file_system(path: str, lines: list[str]) -> str | None:
    """The type of the file system that is mounted nearest above `path` (proc(5), mountinfo)."""
    best, kind = "", None
    for line in lines:
        left, _, right = line.partition(" - ")
        fields, tail = left.split(), right.split()
        if len(fields) < 5 or not tail:
            continue
        point = fields[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        inside = point == "/" or path == point or path.startswith(point + "/")
        if inside and len(point) >= len(best):
            best, kind = point, tail[0]
    return kind
