"""Live events of the running Sempre, one by one, without gap or double: after a break it goes on where it was."""

import time
from collections.abc import Generator, Iterator

import msgspec

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.records import Event
from sempre.errors import UnavailableError

_SILENCE = 40.0  # seconds; the server gives a sign of life every 15
_PAUSES = (0.2, 0.5, 1.0, 2.0)  # before each try to connect again; the last one stays
_EVENTS = msgspec.json.Decoder(list[Event])


class TimeRanOutError(UnavailableError):
    """What was waited for has not come in time; it may still come."""

    code = "time_ran_out"


class Feed:
    """What happens on a turn, a channel, or everywhere, after the event `after`. Ends never by itself.

    `patience`: for so many seconds it is tried to reach a Sempre that is away; None: for ever. `end_by` moves the
    moment (of `clock.ticks`) at which TimeRanOutError is raised.
    """

    def __init__(
        self,
        server: Server,
        *,
        after: int,
        turn: str | None = None,
        channel: str | None = None,
        patience: float | None = None,
        end_by: float | None = None,
    ) -> None:
        self.end_by = end_by
        self._home = server.home
        self._after = after
        self._query = {"turn": turn, "channel": channel}
        self._patience = patience
        self._lost_at: float | None = None
        self._tries = 0

    def __iter__(self) -> Iterator[Event]:
        while True:
            try:
                yield from self._connected()
            except UnavailableError as error:
                self._check(error)
            else:
                self._check(UnavailableError("The live stream ended."))
            time.sleep(_PAUSES[min(self._tries, len(_PAUSES) - 1)])
            self._tries += 1

    def _connected(self) -> Generator[Event]:
        server = Server.find(self._home)  # anew: a Sempre that was started again has another token
        path = "/api/events"
        with server.stream(path, self._query, after=self._after, silence=self._silence()) as lines:
            for line in lines:
                self._found()
                if line.startswith("data:"):
                    for event in _EVENTS.decode(line[5:].encode()):
                        yield event
                        self._after = event.id
                self._check(None)

    def _silence(self) -> float:
        if self.end_by is None:
            return _SILENCE
        return max(0.05, min(_SILENCE, self.end_by - clock.ticks()))

    def _found(self) -> None:
        if self._lost_at is not None:
            screen.note("Sempre is back.")
        self._lost_at, self._tries = None, 0

    def _check(self, error: UnavailableError | None) -> None:
        """Whether to go on. Raises TimeRanOutError, or `error` when patience has ended."""
        now = clock.ticks()
        if self.end_by is not None and now >= self.end_by:
            raise TimeRanOutError("It has not ended in that time; it goes on.")
        if error is None:
            return
        if self._lost_at is None:
            self._lost_at = now
            screen.note("Sempre is away; waiting for it to come back.")
        if self._patience is not None and now - self._lost_at >= self._patience:
            raise error
