"""A person's hand on everything: wired to the engine, the spend gate and the other processes."""

from contextlib import suppress

from sempre.app.house import House
from sempre.app.queues import FILES
from sempre.conversations import Suspended
from sempre.conversations.suspension import TOPIC
from sempre.errors import NotFoundError
from sempre.tasks import spawn
from sempre.workflows import turn as turn_workflow
from sempre.workflows.clearing import Clearing
from sempre.workflows.commands import Commands
from sempre.workflows.control import Control


async def heed_suspension(house: House) -> None:
    """From now on: no model call is let through while everything is suspended, whichever process was told so. To be
    called before the engine takes up work."""

    def changed(suspended: Suspended | None) -> None:
        house.ledger.refuse(suspended.words if suspended else None)

    def heard(_payload: str) -> None:
        spawn(house.suspension.refresh(), name="app.suspension")

    house.notices.on(TOPIC, heard)
    house.suspension.watch(changed)
    await house.suspension.refresh()


def control_of(house: House) -> Control:
    async def wake(workflow: str) -> None:
        with suppress(NotFoundError):  # not submitted yet; when it is, it looks by itself
            await house.engine.signal(workflow, turn_workflow.GO_ON)

    async def make(channel: str) -> None:
        kind, _, name = channel.partition(":")
        queue = house.home.path / ".queue"
        if kind != FILES or not queue.is_dir():
            raise NotFoundError(
                f"There is no channel {channel}, and this process makes none. Make the worker on its machine first.",
                code="channel_not_found",
            )
        await house.inbox.open(channel)
        (queue / name).mkdir(exist_ok=True)

    return Control(
        suspension=house.suspension,
        channels=house.channels,
        turns=house.turns,
        audit=house.audit,
        wake=wake,
        make=make,
    )


def clearing_of(house: House, commands: Commands) -> Clearing:
    return Clearing(letters=house.dead_letters, audit=house.audit, retry=commands.retry)
