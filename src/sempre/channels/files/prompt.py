"""From the bytes of a prompt file to its text, or to the reason why it can't be one. Pure."""

import codecs
from dataclasses import dataclass

from sempre.contract.messages import Failure


@dataclass(frozen=True)
class Prompt:
    """What a prompt file says. With a failure the text is empty: nobody should answer a mangled half."""

    text: str
    failure: Failure | None = None


def decode(data: bytes, *, limit: int, size: int | None = None) -> Prompt:
    """UTF-8, a byte order mark allowed, at most `limit` bytes, not empty. `size` is the file's, when not all was read."""
    if (size or len(data)) > limit:
        return unusable(
            "prompt_too_large",
            f"The prompt has {size or len(data)} bytes; at most {limit} are allowed. Make it shorter, let it name "
            "a file for the worker to read, or raise files.max_prompt_bytes.",
        )
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        return _not_utf8(data, error.start)
    if "\0" in text:
        return unusable(
            "prompt_binary",
            f"The prompt holds a zero byte at byte {data.index(0)}, so it is not text. Send a text file in UTF-8.",
        )
    if not text.strip():
        return unusable(
            "prompt_empty", "The prompt is empty. Write into the file what is to be done."
        )
    return Prompt(text)


def unusable(kind: str, message: str) -> Prompt:
    return Prompt("", Failure(kind=kind, message=message))


def unreadable(error: OSError) -> Prompt:
    return unusable(
        "prompt_unreadable",
        f"The prompt can't be read: {error.strerror or error}. Give the user that runs Sempre the right to read "
        "it and put it into the queue again.",
    )


def symbolic_link() -> Prompt:
    return unusable(
        "prompt_symlink",
        "The prompt is a symbolic link, and Sempre never follows one. Put a copy of the file into the queue.",
    )


def _not_utf8(data: bytes, at: int) -> Prompt:
    line = data.count(b"\n", 0, at) + 1
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    guess = " It looks like UTF-16, as some Windows programs write." if utf16 else ""
    return unusable(
        "prompt_not_utf8",
        f"The prompt is not UTF-8: byte {at} (line {line}) is 0x{data[at]:02x}.{guess} Save it as UTF-8 and put it "
        "into the queue again.",
    )
