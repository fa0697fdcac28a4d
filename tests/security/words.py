"""Words that want to be more than words: in a terminal, in the log, as arguments, as prompt files."""

import asyncio
import io
import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from sempre import clock
from sempre.cli.narration import Narrator
from sempre.cli.pens import Ink, Single
from sempre.cli.records.events import Event
from sempre.telemetry.escape import json_line, one_line
from tests.cli.shell import Shell
from tests.security.scene import LONGEST_PROMPT, Scene
from tests.security.table import Case

_MOVES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_FORGED = "\n2026-01-01 00:00:00 info  approval.decided by=owner"

_TEXTS = [
    ("clear", "ANSI that clears the screen", "\x1b[2J\x1b[Hdone"),
    ("title", "ANSI that sets the window's title", "\x1b]0;owned\x07"),
    ("clipboard", "ANSI that writes to the clipboard", "\x1b]52;c;cm0gLXJm\x07"),
    ("link", "ANSI that hides where a link leads", "\x1b]8;;https://evil.example\x1b\\ok\x1b]8;;\x1b\\"),
    ("c1", "the same in one byte", "\x9b2J"),
    ("overwrite", "a carriage return that overwrites a line", "rm -rf /\rls         "),
    ("backspace", "backspaces that overwrite a word", "rm\b\bls"),
    ("direction", "text turned round", "\u202etxt.exe"),
]  # fmt: skip


def _shown(name: str, tries: str, text: str) -> Case:
    async def run(_scene: Scene) -> None:
        out = io.StringIO()
        narrator = Narrator(Single(Ink(out, colours=False)))
        for kind, details in (
            ("turn.text", {"block": 1, "text": text}),
            ("turn.tool", {"call_id": "c", "name": text, "input": {"command": text}}),
            ("turn.tool_result", {"call_id": "c", "ok": True, "output": text}),
            ("turn.note", {"text": text}),
        ):
            narrator.tell(Event(1, clock.now(), kind, "files:w", "t", 1, details))
        assert out.getvalue()
        assert not _MOVES.search(out.getvalue()), repr(out.getvalue())

    return Case(f"cli-show-{name}", "CLI", f"an answer with {tries}", "written out", run)


def _logged(name: str, tries: str, text: str) -> Case:
    async def run(_scene: Scene) -> None:
        line = one_line(text + _FORGED)
        stored = json_line(json.dumps({"event": text + _FORGED}, ensure_ascii=False))
        for each in (line, stored):
            assert len(each.splitlines()) == 1
            assert not _MOVES.search(each)
        assert json.loads(stored)["event"] == text + _FORGED

    return Case(f"log-{name}", "log", f"a forged line and {tries}", "one line, written out", run)


def _refused(name: str, tries: str, code: int, words: Sequence[str]) -> Case:
    """Said to a Sempre that runs, with the token that it leaves on disk."""

    async def run(scene: Scene) -> None:
        home, before = scene.house.home, await scene.standing()
        filled = [each.replace("{home}", str(home)) for each in words]
        done = await asyncio.to_thread(Shell(home, {}).run, *filled)
        told = done.out + done.err
        assert done.code == code, told
        assert "Traceback" not in told
        assert scene.house.token not in told
        assert not _MOVES.search(told), repr(told)
        assert await scene.standing() == before

    return Case(f"cli-{name}", "CLI", tries, "refused in words, nothing changes", run)


def _dropped(name: str, tries: str, kind: str, put: Callable[[Path, Path], object]) -> Case:
    """Put into a queue: it must become a failed turn that says why, and nothing of it a prompt."""

    async def run(scene: Scene) -> None:
        count = len(scene.inbox.messages)
        put(scene.place.queue / f"{name}.prompt", scene.root)
        await scene.inbox.until(count + 1)
        (message,) = scene.inbox.messages[count:]
        assert message.failure is not None
        assert message.failure.kind == kind
        assert "outside" not in message.text

    return Case(f"files-{name}", "file channel", tries, f"`{kind}`", run)


