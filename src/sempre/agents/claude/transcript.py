"""Claude Code's transcripts: which sessions there are, and whether an answer stands in one. Read only, but for
copying one of the user's own into our configuration folder."""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sempre.agents.claude.totals import Count, read_count

_FINISHED = frozenset({"end_turn", "stop_sequence", "refusal"})
_SESSION_ID = re.compile(r"[0-9a-fA-F-]{36}")
_SYNTHETIC = "<synthetic>"

Entry = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    text: str
    model: str


def find(configuration: Path, session_id: str) -> Path | None:
    """A session is looked for in every project folder: its own may have been another directory's."""
    if not _SESSION_ID.fullmatch(session_id):
        return None  # a person may have written anything into a session file
    return next(iter(sorted(configuration.glob(f"projects/*/{session_id}.jsonl"))), None)


def adopt(own: Path, theirs: Path, session_id: str) -> bool:
    """Copy a session with its history from the user's configuration folder into ours; False: it is in neither.
    Theirs stays as it is: one session id has one writer, and that is us from now on."""
    if find(own, session_id):
        return True
    source = find(theirs, session_id)
    if source is None:
        return False
    target = own / "projects" / source.parent.name / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".part")
    shutil.copyfile(source, aside)
    aside.replace(target)
    return True


def read(path: Path, *, having: str = "") -> Iterator[Entry]:
    """Its entries, or those whose line has these words: decoding a long transcript takes its time. A line that
    is no entry (the last one, when a kill came in its middle) is left out."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if having not in line:
                continue
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                yield entry


def is_sound(path: Path) -> bool:
    """Whether anything that was said stands in it."""
    return any(entry.get("type") == "user" and entry.get("uuid") for entry in read(path))


def find_answer(path: Path, message_ids: Sequence[str]) -> Answer | None:
    """The finished answer to one of these messages; the newest counts first."""
    turns = _turns(path, frozenset(message_ids))
    for message_id in reversed(message_ids):
        if answer := _finished(turns.get(message_id, [])):
            return answer
    return None


def is_put_off(path: Path, call_id: str) -> bool:
    """Whether this call was made and has no result: then a session that is resumed takes it up by itself."""
    made = False
    for entry in read(path, having=call_id):
        if entry.get("isSidechain"):
            continue
        for block in _blocks(entry):
            if block.get("type") == "tool_result" and block.get("tool_use_id") == call_id:
                return False
            made = made or (block.get("type") == "tool_use" and block.get("id") == call_id)
    return made


def read_total(path: Path) -> Count:
    """What the session had taken when a process of it last ended in order."""
    total = Count()
    for entry in read(path, having='"cost-state"'):
        if entry.get("type") == "cost-state":
            total = read_count(entry.get("totalCostUSD"), entry.get("modelUsage"))
    return total


def _turns(path: Path, wanted: frozenset[str]) -> dict[str, list[Entry]]:
    """For each wanted message, the assistant's entries up to the next thing that a user said."""
    turns: dict[str, list[Entry]] = {}
    current: list[Entry] | None = None
    for entry in read(path):
        if entry.get("isSidechain"):
            continue
        if entry.get("type") == "user" and not (entry.get("isMeta") or _is_tool_result(entry)):
            current = turns.setdefault(entry["uuid"], []) if entry.get("uuid") in wanted else None
        elif entry.get("type") == "assistant" and current is not None:
            current.append(entry)
    return turns


def _is_tool_result(entry: Entry) -> bool:
    return any(block.get("type") == "tool_result" for block in _blocks(entry))


def _blocks(entry: Entry) -> list[Entry]:
    message = cast("Entry", entry.get("message") or {})
    content: object = message.get("content")
    return cast("list[Entry]", content) if isinstance(content, list) else []


def _finished(entries: Sequence[Entry]) -> Answer | None:
    """One entry a block; the last block's text is the answer, as it is in a result."""
    if not entries:
        return None
    last, message = entries[-1], entries[-1]["message"]
    if last.get("isApiErrorMessage") or message.get("model") == _SYNTHETIC:
        return None
    texts = [block["text"] for block in message.get("content", []) if block.get("type") == "text"]
    if not texts or message.get("stop_reason") not in _FINISHED:
        return None
    return Answer(texts[-1], message.get("model", ""))
