"""Reads the directives of a prompt into its script, and writes directives for tests. Pure."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec

from sempre.contract.agents import Ending
from sempre.rehearsal.scan import find_directives
from sempre.rehearsal.script import (
    Cut,
    Drip,
    ErrorAnswer,
    Fail,
    Quota,
    Script,
    ScriptError,
    Tokens,
    ToolCall,
)

_MOST_DIRECTIVES = 1000
_LONGEST_SECONDS = 86_400.0
_CUTS = ("text", "headers", "silent")
_FAILURES = tuple(
    str(each)
    for each in Ending
    if each not in (Ending.ANSWERED, Ending.CANCELLED, Ending.STOPPED, Ending.QUOTA, Ending.WAITING)
)


def read_script(prompt: str) -> Script:
    """The script in a prompt; of a directive that can stand only once the last one counts.

    Raises ScriptError for a known directive with an unusable value. Unknown names are plain text.
    """
    directives = [each for each in find_directives(prompt) if each.name in DIRECTIVES]
    if len(directives) > _MOST_DIRECTIVES:
        raise ScriptError(
            f"A prompt can hold {_MOST_DIRECTIVES} directives, not {len(directives)}."
        )
    script = Script(source="".join(directive.source for directive in directives))
    for directive in directives:
        try:
            script = DIRECTIVES[directive.name](script, directive.value)
        except ValueError as error:
            raise ScriptError(
                f"The directive {directive.source[:200]} can't be followed: {error}"
            ) from None
    return script


def write_say(text: str) -> str:
    """The directive that answers exactly `text`, whatever it contains."""
    return f"[[say:{json.dumps(text)}]]"


def write_tool(name: str, **arguments: object) -> str:
    """The directive that calls a tool with these arguments."""
    return f"[[tool:{name} {json.dumps(arguments)}]]"


def _text(value: str) -> str:
    """A value as written, or what a JSON string stands for."""
    if not value.lstrip().startswith('"'):
        return value
    try:
        return msgspec.json.decode(value, type=str)
    except msgspec.DecodeError:
        return value  # it only begins with a quotation mark


def _arguments(value: str) -> Mapping[str, object]:
    try:
        return msgspec.json.decode(value, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"expected a JSON object ({error}).") from None


def _seconds(value: str, default: float | None = None) -> float:
    if not value and default is not None:
        return default
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_SECONDS:
        raise ValueError(f"expected seconds between 0 and {_LONGEST_SECONDS:.0f}.")
    return seconds


def _whole(value: str, least: int, most: int, what: str) -> int:
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise ValueError(f"expected {what} between {least} and {most}.")
    return int(value)


def _times(value: str) -> int | None:
    return _whole(value, 1, 1000, "a number of times") if value else None


def _say(script: Script, value: str) -> Script:
    return replace(script, say=_text(value))


def _think(script: Script, value: str) -> Script:
    return replace(script, think=_text(value) or "hmm, let me think")


def _tool(script: Script, value: str) -> Script:
    name, _, arguments = value.strip().partition(" ")
    if not name:
        raise ValueError("expected a tool's name, and its input as JSON.")
    return _call(script, name, _arguments(arguments) if arguments.strip() else {})


def _agent(script: Script, value: str) -> Script:
    prompt = _text(value)
    head = " ".join(prompt.split()[:4])[:40] or "rehearsal"
    # A subagent in the background would end in a turn of its own that nobody asked for.
    return _call(
        script,
        "Agent",
        {
            "description": head,
            "prompt": prompt,
            "subagent_type": "general-purpose",
            "run_in_background": False,
        },
    )


def _structured(script: Script, value: str) -> Script:
    return _call(script, "StructuredOutput", _arguments(value))


def _verdict(script: Script, value: str) -> Script:
    return replace(
        script, say=f"I have read the change.\n\n```json\n{json.dumps(_arguments(value))}\n```"
    )


def _call(script: Script, name: str, arguments: Mapping[str, object]) -> Script:
    return replace(script, calls=(*script.calls, ToolCall(name, arguments)))


def _tools(script: Script, value: str) -> Script:
    if value != "together":
        raise ValueError("expected [[tools:together]].")
    return replace(script, together=True)


def _http(script: Script, value: str) -> Script:
    status, _, times = value.partition(":")
    return replace(
        script, error=ErrorAnswer(_whole(status, 400, 599, "an HTTP status"), _times(times))
    )


def _auth(script: Script, value: str) -> Script:
    return _http(script, f"401:{value}")


def _quota(script: Script, value: str) -> Script:
    return replace(script, quota=Quota(_seconds(value) if value else None))


def _fail(script: Script, value: str) -> Script:
    kind, _, times = value.partition(":")
    if kind not in _FAILURES:
        raise ValueError(f"expected one of {', '.join(_FAILURES)}.")
    return replace(script, fail=Fail(Ending(kind), _times(times)))


def _delay(script: Script, value: str) -> Script:
    return replace(script, delay=script.delay + _seconds(value))


def _stall(script: Script, value: str) -> Script:
    return replace(script, stall=_seconds(value))


def _drip(script: Script, value: str) -> Script:
    pieces, _, pause = value.partition(":")
    return replace(
        script, drip=Drip(_whole(pieces, 1, 100_000, "a number of pieces"), _seconds(pause, 0.0))
    )


def _cut(script: Script, value: str) -> Script:
    where, _, times = value.partition(":")
    if where and where not in _CUTS:
        raise ValueError(f"expected one of {', '.join(_CUTS)}.")
    return replace(script, cut=Cut(where or _CUTS[0], _times(times)))


def _stream_error(script: Script, value: str) -> Script:
    return replace(script, stream_error=value or "overloaded_error")


def _usage(script: Script, value: str) -> Script:
    came, _, went = value.partition(":")
    most = 10_000_000
    return replace(
        script,
        tokens=Tokens(
            _whole(came, 0, most, "input tokens"), _whole(went, 0, most, "output tokens")
        ),
    )


DIRECTIVES: Mapping[str, Callable[[Script, str], Script]] = {
    "say": _say,
    "think": _think,
    "tool": _tool,
    "agent": _agent,
    "structured": _structured,
    "verdict": _verdict,
    "tools": _tools,
    "maxtok": lambda script, _: replace(script, max_tokens=True),
    "nmsg": lambda script, _: replace(script, count_messages=True),
    "ping": lambda script, _: replace(script, ping=False),
    "http": _http,
    "auth": _auth,
    "quota": _quota,
    "fail": _fail,
    "delay": _delay,
    "hang": _delay,
    "stall": _stall,
    "drip": _drip,
    "cut": _cut,
    "sseerror": _stream_error,
    "usage": _usage,
}
