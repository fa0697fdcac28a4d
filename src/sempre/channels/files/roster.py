"""The workers of this node: found when a folder appears under `.queue/`, gone with it, each one on its own."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sempre import clock
from sempre.channels.files import names, ready, scan
from sempre.channels.files.claim import Claims
from sempre.channels.files.faults import unavailable
from sempre.channels.files.intake import Intake
from sempre.channels.files.layout import QUEUE, Place
from sempre.channels.files.notices import Notice, Notices
from sempre.channels.files.publish import Publisher
from sempre.channels.files.reconcile import reconcile
from sempre.channels.files.scan import Ignored, Listing
from sempre.channels.files.scheduler import Scheduler
from sempre.channels.files.take import Taker
from sempre.channels.files.worker import Worker
from sempre.contract.channel import Inbox
from sempre.errors import InvalidError
from sempre.settings import FileSettings, WorkerSettings

_BATCH = 20  # workers
_SAID = 20  # ignored files of a worker that are told of; the list shows all


class Roster:
    """Keeps the workers that are known equal to the folders that are there."""

    def __init__(
        self,
        home: Path,
        settings: FileSettings,
        configured: Mapping[str, WorkerSettings],
        inbox: Inbox,
        scheduler: Scheduler,
        notices: Notices,
    ) -> None:
        self._home = home
        self._settings = settings
        self._configured = configured
        self._inbox = inbox
        self._scheduler = scheduler
        self._notices = notices
        self._workers: dict[str, Worker] = {}

    async def configure(self, configured: Mapping[str, WorkerSettings]) -> None:
        self._configured = configured
        for worker in self.all():
            if worker.intake is not None:
                await self._set_schedule(worker.place)

    def all(self) -> list[Worker]:
        """Every worker seen since the start, in natural order."""
        return [self._workers[name] for name in sorted(self._workers, key=names.natural)]

    def find(self, name: str) -> Worker | None:
        return self._workers.get(name)

    def ensure(self, name: str) -> Worker:
        """One that is known only from its turns has no intake until its folder is there. Raises InvalidError."""
        worker = self._workers.get(name)
        if worker is None:
            if refusal := names.refusal(name):
                raise InvalidError(f"{name!r} is no worker. {refusal}")
            place = Place(self._home, name)
            worker = self._workers[name] = Worker(place, clock.now(), Publisher(place))
        return worker

    def make_folders(self) -> None:
        """`.queue/` and the folders of the workers that sempre.toml names. Raises OSError."""
        (self._home / QUEUE).mkdir(parents=True, exist_ok=True)
        for name in self._configured:
            if names.refusal(name) is None:
                Place(self._home, name).queue.mkdir(exist_ok=True)

    async def look_for_workers(self) -> None:
        """End with folders that went, begin with new ones. Raises UnavailableError, MisconfiguredError, OSError."""
        found = await asyncio.to_thread(scan.workers, self._home / QUEUE)
        await self._say_refused(found.refused)
        # First those that went: a folder that was renamed must not be taken in under both names.
        for worker in self.all():
            if worker.intake is not None and worker.place.worker not in found.names:
                await self._end(worker)
        for name in found.names:
            worker = self.ensure(name)
            if worker.intake is None:
                await self._begin(worker)

    async def look_after_workers(self) -> None:
        """Prompts that no event told of, files that are ignored, claims that may go. Raises UnavailableError."""
        for some in _batches(self.all()):
            intakes = [worker.intake for worker in some if worker.intake]
            places = [intake.place for intake in intakes]
            for intake, seen in zip(intakes, await asyncio.to_thread(_look, places), strict=True):
                await self._look_after_files(intake, seen)
            for worker in some:
                await worker.settle_published(self._inbox, keep=self._settings.keep_done)

    async def stop(self) -> None:
        await asyncio.gather(*(worker.intake.stop() for worker in self.all() if worker.intake))

    async def _begin(self, worker: Worker) -> None:
        """What is wrong with one worker's folders leaves the others alone; the next round tries it again."""
        place = worker.place
        try:
            taker = await asyncio.to_thread(self._taker, place)
            await worker.introduce(self._inbox)
            await reconcile(taker, self._inbox, self._notices, keep_done=self._settings.keep_done)
        except OSError as error:
            await self._say_fault(place, error)
            return
        if not await self._set_schedule(place):
            return
        self._notices.over(Notice.WORKER_FAULT, channel=place.channel)
        await self._say_back(worker)
        worker.intake = Intake(taker, self._inbox, self._notices)
        worker.intake.start()

    async def _set_schedule(self, place: Place) -> bool:
        """False when it cannot be remembered."""
        settings = self._configured.get(place.worker)
        try:
            await self._scheduler.add(place, settings.schedule if settings else ())
        except OSError as error:
            await self._say_fault(place, error)
            return False
        return True

    def _taker(self, place: Place) -> Taker:
        place.claimed.mkdir(exist_ok=True)
        leases = ready.leases_hold(place.queue)
        return Taker(place, Claims(place), self._settings.max_prompt_bytes, leases=leases)

    async def _end(self, worker: Worker) -> None:
        """Its folder is gone. Turns that were accepted go on and publish as before."""
        intake, worker.intake = worker.intake, None
        if intake:
            await intake.stop()
        self._scheduler.remove(worker.place.worker)
        reason = f"{worker.place.queue} was removed. What was accepted goes on; make the folder again to go on."
        await self._notices.say(
            Notice.WORKER_GONE, {"reason": reason}, channel=worker.place.channel
        )

    async def _look_after_files(self, intake: Intake, seen: Listing | OSError) -> None:
        place = intake.place
        if isinstance(seen, FileNotFoundError):
            return  # the next round sees that the folder is gone
        if isinstance(seen, OSError):
            await self._say_fault(place, seen)
            return
        self._notices.over(Notice.WORKER_FAULT, channel=place.channel)
        intake.listed(seen)
        await self._say_ignored(place, seen.ignored)

    async def _say_ignored(self, place: Place, ignored: list[Ignored]) -> None:
        channel = place.channel
        self._notices.only(Notice.FILE_IGNORED, {one.name for one in ignored}, channel=channel)
        for one in ignored[:_SAID]:
            if not one.name.startswith("."):
                details = {"file": one.name, "reason": one.reason}
                await self._notices.say(
                    Notice.FILE_IGNORED, details, channel=channel, about=one.name
                )

    async def _say_refused(self, refused: dict[str, str]) -> None:
        for name in self._configured:
            if refusal := names.refusal(name):
                refused[name] = refusal
        self._notices.only(Notice.WORKER_REFUSED, set(refused))
        for name, reason in refused.items():
            details = {"name": name, "reason": reason}
            await self._notices.say(Notice.WORKER_REFUSED, details, about=name)

    async def _say_fault(self, place: Place, error: OSError) -> None:
        reason = unavailable(error, Path(error.filename or place.queue)).message
        await self._notices.say(Notice.WORKER_FAULT, {"reason": reason}, channel=place.channel)

    async def _say_back(self, worker: Worker) -> None:
        if self._notices.over(Notice.WORKER_GONE, channel=worker.place.channel):
            await self._notices.say(Notice.WORKER_BACK, {}, channel=worker.place.channel)
            self._notices.over(Notice.WORKER_BACK, channel=worker.place.channel)


def _look(places: Sequence[Place]) -> list[Listing | OSError]:
    """Blocks."""
    seen: list[Listing | OSError] = []
    for place in places:
        try:
            seen.append(scan.prompts(place))
        except OSError as error:
            seen.append(error)
    return seen


def _batches(workers: Sequence[Worker]) -> Iterator[Sequence[Worker]]:
    """As many as are looked at in one go: a thread for each would cost more than the look, and one for all of them
    would tell the last what was so when it came to the first."""
    for start in range(0, len(workers), _BATCH):
        yield workers[start : start + _BATCH]
