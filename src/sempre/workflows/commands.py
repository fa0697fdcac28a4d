"""What a person does to turns and channels: send, cancel, try again. Who did it is on the audit trail a moment after,
and never what was said; a stop does not wait for that."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypedDict

from sempre import clock, ids
from sempre.contract.agents import Agent
from sempre.contract.audit import Audit
from sempre.contract.channel import Inbox
from sempre.contract.messages import Inbound, TurnState
from sempre.conversations import Channels, Submission, Turn, Turns
from sempre.durable import Engine
from sempre.durable import Submission as EngineSubmission
from sempre.errors import ConflictError, InvalidError
from sempre.workflows import turn as turn_workflow
from sempre.workflows.card_standing import KIND as CARDS

CANCEL_TOPIC = "sempre_cancel"
SYSTEM = "system"
_API = "api:"
_INTERRUPT_TRIES = 20
_INTERRUPT_PAUSE = 0.05  # seconds


class _About(TypedDict):
    by: str
    channel: str
    turn_id: str


class Commands:
    """`announce` tells the other processes (Postgres) to interrupt a turn that runs there."""

    def __init__(
        self,
        *,
        turns: Turns,
        channels: Channels,
        engine: Engine,
        inbox: Inbox,
        agent: Callable[[str], Agent | None],
        announce: Callable[[str], None],
        submit: Callable[[Sequence[Submission]], Awaitable[None]],
        max_bytes: int,
        audit: Audit,
    ) -> None:
        self._turns = turns
        self._channels = channels
        self._engine = engine
        self._inbox = inbox
        self._agent = agent
        self._announce = announce
        self._submit = submit
        self._max_bytes = max_bytes
        self._audit = audit

    async def send(
        self,
        channel: str,
        text: str,
        *,
        key: str | None = None,
        origin: Mapping[str, str] | None = None,
        by: str = SYSTEM,
    ) -> Turn:
        """Put a prompt on a channel; an `api:` one is opened by its first. The same `key` twice is the same turn.

        Raises NotFoundError, InvalidError, and ConflictError for a card's, which takes its stages only.
        """
        if not text.strip():
            raise InvalidError("The prompt is empty. Write what the agent shall do.")
        _refuse_cards(channel)
        if len(text.encode()) > self._max_bytes:
            raise InvalidError(
                f"The prompt is larger than {self._max_bytes} bytes. Put the material in a file of the "
                "worker's directory and name it in the prompt, or raise files.max_prompt_bytes."
            )
        if channel.startswith(_API):
            await self._channels.open(channel)
        else:
            await self._channels.get(channel)
        message = Inbound(
            channel=channel,
            external_id=f"api:{key or ids.new_id()}",
            text=text,
            received_at=clock.now(),
            origin=dict(origin or {}),
        )
        (accepted,) = await self._inbox.accept([message])
        if accepted.fresh:
            details = {"characters": len(text)}
            about: _About = {"by": by, "channel": channel, "turn_id": accepted.turn_id}
            self._audit.note("turn.sent", **about, details=details)
        return await self._turns.get(accepted.turn_id)

    async def cancel(self, turn_id: str, *, by: str = SYSTEM) -> Turn:
        """Stop it: at once when it waits, within a second when it runs. Raises ConflictError."""
        turn = await self._turns.cancel(turn_id)
        self._audit.note("turn.cancelled", by=by, channel=turn.channel, turn_id=turn_id)
        if turn.state is TurnState.RUNNING:
            self._announce(turn_id)
            await self.interrupt(turn_id)
        else:
            await self._engine.signal(turn.workflow, turn_workflow.GO_ON)
        return await self._turns.get(turn_id)

    async def interrupt(self, turn_id: str) -> None:
        """Stop the agent that works on it here; it may be between the attempt's row and the agent."""
        for _ in range(_INTERRUPT_TRIES):
            turn = await self._turns.get(turn_id)
            agent = self._agent(turn.channel)
            if turn.state.ended or agent is None or await agent.interrupt(turn_id):
                return
            await asyncio.sleep(_INTERRUPT_PAUSE)

    async def retry(self, turn_id: str, *, text: str | None = None, by: str = SYSTEM) -> Turn:
        """Try a failed or cancelled turn again. Raises ConflictError, also for a stage of a card."""
        if text is not None and not text.strip():
            raise InvalidError("The edited prompt is empty. Leave it out to try the old one again.")
        _refuse_cards((await self._turns.get(turn_id)).channel)
        submission = await self._turns.retry(turn_id, text=text)
        about: _About = {"by": by, "channel": submission.channel, "turn_id": turn_id}
        self._audit.note("turn.retried", **about, details={"edited": text is not None})
        await self._submit([submission])
        return await self._turns.get(turn_id)


def _refuse_cards(channel: str) -> None:
    """Raises ConflictError: what happens there is a run's, which counts it, commits it and goes on after it."""
    if channel.startswith(CARDS):
        raise ConflictError(
            "This is the channel of a card, whose turns are the stages of its runs. Retry the card, or send it back "
            "with your words.",
            code="card_channel",
        )


async def submit(
    engine: Engine,
    queues: Callable[[Iterable[str]], Awaitable[Mapping[str, str]]],
    submissions: Sequence[Submission],
) -> None:
    """Give stored turns to the engine, in order; of one channel one runs at a time. `queues` has each channel's."""
    queue = await queues(each.channel for each in submissions)
    await engine.submit_many(
        [
            EngineSubmission(
                name=turn_workflow.WORKFLOW,
                workflow_id=each.workflow,
                queue_key=each.channel,
                args=(each.turn_id,),
                sequence=each.seq,
                queue=queue[each.channel],
            )
            for each in submissions
        ]
    )
