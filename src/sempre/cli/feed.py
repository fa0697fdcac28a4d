"""Live events of the running Sempre, one by one, without gap or double: after a break it goes on where it was."""

from collections.abc import Generator, Iterator

import msgspec

from sempre import clock
from sempre.cli.client import Server
from sempre.cli.patience import Patience
from sempre.cli.records.events import Event
from sempre.errors import UnavailableError
from sempre.home import Home

_SILENCE = 40.0  # seconds; the server gives a sign of life every 15
_EVENTS = msgspec.json.Decoder(list[Event])


class Feed:
    """What happens on a turn, a channel, or everywhere, after the event `after`. Ends only with its patience."""

    def __init__(
        self,
        home: Home,
        patience: Patience,
        *,
        after: int,
        turn: str | None = None,
        channel: str | None = None,
    ) -> None:
        self._home = home
        self._patience = patience
        self._after = after
        self._query = {"turn": turn, "channel": channel}

    def __iter__(self) -> Iterator[Event]:
        while True:
            try:
                yield from self._connected()
            except UnavailableError as error:
                self._patience.lost(error)
            else:
                self._patience.lost(UnavailableError("Sempre ended the live stream."))

    def _connected(self) -> Generator[Event]:
        server = Server.find(self._home)  # anew: a Sempre that was started again has another token
        path = "/api/events"
        with server.stream(path, self._query, after=self._after, silence=self._silence()) as lines:
            for line in lines:
                self._patience.found()
                if line.startswith("data:"):
                    for event in _EVENTS.decode(line[5:].encode()):
                        yield event
                        self._after = event.id
                self._patience.check()

    def _silence(self) -> float:
        """So that the end of patience is seen also where nothing happens."""
        end_by = self._patience.end_by
        return _SILENCE if end_by is None else max(0.05, min(_SILENCE, end_by - clock.ticks()))
