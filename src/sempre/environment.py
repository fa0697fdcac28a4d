"""What a program that we start may know of ours: names by allow-list, so that no key and no token gets through. Pure."""

from collections.abc import Mapping

_PERSON = {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"}
_TRUST = {"SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"}
# What Windows needs to start programs and to find the user's folders.
_SYSTEM = {
    "COMSPEC",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATHEXT",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "WINDIR",
}
_PLACES = {"APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)"}
_USER = {
    "HOMEDRIVE",
    "HOMEPATH",
    "PROCESSOR_ARCHITECTURE",
    "TEMP",
    "TMP",
    "USERNAME",
    "USERPROFILE",
}
_ALLOWED = frozenset(_PERSON | _TRUST | _SYSTEM | _PLACES | _USER)


def inherited(parent: Mapping[str, str]) -> dict[str, str]:
    """Of these variables those that any program may see."""
    return {name: value for name, value in parent.items() if _is_allowed(name)}


def _is_allowed(name: str) -> bool:
    return name.upper() in _ALLOWED or name.startswith("LC_")
