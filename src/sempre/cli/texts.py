"""Text that a person gives: in words, from a file, or from stdin."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sempre.errors import InvalidError, NotFoundError

STDIN = "-"


def given_text(words: Sequence[str], file: Path | None) -> str:
    """Exactly one of them. Raises InvalidError, NotFoundError."""
    if bool(words) == (file is not None):
        raise InvalidError(
            "Say what to send: words at the end, `-f FILE`, or `-` for what is piped in."
        )
    source = file or (Path(STDIN) if list(words) == [STDIN] else None)
    text = (
        _decode(os.fsencode(" ".join(words)), "The text") if source is None else read_text(source)
    )
    if not text.strip():
        raise InvalidError("The text is empty. Say what is to be done.")
    return text


def read_text(source: Path) -> str:
    """A file's text; `-` is stdin. Raises InvalidError, NotFoundError."""
    if str(source) == STDIN:
        return _decode(sys.stdin.buffer.read(), "What was piped in")
    try:
        return _decode(source.read_bytes(), str(source))
    except OSError as error:
        raise NotFoundError(
            f"{source} cannot be read: {error.strerror}. Name a file of text, or `-` for stdin."
        ) from error


def _decode(data: bytes, what: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidError(
            f"{what} is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}. Convert it to UTF-8 first."
        ) from error
    if "\0" in text:
        raise InvalidError(f"{what} holds a zero byte, so it is not text. Send text in UTF-8.")
    return text
