"""The files channel: every worker of this node, behind the contract that all channels have.

Here the parts meet: the watch tells, rounds look after it, an intake per worker takes in, publishers give out.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import tzinfo
from pathlib import Path

import structlog

from sempre import tasks
from sempre.channels.files import session_file
from sempre.channels.files.faults import unavailable
from sempre.channels.files.intake import Intake
from sempre.channels.files.layout import KIND, QUEUE, worker_of
from sempre.channels.files.notices import Notice, Notices
from sempre.channels.files.roster import Roster
from sempre.channels.files.scheduler import Scheduler
from sempre.channels.files.session_file import SessionRequest
from sempre.channels.files.watch import Watch
from sempre.channels.files.worker import View, Worker
from sempre.contract.channel import Inbox
from sempre.contract.messages import Outbound, Receipt
from sempre.errors import MisconfiguredError, NotFoundError, UnavailableError
from sempre.settings import FileSettings, WorkerSettings

_log = structlog.stdlib.get_logger(__name__)


class FilesChannel:
    """All `files:` channels of one home. May be opened again after `close`."""

    kind = KIND
    _roster: Roster
    _scheduler: Scheduler
    _notices: Notices

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
        self._opened = False
        self._watch: Watch | None = None
        self._round_due = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, inbox: Inbox) -> None:
        """Raises UnavailableError when disk or store do not answer, MisconfiguredError for bad settings."""
        self._opened = True
        self._notices = Notices(inbox)
        self._scheduler = Scheduler(inbox, self._zone)
        self._roster = Roster(
            self._home, self._settings, self._configured, inbox, self._scheduler, self._notices
        )
        try:
            await self._begin()
        except BaseException:
            await self.close()
            raise
        self._tasks = [
            tasks.spawn(self._rounds(), name="files rounds"),
            tasks.spawn(self._scheduler.run(), name="files schedules"),
        ]

    async def configure(self, workers: Mapping[str, WorkerSettings]) -> None:
        """sempre.toml names these now: the next round makes their folders. Schedules that stayed go on."""
        self._configured = workers
        if self._opened:
            await self._roster.configure(workers)
            self._round_due.set()

    async def close(self) -> None:
        """Stop taking in; a batch that is under way is finished."""
        if not self._opened:
            return
        await tasks.stop(*self._tasks)
        self._tasks = []
        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)
            self._watch = None
        await self._roster.stop()

    async def send(self, message: Outbound) -> Receipt:
        """Publish into `.output/<worker>/`. Raises NumberTakenError, UnavailableError."""
        worker = self._roster.ensure(worker_of(message.channel))
        async with worker.lock:
            receipt, trouble = await asyncio.to_thread(worker.give_out, message)
        if trouble is None:
            self._notices.over(Notice.LATEST_SKIPPED, channel=message.channel)
        else:
            details = {"reason": f"latest.txt was not written: {trouble.strerror}. Move it away."}
            await self._notices.say(Notice.LATEST_SKIPPED, details, channel=message.channel)
        return receipt

    async def settle(self, message: Outbound) -> None:
        """The turn is marked as published: its claim goes. If this never comes, the next round or start does it."""
        worker = self._roster.ensure(worker_of(message.channel))
        try:
            await worker.settle(message, keep=self._settings.keep_done)
        except OSError as error:
            _log.warning("files.settle_failed", turn=message.turn_id, reason=str(error))

    async def session_request(self, channel: str, known: str | None) -> SessionRequest:
        """What the worker's session file asks for, before a turn. Raises UnavailableError."""
        place = self._roster.ensure(worker_of(channel)).place
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
        place = self._roster.ensure(worker_of(channel)).place
        await asyncio.to_thread(session_file.write, place, session_id)

    def workers(self) -> list[View]:
        """Every worker seen since the start, in natural order."""
        return [self._view(worker) for worker in self._roster.all()]

    def worker(self, name: str) -> View:
        """Raises NotFoundError."""
        worker = self._roster.find(name)
        if worker is None:
            folder = self._home / QUEUE / name
            raise NotFoundError(f"There is no worker {name}. Make the folder {folder} to have one.")
        return self._view(worker)

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
        for worker in self._roster.all():
            if worker.intake:
                worker.intake.look_through()
        self._round_due.set()

    def _view(self, worker: Worker) -> View:
        return worker.view(self._scheduler.upcoming(worker.place.worker))

    def _intake(self, worker: str) -> Intake | None:
        known = self._roster.find(worker)
        if known is None or known.intake is None:
            self._round_due.set()  # its first look through the folder will find the file
            return None
        return known.intake

    async def _begin(self) -> None:
        try:
            await asyncio.to_thread(self._roster.make_folders)
            # The watch stands before the first look, so that nothing falls between the two.
            await self._keep_watch()
            await self._roster.look_for_workers()
        except (FileExistsError, NotADirectoryError) as error:
            raise MisconfiguredError(
                f"{error.filename} is no folder.", remedy="Move it away, or choose another home."
            ) from error
        except OSError as error:
            raise unavailable(error, self._home / QUEUE) from error

    async def _rounds(self) -> None:
        """What no event tells: the safety net, every few seconds and when folders change."""
        while True:
            # Not wait_for: on Python 3.11 it swallows a cancellation that meets the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._settings.rescan_seconds):
                    await self._round_due.wait()
            self._round_due.clear()
            try:
                await asyncio.to_thread(self._roster.make_folders)
                await self._keep_watch()
                await self._roster.look_for_workers()
                await self._roster.look_after_workers()
            except (UnavailableError, OSError) as error:
                _log.warning("files.round_failed", reason=str(error))
            except Exception:  # noqa: BLE001  (the loop's edge: the next round tries again)
                _log.exception("files.round_failed")

    async def _keep_watch(self) -> None:
        """Watch the `.queue/` that is there now; it may have been removed and made again."""
        if not self._wants_watch or (self._watch is not None and self._watch.holds):
            return
        if self._watch is not None:
            await asyncio.to_thread(self._watch.stop)
            self._watch = None
        watch = Watch(self._home / QUEUE, self, asyncio.get_running_loop())
        try:
            await asyncio.to_thread(watch.start)
        except OSError as error:
            await self._say_unwatched(error)
            return
        self._watch = watch
        self._notices.over(Notice.WATCH_UNAVAILABLE)
        self.events_lost()

    async def _say_unwatched(self, error: OSError) -> None:
        reason = (
            f"The queue can't be watched ({error.strerror or error}), so prompts are found only every "
            f"{self._settings.rescan_seconds:g} seconds. On Linux, raise fs.inotify.max_user_watches or "
            "fs.inotify.max_user_instances."
        )
        await self._notices.say(Notice.WATCH_UNAVAILABLE, {"reason": reason})
