"""How a turn may have ended, for a channel to give out."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sempre.contract.messages import Failure, Inbound, Outbound, TurnState, Usage

_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def answered(message: Inbound, number: int, text: str | None = "Done.", **changes: Any) -> Outbound:
    outbound = Outbound(
        key=f"turn:{message.channel}:{number}",
        turn_id=f"turn-{message.external_id}",
        channel=message.channel,
        external_id=message.external_id,
        number=number,
        state=TurnState.ANSWERED,
        text=text,
        prompt=message.text,
        origin=message.origin,
        failure=None,
        session_id="6b0a1f8e-52d5-4f7f-9a38-0f4f4c3d2c11",
        model="claude-sonnet-5",
        usage=Usage(input_tokens=12, output_tokens=34, cost_micros=567),
        attempts=1,
        received_at=message.received_at,
        started_at=_AT,
        finished_at=_AT,
    )
    return replace(outbound, **changes)


def failed(message: Inbound, number: int, **changes: Any) -> Outbound:
    failure = message.failure or Failure(kind="attempts_used_up", message="It failed five times.")
    changes = {"state": TurnState.FAILED, "failure": failure} | changes
    return answered(message, number, None, **changes)


def cancelled(message: Inbound, number: int) -> Outbound:
    return answered(message, number, None, state=TurnState.CANCELLED)
