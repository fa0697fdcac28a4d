"""Backups come by themselves, are proven, and what went wrong is known until it is mended."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sempre import clock, schedule
from sempre.backups import Copies, Rounds
from sempre.errors import NotFoundError, UnavailableError
from tests.support.homes import Lived, lived_in

DAY = timedelta(days=1)


class Told(list[tuple[str, dict[str, object]]]):
    def __call__(self, kind: str, details: object) -> None:
        assert isinstance(details, dict)
        self.append((kind, details))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self]


@pytest.fixture
def embedded(tmp_path: Path) -> Lived:
    return lived_in(tmp_path)


def copies_of(lived: Lived, told: Told) -> Copies:
    async def head() -> str:
        return "7:abc"

    return Copies(
        folder=lived.home.backups,
        source=lived.source,
        keyring=lived.keyring,
        keep=lambda: 2,
        tell=told,
        audit_head=head,
    )


def rounds_of(copies: Copies, since: datetime) -> Rounds:
    plan = schedule.parse("03:00", UTC)
    return Rounds(copies, lambda: plan, since=since)


async def test_one_is_made_once_a_day_and_proven_and_the_oldest_go(lived: Lived) -> None:
    told = Told()
    copies = copies_of(lived, told)
    rounds = rounds_of(copies, clock.now() - 9 * DAY)
    for at in range(3):
        with clock.shifted(DAY * at):
            made = await rounds.look()
            assert made is not None
            assert made.drill is not None
            assert made.drill.passed
            assert made.backup.manifest is not None
            assert made.backup.manifest.audit_head == "7:abc"
            assert await rounds.look() is None, "the next comes tomorrow"
    assert told.kinds == ["backup.made", "backup.verified"] * 3
    assert len(await copies.every()) == 2


async def test_a_new_home_has_nothing_to_make_up_for(embedded: Lived) -> None:
    rounds = rounds_of(copies_of(embedded, Told()), clock.now())
    assert await rounds.look() is None
    with clock.shifted(DAY):
        assert await rounds.look() is not None


async def test_one_that_a_person_made_is_one(embedded: Lived) -> None:
    copies = copies_of(embedded, Told())
    rounds = rounds_of(copies, clock.now() - 9 * DAY)
    standing = await rounds.standing()
    assert standing is not None
    assert standing.missing_since is not None
    await copies.create("manual")
    standing = await rounds.standing()
    assert standing is not None
    assert standing.missing_since is None
    assert await rounds.look() is None


async def test_one_that_failed_is_tried_again_after_a_while_and_known_until_then(
    lived: Lived, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told()
    rounds = rounds_of(copies_of(lived, told), clock.now() - 9 * DAY)

    def full(*_: object, **__: object) -> None:
        raise UnavailableError("No room. Free disk space.")

    with monkeypatch.context() as broken:
        broken.setattr("sempre.db.backup.create", full)
        assert await rounds.look() is None
        assert rounds.failure == "No room. Free disk space."
        assert await rounds.look() is None
    assert told.kinds == ["backup.failed"], "not at once again"
    with clock.shifted(timedelta(minutes=11)):
        assert await rounds.look() is not None
    assert rounds.failure is None


async def test_what_is_not_there_is_not_verified(embedded: Lived) -> None:
    with pytest.raises(NotFoundError):
        await copies_of(embedded, Told()).verify("20260101T000000.000000Z-manual")


async def test_another_schedule_counts_while_it_runs_and_off_asks_for_none(embedded: Lived) -> None:
    plan = schedule.parse("03:00", UTC)
    now: list[schedule.Schedule | None] = [plan]
    copies = copies_of(embedded, Told())
    rounds = Rounds(copies, lambda: now[0], since=clock.now() - 9 * DAY)
    assert rounds.next_at() == plan.following(clock.now())
    now[0] = None
    assert rounds.next_at() is None
    assert await rounds.look() is None
    standing = await rounds.standing()
    assert standing is not None
    assert standing.missing_since is None
    now[0] = schedule.parse("6h", UTC)
    assert await rounds.look() is not None
