"""Token numbers that look like the provider's: four bytes a token, the repeated part read from the cache."""

import msgspec

from sempre.rehearsal.blocks import Block
from sempre.rehearsal.prompt import MessagesRequest
from sempre.rehearsal.script import Script

_BYTES_A_TOKEN = 4
_UNCACHED = 3  # what the provider reports beside a cached prompt


class Usage(msgspec.Struct, frozen=True):
    """The provider's count of one call, in its own words."""

    input_tokens: int = 0
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cache_creation_input_tokens + other.cache_creation_input_tokens,
            self.cache_read_input_tokens + other.cache_read_input_tokens,
            self.output_tokens + other.output_tokens,
        )


def count_tokens(body: bytes) -> int:
    return max(1, len(body) // _BYTES_A_TOKEN)


def count_usage(
    request: MessagesRequest, body: bytes, script: Script, blocks: tuple[Block, ...]
) -> Usage:
    """What a call with this body and this answer takes; a `[[usage]]` directive overrides it."""
    if script.tokens is not None:
        return Usage(input_tokens=script.tokens.input, output_tokens=script.tokens.output)
    went = len(msgspec.json.encode(blocks)) // _BYTES_A_TOKEN + 1
    total = count_tokens(body)
    if b'"cache_control"' not in body or total <= _UNCACHED:
        return Usage(input_tokens=total, output_tokens=went)
    fresh = sum(len(bytes(raw)) for raw in _since_last_answer(request)) // _BYTES_A_TOKEN
    first = len(_since_last_answer(request)) == len(request.messages)
    written = total - _UNCACHED if first else min(fresh, total - _UNCACHED)
    return Usage(_UNCACHED, written, total - _UNCACHED - written, went)


def at_start(usage: Usage) -> Usage:
    """What message_start says of it, before the answer is counted."""
    return msgspec.structs.replace(usage, output_tokens=1)


def _since_last_answer(request: MessagesRequest) -> list[msgspec.Raw]:
    """The messages after the assistant's last one: what no earlier call can have cached."""
    fresh: list[msgspec.Raw] = []
    for raw in reversed(request.messages):
        if msgspec.json.decode(raw, type=_Role).role == "assistant":
            break
        fresh.append(raw)
    return fresh


class _Role(msgspec.Struct):
    role: str
