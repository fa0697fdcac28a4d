"""What a person wishes of a channel's session where it is shown: held before the next turn, shown after it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sempre import ids
from tests.workflows.house import CHANNEL, House, open_house

OTHER = "api:other"


@dataclass(frozen=True)
class Wish:
    kind: Literal["unchanged", "reset", "adopt"] = "unchanged"
    session_id: str | None = None


@dataclass
class Shown:
    """Where a session is shown; a wish holds until the next turn has taken it up."""

    wishes: dict[str, Wish] = field(default_factory=dict[str, Wish])
    shown: dict[str, str | None] = field(default_factory=dict[str, "str | None"])

    async def session_request(self, channel: str, known: str | None) -> Wish:
        return self.wishes.pop(channel, Wish())

    async def session_changed(self, channel: str, session_id: str | None) -> None:
        self.shown[channel] = session_id


async def ask(house: House, text: str, channel: str = CHANNEL) -> str | None:
    """The session that it was asked in."""
    turn = await house.commands.send(channel, text)
    return (await house.ended(turn.id)).session_id


async def codes(house: House, channel: str) -> list[object]:
    await house.log.flushed()
    told = await house.log.after(0, channel=channel)
    return [each.details["code"] for each in told if each.kind == "channel.notice"]


async def test_a_wish_holds_from_the_next_turn_on_and_what_holds_is_shown(
    database_url: str, tmp_path: Path
) -> None:
    memory, named = Shown(), ids.random_uuid()
    async with open_house(database_url, tmp_path, memory=memory) as house:
        first = await ask(house, "a")
        assert memory.shown == {CHANNEL: first}
        memory.wishes[CHANNEL] = Wish("reset")
        second = await ask(house, "b")
        assert second != first
        memory.wishes[CHANNEL] = Wish("adopt", named)
        assert await ask(house, "c") == await ask(house, "d") == named
        assert memory.shown == {CHANNEL: named}
        assert house.agent.asked[-1].session.started


async def test_a_session_has_one_writer(database_url: str, tmp_path: Path) -> None:
    memory = Shown()
    async with open_house(database_url, tmp_path, memory=memory) as house:
        theirs = await ask(house, "a")
        memory.wishes[OTHER] = Wish("adopt", theirs)
        own = await ask(house, "b", OTHER)
        assert own != theirs
        assert memory.shown == {CHANNEL: theirs, OTHER: own}, "the wish is over, and seen to be"
        assert await codes(house, OTHER) == ["session_taken"]
        memory.wishes[CHANNEL] = Wish("reset")
        await ask(house, "c")
        memory.wishes[OTHER] = Wish("adopt", theirs)
        assert await ask(house, "d", OTHER) == theirs
