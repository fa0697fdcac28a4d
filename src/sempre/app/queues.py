"""To which of the engine's queues a channel's turns go: what is on a disk stays with its machine, whoever asks for it."""

from collections.abc import Iterable, Mapping

from sempre.conversations import Channels

FILES = "files"
_ON_DISK = (f"{FILES}:", "board:")
ANYWHERE = "turns"


def own_queue(node: str) -> str:
    """Of what only this machine may answer."""
    return f"{ANYWHERE}@{node}"


class Queues:
    """A channel's machine never changes, so it is looked up once. `node` is this one."""

    def __init__(self, channels: Channels, *, node: str) -> None:
        self._channels = channels
        self._node = node
        self._known: dict[str, str] = {}

    async def of(self, channels: Iterable[str]) -> Mapping[str, str]:
        """Raises NotFoundError for a channel that nobody opened."""
        wanted = set(channels)
        for channel in wanted - self._known.keys():
            self._known[channel] = await self._queue(channel)
        return {channel: self._known[channel] for channel in wanted}

    async def _queue(self, channel: str) -> str:
        if not channel.startswith(_ON_DISK):
            return ANYWHERE
        row = await self._channels.get(channel)
        return own_queue(row.node or self._node)
