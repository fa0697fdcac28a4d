"""The environment of child processes, by allow-list, and the cleaning of pytest's own.

Whoever runs the tests may have provider keys, a Claude login or a Sempre of their own configured:
none of that may reach a test or a child of one.
"""

import os
from pathlib import Path

EVERYWHERE = {"PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TERM", "TMPDIR", "TZ"}
# Without these Windows starts no program at all.
ON_WINDOWS = {"COMSPEC", "PATHEXT", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "TMP", "WINDIR"}
ALLOWED = frozenset(EVERYWHERE | ON_WINDOWS)
FOR_THE_TESTS = frozenset({"SEMPRE_CHROMIUM", "SEMPRE_SOAK_MINUTES", "SEMPRE_TEST_POSTGRES_URL"})
PERSONAL = ("ANTHROPIC_", "AWS_", "CLAUDE", "GOOGLE_", "OPENAI_", "SEMPRE_")


def allowed_environment(home: Path) -> dict[str, str]:
    """Returns a fresh environment for a child process whose user directory is `home`."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in ALLOWED}
    return {**kept, "HOME": str(home), "USERPROFILE": str(home)}


def forget_personal_settings() -> None:
    """Removes from this process what belongs to the person who runs the tests."""
    for name in list(os.environ):
        if name.startswith(PERSONAL) and name not in FOR_THE_TESTS:
            del os.environ[name]
