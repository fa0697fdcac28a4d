"""A live session and all that belongs to it. This and what it imports need the agent SDK; what comes before a session
lives does not."""

from dataclasses import dataclass

from sempre.agents.claude.exchange import Exchange
from sempre.agents.claude.limits import Limits
from sempre.agents.claude.passes import Pass
from sempre.agents.claude.profile import Profile
from sempre.agents.claude.session import LiveSession
from sempre.agents.claude.stream import Narrator
from sempre.agents.claude.totals import Totals
from sempre.contract.agents import Session, Sink
from sempre.contract.gate import Meter


@dataclass(kw_only=True)
class Running:
    """`turns` counts those asked of this process. `follows`: it goes on by itself with a call that it was put off
    for."""

    channel: str
    live: LiveSession
    caller: Pass
    token: str
    launch: tuple[object, ...]
    totals: Totals
    meter: Meter | None
    turns: int = 0
    follows: bool = False
    ends_as: str = "died"  # why it is gone, when nobody meant to stop it

    def fits(self, profile: Profile, session: Session) -> bool:
        return self.live.usable and self.launch == profile.launch and self.live.id == session.id

    def exchange(self, message_id: str, profile: Profile, sink: Sink, limits: Limits) -> Exchange:
        """For one prompt in this session."""
        return Exchange(
            self.live,
            message_id,
            narrator=Narrator(sink, limits.coalesce_seconds),
            caller=self.caller,
            profile=profile,
            limits=limits,
            totals=self.totals,
            meter=self.meter,
        )
