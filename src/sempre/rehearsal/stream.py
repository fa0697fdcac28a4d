"""An answer as server-sent events, with the pauses and breaks that its script asks for. Pure: the server plays it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from sempre.rehearsal.blocks import Answer, Block, Text, Thinking, ToolUse
from sempre.rehearsal.script import Drip, Script
from sempre.rehearsal.usage import Usage, at_start


@dataclass(frozen=True)
class Pause:
    seconds: float


@dataclass(frozen=True)
class Break:
    """The connection closes here; what came before has left."""


@dataclass(frozen=True)
class StreamError:
    """The event that the provider sends when it fails in mid-stream."""

    data: bytes


Beat: TypeAlias = bytes | Pause | Break | StreamError


def play(
    message: Mapping[str, object], answer: Answer, usage: Usage, script: Script
) -> Iterator[Beat]:
    """The stream up to its end or its first fault. `message` lacks content, stop reason and usage."""
    for beat in _whole(message, answer, usage, script):
        yield beat
        if isinstance(beat, Break | StreamError):
            return


def _whole(
    message: Mapping[str, object], answer: Answer, usage: Usage, script: Script
) -> Iterator[Beat]:
    start: dict[str, object] = {"content": [], "stop_reason": None, "usage": at_start(usage)}
    yield _event("message_start", message={**message, **start})
    if script.ping:
        yield _event("ping")
    if script.stream_error is not None:
        error = {"type": script.stream_error, "message": "rehearsal stream error"}
        yield StreamError(_event("error", error=error))
    for index, block in enumerate(answer.blocks):
        yield from _block(index, block, answer.drip, script)
    delta = {"stop_reason": answer.stop_reason, "stop_sequence": None}
    yield _event("message_delta", delta=delta, usage=usage)
    yield _event("message_stop")


def _block(index: int, block: Block, drip: Drip | None, script: Script) -> Iterator[Beat]:
    match block:
        case Text():
            yield _start(index, Text(""))
            yield from _text(index, block.text, drip, script)
        case Thinking():
            yield _start(index, Thinking("", ""))
            yield _delta(index, type="thinking_delta", thinking=block.thinking)
            yield _delta(index, type="signature_delta", signature=block.signature)
        case ToolUse():
            yield _start(index, ToolUse(block.id, block.name, {}))
            partial = msgspec.json.encode(block.input).decode()
            yield _delta(index, type="input_json_delta", partial_json=partial)
    yield _event("content_block_stop", index=index)


def _text(index: int, text: str, drip: Drip | None, script: Script) -> Iterator[Beat]:
    if script.cut is not None or script.stall is not None:
        half = len(text) // 2
        yield _delta(index, type="text_delta", text=text[:half])
        yield Break() if script.cut is not None else Pause(script.stall or 0.0)
        text = text[half:]
    pieces, pause = (drip.pieces, drip.pause) if drip else (1, 0.0)
    length = max(1, -(-len(text) // pieces))
    for begin in range(0, len(text), length):
        if begin and pause:
            yield Pause(pause)
        yield _delta(index, type="text_delta", text=text[begin : begin + length])


def _start(index: int, block: Block) -> bytes:
    return _event("content_block_start", index=index, content_block=block)


def _delta(index: int, **delta: object) -> bytes:
    return _event("content_block_delta", index=index, delta=delta)


def _event(name: str, **fields: object) -> bytes:
    data = msgspec.json.encode({"type": name, **fields})
    return b"event: %b\ndata: %b\n\n" % (name.encode(), data)
