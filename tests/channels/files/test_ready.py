import os
import subprocess
import sys
from pathlib import Path

import pytest

from sempre.channels.files import ready
from sempre.channels.files.ready import Writers
from tests.support.patience import PATIENCE

linux = pytest.mark.skipif(sys.platform != "linux", reason="read leases are Linux's")

_MOUNTS = """\
21 26 0:20 / / rw,relatime shared:1 - ext4 /dev/vda rw
22 21 0:21 / /mnt/share rw - nfs4 server:/export rw
23 21 0:22 / /mnt/share/disk rw - xfs /dev/vdb rw
24 21 0:23 / /mnt/my\\040files rw - fuse.sshfs host: rw
25 21 0:24 / /work rw - 9p workspace rw
broken line
"""


@linux
def test_a_file_that_somebody_writes_does_not_count(tmp_path: Path):
    path = tmp_path / "a.prompt"
    with path.open("w") as writer:
        writer.write("half")
        writer.flush()
        assert _writers(path) is Writers.SOMEBODY
    assert _writers(path) is Writers.NOBODY


@linux
def test_a_reader_does_not_matter(tmp_path: Path):
    path = tmp_path / "a.prompt"
    path.write_text("whole")
    with path.open():
        assert _writers(path) is Writers.NOBODY


@linux
def test_who_opens_it_to_write_waits_and_does_not_kill_us(tmp_path: Path):
    """Breaking a lease sends a signal; the default one would end the process that holds it."""
    path = tmp_path / "a.prompt"
    path.write_text("whole")
    script = (
        "import os, subprocess, sys, time\n"
        "from sempre.channels.files import ready\n"
        "fd = os.open(sys.argv[1], os.O_RDONLY)\n"
        "assert ready.writers(fd) is ready.Writers.NOBODY\n"
        "writer = subprocess.Popen(['sh', '-c', 'echo more >> \"$0\"', sys.argv[1]])\n"
        "time.sleep(0.3)\n"
        "assert writer.poll() is None, 'the writer must wait'\n"
        "assert os.read(fd, 100) == b'whole'\n"
        "os.close(fd)\n"
        "assert writer.wait() == 0\n"
    )
    subprocess.run([sys.executable, "-c", script, path], check=True, timeout=PATIENCE)
    assert path.read_text() == "wholemore\n"


@linux
@pytest.mark.parametrize(
    ("folder", "holds"),
    [
        ("/home/me", True),
        ("/mnt/share/queue", False),
        ("/mnt/share/disk/queue", True),
        ("/mnt/sharedisk", True),
        ("/mnt/my files/queue", False),
        ("/work", False),
    ],
)
def test_a_lease_proves_nothing_where_other_machines_write(
    tmp_path: Path, folder: str, holds: bool
):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(_MOUNTS)
    assert ready.leases_hold(Path(folder), mounts) is holds


def test_without_a_list_of_mounts_nothing_is_proven(tmp_path: Path):
    assert ready.leases_hold(tmp_path, tmp_path / "missing") is False


def _writers(path: Path) -> Writers:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return ready.writers(descriptor)
    finally:
        os.close(descriptor)
