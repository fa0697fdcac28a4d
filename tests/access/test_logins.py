import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from sempre import clock
from sempre.access import OWNER, Logins, Scope
from sempre.access.logins import LinkRefusedError
from sempre.db.tables import logins as table
from tests.support.store import Store


def token_of(path: str) -> str:
    return path.partition("token=")[2]


async def log_in(logins: Logins, *scopes: Scope) -> str:
    link = await logins.create_link(scopes or OWNER)
    return (await logins.consume_link(token_of(link.path))).cookie


async def test_a_link_becomes_a_cookie_with_the_rights_it_was_made_with(store: Store) -> None:
    logins = Logins(store.db)
    operator = await logins.check_cookie(await log_in(logins, Scope.OPERATE))
    owner = await logins.check_cookie(await log_in(logins))
    assert operator is not None
    assert owner is not None
    assert (operator.scopes, owner.scopes) == ({Scope.READ, Scope.OPERATE}, OWNER)
    assert (operator.who, owner.who) == ("operator", "owner")
    assert {operator.via, owner.via} == {"cookie"}


async def test_of_many_at_the_same_moment_one_gets_in(store: Store) -> None:
    logins = Logins(store.db)
    link = await logins.create_link()
    tries = await asyncio.gather(
        *(logins.consume_link(token_of(link.path)) for _ in range(8)), return_exceptions=True
    )
    refused = [each for each in tries if isinstance(each, LinkRefusedError)]
    assert len(refused) == 7


async def test_a_link_is_no_cookie_and_a_cookie_is_no_link(store: Store) -> None:
    logins = Logins(store.db)
    link = await logins.create_link()
    cookie = await log_in(logins)
    assert await logins.check_cookie(token_of(link.path)) is None
    with pytest.raises(LinkRefusedError):
        await logins.consume_link(cookie)


async def test_what_expired_is_refused_and_forgotten(store: Store) -> None:
    logins = Logins(store.db)
    link = await logins.create_link()
    with clock.shifted(timedelta(minutes=10, seconds=1)):
        with pytest.raises(LinkRefusedError):
            await logins.consume_link(token_of(link.path))
        await logins.create_link()
        assert await count(store) == 1


async def test_a_cookie_lives_from_its_last_use_and_is_written_once_a_day_at_most(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    logins = Logins(store.db)
    cookie = await log_in(logins)
    writes = 0
    real = store.db.transaction

    def counting() -> object:
        nonlocal writes
        writes += 1
        return real()

    monkeypatch.setattr(store.db, "transaction", counting)
    for hour in range(0, 72, 2):
        with clock.shifted(timedelta(hours=hour)):
            assert await logins.check_cookie(cookie)
    assert writes == 2
    with clock.shifted(timedelta(days=31)):
        assert await logins.check_cookie(cookie)
    with clock.shifted(timedelta(days=62)):
        assert await logins.check_cookie(cookie) is None


async def test_a_revoked_cookie_opens_nothing_and_others_stay(store: Store) -> None:
    logins = Logins(store.db)
    mine, other = await log_in(logins), await log_in(logins)
    await logins.revoke(mine)
    assert await logins.check_cookie(mine) is None
    assert await logins.check_cookie(other)


@pytest.mark.parametrize("guess", ["", "x", "\x00", "é" * 1000, "sempre_cookie_", "' OR 1=1 --"])
async def test_guesses_open_nothing(store: Store, guess: str) -> None:
    logins = Logins(store.db)
    await log_in(logins)
    assert await logins.check_cookie(guess) is None
    with pytest.raises(LinkRefusedError):
        await logins.consume_link(guess)


async def test_only_hashes_are_stored(store: Store) -> None:
    logins = Logins(store.db)
    link = await logins.create_link()
    cookie = await log_in(logins)
    async with store.db.reading() as session:
        rows = [str(list(row)) for row in await session.execute(sa.select(table))]
    assert len(rows) == 2
    for secret in (token_of(link.path), cookie):
        drawn = secret.split("_", 2)[2]  # without its prefix
        assert not any(drawn in row for row in rows)


async def test_neither_link_nor_cookie_shows_in_a_repr(store: Store) -> None:
    logins = Logins(store.db)
    link = await logins.create_link()
    login = await logins.consume_link(token_of(link.path))
    assert token_of(link.path) not in repr(link)
    assert login.cookie not in repr(login)


async def count(store: Store) -> int:
    async with store.db.reading() as session:
        return (await session.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
