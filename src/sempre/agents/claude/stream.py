"""Turns what Claude Code says into events, each text exactly once. Knows nothing of how a turn ends."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, cast

from claude_agent_sdk import (
    AssistantMessage,
    Message,
    StreamEvent,
    SystemMessage,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
    UserMessage,
)

from sempre import clock
from sempre.contract.agents import Sink

_LONGEST = 20_000
_SYNTHETIC = "<synthetic>"


class Narrator:
    """One turn's. Texts come twice, in pieces and then whole: what came in pieces is not told again."""

    def __init__(self, sink: Sink, coalesce_seconds: float) -> None:
        self._sink = sink
        self._pieces = Pieces(sink, coalesce_seconds)
        self._streamed: set[str] = set()
        self._open: str | None = None
        self._block = 0
        self._first_block = 0
        self._running: dict[str, float] = {}
        self._words: list[str] = []
        self._calls: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.model: str | None = None
        self.error: str | None = None

    @property
    def tool_runs(self) -> bool:
        """A tool call is under way (or waits for its gate): then no message is expected."""
        return bool(self._running)

    @property
    def words(self) -> str:
        """The latest text that the agent itself (and no subagent) has said."""
        return "".join(self._words)

    async def told(self, call_id: str) -> None:
        """Returns once this call has come, and so all that was said before it."""
        await self._calls[call_id].wait()

    def expect(self, call_id: str) -> None:
        """This call was told before, and its result comes now."""
        self._running[call_id] = clock.ticks()
        self._calls[call_id].set()

    def tell(self, message: Message) -> None:
        match message:
            case StreamEvent():
                self._tell_piece(message)
            case AssistantMessage():
                self._tell_answer(message)
            case UserMessage(content=list(blocks)):
                for block in blocks:
                    if isinstance(block, ToolResultBlock):
                        self._tell_result(block, message.parent_tool_use_id)
            case SystemMessage(subtype="api_retry"):
                self._tell_retry(message.data)
            case _:
                pass

    def close(self) -> None:
        """Tell what is still held back."""
        self._pieces.flush()

    def _tell_piece(self, message: StreamEvent) -> None:
        event, parent = message.event, message.parent_tool_use_id
        if parent is not None:
            return  # a subagent's texts come whole
        match event.get("type"):
            case "message_start":
                self._start(event["message"]["id"])
            case "message_delta" if event["delta"].get("stop_reason"):
                self._open = None  # said to its end; a broken one gets a stop, but no reason
            case "content_block_start" if event["content_block"]["type"] in ("text", "thinking"):
                self._block += 1
                if event["content_block"]["type"] == "text":
                    self._words = []
            case "content_block_start" if event["content_block"]["type"] == "tool_use":
                self._calls[event["content_block"]["id"]].set()
            case "content_block_delta":
                self._tell_delta(event["delta"])
            case "content_block_stop":
                self._pieces.flush()
            case _:
                pass

    def _tell_delta(self, delta: Mapping[str, Any]) -> None:
        if delta["type"] == "text_delta":
            self._pieces.add("turn.text", self._block, delta["text"])
            self._words.append(delta["text"])
        elif delta["type"] == "thinking_delta" and delta["thinking"]:
            self._pieces.add("turn.thinking", self._block, delta["thinking"])

    def _start(self, message_id: str) -> None:
        self._break_off(message_id)
        self._streamed.add(message_id)
        self._open = message_id
        self._first_block = self._block + 1

    def _break_off(self, next_id: str | None) -> None:
        """Another message begins while one is open: the provider's stream broke, and it is all said again."""
        if self._open is None or self._open == next_id:
            return
        self._pieces.flush()
        self._open = None
        if self._block >= self._first_block:
            self._sink.tell(
                "turn.note",
                {
                    "code": "stream_restarted",
                    "message": "The provider's stream broke off; what it had said is said again.",
                    "blocks": list(range(self._first_block, self._block + 1)),
                },
            )

    def _tell_answer(self, message: AssistantMessage) -> None:
        parent = message.parent_tool_use_id
        if (
            message.model == _SYNTHETIC
        ):  # Claude Code's own words for an error: the result has them too
            self.error = message.error if parent is None else self.error
            return
        if parent is None:
            self._note_author(message)
        for block in message.content:
            if isinstance(block, ToolUseBlock):
                self._tell_call(block, parent)
            elif message.message_id not in self._streamed:
                self._tell_whole(block, parent)

    def _note_author(self, message: AssistantMessage) -> None:
        self.model, self.error = message.model, None
        if message.message_id not in self._streamed:
            self._break_off(message.message_id)

    def _tell_whole(self, block: object, parent: str | None) -> None:
        match block:
            case TextBlock(text=text):
                kind = "turn.text"
            case ThinkingBlock(thinking=text):
                kind = "turn.thinking"
            case _:
                return
        if text:
            self._pieces.flush()
            self._block += 1
            if parent is None and kind == "turn.text":
                self._words = [text]
            self._sink.tell(kind, {"block": self._block, "text": text, **_inside(parent)})

    def _tell_call(self, block: ToolUseBlock, parent: str | None) -> None:
        if block.id in self._running:
            return
        self._calls[block.id].set()
        self._pieces.flush()
        self._running[block.id] = clock.ticks()
        call = {"call_id": block.id, "tool": block.name, "input": shorten(block.input)}
        self._sink.tell("turn.tool", {**call, **_inside(parent)})

    def _tell_result(self, block: ToolResultBlock, parent: str | None) -> None:
        started = self._running.pop(block.tool_use_id, None)
        if started is None:
            return
        result = {
            "call_id": block.tool_use_id,
            "ok": not block.is_error,
            "output": shorten(_text_of(block.content)),
            "duration_ms": round((clock.ticks() - started) * 1000),
        }
        self._sink.tell("turn.tool_result", {**result, **_inside(parent)})

    def _tell_retry(self, data: Mapping[str, Any]) -> None:
        what = data.get("error_status") or data.get("error") or "no connection"
        self._sink.tell(
            "turn.note",
            {
                "code": "provider_retry",
                "message": f"The provider did not answer ({what}); Claude Code tries again"
                f" ({data.get('attempt')} of {data.get('max_retries')}).",
            },
        )


class Pieces:
    """Puts pieces of text together: told when a block ends, or at the latest after `seconds`."""

    def __init__(self, sink: Sink, seconds: float) -> None:
        self._sink = sink
        self._seconds = seconds
        self._held: list[str] = []
        self._what = ("", 0)
        self._timer: asyncio.TimerHandle | None = None

    def add(self, kind: str, block: int, text: str) -> None:
        if self._what != (kind, block):
            self.flush()
            self._what = (kind, block)
        self._held.append(text)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self.flush)

    def flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._held:
            kind, block = self._what
            self._sink.tell(kind, {"block": block, "text": "".join(self._held)})
            self._held.clear()


def shorten(value: object) -> object:
    """The same with its long texts cut: events are for reading, the transcript has it all."""
    match value:
        case str() if len(value) > _LONGEST:
            return f"{value[:_LONGEST]}\n… {len(value) - _LONGEST} more characters"
        case dict():
            return {key: shorten(part) for key, part in cast("dict[str, object]", value).items()}
        case list():
            return [shorten(part) for part in cast("list[object]", value)]
        case _:
            return value


def _text_of(content: str | list[dict[str, Any]] | None) -> str:
    if isinstance(content, list):
        return "\n".join(part.get("text") or f"[{part.get('type')}]" for part in content)
    return content or ""


def _inside(parent: str | None) -> dict[str, str]:
    return {"parent": parent} if parent else {}
