"""The scripted provider: takes a request, plays its script, records it.

It never refuses a key and never asks for one; what it answers stands in the prompt (docs/rehearsal.md).
"""

import asyncio

import structlog

from sempre.errors import InvalidError
from sempre.rehearsal.answers import Manner, compose
from sempre.rehearsal.blocks import Answer, new_id
from sempre.rehearsal.demo import working_directory
from sempre.rehearsal.directives import read_script
from sempre.rehearsal.faults import Faults, Refusal
from sempre.rehearsal.prompt import MessagesRequest, Prompt, find_prompt, read_request
from sempre.rehearsal.record import Call, Outcome, Record, shorten
from sempre.rehearsal.script import Script, ScriptError
from sempre.rehearsal.stages import staged
from sempre.rehearsal.stream import Break, Pause, StreamError, play
from sempre.rehearsal.usage import Usage, at_start, count_tokens, count_usage
from sempre.rehearsal.wire import Reply, Request

_log = structlog.stdlib.get_logger(__name__)


class Provider:
    """Answers requests one by one; remembers nothing of a conversation, only how often a script has failed."""

    def __init__(self, record: Record, manner: Manner) -> None:
        self._record = record
        self._manner = manner
        self._faults = Faults()

    async def respond(self, request: Request, reply: Reply) -> None:
        call = self._record.begin(new_id("req"), request.method, request.path, request.headers)
        try:
            await self._route(call, request, reply)
        except InvalidError as error:
            self._refuse(call, reply, Refusal(400, error.message))
        except asyncio.CancelledError:
            self._record.end(call, Outcome.GONE)
            raise
        except Exception:  # noqa: BLE001  (the edge of a request: one bad answer must not end the server)
            _log.exception("rehearsal.failed", request_id=call.request_id)
            self._record.end(call, Outcome.BROKEN)
            reply.cut()

    async def _route(self, call: Call, request: Request, reply: Reply) -> None:
        body = bytes(request.body)
        call.size = len(body)
        if request.too_large:
            self._refuse(call, reply, Refusal(413, "Request exceeds the maximum size"))
            return
        match request.method, request.path:
            case (("HEAD" | "GET"), "/api/hello"):
                self._record.asked(call)
                reply.send_empty(200)
                self._answered(call, None)
            case "POST", "/v1/messages/count_tokens":
                self._record.asked(call)
                reply.send_json(200, {"input_tokens": count_tokens(body)}, _headers(call))
                self._answered(call, None)
            case "POST", "/v1/messages":
                await self._messages(call, body, reply)
            case _:
                call.expected = False
                self._record.asked(call)
                self._refuse(call, reply, Refusal(404, "no such path"))

    async def _messages(self, call: Call, body: bytes, reply: Reply) -> None:
        request = read_request(body)
        prompt = find_prompt(request)
        _note(call, request, prompt)
        self._record.asked(call)
        own = staged(prompt.text, working_directory(request))
        script = read_script(prompt.text if own is None else own)
        if script.fail is not None:
            raise ScriptError("[[fail]] is for the scripted agent; here it is [[http:STATUS]].")
        await asyncio.sleep(script.delay)
        if refusal := self._faults.refuse(script, call.session):
            self._refuse(call, reply, refusal)
            return
        answer = compose(request, prompt, script, self._manner)
        usage = count_usage(request, body, script, answer.blocks)
        if request.stream:
            await self._stream(call, reply, answer, usage, self._faults.ease(script, call.session))
        else:
            message = {"content": answer.blocks, "stop_reason": answer.stop_reason, "usage": usage}
            reply.send_json(200, {**_message(call), **message}, _headers(call))
            self._answered(call, usage)
        if call.answered and answer.stop_reason != "tool_use":
            self._faults.forget(script, call.session)

    async def _stream(
        self, call: Call, reply: Reply, answer: Answer, usage: Usage, script: Script
    ) -> None:
        call.status = 200
        streaming = {
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-cache",
        }
        reply.start_stream({**streaming, **_headers(call)})
        if script.cut is not None and script.cut.where != "text":
            reply.cut(0.5 if script.cut.where == "headers" else 0.0)
            self._record.end(call, Outcome.BROKEN)
            return
        for beat in play(_message(call), answer, usage, script):
            match beat:
                case bytes():
                    reply.send_chunk(beat)
                    call.usage = at_start(usage)
                case Pause():
                    reply.flush()
                    await asyncio.sleep(beat.seconds)
                case StreamError():
                    reply.send_chunk(beat.data)
                    reply.end_stream()
                    self._record.end(call, Outcome.BROKEN)
                    return
                case Break():
                    reply.cut()
                    self._record.end(call, Outcome.BROKEN)
                    return
        reply.end_stream()
        self._answered(call, usage)

    def _answered(self, call: Call, usage: Usage | None) -> None:
        call.status = 200
        call.usage = usage
        self._record.end(call, Outcome.ANSWERED)

    def _refuse(self, call: Call, reply: Reply, refusal: Refusal) -> None:
        call.status = refusal.status
        headers = {**_headers(call), **refusal.headers}
        reply.send_json(refusal.status, refusal.payload(call.request_id), headers)
        self._record.end(call, Outcome.REFUSED)


def _headers(call: Call) -> dict[str, str]:
    return {"request-id": call.request_id}


def _message(call: Call) -> dict[str, object]:
    return {
        "id": new_id("msg"),
        "type": "message",
        "role": "assistant",
        "model": call.model,
        "stop_sequence": None,
    }


def _note(call: Call, request: MessagesRequest, prompt: Prompt) -> None:
    call.model = request.model
    call.stream = request.stream
    call.max_tokens = request.max_tokens
    call.messages = len(request.messages)
    call.tools = tuple(tool.name for tool in request.tools)
    call.prompt = shorten(prompt.text)
    call.results = prompt.results
