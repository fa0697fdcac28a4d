"""A scripted agent inside this process, for `api:` channels: no model, no provider, nothing spent.

Understands say, delay, drip, fail, quota and usage; the other directives are for the Messages API.
"""

import asyncio
from collections import deque
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec

from sempre import clock
from sempre.contract.agents import Ending, Outcome, Question, Session, Sink
from sempre.contract.messages import Failure, Usage
from sempre.rehearsal import demo
from sempre.rehearsal.directives import read_script
from sempre.rehearsal.faults import Faults
from sempre.rehearsal.script import Drip, Script, ScriptError

_MODEL = "rehearsal"
_ADOPTED = "An earlier attempt had been answered already; that answer is taken."
_MICROS_A_TOKEN_IN, _MICROS_A_TOKEN_OUT = 3, 15  # only where a script names tokens


@dataclass(frozen=True)
class Asked:
    """One attempt that reached the agent."""

    channel: str
    turn_id: str
    attempt_id: str
    message_id: str
    at: datetime


class ScriptedAgent:
    """Implements `contract.agents.Agent`. Remembers in memory what it answered, as a transcript would.

    `asked` holds the newest attempts; `log` gets each as a JSON line, so that several processes can be compared.
    """

    name = "rehearsal"

    def __init__(self, *, log: Path | None = None, keep: int = 10_000) -> None:
        self.asked: deque[Asked] = deque(maxlen=keep)
        self._log = log
        self._faults = Faults()
        self._stops: dict[str, asyncio.Event] = {}
        self._answers: dict[str, Outcome] = {}
        self._keep = keep

    def place(self, channel: str) -> AbstractAsyncContextManager[None]:
        """`Agent.place`: everybody at once."""
        del channel
        return nullcontext()

    async def answer(self, question: Question, sink: Sink) -> Outcome:
        for earlier in reversed(question.earlier):
            if (known := self._answers.get(earlier)) is not None:
                sink.tell("turn.note", {"code": "adopted", "message": _ADOPTED})
                return replace(known, adopted=True)
        self._note(question)
        stop = self._stops[question.turn_id] = asyncio.Event()
        try:
            outcome = await self._play(question, sink, stop)
        except ScriptError as error:
            return _failed(question, Ending.INVALID, error.message)
        except _StoppedError:
            return _failed(question, Ending.CANCELLED, "A person stopped it.")
        finally:
            del self._stops[question.turn_id]
        if outcome.ending is Ending.ANSWERED:
            self._remember(question.message_id, outcome)
        return outcome

    async def interrupt(self, turn_id: str) -> bool:
        stop = self._stops.get(turn_id)
        if stop is not None:
            stop.set()
        return stop is not None

    async def close(self) -> None:
        for stop in self._stops.values():
            stop.set()

    async def _play(self, question: Question, sink: Sink, stop: asyncio.Event) -> Outcome:
        script = read_script(question.text)
        await _wait(script.delay, stop)
        if (until := self._faults.wall(script, question.channel)) is not None:
            wall = _failed(question, Ending.QUOTA, "The scripted quota is used up.")
            return replace(wall, until=until)
        if (ending := self._faults.fail(script, question.channel)) is not None:
            return _failed(question, ending, f"Rehearsal: scripted {ending} failure.")
        text = _said(script, question.text)
        await _tell(text, script.drip or Drip(1, 0.0), sink, stop)
        self._faults.forget(script, question.channel)
        return Outcome(
            ending=Ending.ANSWERED,
            session=Session(id=question.session.id, started=True),
            text=text,
            model=_MODEL,
            usage=_usage(script),
        )

    def _note(self, question: Question) -> None:
        asked = Asked(
            question.channel,
            question.turn_id,
            question.attempt_id,
            question.message_id,
            clock.now(),
        )
        self.asked.append(asked)
        if self._log is not None:
            # One write in append mode: lines of several processes don't mix.
            with self._log.open("ab", buffering=0) as file:
                file.write(msgspec.json.encode(asked) + b"\n")

    def _remember(self, message_id: str, outcome: Outcome) -> None:
        self._answers[message_id] = outcome
        if len(self._answers) > self._keep:
            del self._answers[next(iter(self._answers))]


class _StoppedError(Exception):
    """A person interrupted the turn."""


async def _wait(seconds: float, stop: asyncio.Event) -> None:
    """Let time pass; raises _StoppedError as soon as a person says stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
    raise _StoppedError


async def _tell(text: str, drip: Drip, sink: Sink, stop: asyncio.Event) -> None:
    length = max(1, -(-len(text) // drip.pieces))
    for begin in range(0, len(text), length):
        await _wait(drip.pause if begin else 0.0, stop)
        sink.tell("turn.text", {"block": 1, "text": text[begin : begin + length]})


def _said(script: Script, prompt: str) -> str:
    if script.say is not None:
        return script.say
    return f"echo: {prompt[:80]}" if script.source else f"{demo.label_for(prompt)} {prompt[:80]}"


def _usage(script: Script) -> Usage:
    if script.tokens is None:
        return Usage()
    came, went = script.tokens.input, script.tokens.output
    cost = came * _MICROS_A_TOKEN_IN + went * _MICROS_A_TOKEN_OUT
    return Usage(input_tokens=came, output_tokens=went, cost_micros=cost)


def _failed(question: Question, ending: Ending, message: str) -> Outcome:
    failure = Failure(kind=str(ending), message=message)
    return Outcome(ending=ending, session=question.session, failure=failure)
