"""The engine: launch, submit, wake, cancel, close. The one object that the application holds."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from dbos import DBOS
from dbos import error as dbos_error

from sempre import ids
from sempre.db.disposal import dispose
from sempre.durable import internals, registry
from sempre.durable._store import Claims, open_store, reachable, stop_waiting, sync
from sempre.durable.alone import Alone
from sempre.durable.cluster import Cluster
from sempre.durable.collect import collect
from sempre.durable.configuration import (
    SCHEMA,
    UNUSED_POLL_SECONDS,
    EngineSettings,
    dbos_config,
    quiet_logs,
    system_database_url,
)
from sempre.durable.nudge import Nudger
from sempre.durable.runs import Runs, cancel
from sempre.durable.states import OF_DBOS, State
from sempre.durable.submissions import Submission, Submissions
from sempre.errors import ConflictError, NotFoundError, UnavailableError
from sempre.tasks import spawn

R = TypeVar("R")

_THREADS = 4  # a claim, a batch of submissions, and two for all else
_CONNECTIONS = 20
_LOOKED_UP_AT_ONCE = 500
_PATIENCE = 5.0  # when closing, for what hangs on a database that does not answer
_ASK_AGAIN_SECONDS = 0.5

_log = structlog.stdlib.get_logger(__name__)


class Engine:
    """One a process. `stopping` is set when it begins to close; `lost` when others declared it dead: then
    close it and exit, since its work runs elsewhere."""

    def __init__(self, settings: EngineSettings) -> None:
        self.stopping = asyncio.Event()
        self.lost = asyncio.Event()
        self._settings = settings
        self._me = settings.executor_id or f"{settings.node}:{ids.new_id()}"
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="engine")
        self._closer = ThreadPoolExecutor(1, thread_name_prefix="engine-close")
        self._store = open_store(
            settings.database_url, connections=_CONNECTIONS, dead_after=settings.dead_after
        )
        self._members = self._membership()
        self._nudger = Nudger(self._claim, settings.listened, poll=settings.poll)
        self._submissions = Submissions(self._insert, self._inserted)
        self._queues: dict[str, Claims] = {}
        self._runs = Runs(self._queues_of, lambda queues: self._nudger.nudge(*queues))
        self._dbos: DBOS | None = None
        self._joined = False
        self._closing = asyncio.Lock()
        self._closed = False

    async def launch(self) -> None:
        """Open the database, take back what earlier processes left, start what can start.

        Workflows run in the calling loop. Raises ConflictError, UnavailableError.
        """
        if registry.watcher() is not None:
            raise ConflictError("An engine runs in this process; close it before the next launch.")
        registry.watch(self._runs)
        try:
            await self._in_thread(self._members.join)
            self._joined = True
            if self._settings.is_postgres:
                await self._in_thread(self._migrate)
            self._launch_dbos()
            await self._in_thread(self._register_queues)
            recovered = await self._in_thread(self._members.recover)
            self._members.open()
        except BaseException:
            await self._tear_down()
            raise
        self._nudger.open()
        self._nudger.nudge()
        if recovered:
            _log.info("engine.recovered", workflows=len(recovered))

    async def close(self, grace: float = 0.0) -> None:
        """Claim nothing more, let what runs finish for `grace` seconds, break off the rest.

        What is broken off or waits is not recorded as ended: it goes on at the next launch, here or elsewhere.
        Closing again waits for the first to be done.
        """
        self.stopping.set()
        async with self._closing:
            if not self._closed:
                self._closed = True
                await self._close(grace)

    async def _close(self, grace: float) -> None:
        await _at_most(_PATIENCE, self._submissions.close())
        if self._dbos is not None:
            internals.stop_claiming(self._dbos)
            await _at_most(_PATIENCE, self._nudger.close())
            await self._in_thread(internals.join_claimers, closing=True)
            await self._runs.drain(partial(internals.tasks, self._dbos), grace)
            await self._break_off(self._dbos)
        await self._tear_down()

    async def submit(
        self,
        name: str,
        workflow_id: str,
        *,
        queue_key: str,
        args: tuple[str | int, ...] = (),
        queue: str = "turns",
        sequence: int = 0,
    ) -> None:
        """Run the workflow `name` once, after all that was submitted for this key before. See Submission.

        Stored when it returns. The same id again changes nothing. Raises InvalidError, UnavailableError.
        """
        submission = Submission(
            name=name,
            workflow_id=workflow_id,
            queue_key=queue_key,
            args=args,
            queue=queue,
            sequence=sequence,
        )
        await self.submit_many([submission])

    async def submit_many(self, submissions: Iterable[Submission]) -> None:
        """The same for many, in this order, in few transactions."""
        checked = list(submissions)
        names = registry.names()
        for each in checked:
            each.check(names, self._settings.queues)
        await self._submissions.put(checked)

    async def signal(self, workflow_id: str, topic: str) -> None:
        """Wake `durable.wait(topic)` in that workflow, now or when it gets there. Raises NotFoundError."""

        def send() -> None:
            try:
                DBOS.send(workflow_id, True, topic)
            except dbos_error.DBOSNonExistentWorkflowError as error:
                raise NotFoundError(
                    f"There is no workflow {workflow_id} to signal; submit it first."
                ) from error
            sync(self._store)

        dbos = self._launched()
        await self._in_thread(send)
        internals.wake(dbos, workflow_id, topic)
        # On Postgres sending locks the row for a moment, and a claim at that moment passes over it.
        self._nudger.nudge()

    async def cancel(self, workflow_id: str) -> None:
        """Take it off its queue, or break it off if it runs here (elsewhere: within a second).

        It never runs again. Whoever cancels says so in the application's own tables.
        """

        def cancel_row() -> None:
            DBOS.cancel_workflow(workflow_id)
            sync(self._store)

        self._launched()
        # First the run, then the row: or the key's next would start while this one still cleans up.
        await self._runs.break_off(workflow_id)
        await self._in_thread(cancel_row)
        self._nudger.nudge()

    async def resume(self, workflow_id: str, *, queue: str = "turns") -> None:
        """Queue a cancelled workflow again; it goes on after its last recorded step. Raises NotFoundError."""

        def resume() -> None:
            try:
                DBOS.resume_workflow(workflow_id, queue_name=queue)
            except dbos_error.DBOSNonExistentWorkflowError as error:
                raise NotFoundError(f"There is no workflow {workflow_id} to resume.") from error
            sync(self._store)

        self._launched()
        await self._in_thread(resume)
        self._inserted({queue})

    async def states(self, workflow_ids: Iterable[str]) -> Mapping[str, State]:
        """How each of these stands, MISSING included."""

        def look_up(some: list[str]) -> dict[str, State]:
            found = DBOS.list_workflows(workflow_ids=some, load_input=False, load_output=False)
            return {each.workflow_id: OF_DBOS[each.status] for each in found}

        self._launched()
        wanted = list(workflow_ids)
        states = dict.fromkeys(wanted, State.MISSING)
        for start in range(0, len(wanted), _LOOKED_UP_AT_ONCE):
            some = wanted[start : start + _LOOKED_UP_AT_ONCE]
            states.update(await self._in_thread(partial(look_up, some)))
        return states

    async def collect(self, older_than: datetime) -> int:
        """Delete what ended before that moment; says how many."""
        self._launched()
        return await self._in_thread(partial(collect, older_than))

    async def nodes(self) -> frozenset[str]:
        """The nodes that are there now, this one included."""
        return await self._in_thread(self._members.nodes)

    def running(self) -> frozenset[str]:
        """What runs in this process now, waiting or not."""
        return self._runs.ids()

    async def still_mine(self, workflow_id: str) -> bool:
        """In a step, right before it acts outside: false when another process has taken this workflow over.

        Then do nothing and return: nothing that this execution records counts any more. While the database
        does not answer, it waits.
        """
        run = registry.current_run.get()
        if run is None or run.workflow_id != workflow_id:
            raise RuntimeError("still_mine is asked by a step about its own workflow.")
        while True:
            try:
                owner = await self._in_thread(partial(self._members.owner, workflow_id))
            except UnavailableError:
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
            else:
                return owner is not None and owner == run.token

    def _membership(self) -> Alone | Cluster:
        if self._settings.is_postgres:
            return Cluster(self._settings, self._me, nudge=self._heard, lost=self._declared_dead)
        return Alone(self._store, self._me, self._settings.node)

    def _queues_of(self, workflow_id: str) -> list[str]:
        return internals.queues_of(self._launched(), workflow_id)

    def _heard(self, queue: str) -> None:
        self._nudger.nudge(*([queue] if queue else []))

    def _declared_dead(self) -> None:
        if self._dbos is not None:
            internals.stop_claiming(self._dbos)
        self.lost.set()

    def _migrate(self) -> None:
        """Not in the loop, as the launch would: an index that is made concurrently waits for every open transaction, so
        also for those of this process, which end in the loop."""
        quiet_logs()
        with reachable():
            DBOS.migrate(system_database_url(self._store), schema=SCHEMA)

    def _launch_dbos(self) -> None:
        """In the loop's own thread: dbos runs workflows in the loop that it is launched from."""
        quiet_logs()
        self._dbos = DBOS(config=dbos_config(self._store, self._me))
        internals.slow_down(self._dbos)
        DBOS.listen_queues(self._settings.listened)
        with reachable():
            DBOS.launch()
        internals.speed_up(self._dbos)

    def _register_queues(self) -> None:
        for name in self._settings.listened:
            DBOS.register_queue(
                name,
                partition_concurrency=1,  # and no other limit: one that waits must not take a slot
                polling_interval_sec=UNUSED_POLL_SECONDS,
                on_conflict="always_update",
            )
            self._queues[name] = internals.claims(self._launched(), name)

    async def _claim(self, queue: str) -> None:
        await self._in_thread(partial(internals.claim, self._launched(), self._queues[queue]))

    async def _insert(self, submissions: Sequence[Submission]) -> None:
        await self._in_thread(partial(internals.insert, self._launched(), submissions))

    def _inserted(self, queues: set[str]) -> None:
        self._nudger.nudge(*queues)
        # What this process listens to it has just claimed; of the rest the others must hear.
        foreign = queues - set(self._queues)
        if foreign and self._settings.is_postgres:
            spawn(self._in_thread(partial(self._members.notify, foreign)), name="engine.notify")

    async def _break_off(self, dbos: DBOS) -> None:
        late = await cancel(internals.tasks(dbos))
        if late:
            _log.warning("engine.steps_do_not_end", workflows=sorted(self.running()))
        # dbos made its own threads the loop's; the application needs some that outlive it.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        internals.stop_retrying(dbos)
        stop_waiting(self._store)
        await _at_most(_PATIENCE, self._in_thread(partial(internals.finish_writes, dbos)))

    async def _tear_down(self) -> None:
        if registry.watcher() is self._runs:
            registry.watch(None)
        await self._members.close()
        if self._dbos is not None:
            if not self._settings.is_postgres:
                internals.abandon_listener(self._dbos)
            await self._in_thread(DBOS.destroy, closing=True)
            self._dbos = None
        if self._joined:
            try:
                await self._in_thread(self._members.leave, closing=True)
            except UnavailableError as error:  # others find out by themselves
                _log.warning("engine.left_in_silence", reason=error.message)
        dispose(self._store)
        self._threads.shutdown(wait=False)
        self._closer.shutdown(wait=False)

    def _launched(self) -> DBOS:
        if self._dbos is None:
            raise UnavailableError("The engine is not running; launch it first.")
        return self._dbos

    async def _in_thread(self, work: Callable[[], R], *, closing: bool = False) -> R:
        """Blocking work, in threads of our own: dbos keeps the loop's for workflows."""

        def run() -> R:
            with reachable():
                return work()

        threads = self._closer if closing else self._threads
        return await asyncio.get_running_loop().run_in_executor(threads, run)


async def _at_most(seconds: float, work: Coroutine[object, object, object]) -> None:
    """Wait no longer than this, whatever becomes of the work: it may hang on a database that does not answer."""
    task = spawn(work, name="engine.closing")
    _, late = await asyncio.wait([task], timeout=seconds)
    if late:
        _log.warning("engine.closing_waits_no_longer", seconds=seconds)
