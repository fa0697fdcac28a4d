"""API tokens: what one may, for how long, and what ends with it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from sempre import clock
from sempre.access import OWNER, Logins, Principal, Scope, Tokens, TooMuchError, including
from sempre.db.tables import tokens as table
from sempre.errors import ConflictError, InvalidError, NotFoundError
from tests.support.store import Store

BY_OWNER = Principal(via="cookie", who="owner", scopes=OWNER)
BY_LOCAL = Principal(via="local", who="local", scopes=including([Scope.OPERATE]))


async def shown(tokens: Tokens, secret: str) -> Principal:
    principal = await tokens.check(secret)
    assert principal is not None
    return principal


def test_each_scope_includes_those_before_it() -> None:
    assert including([Scope.READ]) == {Scope.READ}
    assert including([Scope.OPERATE]) == {Scope.READ, Scope.OPERATE}
    assert including([Scope.APPROVE]) == OWNER
    assert including([]) == frozenset()


async def test_a_token_opens_with_its_scopes_and_says_who_it_is(store: Store) -> None:
    tokens = Tokens(store.db)
    made = await tokens.create("grafana", [Scope.READ], by=BY_OWNER, expires_at=None)
    principal = await shown(tokens, made.secret)
    assert (principal.who, principal.scopes) == ("token:grafana", {Scope.READ})
    assert principal.token_id == made.token.id
    (listed,) = await tokens.every()
    assert listed.created_by == "owner"
    assert listed.last_used_at is not None


async def test_nobody_gives_more_than_they_have(store: Store) -> None:
    tokens = Tokens(store.db)
    with pytest.raises(TooMuchError):
        await tokens.create("x", [Scope.APPROVE], by=BY_LOCAL, expires_at=None)
    made = await tokens.create("x", [Scope.OPERATE], by=BY_LOCAL, expires_at=None)
    reader = await tokens.create(
        "y", [Scope.READ], by=await shown(tokens, made.secret), expires_at=None
    )
    with pytest.raises(TooMuchError):
        await tokens.create(
            "z", [Scope.OPERATE], by=await shown(tokens, reader.secret), expires_at=None
        )


async def test_a_token_ends_no_later_than_the_one_it_was_made_with(store: Store) -> None:
    tokens = Tokens(store.db)
    end = clock.now() + timedelta(days=1)
    parent = await tokens.create("parent", [Scope.OPERATE], by=BY_OWNER, expires_at=end)
    by = await shown(tokens, parent.secret)
    for later in (None, end + timedelta(seconds=1)):
        with pytest.raises(TooMuchError):
            await tokens.create("child", [Scope.READ], by=by, expires_at=later)
    child = await tokens.create("child", [Scope.READ], by=by, expires_at=end)
    with clock.shifted(timedelta(days=1, seconds=1)):
        assert await tokens.check(parent.secret) is None
        assert await tokens.check(child.secret) is None


async def test_revoking_takes_along_all_that_was_made_with_it(store: Store) -> None:
    tokens, logins = Tokens(store.db), Logins(store.db)
    parent = await tokens.create("parent", [Scope.APPROVE], by=BY_OWNER, expires_at=None)
    by = await shown(tokens, parent.secret)
    child = await tokens.create("child", [Scope.APPROVE], by=by, expires_at=None)
    grandchild = await tokens.create(
        "grandchild", [Scope.READ], by=await shown(tokens, child.secret), expires_at=None
    )
    other = await tokens.create("other", [Scope.READ], by=BY_OWNER, expires_at=None)
    link = await logins.create_link(by.scopes, made_with=by.token_id)
    login = await logins.consume_link(link.path.partition("token=")[2])
    through = await logins.check_cookie(login.cookie)
    assert through is not None
    assert (through.who, through.token_id) == ("token:parent", parent.token.id)
    await tokens.revoke(parent.token.id)
    for secret in (parent.secret, child.secret, grandchild.secret):
        assert await tokens.check(secret) is None
    assert await logins.check_cookie(login.cookie) is None
    assert await tokens.check(other.secret)


async def test_a_login_ends_with_the_token_it_was_made_with(store: Store) -> None:
    tokens, logins = Tokens(store.db), Logins(store.db)
    end = clock.now() + timedelta(days=1)
    made = await tokens.create("t", [Scope.OPERATE], by=BY_OWNER, expires_at=end)
    link = await logins.create_link([Scope.OPERATE], made_with=made.token.id)
    login = await logins.consume_link(link.path.partition("token=")[2])
    assert await logins.check_cookie(login.cookie)
    with clock.shifted(timedelta(days=1, seconds=1)):
        assert await logins.check_cookie(login.cookie) is None


async def test_a_name_means_one_valid_token(store: Store) -> None:
    tokens = Tokens(store.db)
    first = await tokens.create("ci", [Scope.READ], by=BY_OWNER, expires_at=None)
    with pytest.raises(ConflictError):
        await tokens.create("ci", [Scope.READ], by=BY_OWNER, expires_at=None)
    await tokens.revoke(first.token.id)
    await tokens.create("ci", [Scope.READ], by=BY_OWNER, expires_at=None)
    assert len(await tokens.every()) == 2


async def test_one_that_would_have_expired_already_is_not_made(store: Store) -> None:
    with pytest.raises(InvalidError):
        await Tokens(store.db).create("x", [Scope.READ], by=BY_OWNER, expires_at=clock.now())


async def test_use_is_written_down_once_a_minute_at_most(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = Tokens(store.db)
    made = await tokens.create("busy", [Scope.READ], by=BY_OWNER, expires_at=None)
    writes = 0
    real = store.db.transaction

    def counting() -> object:
        nonlocal writes
        writes += 1
        return real()

    monkeypatch.setattr(store.db, "transaction", counting)
    for _ in range(20):
        assert await tokens.check(made.secret)
    assert writes == 1


@pytest.mark.parametrize("guess", ["", "x", "\x00", "é" * 1000, "sempre_token_", "' OR 1=1 --"])
async def test_guesses_open_nothing(store: Store, guess: str) -> None:
    tokens = Tokens(store.db)
    await tokens.create("x", [Scope.READ], by=BY_OWNER, expires_at=None)
    assert await tokens.check(guess) is None


async def test_one_that_is_not_there_cannot_be_revoked(store: Store) -> None:
    with pytest.raises(NotFoundError):
        await Tokens(store.db).revoke("01890000-0000-7000-8000-000000000000")


async def test_only_the_hash_is_stored_and_no_repr_shows_it(store: Store) -> None:
    made = await Tokens(store.db).create("x", [Scope.READ], by=BY_OWNER, expires_at=None)
    async with store.db.reading() as session:
        (row,) = [str(list(row)) for row in await session.execute(sa.select(table))]
    assert made.secret not in row
    assert made.secret.removeprefix("sempre_token_") not in row
    assert made.secret not in repr(made)
