"""The approvals of a home that nobody runs, in its own store. Deciding them needs what it needs at a running Sempre.
Imported where that is so only: the stores hang on it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from msgspec import Raw
from pydantic import ValidationError

from sempre.access import Principal, Scope
from sempre.api.approvals import DecisionForm, Which, in_full, states_of, summary_of
from sempre.app.desk import Desk, open_desk
from sempre.approvals import Approval
from sempre.cli import authority
from sempre.cli.client import Query, opens_nothing
from sempre.errors import InvalidError, RefusedError
from sempre.home import Home, Lock
from sempre.settings import load

T = TypeVar("T")
_ALL = 10_000


def has_store(home: Home) -> bool:
    return home.database.exists() or bool(load(home.path).database.url)


class ClosedDesk:
    then = " Sempre does not run here; the agent goes on with it once it does."

    def __init__(self, home: Home) -> None:
        self._home = home

    def every(self, query: Query, limit: int | None) -> Sequence[Raw]:
        channel, state = query.get("channel"), query.get("state")

        async def read(desk: Desk) -> Sequence[Raw]:
            found = await desk.approvals.page(
                states=states_of(Which(state) if isinstance(state, str) else None),
                channel=channel if isinstance(channel, str) else None,
                limit=_ALL if limit is None else limit,
            )
            turns = await desk.turns.of_ids(list({each.turn_id for each in found}))
            views = (summary_of(each, turns[each.turn_id]) for each in found)
            return [Raw(view.model_dump_json().encode()) for view in views]

        return self._open(read)

    def get(self, approval_id: str) -> bytes:
        async def read(desk: Desk) -> bytes:
            return await _in_full(desk, await desk.approvals.get(approval_id))

        return self._open(read)

    def decide(self, approval_id: str, decision: Mapping[str, object]) -> bytes:
        """Raises RefusedError for whoever shows nothing that may, and as `Desk.decide` does."""
        form = _form(decision)
        wanted = RefusedError(f"Deciding needs the scope `{Scope.APPROVE}`.", code="missing_scope")
        shown = authority.shown(self._home, wanted)

        async def decided(desk: Desk) -> bytes:
            by = await _whoever_shows(desk, shown)
            return await _in_full(
                desk,
                await desk.decide(approval_id, form.decision, by=by, reason=form.reason),
            )

        return self._open(decided)

    def _open(self, work: Callable[[Desk], Awaitable[T]]) -> T:
        """Nobody can start meanwhile. Raises ConflictError when somebody does."""

        async def opened() -> T:
            async with open_desk(self._home, load(self._home.path)) as desk:
                return await work(desk)

        self._home.make()
        lock = Lock(self._home)
        try:
            return asyncio.run(opened())
        finally:
            lock.release()


async def _whoever_shows(desk: Desk, shown: str) -> Principal:
    """A login link is used up, and its login ends at once."""
    if "/login?" not in shown:
        found, what = await desk.tokens.check(shown), "token"
    else:
        link = (parse_qs(urlsplit(shown).query).get("token") or [""])[0]
        login = await desk.logins.consume_link(link)
        found, what = await desk.logins.check_cookie(login.cookie), "login link"
        await desk.logins.revoke(login.cookie)
    if found is None:
        raise opens_nothing(what)
    return found


async def _in_full(desk: Desk, approval: Approval) -> bytes:
    view = in_full(approval, await desk.turns.get(approval.turn_id))
    return view.model_dump_json().encode()


def _form(decision: Mapping[str, object]) -> DecisionForm:
    try:
        return DecisionForm.model_validate(decision)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidError(f"{where}: {first['msg']}.") from error
