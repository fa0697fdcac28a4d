"""The log as readers see it: rows and packs together, as if nothing had been packed.

Rows are read before packs: what is packed between the two comes twice and is told apart by its id, and never lacks.
"""

import sqlalchemy as sa

from sempre.crypto import Keyring
from sempre.db import Session
from sempre.db.tables import event_packs, events
from sempre.events._store import packs, rows
from sempre.events.event import Event

_PACKS = 8  # opened at once

# Built once: this stands in the way of every turn.
_LAST_SEQ = sa.select(
    sa.func.coalesce(
        *(
            sa.select(sa.func.max(seq)).where(turn == sa.bindparam("turn")).scalar_subquery()
            for seq, turn in (
                (events.c.seq, events.c.turn_id),
                (event_packs.c.last_seq, event_packs.c.turn_id),
            )
        )
    )
)


async def after(
    session: Session,
    keyring: Keyring,
    cursor: int,
    *,
    limit: int,
    channel: str | None,
    turn_id: str | None,
) -> list[Event]:
    """Events with a larger id, oldest first; fewer than `limit` only at the end."""
    found: list[Event] = []
    at_once = _PACKS
    while True:
        left = limit - len(found)
        plain = await rows.after(
            session, keyring, cursor, limit=left, channel=channel, turn_id=turn_id
        )
        overlapping = await packs.overlapping(
            session, cursor, channel=channel, turn_id=turn_id, limit=at_once
        )
        packed = await packs.opened(session, keyring, [pack_id for pack_id, _ in overlapping])
        # Up to where it is known that nothing lies between.
        ends = [plain[-1].id] if len(plain) == left else []
        ends += [overlapping[-1][1]] if len(overlapping) == at_once else []
        both = {each.id: each for each in (*packed, *plain) if each.id > cursor}
        page = [both[each] for each in sorted(both) if not ends or each <= min(ends)][:left]
        found += page
        if not ends or len(found) == limit:
            return found
        if page:
            cursor = page[-1].id
        else:
            at_once *= 4


async def of_turn(
    session: Session, keyring: Keyring, turn_id: str, *, after: int, limit: int
) -> list[Event]:
    """Events of one turn with a larger seq: in constant time however long it is."""
    plain = await rows.of_turn(session, keyring, turn_id, after=after, limit=limit)
    if plain and plain[0].seq == after + 1:
        return plain
    wanted = limit // packs.SIZE + 2
    opened = await packs.opened(
        session, keyring, await packs.of_turn(session, turn_id, after, wanted)
    )
    both = {each.seq or 0: each for each in (*opened, *plain) if (each.seq or 0) > after}
    return [both[seq] for seq in sorted(both)][:limit]


async def last_seq(session: Session, turn_id: str) -> int:
    return await session.scalar(_LAST_SEQ, {"turn": turn_id}) or 0
