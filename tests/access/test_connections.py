import asyncio
from pathlib import Path

import pytest

from sempre.access import Connections, Kind, Offer, Secrets
from sempre.audit import Trail
from sempre.errors import ConflictError, NotFoundError
from sempre.telemetry.concealment import without_secrets
from tests.support.store import Store

KEY = "CANARY-key-of-somebody-4321"


def connections(store: Store, environment: dict[str, str] | None = None) -> Connections:
    trail = Trail(store.db, store.keyring)
    return Connections(Secrets(store.db, store.keyring), environment or {}, trail)


async def test_what_was_stored_is_found_at_the_next_start(store: Store) -> None:
    await connections(store).store(
        Offer(kind=Kind.KEY, value=KEY, base_url="https://models.example/"), by="owner"
    )
    found = await connections(store).current()
    assert (found.kind, found.source, found.api_key) == (Kind.KEY, "stored", KEY)
    assert found.base_url == "https://models.example"


async def test_a_login_is_stored_with_its_folder(store: Store, tmp_path: Path) -> None:
    await connections(store).store(Offer(kind=Kind.LOGIN, value=str(tmp_path)), by="owner")
    found = await connections(store).current()
    assert (found.kind, found.config_directory) == (Kind.LOGIN, tmp_path)


async def test_a_new_one_takes_the_place_of_the_old_one_as_a_whole(store: Store) -> None:
    every = connections(store)
    await every.store(Offer(kind=Kind.KEY, value=KEY), by="owner")
    await every.store(Offer(kind=Kind.BASE_URL, base_url="http://127.0.0.1:4000"), by="owner")
    found = await every.current()
    assert (found.kind, found.api_key) == (Kind.BASE_URL, None)


async def test_removing_forgets_it(store: Store) -> None:
    every = connections(store)
    await every.store(Offer(kind=Kind.TOKEN, value=KEY), by="owner")
    await every.remove(by="owner")
    assert (await every.current()).kind is Kind.NONE
    with pytest.raises(NotFoundError):
        await every.remove(by="owner")


async def test_what_the_environment_gives_is_not_changed_here(store: Store) -> None:
    await connections(store).store(Offer(kind=Kind.KEY, value=KEY), by="owner")
    given = connections(store, {"ANTHROPIC_AUTH_TOKEN": "another-token"})
    assert (await given.current()).kind is Kind.TOKEN
    for change in (
        given.store(Offer(kind=Kind.KEY, value=KEY), by="owner"),
        given.remove(by="owner"),
    ):
        with pytest.raises(ConflictError):
            await change
    assert (await connections(store).current()).api_key == KEY


async def test_every_credential_is_kept_out_of_the_logs_from_the_moment_it_is_known(
    store: Store,
) -> None:
    for at, way in enumerate(("environment", "offered", "stored")):
        secret = f"{way}-secret-{at}-of-somebody"
        if way == "environment":
            connections(store, {"ANTHROPIC_API_KEY": secret})
        elif way == "offered":
            await connections(store).store(Offer(kind=Kind.KEY, value=secret), by="owner")
        else:
            await Secrets(store.db, store.keyring).set("webhook", secret)
        assert without_secrets(f"x {secret} y") == "x [concealed] y"


async def test_a_stored_credential_is_readable_nowhere_in_the_database(store: Store) -> None:
    import sqlalchemy as sa

    from sempre.db.tables import secrets

    await connections(store).store(Offer(kind=Kind.KEY, value=KEY), by="owner")
    async with store.db.reading() as session:
        (sealed,) = await session.scalars(sa.select(secrets.c.value))
    assert b"CANARY" not in sealed


async def test_what_is_connected_is_on_the_trail_before_and_never_the_credential(
    store: Store,
) -> None:
    every = connections(store)
    await every.store(Offer(kind=Kind.KEY, value=KEY), by="token:phone", first=True)
    await every.store(Offer(kind=Kind.BASE_URL, base_url="http://127.0.0.1:4000"), by="owner")
    await every.remove(by="local")
    found = await Trail(store.db, store.keyring).page()
    assert [(each.what, each.by) for each in reversed(found)] == [
        ("connection.changed", "token:phone"),
        ("connection.changed", "owner"),
        ("connection.removed", "local"),
    ]
    changed = found[1].details
    assert (changed["kind"], changed["base_url"]) == ("base_url", "http://127.0.0.1:4000")
    assert changed["before"] == {"kind": "key", "base_url": None, "hint": "…4321"}
    assert "CANARY" not in str(found)


async def test_of_two_that_connect_at_first_one_is_told_that_the_other_was_faster(
    store: Store,
) -> None:
    offers = [Offer(kind=Kind.KEY, value=KEY + str(at)) for at in range(2)]
    ended = await asyncio.gather(
        *(connections(store).store(each, by="owner", first=True) for each in offers),
        return_exceptions=True,
    )
    assert [type(each) for each in ended if each] == [ConflictError]
