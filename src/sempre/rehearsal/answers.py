"""Composes one assistant message from a script and how far the conversation has come. Pure but for fresh ids."""

from dataclasses import dataclass, replace

from sempre.rehearsal import demo
from sempre.rehearsal.blocks import Answer, Block, Text, Thinking, use
from sempre.rehearsal.prompt import MessagesRequest, Prompt
from sempre.rehearsal.script import Script, ToolCall


@dataclass(frozen=True)
class Manner:
    """How answers are given: `label` says in each that it is scripted; `pace` is a newcomer's reading pace."""

    label: bool = False
    pace: float = 0.03


def compose(request: MessagesRequest, prompt: Prompt, script: Script, manner: Manner) -> Answer:
    if script.source:
        answer = _scripted(request, prompt, script)
    else:
        answer = demo.answer(request, prompt, manner.pace)
    return _labelled(answer, prompt.text) if manner.label else answer


def _scripted(request: MessagesRequest, prompt: Prompt, script: Script) -> Answer:
    blocks: list[Block] = []
    if script.think is not None:
        blocks.append(Thinking(script.think))
    calls = _due(script, len(prompt.results))
    if calls:
        blocks.append(Text(f"Using {', '.join(call.name for call in calls)}."))
        blocks.extend(use(call) for call in calls)
        stop = "tool_use"
    else:
        blocks.append(Text(_said(request, prompt, script)))
        stop = "end_turn"
    if script.max_tokens and not prompt.pushed_on:
        stop = "max_tokens"
    return Answer(tuple(blocks), stop, script.drip)


def _due(script: Script, done: int) -> tuple[ToolCall, ...]:
    if script.together:
        return () if done else script.calls
    return script.calls[done : done + 1]


def _said(request: MessagesRequest, prompt: Prompt, script: Script) -> str:
    text = script.say if script.say is not None else "echo: " + prompt.text[:80]
    return f"{text} nmsg={len(request.messages)}" if script.count_messages else text


def _labelled(answer: Answer, prompt: str) -> Answer:
    """Say in the text that ends a turn that it is scripted, unless it says so already."""
    label = demo.label_for(prompt)
    blocks = list(answer.blocks)
    for at, block in enumerate(blocks):
        if answer.stop_reason != "tool_use" and isinstance(block, Text):
            if not block.text.startswith(label):
                blocks[at] = Text(f"{label}\n\n{block.text}")
            break
    return replace(answer, blocks=tuple(blocks))
