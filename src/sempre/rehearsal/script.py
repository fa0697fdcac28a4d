"""What a prompt can tell the rehearsal to do, as one value. How it is written is the affair of directives.py."""

from collections.abc import Mapping
from dataclasses import dataclass

from sempre.contract.agents import Ending
from sempre.errors import InvalidError


class ScriptError(InvalidError):
    """A directive that can't be followed. The message shows it and says what was expected."""

    code = "rehearsal_script"


@dataclass(frozen=True)
class ToolCall:
    """A tool that the scripted model calls."""

    name: str
    input: Mapping[str, object]


@dataclass(frozen=True)
class ErrorAnswer:
    """An HTTP error instead of an answer; `times` None means always."""

    status: int
    times: int | None = None


@dataclass(frozen=True)
class Cut:
    """Where a streamed answer breaks off: in its text, in its headers, before its first byte."""

    where: str
    times: int | None = None


@dataclass(frozen=True)
class Quota:
    """A usage limit that lifts `seconds` after it was first met; None means never."""

    seconds: float | None


@dataclass(frozen=True)
class Fail:
    """How an attempt of the scripted agent ends instead of an answer; `times` None means always."""

    ending: Ending
    times: int | None = None


@dataclass(frozen=True)
class Drip:
    """The text in `pieces` pieces, `pause` seconds apart."""

    pieces: int
    pause: float


@dataclass(frozen=True)
class Tokens:
    """Token numbers to report for each call, instead of counted ones."""

    input: int
    output: int


@dataclass(frozen=True)
class Script:
    """All directives of one prompt. `source` is them as written; empty when there was none."""

    source: str = ""
    say: str | None = None
    calls: tuple[ToolCall, ...] = ()
    together: bool = False
    think: str | None = None
    max_tokens: bool = False
    count_messages: bool = False
    ping: bool = True
    error: ErrorAnswer | None = None
    quota: Quota | None = None
    fail: Fail | None = None
    delay: float = 0.0
    stall: float | None = None
    drip: Drip | None = None
    cut: Cut | None = None
    stream_error: str | None = None
    tokens: Tokens | None = None
