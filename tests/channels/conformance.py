"""What every channel must do, whatever it is connected to. Subclass it and provide the `subject` fixture."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import pytest

from sempre.contract.channel import Channel
from sempre.errors import UnavailableError
from tests.channels.endings import answered, failed
from tests.channels.inbox import RecordingInbox


class Subject(Protocol):
    """A channel and the outside world that it is connected to."""

    def make(self) -> Channel:
        """A channel on the same outside world; called again, it is the one after a restart."""
        ...

    def come_in(self, text: str) -> None:
        """Somebody sends this."""
        ...

    def effects(self) -> Sequence[object]:
        """Everything the outside world has seen, such that doing something twice shows."""
        ...


class ChannelConformance:
    @pytest.fixture
    async def inbox(self) -> RecordingInbox:
        return RecordingInbox()

    @pytest.fixture
    async def channel(self, subject: Subject, inbox: RecordingInbox):
        channel = subject.make()
        await channel.open(inbox)
        yield channel
        await channel.close()

    async def test_what_came_in_is_accepted_once_and_in_order(
        self, subject: Subject, inbox: RecordingInbox, channel: Channel
    ):
        for number in range(5):
            subject.come_in(f"message {number}")
            await inbox.until(number + 1)
        assert inbox.texts() == [f"message {number}" for number in range(5)]
        assert len({message.external_id for message in inbox.messages}) == 5

    async def test_what_came_before_it_opened_is_accepted(
        self, subject: Subject, inbox: RecordingInbox
    ):
        subject.come_in("early")
        channel = subject.make()
        await channel.open(inbox)
        await inbox.until(1)
        await channel.close()
        assert inbox.texts() == ["early"]

    async def test_an_outage_of_the_store_only_delays(
        self, subject: Subject, inbox: RecordingInbox, channel: Channel
    ):
        inbox.outage = UnavailableError("the store is away", retry_after=0.05)
        subject.come_in("one")
        await inbox.until_refused()
        subject.come_in("two")
        inbox.outage = None
        await inbox.until(2)
        assert inbox.texts() == ["one", "two"]

    async def test_a_restart_accepts_nothing_twice(self, subject: Subject, inbox: RecordingInbox):
        first = subject.make()
        await first.open(inbox)
        subject.come_in("one")
        await inbox.until(1)
        await first.close()
        subject.come_in("two")
        second = subject.make()
        await second.open(inbox)
        await inbox.until(2)
        await second.close()
        assert inbox.texts() == ["one", "two"]

    async def test_closed_it_takes_in_nothing(self, subject: Subject, inbox: RecordingInbox):
        channel = subject.make()
        await channel.open(inbox)
        await channel.close()
        subject.come_in("too late")
        await asyncio.sleep(0.3)
        assert inbox.texts() == []

    async def test_sent_twice_it_has_one_effect(
        self, subject: Subject, inbox: RecordingInbox, channel: Channel
    ):
        subject.come_in("a question")
        await inbox.until(1)
        message = answered(inbox.messages[0], 1, "the answer")
        before = subject.effects()
        receipt = await channel.send(message)
        once = subject.effects()
        assert once != before
        assert await channel.send(message) == receipt
        assert subject.effects() == once

    async def test_settled_twice_or_after_a_restart_it_has_one_effect(
        self, subject: Subject, inbox: RecordingInbox
    ):
        channel = subject.make()
        await channel.open(inbox)
        subject.come_in("a question")
        await inbox.until(1)
        message = answered(inbox.messages[0], 1)
        await channel.send(message)
        inbox.given_out.add(message.external_id)
        await channel.settle(message)
        settled = subject.effects()
        await channel.settle(message)
        await channel.close()
        again = subject.make()
        await again.open(inbox)
        await again.settle(message)
        await again.close()
        assert subject.effects() == settled
        assert len(inbox.messages) == 1

    async def test_a_failure_is_given_out_too(
        self, subject: Subject, inbox: RecordingInbox, channel: Channel
    ):
        subject.come_in("a hard question")
        await inbox.until(1)
        before = subject.effects()
        receipt = await channel.send(failed(inbox.messages[0], 1))
        assert receipt.where
        assert subject.effects() != before
