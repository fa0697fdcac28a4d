"""The files channel: every worker of this node, behind the contract that all channels have.

Here the parts meet: the watch tells, the round looks after it, an intake per worker takes in, publishers give out.
"""

import asyncio
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path

import structlog

from sempre import clock, tasks
from sempre.channels.files import names, ready, scan, session_file
from sempre.channels.files.claim import Claims
from sempre.channels.files.faults import unavailable
from sempre.channels.files.intake import Intake
from sempre.channels.files.layout import KIND, QUEUE, Place, worker_of
from sempre.channels.files.notices import Notice, Notices
from sempre.channels.files.publish import Publisher
from sempre.channels.files.reconcile import reconcile
from sempre.channels.files.scheduler import Scheduler
from sempre.channels.files.session_file import SessionRequest
from sempre.channels.files.take import Taker
from sempre.channels.files.watch import Watch
from sempre.channels.files.worker import View, Worker
from sempre.contract.channel import Inbox
from sempre.contract.messages import Outbound, Receipt
from sempre.errors import MisconfiguredError, NotFoundError, UnavailableError
from sempre.settings import FileSettings, WorkerSettings

_log = structlog.stdlib.get_logger(__name__)


class FilesChannel:
    """All `files:` channels of one home. Opened once; after `close` a new one is made."""

    kind = KIND

    def __init__(
        self,
        home: Path,
        settings: FileSettings,
        workers: Mapping[str, WorkerSettings],
        *,
        zone: tzinfo,
        watch: bool = True,
    ) -> None:
        """`workers` are those that sempre.toml names: their folders are made. `watch=False` only rescans."""
        self._home = home.absolute()
        self._settings = settings
        self._configured = workers
        self._zone = zone
        self._wants_watch = watch
        self._workers: dict[str, Worker] = {}
        self._watch: Watch | None = None
        self._notices = Notices(lambda: self._inbox)
        self._round_due = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, inbox: Inbox) -> None:
        """Raises UnavailableError when disk or store do not answer, MisconfiguredError for bad settings."""
        self._inbox = inbox
        self._scheduler = Scheduler(inbox, self._zone)
        try:
            await asyncio.to_thread(self._make_folders)
        except (FileExistsError, NotADirectoryError) as error:
            raise MisconfiguredError(
                f"{error.filename} is no folder.", remedy="Move it away, or choose another home."
            ) from error
        except OSError as error:
            raise unavailable(error, self._home / QUEUE) from error
        # The watch stands before the first look, so that nothing falls between the two.
        await self._keep_watch()
        await self._look_after_workers(starting=True)
        self._tasks = [
            tasks.spawn(self._rounds(), name="files rounds"),
            tasks.spawn(self._scheduler.run(), name="files schedules"),
        ]

    async def close(self) -> None:
        await tasks.stop(*self._tasks)
        self._tasks = []
        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)
            self._watch = None
        intakes = [worker.intake for worker in self._workers.values() if worker.intake]
        await asyncio.gather(*(intake.stop() for intake in intakes))

    async def send(self, message: Outbound) -> Receipt:
        """Publish into `.output/<worker>/`. Raises NumberTakenError, UnavailableError."""
        worker = self._known(worker_of(message.channel))
        async with worker.lock:
            receipt, trouble = await asyncio.to_thread(worker.publisher.publish, message)
        channel = message.channel
        if trouble is None:
            self._notices.over(Notice.LATEST_SKIPPED, channel=channel)
        else:
            details = {"reason": f"latest.txt was not written: {trouble.strerror}. Move it away."}
            await self._notices.say(Notice.LATEST_SKIPPED, details, channel=channel)
        await asyncio.to_thread(worker.gave_out, message)
        return receipt

    async def settle(self, message: Outbound) -> None:
        """The turn is marked as published: its claim goes. When this never comes, the next round or start does it."""
        try:
            await self._known(worker_of(message.channel)).settle(
                message.external_id, keep=self._settings.keep_done
            )
        except OSError as error:
            _log.warning("files.settle_failed", turn=message.turn_id, reason=str(error))

    async def session_request(self, channel: str, known: str | None) -> SessionRequest:
        """What the worker's session file asks for, before a turn. Raises UnavailableError."""
        place = Place(self._home, worker_of(channel))
        request = await asyncio.to_thread(session_file.read_request, place, known)
        if request.note is None:
            self._notices.over(Notice.SESSION_FILE_INVALID, channel=channel)
        else:
            await self._notices.say(
                Notice.SESSION_FILE_INVALID, {"reason": request.note}, channel=channel
            )
        return request

    async def session_changed(self, channel: str, session_id: str | None) -> None:
        """Show this session in the worker's session file. Raises UnavailableError."""
        place = Place(self._home, worker_of(channel))
        await asyncio.to_thread(session_file.write, place, session_id)

    def workers(self) -> list[View]:
        """Every worker seen since the start, in natural order."""
        return [self.worker(name) for name in sorted(self._workers, key=names.natural)]

    def worker(self, name: str) -> View:
        """Raises NotFoundError."""
        worker = self._workers.get(name)
        if worker is None:
            raise NotFoundError(
                f"There is no worker {name}. Make the folder {self._home / QUEUE / name} to have one."
            )
        return View(
            name=name,
            there=worker.intake is not None,
            waiting=worker.intake.waiting if worker.intake else 0,
            queue_path=str(worker.place.queue),
            output_path=str(worker.place.output),
            ignored=worker.intake.ignored if worker.intake else [],
            schedule=self._scheduler.upcoming(name),
            since=worker.since,
        )

    def file_closed(self, worker: str, name: str) -> None:
        """From the watch."""
        if intake := self._intake(worker):
            intake.closed(name)

    def file_seen(self, worker: str, name: str) -> None:
        """From the watch."""
        if intake := self._intake(worker):
            intake.seen(name)

    def folders_changed(self) -> None:
        """From the watch."""
        self._round_due.set()

    def events_lost(self) -> None:
        """From the watch."""
        _log.warning("files.events_lost")
        for worker in self._workers.values():
            if worker.intake:
                worker.intake.look_through()
        self._round_due.set()

    def _intake(self, worker: str) -> Intake | None:
        known = self._workers.get(worker)
        if known is None or known.intake is None:
            self._round_due.set()  # its first look will find the file
            return None
        return known.intake

    def _known(self, name: str) -> Worker:
        """A worker that is only known from its turns has no intake until its folder is there."""
        worker = self._workers.get(name)
        if worker is None:
            place = Place(self._home, name)
            worker = self._workers[name] = Worker(place, clock.now(), Publisher(place))
        return worker

    def _make_folders(self) -> None:
        (self._home / QUEUE).mkdir(parents=True, exist_ok=True)
        for name in self._configured:
            if names.refusal(name) is None:
                Place(self._home, name).queue.mkdir(exist_ok=True)

    async def _rounds(self) -> None:
        """What no event tells: the safety net, every few seconds and when folders change."""
        while True:
            try:
                await asyncio.wait_for(self._round_due.wait(), self._settings.rescan_seconds)
            except TimeoutError:
                pass
            self._round_due.clear()
            try:
                await self._round()
            except (UnavailableError, OSError) as error:
                _log.warning("files.round_failed", reason=str(error))
            except Exception:  # the edge of this loop: the next round tries again
                _log.exception("files.round_failed")

    async def _round(self) -> None:
        await asyncio.to_thread(self._make_folders)
        await self._keep_watch()
        await self._look_after_workers(starting=False)
        for worker in list(self._workers.values()):
            if worker.intake:
                await self._look_after_files(worker.intake)
            await worker.settle_published(self._inbox, keep=self._settings.keep_done)

    async def _keep_watch(self) -> None:
        """Watch the `.queue/` that is there now; it may have been removed and made again."""
        if not self._wants_watch or (self._watch is not None and self._watch.holds):
            return
        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)
        watch = Watch(self._home / QUEUE, self, asyncio.get_running_loop())
        try:
            await asyncio.to_thread(watch.start)
        except OSError as error:
            self._watch = None
            await self._notices.say(
                Notice.WATCH_UNAVAILABLE,
                {
                    "reason": f"The queue can't be watched ({error.strerror or error}), so prompts are found only "
                    f"every {self._settings.rescan_seconds:g} seconds. On Linux, raise "
                    "fs.inotify.max_user_watches or fs.inotify.max_user_instances."
                },
            )
            return
        first, self._watch = self._watch is None, watch
        self._notices.over(Notice.WATCH_UNAVAILABLE)
        if not first:
            self.events_lost()

    async def _look_after_workers(self, *, starting: bool) -> None:
        found = await asyncio.to_thread(scan.workers, self._home / QUEUE)
        found.refused |= {
            name: refusal for name in self._configured if (refusal := names.refusal(name))
        }
        self._notices.only(Notice.WORKER_REFUSED, set(found.refused))
        for name, reason in found.refused.items():
            await self._notices.say(
                Notice.WORKER_REFUSED, {"name": name, "reason": reason}, about=name
            )
        for name in found.names:
            worker = self._workers.get(name)
            if worker is None or worker.intake is None:
                await self._begin(self._known(name), starting=starting)
        for name, worker in self._workers.items():
            if worker.intake is not None and name not in found.names:
                await self._end(worker)

    async def _begin(self, worker: Worker, *, starting: bool) -> None:
        """What goes wrong with one worker's folder leaves the others alone; the next round tries it again."""
        place, channel = worker.place, worker.place.channel
        taker = Taker(
            place,
            Claims(place),
            self._settings.max_prompt_bytes,
            leases=await asyncio.to_thread(ready.leases_hold, place.queue),
        )
        try:
            await asyncio.to_thread(place.claimed.mkdir, exist_ok=True)
            await worker.introduce(self._inbox)
            await reconcile(taker, self._inbox, self._notices, keep_done=self._settings.keep_done)
            await self._schedule(worker)
        except OSError as error:
            reason = unavailable(error, Path(error.filename or place.queue)).message
            await self._notices.say(Notice.WORKER_FAULT, {"reason": reason}, channel=channel)
            return
        self._notices.over(Notice.WORKER_FAULT, channel=channel)
        worker.intake = Intake(taker, self._inbox, self._notices)
        worker.intake.start()

    async def _schedule(self, worker: Worker) -> None:
        settings = self._configured.get(worker.place.worker)
        await self._scheduler.add(worker.place, settings.schedule if settings else ())

    async def _end(self, worker: Worker) -> None:
        """Its folder is gone. Turns that were accepted go on and publish as before."""
        intake, worker.intake = worker.intake, None
        if intake:
            await intake.stop()
        self._scheduler.remove(worker.place.worker)
        await self._notices.say(
            Notice.WORKER_GONE,
            {"reason": f"{worker.place.queue} was removed. What was accepted goes on."},
            channel=worker.place.channel,
        )

    async def _look_after_files(self, intake: Intake) -> None:
        channel = intake.place.channel
        try:
            listing = await asyncio.to_thread(scan.prompts, intake.place)
        except FileNotFoundError:
            return  # the next round sees that the folder is gone
        intake.listed(listing)
        self._notices.only(
            Notice.FILE_IGNORED, {one.name for one in listing.ignored}, channel=channel
        )
        for one in listing.ignored:
            if not one.name.startswith("."):
                details = {"file": one.name, "reason": one.reason}
                await self._notices.say(
                    Notice.FILE_IGNORED, details, channel=channel, about=one.name
                )
