"""What a command says, on its way to the log: whole characters, in pieces, no more than a page can bear. Its colours
stay in."""

import codecs
from collections.abc import Callable

_PIECE = 8_000  # characters
_MOST = 1_000_000  # characters of one visit that are told; the end is kept in any case
_TAIL = 16_000
_CUT = "\n… more output is left out here; the end is in the answer …\n"


class Output:
    """`tell` gets pieces of text, in order."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._told = 0
        self._tail = ""

    @property
    def tail(self) -> str:
        return self._tail

    def take(self, read: bytes, *, final: bool = False) -> None:
        text = self._decoder.decode(read, final).replace("\0", "\ufffd")
        if not text:
            return
        self._tail = (self._tail + text)[-_TAIL:]
        room = max(_MOST - self._told, 0)
        shown = text[:room]
        for begin in range(0, len(shown), _PIECE):
            self._tell(shown[begin : begin + _PIECE])
        if len(text) > room and self._told <= _MOST:
            self._tell(_CUT)
            self._told = _MOST + 1
        else:
            self._told += len(shown)
