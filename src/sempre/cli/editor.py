"""A text in the person's own editor."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from sempre.errors import InvalidError, MisconfiguredError


def edited(text: str, *, suffix: str) -> str:
    """What they made of it. Raises InvalidError when they left it as it was, MisconfiguredError without an editor."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        raise MisconfiguredError(
            "No editor is set.", remedy="Set EDITOR, or say it with an option: see --help."
        )
    with tempfile.TemporaryDirectory(prefix="sempre-") as folder:
        path = Path(folder) / f"edit{suffix}"
        path.write_text(text, "utf-8")
        ended = subprocess.run([*shlex.split(editor), str(path)], check=False)
        after = path.read_text("utf-8")
    if ended.returncode != 0 or after == text:
        raise InvalidError("Nothing was changed, so nothing was decided. Use `approve` instead.")
    return after
