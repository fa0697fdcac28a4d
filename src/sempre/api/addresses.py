"""Where Sempre may listen. Known before anything is loaded that serves it."""

import ipaddress

from sempre.errors import MisconfiguredError
from sempre.settings import Settings


def check_address(settings: Settings) -> None:
    """Refuse to listen where strangers reach us without a person having said so. Raises MisconfiguredError.

    Every request needs a login anyway; beside that, no host name but the loopback's own is answered until
    `server.allowed_hosts` names one, so listening elsewhere without it would serve nobody.
    """
    if is_loopback(settings.server.host) or settings.server.allowed_hosts:
        return
    raise MisconfiguredError(
        f"server.host is {settings.server.host}, which other machines reach, and no name is allowed for it.",
        remedy="Set server.allowed_hosts to the names or addresses that browsers will use, and put TLS in "
        "front of it; or leave server.host at 127.0.0.1.",
    )


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
