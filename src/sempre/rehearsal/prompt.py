"""The body of a Messages request as far as the rehearsal reads it, and the prompt in it that steers the answer.

Anything that the provider knows and we don't need is accepted and ignored.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from sempre.errors import InvalidError

# What Claude Code itself says as the user, and so is no prompt: reminders, reports of background work, marks of
# an interrupt, the request to go on after a resume or a full answer.
_NOT_A_PROMPT = (
    "<system-reminder>",
    "<task-notification>",
    "[Request interrupted by user",
    "[structured-output-enforce]",
    "Continue from where you left off",
    "Output token limit hit",
    "Your response was cut off because it exceeded the output token limit",
)


class Piece(msgspec.Struct):
    """A content block of a message."""

    type: str = "text"
    text: str | None = None
    is_error: bool | None = None
    content: msgspec.Raw = msgspec.Raw(b"")


class Message(msgspec.Struct):
    role: str
    content: str | list[Piece]

    def pieces(self) -> Sequence[Piece]:
        return [Piece(text=self.content)] if isinstance(self.content, str) else self.content


class Tool(msgspec.Struct):
    name: str = ""


class MessagesRequest(msgspec.Struct):
    """Messages stay undecoded until they are needed: a long session sends hundreds."""

    model: str
    messages: list[msgspec.Raw]
    max_tokens: int = 0
    stream: bool = False
    tools: list[Tool] = []
    system: msgspec.Raw = msgspec.Raw(b"")

    def offers(self, tool: str) -> bool:
        return any(each.name == tool for each in self.tools)


@dataclass(frozen=True)
class ToolResult:
    text: str
    is_error: bool


@dataclass(frozen=True)
class Prompt:
    """The last prompt that a person or program wrote, and the tool results that came after it.

    `pushed_on` says that Claude Code asked to go on since, because an answer was cut off.
    """

    text: str
    results: tuple[ToolResult, ...] = ()
    pushed_on: bool = False


def read_request(body: bytes) -> MessagesRequest:
    """Raises InvalidError when the provider would refuse the body, too."""
    try:
        return msgspec.json.decode(body, type=MessagesRequest)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidError(f"Not a Messages request: {error}. Send model and messages.") from None


def find_prompt(request: MessagesRequest) -> Prompt:
    """The last text block of the last user message that has one; unanswered earlier prompts don't count."""
    results: list[ToolResult] = []
    pushed_on = False
    for role, piece in _backwards(request.messages):
        if piece.type == "tool_result":
            results.append(ToolResult(_text_of(piece.content), bool(piece.is_error)))
        elif role == "user" and piece.type == "text" and (piece.text or "").strip():
            text = piece.text or ""
            if not text.lstrip().startswith(_NOT_A_PROMPT):
                return Prompt(text, tuple(reversed(results)), pushed_on)
            pushed_on = pushed_on or "utput token limit" in text
    return Prompt("", tuple(reversed(results)), pushed_on)


def _backwards(messages: Sequence[msgspec.Raw]) -> Iterator[tuple[str, Piece]]:
    for raw in reversed(messages):
        try:
            message = msgspec.json.decode(raw, type=Message)
        except (msgspec.DecodeError, RecursionError) as error:
            raise InvalidError(f"Not a message: {error}. Send role and content.") from None
        for piece in reversed(message.pieces()):
            yield message.role, piece


def _text_of(content: msgspec.Raw) -> str:
    """A tool result's content as text: a string, or blocks."""
    if not bytes(content):
        return ""
    try:
        value = msgspec.json.decode(content, type=str | list[Piece])
    except msgspec.DecodeError:
        return bytes(content).decode("utf-8", "replace")
    if isinstance(value, str):
        return value
    return "\n".join(piece.text or f"({piece.type})" for piece in value)
