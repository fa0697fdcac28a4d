"""Events as a person reads them: text as it comes, a tool call folded to one line. Whatever an agent or a tool wrote
is made harmless first."""

from datetime import timedelta

from sempre.cli.headlines import headline
from sempre.cli.pens import Pen
from sempre.cli.records.events import Event
from sempre.cli.wording import duration, harmless, head
from sempre.telemetry.escape import one_line

_OUTPUT = 160
_WORTH_TELLING = 1000  # milliseconds


class Narrator:
    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._numbers: dict[str, object] = {}
        self._blocks: dict[str, object] = {}
        self._refused: set[object] = set()

    def know(self, turn_id: str, number: int) -> None:
        """A turn whose beginning is not told."""
        self._numbers[turn_id] = number

    def tell(self, event: Event) -> None:
        if event.kind == "turn.accepted" and event.turn_id:
            self._numbers[event.turn_id] = event.details.get("number")
        name = self._name(event)
        match event.kind:
            case "turn.text" if event.details.get("parent"):
                self._tell_inside(event, name)
            case "turn.text":
                self._enter(event, name)
                self._pen.piece(name, harmless(str(event.details.get("text", ""))))
            case "turn.thinking":
                if self._enter(event, name):
                    self._pen.line(name, "· thinks")
            case "turn.tool_result":
                self._tell_result(event, name)
            case "turn.usage":
                pass
            case kind:
                if kind == "turn.tool_refused":
                    self._refused.add(event.details.get("call_id"))
                inside = "  " if event.details.get("parent") else ""
                self._line(name, inside + headline(event))

    def _enter(self, event: Event, name: str) -> bool:
        """Whether another block begins; it starts on a line of its own."""
        block = (event.turn_id, event.details.get("block"))
        if self._blocks.get(name) == block:
            return False
        self._pen.end(name)
        self._blocks[name] = block
        return True

    def _line(self, name: str, text: str) -> None:
        self._blocks.pop(name, None)
        self._pen.line(name, text)

    def _tell_inside(self, event: Event, name: str) -> None:
        """A subagent's text comes whole, and is set in."""
        for line in harmless(str(event.details.get("text", ""))).split("\n"):
            if line.strip():
                self._line(name, f"  {line}")

    def _tell_result(self, event: Event, name: str) -> None:
        """Only what went wrong, or took long, is worth a line of its own; a refusal was told already."""
        if event.details.get("call_id") in self._refused:
            return
        ok, took = event.details.get("ok"), event.details.get("duration_ms")
        took = took if isinstance(took, int | float) else 0
        if ok and took < _WORTH_TELLING:
            return
        how = "done" if ok else f"failed: {head(str(event.details.get('output', '')), _OUTPUT)}"
        self._line(name, f"  ↳ {how} ({duration(timedelta(milliseconds=took))})")

    def _name(self, event: Event) -> str:
        where = one_line((event.channel or "sempre").removeprefix("files:"))
        number = self._numbers.get(event.turn_id or "")
        return f"{where}#{number}" if number else where
