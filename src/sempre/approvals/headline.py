"""One line that says what a call would do. For reading; what counts is the input itself."""

import json
from collections.abc import Mapping

_TELLING = ("command", "file_path", "notebook_path", "url", "query", "path", "prompt")
_LONGEST = 300


def headline(tool: str, given: Mapping[str, object]) -> str:
    """The most telling argument, or all of them; cut when it is long."""
    said = next((given[name] for name in _TELLING if isinstance(given.get(name), str)), None)
    text = f"{tool}: {said if said is not None else json.dumps(dict(given), ensure_ascii=False)}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
