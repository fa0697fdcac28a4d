"""Claude Code, with all that stands around it: the gate that its calls are judged by, and the gateway to its model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sempre.agents.claude import HELD_SECONDS, Access, ClaudeAgent, Limits, Passes, Profile
from sempre.api.loopback import Loopback, Provider
from sempre.app.around import Around
from sempre.app.board import BoardRoom, Grounds, card_profile
from sempre.app.house import House
from sempre.app.profiles import profile_of
from sempre.app.rights import rights_of
from sempre.contract.actions import OnAsk
from sempre.policy import Rights
from sempre.settings import Settings
from sempre.workflows.asking import Asking, Patience
from sempre.workflows.card_standing import KIND as CARDS
from sempre.workflows.tool_gate import Rules, ToolGate

_LOGIN_FOLDER = ".claude"


@asynccontextmanager
async def open_claude(
    house: House, around: Around, provider: Provider | None, room: BoardRoom
) -> AsyncIterator[tuple[ClaudeAgent, Rules]]:
    """Claude Code, and the rules that its calls are judged by."""

    def rights(channel: str) -> Rights:
        ports = [around.port, loopback.port]
        return rights_of(
            house.home,
            channel,
            permissions=house.permissions,
            configuration=configuration,
            protected=around.protected,
            ports=ports,
            ground=grounds.of(channel),
        )

    async def profile(channel: str) -> Profile:
        if channel.startswith(CARDS):
            return await card_profile(house, room, channel)
        return await profile_of(house, channel)

    configuration = around.connection.config_directory or house.home.claude_configuration
    passes = Passes()
    grounds = Grounds(room)
    rules = Rules(rights, grounds.look)
    gate = ToolGate(rules, house.approvals, _asking(house, rules), house.audit, house.tell)
    loopback = Loopback(passes, gate, house.ledger, provider, house.tell)
    await loopback.open()
    claude = ClaudeAgent(
        profile=profile,
        access=Access(
            hook_url=loopback.hook_url,
            model_url=loopback.model_url,
            config_directory=configuration,
            users_directory=None if around.rehearses else Path.home() / _LOGIN_FOLDER,
        ),
        passes=passes,
        state=house.home.state / "children",
        limits=_limits(house.settings),
        meter=house.ledger,
        tell=house.tell,
    )
    try:
        await house.money.sweep()
        await claude.open()
        yield claude, rules
    finally:
        await claude.close()
        await loopback.close()


def _asking(house: House, rules: Rules) -> Asking:
    async def on_ask(channel: str) -> OnAsk:
        return house.permissions.on_ask(channel)

    return Asking(
        approvals=house.approvals,
        audit=house.audit,
        on_ask=on_ask,
        weigh=rules.weigh,
        tell=house.tell,
        patience=Patience(short=house.settings.approvals.wait_seconds, hook=HELD_SECONDS),
        stopping=house.engine.stopping,
    )


def _limits(settings: Settings) -> Limits:
    sessions = settings.sessions
    return Limits(
        alive=sessions.alive,
        starting=sessions.starting,
        idle_seconds=sessions.idle_seconds,
        recycle_turns=sessions.recycle_turns,
        recycle_mb=sessions.recycle_mb,
        provider_retries=settings.turns.provider_retries,
    )
