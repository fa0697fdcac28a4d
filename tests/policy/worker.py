"""A worker on a real disk, with all that it must not reach around it."""

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sempre.contract.actions import Action, Judgement
from sempre.policy import Rights, judge


class Disk:
    def real(self, path: str) -> str:
        return os.path.realpath(path)

    def matches(self, pattern: str, base: str) -> Sequence[str]:
        return glob.glob(pattern, root_dir=base)  # noqa: PTH207  (hides hidden names)

    def exists(self, path: str) -> bool:
        return os.path.lexists(path)


@dataclass(frozen=True)
class Worker:
    home: Path
    own: Path
    out: Path
    rights: Rights

    def ask(
        self, tool: str, *, cwd: Path | None = None, subagent: str | None = None, **given: object
    ) -> Judgement:
        """`{home}`, `{own}` and `{out}` in texts are filled in."""
        action = Action(
            channel="files:w",
            turn_id="t",
            call_id="c",
            tool=tool,
            input={name: self.fill(value) for name, value in given.items()},
            directory=str(cwd or self.own),
            subagent=subagent,
        )
        return judge(action, self.rights, Disk())

    def run(self, command: str, *, cwd: Path | None = None) -> Judgement:
        return self.ask("Bash", cwd=cwd, command=command)

    def fill(self, value: Any) -> Any:
        """Also deep inside."""
        match value:
            case str():
                for name, path in {"home": self.home, "own": self.own, "out": self.out}.items():
                    value = value.replace(f"{{{name}}}", str(path))
                return value
            case dict():
                return {name: self.fill(each) for name, each in value.items()}
            case list():
                return [self.fill(each) for each in value]
            case _:
                return value


def _write(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def make(place: Path, **changes: Any) -> Worker:
    home, out = place / "home", place / "out"
    own = home / "workspaces" / "w"
    _write(
        {
            home / "sempre.toml": "",
            home / ".session_w.txt": "",
            home / ".sempre" / "key": "SECRET",
            home / ".sempre" / "claude/projects/p/s/tool-results/x.txt": "long output",
            home / ".queue" / "w" / "a.prompt": "",
            home / ".queue" / "w" / ".claimed" / "b.prompt": "",
            home / ".output" / "w" / "latest.txt": "",
            home / "rehearsal" / ".sempre" / "key": "",
            home / "workspaces" / "other" / "theirs.txt": "",
            own / "a.py": "",
            own / "with space.txt": "",
            own / "relatório.txt": "",
            own / "src" / "b.py": "",
            own / ".git" / "config": "",
            own / ".claude" / "settings.json": "",
            own / ".claude" / "notes.md": "",
            out / "secret.txt": "",
        }
    )
    (own / "link_out").symlink_to(out)
    (own / "link_file").symlink_to(out / "secret.txt")
    (own / "link_dangling").symlink_to(out / "not_there_yet")
    (own / "link_in").symlink_to(own / "src")
    (own / "src" / "deep" / "er").mkdir(parents=True)
    (own / "link_deep").symlink_to(own / "src" / "deep" / "er")
    (own / "link_state").symlink_to(home / ".sempre")
    given: dict[str, Any] = {
        "directory": str(own),
        "home": str(home),
        "commands": ("pytest", "npm test", "python"),
        "readable": (str(home / ".sempre/claude/projects/p/*/tool-results"),),
        "ports": (8377, 40123),
        **changes,
    }
    return Worker(home, own, out, Rights(**given))
