"""Approvals over a store, and a turn that asks."""

from datetime import timedelta

from sempre import ids
from sempre.approvals import Approval, Approvals
from sempre.contract.actions import Action, Judgement, Risk, Verdict
from tests.support.store import CHANNEL, Store

ASK = Judgement(
    verdict=Verdict.ASK,
    rule="command",
    reason="`make deploy` is not on the list.",
    risk=Risk.MEDIUM,
    risk_reason="It may change anything that you may.",
)


class Desk:
    """What a test does with approvals."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.approvals = self.another()

    def another(self) -> Approvals:
        """As another process sees them."""
        store = self.store
        return Approvals(store.db, store.keyring, store.log, expire=timedelta(hours=1))

    async def turn(self) -> str:
        (turn_id,) = await self.store.accept("deploy it", prefix=ids.new_id())
        return turn_id

    def action(self, turn_id: str, **changes: object) -> Action:
        given: dict[str, object] = {
            "channel": CHANNEL,
            "turn_id": turn_id,
            "call_id": ids.new_id(),
            "tool": "Bash",
            "input": {"command": "make deploy", "description": "Olá"},
            "directory": "/srv/w",
            "session_id": "s1",
            "why": "Now I deploy.",
        }
        return Action(**{**given, **changes})  # type: ignore[arg-type]  (what a test says)

    async def asked(self, **changes: object) -> Approval:
        return await self.approvals.ask(self.action(await self.turn(), **changes), ASK)

    async def events(self) -> list[str]:
        await self.store.log.flushed()
        page = await self.store.log.after(0, limit=1000)
        return [event.kind for event in page if event.kind.startswith("approval.")]
