"""One worker of this node: its intake, its publisher, what it still has to settle."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from sempre.channels.files import numbering, publish, settle
from sempre.channels.files.intake import Intake
from sempre.channels.files.layout import Place
from sempre.channels.files.publish import Publisher
from sempre.channels.files.scan import Ignored
from sempre.channels.files.scheduler import Upcoming
from sempre.contract.channel import Inbox
from sempre.contract.messages import Outbound, Receipt


@dataclass(frozen=True)
class View:
    """A worker as pages and commands show it. `there` is false when its queue folder was removed."""

    name: str
    there: bool
    waiting: int  # prompts seen but not yet accepted
    queue_path: str
    output_path: str
    ignored: list[Ignored]
    schedule: list[Upcoming]
    since: datetime


@dataclass
class Worker:
    """Made when its folder is first seen; stays known when the folder goes, as its turns go on."""

    place: Place
    since: datetime
    publisher: Publisher
    intake: Intake | None = None  # none while the folder is not there
    unsettled: dict[str, str] = field(default_factory=dict[str, str])  # external id: claim
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def view(self, schedule: list[Upcoming]) -> View:
        return View(
            name=self.place.worker,
            there=self.intake is not None,
            waiting=self.intake.waiting if self.intake else 0,
            queue_path=str(self.place.queue),
            output_path=str(self.place.output),
            ignored=self.intake.ignored if self.intake else [],
            schedule=schedule,
            since=self.since,
        )

    async def introduce(self, inbox: Inbox) -> None:
        """Make the channel known, with the number that its first answer may have."""
        first = await asyncio.to_thread(numbering.first_free, self.place.output)
        await inbox.open(self.place.channel, first_number=first)

    def give_out(self, message: Outbound) -> tuple[Receipt, OSError | None]:
        """`Publisher.publish`, in a thread. Its claim may go once the turn is marked as published."""
        given = self.publisher.publish(message)
        claim = publish.claim_of(self.place, message)
        if claim is not None:
            self.unsettled[message.external_id] = claim.name
        return given

    async def settle(self, message: Outbound, *, keep: bool) -> None:
        """Its turn is marked. Raises OSError."""
        self.unsettled.pop(message.external_id, None)
        await asyncio.to_thread(self._remove_claim, message, keep=keep)

    async def settle_published(self, inbox: Inbox, *, keep: bool) -> None:
        """For turns that were marked but whose `settle` never came."""
        if not self.unsettled:
            return
        known = await inbox.published(self.place.channel, list(self.unsettled))
        over = [one for one, published in known.items() if published]
        claims = [claim for one in over if (claim := self.unsettled.get(one)) is not None]
        await asyncio.to_thread(settle.remove, self.place, claims, keep=keep)
        for external_id in over:
            self.unsettled.pop(external_id, None)

    def _remove_claim(self, message: Outbound, *, keep: bool) -> None:
        claim = publish.claim_of(self.place, message)
        if claim is not None:
            settle.remove(self.place, [claim.name], keep=keep)
