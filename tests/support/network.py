"""Keeps tests on this machine: whatever leaves loopback raises, and fails the test that tried.

It listens to Python's audit events, so it holds for every thread and library that uses Python's
sockets. What a test deliberately aims at a far address must use one that is refused here.
"""

import ipaddress
import socket
import sys
from collections.abc import Iterator
from typing import cast

import pytest

_attempts: list[str] = []
_LOCAL_NAMES = frozenset({"", "localhost", socket.gethostname()})
_WATCHED = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo"})


class FarAddressError(OSError):
    """A test tried to reach another machine."""


def is_local(host: object) -> bool:
    """Tells whether a host, as given to a socket call, is this machine."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _refuse_far_addresses(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _WATCHED:
        return
    target = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
    if event != "socket.getaddrinfo" and not isinstance(target, tuple):  # a Unix socket's path
        return
    host = cast(tuple[object, ...], target)[0] if isinstance(target, tuple) else target
    if not is_local(host):
        _attempts.append(str(host))
        raise FarAddressError(f"a test tried to reach {host!r}; tests stay on loopback")


def pytest_configure() -> None:
    """Starts refusing, once a process: an audit hook cannot be removed."""
    sys.addaudithook(_refuse_far_addresses)


@pytest.fixture(autouse=True)
def stay_on_this_machine() -> Iterator[list[str]]:
    """Fails a test that tried to leave, also when the code under test swallowed the error."""
    _attempts.clear()
    yield _attempts
    tried = ", ".join(_attempts)
    _attempts.clear()
    assert not tried, f"the test tried to reach {tried}; tests stay on loopback"
