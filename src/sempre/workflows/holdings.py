"""What is left to each worker of what every worker has by itself: tools, its own folder, running without a sandbox. The
settings take of it at once; to get it back waits for a person, also when a worker's whole table is gone."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct, convert, to_builtins

from sempre.rulebook import Decision, Proposals, Wish
from sempre.settings import Settings, WorkerSettings
from sempre.workflows.remembered import HELD, Remembered

FILES = "files:"
_TOOLS = frozenset(WorkerSettings().tools)
_OFF = "sandbox_off"


class _Held(Struct, frozen=True):
    """Only ever gets less; what a person approved beyond it stands in the proposals. `folder` is below the worker's
    own, so that a home may be moved."""

    tools: list[str]
    folder: str
    sandbox: bool


_EVERYTHING = _Held(tools=sorted(_TOOLS), folder=".", sandbox=False)


class Holdings:
    """Of one reading of the settings; opened before it counts. `place` is where a worker's table puts it, `own` is the
    folder that it has without one."""

    def __init__(
        self,
        settings: Settings,
        *,
        place: Callable[[str, WorkerSettings], Path],
        own: Callable[[str], Path],
        remembered: Remembered,
        proposals: Proposals,
    ) -> None:
        self._settings = settings
        self._place = place
        self._own = own
        self._remembered = remembered
        self._proposals = proposals
        self._held: Mapping[str, _Held] = {}

    async def open(self) -> None:
        """Narrow at once what the settings narrow, and remember it."""
        before = {
            channel: convert(said, _Held) for channel, said in self._remembered.every(HELD).items()
        }
        named = {FILES + name for name in self._settings.workers}
        self._held = {
            channel: self._narrowed(channel, before.get(channel, _EVERYTHING))
            for channel in sorted(named | set(before))
        }
        for channel, held in self._held.items():
            if held != before.get(channel, _EVERYTHING):
                await self._remembered.keep(HELD, to_builtins(held), channel)

    def tools(self, channel: str) -> tuple[str, ...]:
        has = self._of(channel).tools
        return tuple(
            each
            for each in self._worker(channel).tools
            if each in has or self._has(Wish("tool", channel, each))
        )

    def sandbox(self, channel: str) -> bool:
        """Once on, it stays on until a person approves that the settings switch it off."""
        if self._worker(channel).sandbox:
            return True
        return self._of(channel).sandbox and not self._has(Wish(_OFF, channel, True))

    def may_work(self, channel: str) -> bool:
        """In the place that the settings say now."""
        return self._is_held(channel) or self._has(self._placed(channel))

    def directory(self, channel: str) -> Path:
        return self._place(channel, self._worker(channel))

    def wishes(self) -> Iterator[Wish]:
        """What they want beyond it."""
        for channel, held in self._held.items():
            worker = self._worker(channel)
            yield from (
                Wish("tool", channel, each) for each in worker.tools if each not in held.tools
            )
            if held.sandbox and not worker.sandbox:
                yield Wish(_OFF, channel, True)
            if not self._is_held(channel):
                yield self._placed(channel)

    def _narrowed(self, channel: str, held: _Held) -> _Held:
        worker, place = self._worker(channel), self.directory(channel).resolve()
        own = self._own(channel).resolve()
        inside = place.is_relative_to(own / held.folder)
        return _Held(
            tools=[each for each in held.tools if each in worker.tools],
            folder=place.relative_to(own).as_posix() if inside else held.folder,
            sandbox=held.sandbox or worker.sandbox,
        )

    def _is_held(self, channel: str) -> bool:
        held = self._own(channel).resolve() / self._of(channel).folder
        return self.directory(channel).resolve().is_relative_to(held)

    def _placed(self, channel: str) -> Wish:
        return Wish("directory", channel, str(self.directory(channel)))

    def _of(self, channel: str) -> _Held:
        return self._held.get(channel, _EVERYTHING)

    def _has(self, wish: Wish) -> bool:
        return self._proposals.state(wish) is Decision.APPROVED

    def _worker(self, channel: str) -> WorkerSettings:
        return self._settings.worker(channel.removeprefix(FILES))
