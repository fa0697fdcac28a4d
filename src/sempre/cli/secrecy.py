"""Keeps a key that was given in the environment from the agents: they run as the same user, and /proc shows them the
environment and the memory of every process of that user that does not refuse."""

import ctypes
import sys

_PR_SET_DUMPABLE = 4  # prctl(2); it also keeps keys out of core dumps


def close_to_others() -> None:
    """Only root can look into this process from now on. Elsewhere than on Linux there is no such door to close."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
