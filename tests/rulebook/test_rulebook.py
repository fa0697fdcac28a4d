from collections.abc import Mapping

import pytest

from sempre.audit import Trail
from sempre.contract.actions import OnAsk
from sempre.db.notices import Notices
from sempre.errors import RefusedError
from sempre.rulebook import Rulebook
from tests.support.store import CHANNEL, Store


class Interrupted(Trail):
    """While it records, somebody else changes the same."""

    def __init__(self, store: Store, other: Rulebook) -> None:
        super().__init__(store.db, store.keyring)
        self._other = other

    async def record(
        self,
        what: str,
        *,
        by: str,
        channel: str | None = None,
        turn_id: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        await self._other.set_on_ask(CHANNEL, OnAsk.DENY, by="other")
        await super().record(what, by=by, channel=channel, turn_id=turn_id, details=details)


async def test_whether_it_may_be_changed_is_asked_of_what_holds_in_that_moment(store: Store):
    notices = Notices(store.db)
    other = Rulebook(store.db, Trail(store.db, store.keyring), notices)
    rulebook = Rulebook(store.db, Interrupted(store, other), notices)
    seen: list[OnAsk | None] = []

    def may(before: OnAsk | None) -> None:
        seen.append(before)
        if before is OnAsk.DENY:
            raise RefusedError("Only the owner.", code="missing_scope")

    with pytest.raises(RefusedError):
        await rulebook.set_on_ask(CHANNEL, OnAsk.ALLOW, by="operator", may=may)
    assert seen == [None, OnAsk.DENY]
    assert (await rulebook.look()).on_ask == {CHANNEL: OnAsk.DENY}
