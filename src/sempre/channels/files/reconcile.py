"""What the last run left in `.claimed/`, dealt with before anything new is taken in.

A claim without a turn is accepted, one whose turn was given out is settled, any other waits for its turn's workflow.
"""

import asyncio
from collections.abc import Iterator, Sequence

from sempre import crash
from sempre.channels.files import settle
from sempre.channels.files.claim import Claim, left_over, owners
from sempre.channels.files.layout import Place
from sempre.channels.files.notices import Notice, Notices
from sempre.channels.files.take import Taker
from sempre.contract.channel import Inbox
from sempre.contract.messages import Inbound

_AT_ONCE = 200
_BYTES_AT_ONCE = 8 << 20


async def reconcile(taker: Taker, inbox: Inbox, notices: Notices, *, keep_done: bool) -> None:
    """Raises UnavailableError when the store does not answer, OSError when the folder can't be read."""
    place = taker.place
    claims, foreign = await asyncio.to_thread(left_over, place)
    taker.claims.after(claims)
    former = await asyncio.to_thread(owners, place)
    channels = [Place(place.home, name).channel for name in former]
    for name in foreign:
        await notices.say(
            Notice.CLAIM_FOREIGN,
            {
                "file": name,
                "reason": "It is in .claimed/, but Sempre did not put it there. Move it away.",
            },
            channel=place.channel,
            about=name,
        )
    for some in _parts(claims):
        known = {
            external_id: published
            for channel in channels
            for external_id, published in (
                await inbox.published(channel, [claim.id for claim in some])
            ).items()
        }
        over = [claim.name for claim in some if known.get(claim.id)]
        await asyncio.to_thread(settle.remove, place, over, keep=keep_done)
        new = [claim for claim in some if claim.id not in known]
        while new:
            messages, new = await asyncio.to_thread(_read, taker, new)
            if messages:
                await inbox.accept(messages)
                crash.point("files.accepted")


def _parts(claims: Sequence[Claim]) -> Iterator[Sequence[Claim]]:
    for at in range(0, len(claims), _AT_ONCE):
        yield claims[at : at + _AT_ONCE]


def _read(taker: Taker, claims: list[Claim]) -> tuple[list[Inbound], list[Claim]]:
    """As many messages as may be in memory together, and the claims that are left."""
    messages: list[Inbound] = []
    size = 0
    for at, claim in enumerate(claims):
        try:
            message = taker.read_again(claim)
        except FileNotFoundError:
            continue  # somebody removed it since
        messages.append(message)
        size += len(message.text)
        if size >= _BYTES_AT_ONCE:
            return messages, claims[at + 1 :]
    return messages, []
