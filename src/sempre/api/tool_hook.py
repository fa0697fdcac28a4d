"""The PreToolUse hook that Claude Code asks before every tool call: may this session make this call?

It fails closed: whatever it does not understand is refused, and Claude Code itself refuses what a dead hook did
not allow (`dontAsk`, no allow rules). Deciding is the gate's affair; nothing is decided here.
"""

import asyncio
from collections.abc import Coroutine
from functools import partial

import msgspec
import structlog

from sempre import tasks
from sempre.api._asgi import BodyTooLargeError, ClientGoneError, Request
from sempre.contract.actions import Action, Ruling, Say
from sempre.contract.gate import Caller, Gate, Passes
from sempre.telemetry import context

PREFIX = "/hook/"
_EVENT = "PreToolUse"
_SAID = "Refused by Sempre: "  # the model must know that it was no fault of the tool
_LARGEST_BODY = 16 * 1024 * 1024
_log = structlog.stdlib.get_logger(__name__)


class _Asked(msgspec.Struct):
    """What Claude Code tells of a call. `cwd` is where its shell stands now; `agent_id` is set in a subagent."""

    tool_name: str
    tool_input: dict[str, object]
    tool_use_id: str
    cwd: str
    hook_event_name: str
    agent_id: str | None = None


class ToolHook:
    """Answers `/hook/<token>`. A refusal is an answer like any other: status 200."""

    def __init__(self, passes: Passes, gate: Gate) -> None:
        self._passes = passes
        self._gate = gate

    async def answer(self, request: Request) -> None:
        try:
            ruling = await self._rule(request)
        except ClientGoneError:
            return
        await request.answer(200, {"hookSpecificOutput": _output(ruling)})

    async def _rule(self, request: Request) -> Ruling:
        caller = self._passes.find(request.path.removeprefix(PREFIX))
        if caller is None:
            return _no("No session has this token.")
        if request.method != "POST":
            return _no("The hook takes POST.")
        with context.bound(request_id=caller.request_id, turn=caller.turn_id):
            return await self._judge(request, caller)

    async def _judge(self, request: Request, caller: Caller) -> Ruling:
        try:
            asked = msgspec.json.decode(await request.body(_LARGEST_BODY), type=_Asked)
            with caller.waiting():
                words = partial(caller.words_before, asked.tool_use_id)
                return await _while_there(request, self._gate.judge(_action(caller, asked), words))
        except BodyTooLargeError:
            return _no("The tool call is larger than 16 MiB. Split it.")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            _log.error("hook.not_understood", channel=caller.channel, error=str(error))
            return _no("Sempre did not understand the hook's question.")
        except ClientGoneError:
            raise
        except Exception:  # noqa: BLE001  (the edge of the gate: what breaks refuses; the log has the trace)
            _log.exception("hook.failed", channel=caller.channel)
            return _no("Sempre could not judge this call; its log says why.")


async def _while_there(request: Request, judging: Coroutine[object, object, Ruling]) -> Ruling:
    """Nobody waits for a person once the process that asked is gone. Raises ClientGoneError then."""
    work = tasks.spawn(judging, name="hook.judge")
    gone = tasks.spawn(request.until_gone(), name="hook.until_gone")
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientGoneError
        return work.result()
    finally:
        await tasks.stop(work, gone)


def _output(ruling: Ruling) -> dict[str, object]:
    """In the form that Claude Code prescribes."""
    reason = _SAID + ruling.reason if ruling.say is Say.DENY else ruling.reason
    output: dict[str, object] = {
        "hookEventName": _EVENT,
        "permissionDecision": ruling.say.value,
        "permissionDecisionReason": reason,
    }
    if ruling.input is not None:
        output |= {"updatedInput": ruling.input, "additionalContext": ruling.note}
    return output


def _action(caller: Caller, asked: _Asked) -> Action:
    if asked.hook_event_name != _EVENT:
        raise msgspec.ValidationError(f"not a {_EVENT} event: {asked.hook_event_name}")
    return Action(
        channel=caller.channel,
        turn_id=caller.turn_id,
        call_id=asked.tool_use_id,
        tool=asked.tool_name,
        input=asked.tool_input,
        directory=asked.cwd,
        session_id=caller.session_id,
        subagent=asked.agent_id,
    )


def _no(reason: str) -> Ruling:
    return Ruling(say=Say.DENY, reason=reason)
