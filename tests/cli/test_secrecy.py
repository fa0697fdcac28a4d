"""What was given in the environment is not read by another process of the same user, as an agent is one."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is a matter of Linux")

# Root reads everything, so the child becomes somebody else; that closes /proc too, which is undone for the test.
CHILD = """
import ctypes, os, sys
from sempre.cli.secrecy import close_to_others
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
libc = ctypes.CDLL(None)
libc.prctl(4, 1, 0, 0, 0)
def read():
    pid = os.fork()
    if pid == 0:
        try:
            found = b"canary" in open(f"/proc/{os.getppid()}/environ", "rb").read()
        except PermissionError:
            found = False
        os._exit(int(found))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
before = read()
close_to_others()
print(before, read())
"""


def test_others_can_read_the_environment_until_it_is_closed(clean_environment: dict[str, str]):
    environment = {**clean_environment, "ANTHROPIC_API_KEY": "canary"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD], env=environment, capture_output=True, text=True, cwd=os.sep
    )
    assert done.stdout.split() == ["1", "0"], done.stderr
