"""Bodies of Messages requests, as Claude Code and other clients send them."""

import json
from typing import Any


def text(value: str) -> dict[str, Any]:
    return {"type": "text", "text": value}


def result(value: object, *, is_error: bool | None = None) -> dict[str, Any]:
    block = {"type": "tool_result", "tool_use_id": "toolu_1", "content": value}
    return block if is_error is None else {**block, "is_error": is_error}


def user(*content: dict[str, Any] | str) -> dict[str, Any]:
    blocks = [text(block) if isinstance(block, str) else block for block in content]
    return {"role": "user", "content": blocks}


def assistant(value: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [text(value)]}


def system(value: str) -> dict[str, Any]:
    return {"role": "system", "content": value}


def ask(*messages: dict[str, Any] | str, **fields: Any) -> dict[str, Any]:
    """A whole request; a string is a user's message."""
    said = [user(each) if isinstance(each, str) else each for each in messages]
    return {"model": "claude-opus-5-5", "max_tokens": 1000, "messages": said, **fields}


def encode(request: dict[str, Any]) -> bytes:
    return json.dumps(request).encode()
