"""Takes submissions in call order and stores them in batches; the loop is never blocked by it."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from sempre.errors import InvalidError, UnavailableError
from sempre.tasks import spawn

BATCH = 200  # a transaction is short enough for others to get through
_RETRIES = (0.1, 0.5, 2.0)  # seconds; a database that restarts is back by then
_LARGEST_SEQUENCE = 2**31 - 1

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One workflow to run. Of one `queue_key` one runs at a time, in the order of submission.

    `workflow_id` must sort in that order too, and is the same for the same piece of work: submitted twice it
    runs once. `sequence` is for a key that several machines submit to: the order within the key wherever the
    submissions come from; given for all of a key, or for none. `args` are ids, never text of anyone.
    """

    name: str
    workflow_id: str
    queue_key: str
    args: tuple[str | int, ...] = ()
    queue: str = "turns"
    sequence: int = 0

    def check(self, names: frozenset[str], queues: Sequence[str]) -> None:
        """Refuse what the engine would take in silence and never run. Raises InvalidError."""
        if self.name not in names:
            raise InvalidError(
                f"There is no workflow {self.name!r}; known: {', '.join(sorted(names)) or 'none'}. "
                "Import the module that registers it before the engine is launched."
            )
        if self.queue.partition("@")[0] not in queues:
            raise InvalidError(
                f"There is no queue {self.queue!r}; name one of {', '.join(queues)}, or one of these "
                "with @ and a node's name."
            )
        if not self.workflow_id.strip() or not self.queue_key.strip():
            raise InvalidError(
                "A submission needs a workflow_id and a queue_key; without a key it would stay queued "
                "for ever. Give the channel's id as the key."
            )
        if not 0 <= self.sequence <= _LARGEST_SEQUENCE:
            raise InvalidError(f"sequence must be between 0 and {_LARGEST_SEQUENCE}.")


class _Call:
    def __init__(self, submissions: Sequence[Submission]) -> None:
        self.submissions = submissions
        self.stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Submissions:
    """`store` writes one batch; `stored` is told the queues of each batch that was written."""

    def __init__(
        self,
        store: Callable[[Sequence[Submission]], Awaitable[None]],
        stored: Callable[[set[str]], None],
    ) -> None:
        self._store = store
        self._stored = stored
        self._calls: deque[_Call] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._closed = False

    async def put(self, submissions: Sequence[Submission]) -> None:
        """Returns when they are stored. Raises UnavailableError; then some may be stored: submit again."""
        if self._closed:
            raise UnavailableError(
                "The engine is stopping and takes nothing more; it is submitted at the next start.",
                code="engine_stopping",
            )
        if not submissions:
            return
        call = _Call(submissions)
        self._calls.append(call)
        if self._writer is None or self._writer.done():
            self._writer = spawn(self._write(), name="engine.submissions")
        await asyncio.shield(call.stored)

    async def close(self) -> None:
        """Store what was put, then take no more."""
        self._closed = True
        if self._writer is not None:
            await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        while self._calls:
            calls = self._take()
            everything = [each for call in calls for each in call.submissions]
            try:
                for start in range(0, len(everything), BATCH):
                    await self._write_batch(everything[start : start + BATCH])
            except Exception as error:  # noqa: BLE001  (whoever submitted must hear of it, whatever it is)
                _tell(calls, error)
            else:
                _tell(calls, None)

    def _take(self) -> list[_Call]:
        """Whole calls, at least one, up to a batch."""
        calls = [self._calls.popleft()]
        size = len(calls[0].submissions)
        while self._calls and size + len(self._calls[0].submissions) <= BATCH:
            calls.append(self._calls.popleft())
            size += len(calls[-1].submissions)
        return calls

    async def _write_batch(self, batch: Sequence[Submission]) -> None:
        for seconds in _RETRIES:
            try:
                await self._store(batch)
                break
            except UnavailableError as error:
                _log.warning("engine.submit_retried", reason=error.message, again_in=seconds)
                await asyncio.sleep(seconds)
        else:
            await self._store(batch)
        self._stored({each.queue for each in batch})


def _tell(calls: Sequence[_Call], error: Exception | None) -> None:
    for call in calls:
        if call.stored.done():
            continue
        if error is None:
            call.stored.set_result(None)
        else:
            call.stored.set_exception(error)
