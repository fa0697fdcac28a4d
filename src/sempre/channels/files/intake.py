"""One worker's way in: claim, read, accept, in order and in batches. Publishes nothing.

A crash after the claim leaves a file in `.claimed/` without a turn, one after the acceptance a claim with one;
`reconcile.py` handles both at the next start.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from sempre import crash, tasks
from sempre.channels.files import scan
from sempre.channels.files.lineup import Lineup
from sempre.channels.files.names import readable
from sempre.channels.files.notices import Notice, Notices
from sempre.channels.files.scan import Ignored, Listing
from sempre.channels.files.take import UNSEEN, LeftAlone, LookAgain, Sign, Stuck, Taken, Taker
from sempre.contract.channel import Inbox
from sempre.contract.messages import Inbound
from sempre.errors import UnavailableError

_log = structlog.stdlib.get_logger(__name__)

BATCH = 200  # files in one transaction
BATCH_BYTES = 8 << 20  # and what they may hold in memory
SETTLE_SECONDS = 0.4  # between two looks at a file whose closing was not seen
LONGEST_PAUSE = 30.0


@dataclass
class Batch:
    """What became of the first names of the line."""

    taken: list[Inbound] = field(default_factory=list[Inbound])
    again: dict[str, Sign] = field(default_factory=dict[str, Sign])
    alone: dict[str, str] = field(default_factory=dict[str, str])
    left: list[tuple[str, Sign]] = field(default_factory=list[tuple[str, Sign]])
    stuck: Stuck | None = None


class Intake:
    """Takes the prompts of one worker. All methods but `_take` run in the loop."""

    def __init__(self, taker: Taker, inbox: Inbox, notices: Notices) -> None:
        self.place = taker.place
        self.ignored: list[Ignored] = []
        self._taker = taker
        self._inbox = inbox
        self._notices = notices
        self._line = Lineup()
        self._alone: dict[str, str] = {}  # name: why it is not taken
        self._claimed: list[Inbound] = []
        self._wake = asyncio.Event()
        self._scan_due = False
        self._closing = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many prompts are seen but not yet accepted."""
        return len(self._line) + len(self._claimed)

    def start(self) -> None:
        """Begin with a look through the folder."""
        self.look_through()
        self._task = tasks.spawn(self._run(), name=f"files intake {self.place.worker}")

    async def stop(self) -> None:
        """Finish the batch that is under way, take no other."""
        self._closing.set()
        self._wake.set()
        if self._timer:
            self._timer.cancel()
        if self._task:
            await asyncio.wait([self._task], timeout=5)
            await tasks.stop(self._task)

    def closed(self, name: str) -> None:
        """The watch saw that it was closed after writing or renamed into place."""
        self._alone.pop(name, None)
        self._line.closed(name)
        self._wake.set()

    def seen(self, name: str, sign: Sign | None = None) -> None:
        """It is there, but may still be written."""
        self._line.unsure(name, sign or Sign())
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SETTLE_SECONDS, self._second_look)

    def look_through(self) -> None:
        """Events were lost, or this is the start: what the folder holds goes before events that come now."""
        self._scan_due = True
        self._line.hold()
        self._wake.set()

    def listed(self, listing: Listing) -> None:
        """The regular look through the folder: find what no event told of."""
        there = set(listing.prompts)
        self._alone = {name: why for name, why in self._alone.items() if name in there}
        alone = [Ignored(readable(name), why) for name, why in self._alone.items()]
        self.ignored = listing.ignored + alone
        for name in listing.prompts:
            if name not in self._line:
                self.seen(name)

    def _second_look(self) -> None:
        self._timer = None
        self._line.second_look()
        self._wake.set()

    async def _run(self) -> None:
        pause = 1.0
        while not self._closing.is_set():
            await self._wake.wait()
            self._wake.clear()
            try:
                if await self._drain():
                    pause = 1.0
                    continue
            except Exception:  # noqa: BLE001  (the loop's edge: one fault must not stop the worker)
                _log.exception("files.intake_failed", worker=self.place.worker)
            await self._rest(pause)
            pause = min(LONGEST_PAUSE, pause * 2)
            self._wake.set()

    async def _drain(self) -> bool:
        """False when it must be tried again later; nothing that was in the line or claimed is forgotten then."""
        await self._hand_over()
        if self._scan_due and not await self._scan():
            return False
        while len(self._line) and not (self._closing.is_set() or self._scan_due):
            batch = await asyncio.to_thread(self._take, self._line.take(BATCH))
            self._line.put_back(batch.left)
            for name, sign in batch.again.items():
                self.seen(name, sign)
            self._alone |= batch.alone
            self._claimed += batch.taken
            await self._hand_over()
            if batch.stuck:
                await self._say_stuck(batch.stuck)
                return False
            self._notices.over(Notice.CLAIM_FAILED, channel=self.place.channel)
        return True

    async def _scan(self) -> bool:
        self._scan_due = False
        try:
            listing = await asyncio.to_thread(scan.prompts, self.place)
        except FileNotFoundError:
            listing = Listing()  # the folder is gone; the regular look tells people
        except OSError as error:
            self._scan_due = True
            await self._say_stuck(Stuck(error))
            return False
        if self._scan_due:
            return True  # events were lost again meanwhile: this listing may lack some that come before others
        self._line.found(listing.prompts)
        self.ignored = listing.ignored
        return True

    def _take(self, names: Sequence[tuple[str, Sign]]) -> Batch:
        batch, size = Batch(), 0
        for at, (name, sign) in enumerate(names):
            outcome = self._taker.take(name, sign)
            match outcome:
                case Taken():
                    batch.taken.append(outcome.message)
                    size += outcome.size
                case LookAgain():
                    batch.again[name] = Sign(seen=outcome.seen)
                case LeftAlone():
                    batch.alone[name] = outcome.reason
                    if sign.closed:  # one writer closed it, another has it open
                        batch.again[name] = UNSEEN
                case Stuck():
                    batch.stuck = outcome
                    batch.left = list(names[at:])
                    break
                case _:
                    pass  # gone
            if size >= BATCH_BYTES:
                batch.left = list(names[at + 1 :])
                break
        return batch

    async def _hand_over(self) -> None:
        """Until the store has them. While it does not answer, the claims on disk are what keeps them."""
        pause = 1.0
        while self._claimed:
            try:
                await self._inbox.accept(self._claimed)
            except UnavailableError as error:
                await self._notices.say(
                    Notice.ACCEPT_DELAYED, {"reason": error.message}, channel=self.place.channel
                )
                if await self._rest(error.retry_after or pause):
                    return  # the next start accepts them
                pause = min(LONGEST_PAUSE, pause * 2)
            else:
                self._claimed = []
                self._notices.over(Notice.ACCEPT_DELAYED, channel=self.place.channel)
                crash.point("files.accepted")

    async def _say_stuck(self, stuck: Stuck) -> None:
        reason = stuck.error.strerror or str(stuck.error)
        await self._notices.say(
            Notice.CLAIM_FAILED,
            {
                "reason": f"Prompts of {self.place.worker} can't be taken in: {reason}. Free space on the disk or "
                f"make {self.place.queue} writable; they wait where they are and Sempre tries again."
            },
            channel=self.place.channel,
        )

    async def _rest(self, seconds: float) -> bool:
        """Wait; true when the channel closes meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return False
        return True
