"""The content blocks of an answer, as the provider writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from sempre import ids
from sempre.rehearsal.script import Drip, ToolCall


class Text(msgspec.Struct, tag_field="type", tag="text"):
    text: str


class Thinking(msgspec.Struct, tag_field="type", tag="thinking"):
    thinking: str
    signature: str = "cmVoZWFyc2Fs"


class ToolUse(msgspec.Struct, tag_field="type", tag="tool_use"):
    id: str
    name: str
    input: Mapping[str, object]


Block: TypeAlias = Text | Thinking | ToolUse


@dataclass(frozen=True)
class Answer:
    """One assistant message: what is said, why it ends there, and how fast it is streamed."""

    blocks: tuple[Block, ...]
    stop_reason: str
    drip: Drip | None = None


def use(call: ToolCall) -> ToolUse:
    return ToolUse(new_id("toolu"), call.name, call.input)


def new_id(kind: str) -> str:
    """An id as the provider makes them; never repeated, since transcripts outlive this server."""
    return f"{kind}_{ids.random_uuid().replace('-', '')[:24]}"
