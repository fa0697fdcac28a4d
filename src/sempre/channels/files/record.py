"""`task_<N>.json`: how a turn ended, from its row alone, so that writing it again gives the same bytes."""

import json
from datetime import UTC, datetime

from sempre.channels.files.layout import worker_of
from sempre.contract.messages import Outbound, TurnState
from sempre.parsed import fields


def render(message: Outbound) -> bytes:
    usage = message.usage
    fields = {
        "turn": message.turn_id,
        "task": message.number,
        "worker": worker_of(message.channel),
        "status": message.state.value,
        "answer": f"task_{message.number}.txt" if message.state is TurnState.ANSWERED else None,
        "prompt_file": message.origin.get("file"),
        "origin": dict(sorted(message.origin.items())),
        "request_id": message.request_id,
        "session": message.session_id,
        "model": message.model,
        "attempts": message.attempts,
        "received_at": _moment(message.received_at),
        "started_at": _moment(message.started_at),
        "finished_at": _moment(message.finished_at),
        "tokens": {
            "input": usage.input_tokens,
            "output": usage.output_tokens,
            "cache_read": usage.cache_read_tokens,
            "cache_write": usage.cache_write_tokens,
        },
        "cost_micros": usage.cost_micros,
        "error": (
            {"kind": message.failure.kind, "message": message.failure.message}
            if message.failure
            else None
        ),
    }
    return (json.dumps(fields, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def turn_of(content: bytes | None) -> str | None:
    """The turn that a record names; None for what is no record of Sempre's."""
    try:
        record: object = json.loads(content or b"")
    except ValueError:
        return None
    turn = fields(record).get("turn")
    return turn if isinstance(turn, str) else None


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
