"""The machine: disk, clock, limits of the system."""

import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sempre import clock
from sempre.cli.diagnosis.finding import Examined, Finding, ok, problem, warning
from sempre.cli.wording import duration, size

_DISK_LOW, _DISK_FULL = 1_000_000_000, 100_000_000
_FILES_FREE = 1000
_DESCRIPTORS = 1024
_WATCHES = 1024
_OLDEST_YEAR = 2026  # this release is not older
_SYSTEM_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")
_IN_CLOEXEC = 0o2000000


def disk(examined: Examined) -> Iterator[Finding]:
    place = next(
        each for each in (examined.home.path, *examined.home.path.parents) if each.exists()
    )
    free = shutil.disk_usage(place).free
    said = f"{size(free)} are free on the disk of {examined.home.path}."
    remedy = "Free disk space; what cannot be written waits, and nothing is lost meanwhile."
    if free < _DISK_FULL:
        yield problem("disk", said, remedy)
    elif free < _DISK_LOW:
        yield warning("disk", said, remedy)
    else:
        yield ok("disk", said)
    if sys.platform != "win32":
        counted = os.statvfs(place)
        if counted.f_files and counted.f_favail < _FILES_FREE:
            left = f"Only {counted.f_favail} more files fit on that disk."
            yield problem("disk", left, "Remove files that nobody needs.")


def time_of_day(examined: Examined) -> Iterator[Finding]:
    now = clock.now()
    zone = examined.settings.server.zone
    said = f"It is {now.astimezone(zone):%Y-%m-%d %H:%M} in {zone}."
    remedy = "Set the clock, and let the system keep it (timedatectl set-ntp true)."
    newest = max((_changed(each) for each in _written(examined)), default=0.0)
    if now.year < _OLDEST_YEAR:
        yield problem("clock", f"{said} That cannot be.", remedy)
    elif newest > now.timestamp() + 120:
        ahead = duration(timedelta(seconds=newest - now.timestamp()))
        yield problem("clock", f"{said} Files here were written {ahead} later than that.", remedy)
    else:
        yield ok("clock", said)


def limits(examined: Examined) -> Iterator[Finding]:
    if sys.platform == "win32":
        return
    import resource  # not on Windows

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _DESCRIPTORS:
        said = f"A process here may have only {soft} files open."
        yield warning("limits", said, f"Raise it: ulimit -n {_DESCRIPTORS * 4}.")
    else:
        yield ok("limits", f"A process may have {soft} files open.")


def watching(examined: Examined) -> Iterator[Finding]:
    """Without watches prompts are still found, by looking through the folders every few seconds."""
    if sys.platform != "linux":
        return
    later = f"Prompts are found up to {examined.settings.files.rescan_seconds:g} s late."
    descriptor = ctypes.CDLL(None, use_errno=True).inotify_init1(_IN_CLOEXEC)
    if descriptor < 0:
        why = errno.errorcode.get(ctypes.get_errno(), "?")
        yield problem(
            "inotify",
            f"The system gives no watch on folders ({why}). {later}",
            "Raise the limit: sudo sysctl fs.inotify.max_user_instances=1024.",
        )
        return
    os.close(descriptor)
    allowed = int(_SYSTEM_WATCHES.read_text()) if _SYSTEM_WATCHES.exists() else _WATCHES
    if allowed < _WATCHES:
        yield warning(
            "inotify",
            f"Only {allowed} folders can be watched. {later}",
            "Raise the limit: sudo sysctl fs.inotify.max_user_watches=65536.",
        )
    else:
        yield ok("inotify", f"{allowed} folders can be watched.")


def _written(examined: Examined) -> list[Path]:
    home = examined.home
    return [each for each in (home.log, home.database, home.server) if each.exists()]


def _changed(path: Path) -> float:
    return path.stat().st_mtime