def _ignored(name: str, tries: str, put: Callable[[Path, Path], object]) -> Case:
    """Beside what is a prompt: it is left alone, and the next prompt is taken."""

    async def run(scene: Scene) -> None:
        count = len(scene.inbox.messages)
        put(scene.place.queue, scene.root)
        (scene.place.queue / f"after-{name}.prompt").write_text(f"after {name}")
        await scene.inbox.until(count + 1)
        assert [each.text for each in scene.inbox.messages[count:]] == [f"after {name}"]

    return Case(f"files-{name}", "file channel", tries, "left alone, the next is taken", run)


def _odd_worker(queue: Path, root: Path) -> None:
    (queue.parent / "two words").mkdir()
    (queue.parent / "two words" / "a.prompt").write_text("nobody's")
    (queue.parent / "linked").symlink_to(root)


_DROPPED = [
    _dropped("symlink", "a link to a file outside", "prompt_symlink", lambda path, root: path.symlink_to(root / "outside")),
    _dropped("symlink-key", "a link to the key", "prompt_symlink", lambda path, root: path.symlink_to(root / ".sempre" / "key")),
    _dropped("symlink-loop", "a link to itself", "prompt_symlink", lambda path, _: path.symlink_to(path)),
    _dropped("latin1", "text that is no UTF-8", "prompt_not_utf8", lambda path, _: path.write_bytes(b"caf\xe9")),
    _dropped("nul", "a NUL within the text", "prompt_binary", lambda path, _: path.write_bytes(b"a\0b")),
    _dropped("large", "more than is taken", "prompt_too_large", lambda path, _: path.write_bytes(b"x" * (LONGEST_PROMPT + 1))),
    _dropped("sparse", "a file of one terabyte that takes no room", "prompt_too_large", lambda path, _: (path.touch(), os.truncate(path, 2**40))),
    _dropped("empty", "nothing but white space", "prompt_empty", lambda path, _: path.write_bytes(b" \n\t")),
    _ignored("folder", "a folder that is named like a prompt", lambda queue, _: (queue / "folder.prompt").mkdir()),
    _ignored("pipe", "a pipe on which a reader would hang", lambda queue, _: os.mkfifo(queue / "pipe.prompt")),
    _ignored("hidden", "a hidden file", lambda queue, _: (queue / ".x.prompt").write_text("x")),
    _ignored("worker", "a worker whose name climbs or is a link", _odd_worker),
]  # fmt: skip
_ARGUMENTS = [
    _refused("own-token", "Sempre's own token shown as a person's", 5, ("--token-file", "{home}/.sempre/token", "token", "create", "x", "--scope", "approve")),
    _refused("approve", "an approval with nothing but the token on disk", 5, ("approvals", "approve", "01890000-0000-7000-8000-000000000000")),
    _refused("budget", "a budget raised with nothing but the token on disk", 5, ("budget", "set", "day", "--dollars", "99999")),
    _refused("worker", "a prompt for a worker that climbs", 3, ("send", "../../etc", "x")),
    _refused("worker-new", "a new worker that climbs", 5, ("send", "../../etc", "x", "--new")),
    _refused("option", "a worker that is an option", 5, ("send", "--home=/", "x")),
    _refused("ansi", "a name that clears the screen", 5, ("turns", "show", "\x1b[2J\r#1")),
    _refused("turn", "a turn that climbs", 5, ("turns", "show", "../../api/tokens")),
    _refused("surrogate", "a name that is no UTF-8", 5, ("turns", "show", "\udcff#1")),
    _refused("span", "a pause of 10^20 hours", 5, ("pause", "coder", "--for", "1" + "0" * 20 + "h")),
    _refused("restore", "a backup that is none", 3, ("backup", "restore", "/etc/passwd", "--yes")),
]  # fmt: skip
CASES = [
    *(_shown(*each) for each in _TEXTS),
    *(_logged(*each) for each in _TEXTS),
    *_ARGUMENTS,
    *_DROPPED,
]
