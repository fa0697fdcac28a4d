"""How told events reach a terminal or a pipe: one stream as it comes, or several side by side, each line named."""

from typing import Protocol, TextIO


class Pen(Protocol):
    def piece(self, name: str, text: str) -> None:
        """A part of a running text."""
        ...

    def line(self, name: str, text: str) -> None:
        """A line of its own."""
        ...

    def end(self, name: str) -> None:
        """The running text has ended, with or without a line's end."""
        ...


class Ink:
    """Writes; makes what stands beside the text faint where there are colours."""

    def __init__(self, out: TextIO, *, colours: bool) -> None:
        self._out = out
        self._colours = colours

    def write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()

    def faint(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self._colours and text else text


class Single:
    """For one turn or worker: pieces appear as they come."""

    def __init__(self, ink: Ink) -> None:
        self._ink = ink
        self._in_line = False

    def piece(self, name: str, text: str) -> None:
        self._ink.write(text)
        self._in_line = not text.endswith("\n") if text else self._in_line

    def line(self, name: str, text: str) -> None:
        self.end(name)
        self._ink.write(f"{self._ink.faint(text)}\n")

    def end(self, name: str) -> None:
        if self._in_line:
            self._ink.write("\n")
        self._in_line = False


class Named:
    """For many at once: text appears line by line, since pieces of several would run into each other."""

    def __init__(self, ink: Ink) -> None:
        self._ink = ink
        self._begun: dict[str, str] = {}

    def piece(self, name: str, text: str) -> None:
        *lines, rest = (self._begun.pop(name, "") + text).split("\n")
        for line in lines:
            self._write(name, line)
        if rest:
            self._begun[name] = rest

    def line(self, name: str, text: str) -> None:
        self.end(name)
        self._write(name, self._ink.faint(text))

    def end(self, name: str) -> None:
        if rest := self._begun.pop(name, ""):
            self._write(name, rest)

    def _write(self, name: str, text: str) -> None:
        self._ink.write(f"{self._ink.faint(name)} {text}\n")
