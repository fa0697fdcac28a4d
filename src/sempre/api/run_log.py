"""The log of a run as one: the turns of its visits, one after the other, under one numbering without a gap."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sempre.api.log_lines import Line, Told, lines_of
from sempre.board.run import LogPart
from sempre.events import Event, Log


@dataclass(frozen=True, kw_only=True)
class Page:
    """`first` and `last` are places in the run's log, and cursors: nothing before `first` and after `last` is here.
    `has_more`: there is more after it now."""

    lines: Sequence[Line]
    first: int
    last: int
    has_more: bool


class RunLog:
    def __init__(self, log: Log, parts: Sequence[LogPart]) -> None:
        self._log = log
        self._parts = parts

    async def length(self) -> int:
        """How many events it has now."""
        if not self._parts:
            return 0
        last = self._parts[-1]
        return last.offset + await self._log.last_seq(last.turn_id)

    async def after(self, cursor: int, limit: int) -> Page:
        """The `limit` events after that place."""
        # One more before it, which shows whether a text goes on, and one after it, which shows that there is more.
        begin = max(0, cursor - 1)
        found = await self._read(begin, limit + (cursor - begin) + 1)
        told = [each for each in found if each.sequence > cursor]
        before: Event | None = found[0].event if found and found[0].sequence <= cursor else None
        page = told[:limit]
        return Page(
            lines=lines_of(page, before),
            first=cursor,
            last=page[-1].sequence if page else cursor,
            has_more=len(told) > limit,
        )

    async def newest(self, limit: int) -> Page:
        return await self.after(max(0, await self.length() - limit), limit)

    async def before(self, cursor: int, limit: int) -> Page:
        """The `limit` events up to and with that place."""
        begin = max(0, cursor - limit)
        return await self.after(begin, cursor - begin)

    async def _read(self, cursor: int, limit: int) -> list[Told]:
        found: list[Told] = []
        for part, following in zip_longest(self._parts, self._parts[1:]):
            left = limit - len(found)
            ended_before = following is not None and following.offset <= cursor
            if ended_before or left <= 0:
                continue
            start = max(0, cursor - part.offset)
            room = left if following is None else following.offset - part.offset - start
            if (wanted := min(left, room)) > 0:
                events = await self._log.of_turn(part.turn_id, after=start, limit=wanted)
                found += [_told(part, event) for event in events]
        return found


def _told(part: LogPart, event: Event) -> Told:
    return Told(part.offset + (event.seq or 0), part.stage, part.position, event)
