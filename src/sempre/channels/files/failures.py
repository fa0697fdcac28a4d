"""`.failed/`: prompts that were given up, each with the reason beside it. Runs in threads.

The reason is written first and names the turn, so that a crash in between leads to the same place again.
"""

from pathlib import Path

from sempre import atomic, crash
from sempre.channels.files import names
from sempre.channels.files.layout import SUFFIX, Place
from sempre.contract.messages import Outbound

_REASON = ".reason.txt"


def lay_aside(place: Place, message: Outbound, claim: Path | None) -> None:
    """Move the turn's prompt to `.failed/`. A turn that came without a file leaves nothing. Raises OSError."""
    if "file" not in message.origin:
        return
    place.failed.mkdir(parents=True, exist_ok=True)
    target = _ours(place, message)
    if target is None:
        if claim is None:
            return  # somebody removed the prompt; its dead letter has it
        target = next(path for path in _candidates(place, message) if _free(path))
    reason = _explain(message)
    if atomic.content(_reason(target)) != reason:
        atomic.write(_reason(target), reason, replace=True)
    if claim is not None:
        claim.rename(target)
    atomic.sync_folder(place.failed)
    crash.point("files.failed")


def take_back(place: Place, message: Outbound) -> None:
    """It was tried again and did end well: its prompt and reason go. Raises OSError."""
    if "file" not in message.origin or not place.failed.is_dir():
        return
    target = _ours(place, message)
    if target is not None:
        target.unlink(missing_ok=True)
        _reason(target).unlink(missing_ok=True)


def _candidates(place: Place, message: Outbound) -> list[Path]:
    room = names.longest(place.failed) - len(_REASON) - len(".aside") - 1
    own = names.readable(message.origin["file"])
    numbered = f"{own.removesuffix(SUFFIX)}.task_{message.number}{SUFFIX}"
    exact = f"{message.turn_id}{SUFFIX}"
    return [place.failed / names.shorten(name, room) for name in (own, numbered, exact)]


def _ours(place: Place, message: Outbound) -> Path | None:
    line = f"turn: {message.turn_id}".encode()
    for path in _candidates(place, message):
        if line in (atomic.content(_reason(path)) or b"").splitlines():
            return path
    return None


def _free(path: Path) -> bool:
    return atomic.content(path) is None and atomic.content(_reason(path)) is None


def _reason(path: Path) -> Path:
    return path.with_name(path.name + _REASON)


def _explain(message: Outbound) -> bytes:
    failure = message.failure
    lines = [
        failure.message if failure else "No reason was given.",
        "",
        f"kind: {failure.kind if failure else 'unknown'}",
        f"task: {message.number}",
        f"turn: {message.turn_id}",
        f"attempts: {message.attempts}",
        f"ended: {message.finished_at.isoformat()}",
        "",
        f"To try it again under the same number: sempre retry {message.turn_id}",
        "To send it as a new prompt: move it back into the worker's folder.",
        "",
    ]
    return "\n".join(lines).encode("utf-8", "replace")
