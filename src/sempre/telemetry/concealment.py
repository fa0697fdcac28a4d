"""Keeps secrets out of everything that is logged: values that were registered, and forms that any secret has."""

import json
import re
import threading
from urllib.parse import quote

MASK = "[concealed]"
_SHORTEST = 6  # shorter values would blank out ordinary words
# Our own tokens, provider keys, and whatever stands in an Authorization header or before an @ in an address.
_FORMS = re.compile(
    r"sempre_[a-z]+_[A-Za-z0-9_-]{16,}"
    r"|sk-ant-[A-Za-z0-9_-]{8,}"
    r"|(?<=[Bb]earer )[A-Za-z0-9._~+/=-]{8,}"
    r"|(?<=://)[^\s:/@\"']*:[^\s/@\"']+(?=@)"
)
_lock = threading.Lock()
_values: tuple[str, ...] = ()


def conceal(value: str) -> None:
    """From now on this value stands in no log, whole or as part of a text, in any of the forms it may be written."""
    global _values
    if len(value) < _SHORTEST:
        return
    forms = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    forms |= {quote(value), quote(value, safe=""), repr(value)[1:-1]}
    with _lock:
        # The longest first: a secret may be part of another one.
        _values = tuple(sorted({*_values, *forms}, key=len, reverse=True))


def without_secrets(text: str) -> str:
    for value in _values:
        if value in text:
            text = text.replace(value, MASK)
    return _FORMS.sub(MASK, text)
