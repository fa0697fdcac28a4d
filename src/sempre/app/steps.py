"""The two halves of a turn, as the engine runs them."""

import asyncio
from collections.abc import Callable

from sempre.app.house import House
from sempre.channels.files.channel import FilesChannel
from sempre.contract.agents import Agent
from sempre.contract.channel import Channel
from sempre.workflows.answering import Answering
from sempre.workflows.budgeting import Budgeting
from sempre.workflows.publishing import Publishing
from sempre.workflows.waiting import Waiting


class Steps:
    """The two halves of a turn, with all that they need. The engine takes up what was left before the channels are
    open, so both wait until `ready` is set."""

    def __init__(
        self,
        house: House,
        agent: Callable[[str], Agent | None],
        channel: Callable[[str], Channel | None],
        memory: Callable[[str], FilesChannel | None],
    ) -> None:
        answering = Answering(
            turns=house.turns,
            attempts=house.attempts,
            channels=house.channels,
            waiting=Waiting(house.approvals, house.attempts),
            log=house.log,
            agent=agent,
            memory=memory,
            suspension=house.suspension,
            budgeting=Budgeting(house.money.purse, house.attempts),
            stopping=house.engine.stopping,
        )
        publishing = Publishing(
            turns=house.turns,
            channel=channel,
            spent=house.ledger.turn_usage,
            mine=house.engine.still_mine,
            audit=house.audit,
        )
        self.ready = asyncio.Event()
        self._answering = answering
        self._publishing = publishing

    async def answer(self, turn_id: str) -> float | None:
        await self.ready.wait()
        return await self._answering.answer(turn_id)

    async def publish(self, turn_id: str) -> float | None:
        await self.ready.wait()
        return await self._publishing.publish(turn_id)
