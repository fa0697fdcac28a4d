"""The files channel against what every channel must do."""

from itertools import count
from pathlib import Path

import pytest

from sempre.channels.files.channel import FilesChannel
from tests.channels.conformance import ChannelConformance
from tests.channels.files.conftest import make


class FilesSubject:
    def __init__(self, home: Path) -> None:
        self._home = home
        self._names = count(1)

    def make(self) -> FilesChannel:
        return make(self._home)

    def come_in(self, text: str) -> None:
        name = f"prompt {next(self._names)}.prompt"
        (self._home / ".queue" / "coder" / name).write_text(text)

    def effects(self) -> list[object]:
        """Each file outside `.sempre`, with its content and the moment of its last write."""
        return [
            (str(path.relative_to(self._home)), path.stat().st_mtime_ns, path.read_bytes())
            for path in sorted(self._home.rglob("*"))
            if path.is_file() and ".sempre" not in path.parts
        ]


class TestFiles(ChannelConformance):
    @pytest.fixture
    def subject(self, home: Path) -> FilesSubject:
        return FilesSubject(home)
