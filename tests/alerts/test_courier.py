"""A notice arrives signed, under one id however often it is sent; what is not taken is tried again, then given up."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from sempre import clock
from sempre.alerts import Courier, Way
from tests.alerts.conftest import Receiver, World
from tests.alerts.test_watch import LOW, alerts_of, watch_of
from tests.support.store import Store

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="
LATER = timedelta(hours=1)


def courier_of(store: Store, url: str, *, attempts: int = 3) -> Courier:
    async def secret() -> str:
        return SECRET

    return Courier(store.db, store.log, Way(url=url, secret=secret, attempts=attempts))


async def test_a_notice_is_signed_as_standard_webhooks_says(
    store: Store, receiver: Receiver
) -> None:
    await watch_of(store, World(free=LOW)).look()
    assert await courier_of(store, receiver.url).deliver() == 1
    (got,) = receiver.received
    told = Webhook(SECRET).verify(got.body, dict(got.headers))
    assert told["type"] == "alert.raised"
    assert told["data"]["rule"] == "disk_low"
    assert datetime.fromisoformat(told["timestamp"]).tzinfo == UTC
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body + b" ", dict(got.headers))
    assert await courier_of(store, receiver.url).deliver() == 0
    post = await alerts_of(store).post()
    assert (post.delivered, post.waiting, post.error) == (1, 0, None)


async def test_what_is_not_taken_is_tried_again_under_the_same_id_and_body(
    store: Store, receiver: Receiver
) -> None:
    receiver.statuses = [500, 302]
    await watch_of(store, World(free=LOW)).look()
    courier = courier_of(store, receiver.url)
    await courier.deliver()
    post = await alerts_of(store).post()
    assert "answered 500" in (post.error or "")
    assert await courier.deliver() == 0, "not before the pause is over"
    for at in (1, 2):
        with clock.shifted(LATER * at):
            await courier.deliver()
    assert len(receiver.received) == 3, "a redirect is not followed, and is no success"
    assert len(set(receiver.ids)) == 1
    assert len({each.body for each in receiver.received}) == 1
    assert (await alerts_of(store).post()).delivered == 1


async def test_after_its_attempts_a_notice_is_given_up_and_that_is_told(
    store: Store, receiver: Receiver
) -> None:
    receiver.statuses = [500] * 9
    await watch_of(store, World(free=LOW)).look()
    for at in range(5):
        with clock.shifted(LATER * at):
            await courier_of(store, receiver.url, attempts=2).deliver()
    assert len(receiver.received) == 2
    assert (await alerts_of(store).post()).dead == 1
    await store.log.flushed()
    (told,) = [each for each in await store.log.after(0) if each.kind == "alert.undelivered"]
    assert told.details["attempts"] == 2
    assert "secret-path" not in json.dumps(dict(told.details)), "an address may be a secret"


async def test_the_end_is_told_after_the_beginning(store: Store, receiver: Receiver) -> None:
    receiver.statuses = [503]
    world = World(free=LOW)
    await watch_of(store, world).look()
    world.free = 10**12
    await watch_of(store, world).look()
    courier = courier_of(store, receiver.url)
    assert await courier.deliver() == 1, "the end waits for the beginning"
    with clock.shifted(LATER):
        await courier.deliver()
    assert [json.loads(each.body)["type"] for each in receiver.received] == [
        "alert.raised",
        "alert.raised",
        "alert.ended",
    ]


async def test_nobody_there_is_no_end_of_it(store: Store) -> None:
    await watch_of(store, World(free=LOW)).look()
    await courier_of(store, "http://127.0.0.1:9/nothing").deliver()
    post = await alerts_of(store).post()
    assert post.waiting == 1
    assert "does not answer" in (post.error or "")


async def test_who_claimed_a_notice_and_died_is_followed_by_another(
    store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it was sent, or after it was sent and before that was noted: a receiver can tell, by the id."""
    await watch_of(store, World(free=LOW)).look()

    class DiedError(Exception):
        pass

    for point in ("alert.sending", "alert.sent"):

        def die(name: str, here: str = point) -> None:
            if name == here:
                raise DiedError

        monkeypatch.setattr("sempre.crash.point", die)
        with clock.shifted(LATER * (point == "alert.sent")), pytest.raises(DiedError):
            await courier_of(store, receiver.url).deliver()
    monkeypatch.undo()
    assert len(receiver.received) == 1
    with clock.shifted(LATER):
        assert await courier_of(store, receiver.url).deliver() == 0, "the lease holds"
    with clock.shifted(LATER * 2):
        assert await courier_of(store, receiver.url).deliver() == 1
    assert len(receiver.received) == 2
    assert len(set(receiver.ids)) == 1
    assert (await alerts_of(store).post()).delivered == 1


async def test_it_can_be_tried_out(store: Store, receiver: Receiver) -> None:
    await alerts_of(store).try_out()
    await courier_of(store, receiver.url).deliver()
    (got,) = receiver.received
    assert json.loads(got.body)["type"] == "alert.test"
