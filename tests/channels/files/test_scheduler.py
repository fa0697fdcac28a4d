"""Prompts that come by themselves: each moment once, of missed ones only the last."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sempre import clock
from sempre.channels.files.layout import Place
from sempre.channels.files.scheduler import Scheduler
from sempre.errors import MisconfiguredError, UnavailableError
from sempre.settings import Schedule, WorkerSettings
from tests.channels.files.conftest import Open, make
from tests.channels.inbox import RecordingInbox

NIGHTLY = Schedule(name="nightly", every="02:00", prompt="Tidy up")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    """A fixed point of the day, some years on, so that nothing depends on when the test runs."""
    by = datetime(2030, 5, 10, 12, 0, tzinfo=UTC) - clock.now()
    with clock.shifted(by):
        yield


async def begin(
    inbox: RecordingInbox, place: Place, *schedules: Schedule, after: timedelta = timedelta()
) -> Scheduler:
    """As at a start of Sempre, so long after the last one."""
    clock.shift(after)
    await inbox.open(place.channel)
    scheduler = Scheduler(inbox, UTC)
    await scheduler.add(place, schedules)
    return scheduler


async def later(scheduler: Scheduler, by: timedelta) -> None:
    clock.shift(by)
    await scheduler.due()


def dues(inbox: RecordingInbox) -> list[str]:
    return [message.origin["due"] for message in inbox.messages]


@pytest.fixture(autouse=True)
def clock_restored():
    before = clock.now() - datetime.now(UTC)
    yield
    clock.shift(before - (clock.now() - datetime.now(UTC)))


async def test_it_comes_at_its_moment_and_once(place: Place, inbox: RecordingInbox):
    scheduler = await begin(inbox, place, NIGHTLY)
    await scheduler.due()
    assert inbox.messages == [], "what was due before the schedule existed is not made up for"
    await later(scheduler, timedelta(hours=14, minutes=1))
    await scheduler.due()
    (message,) = inbox.messages
    assert message.text == "Tidy up"
    assert message.channel == "files:coder"
    assert message.external_id == "schedule:nightly:2030-05-11T02:00:00Z"
    assert message.origin == {"schedule": "nightly", "due": "2030-05-11T02:00:00Z"}


async def test_of_those_missed_while_down_only_the_last_comes(place: Place, inbox: RecordingInbox):
    await begin(inbox, place, NIGHTLY)
    scheduler = await begin(inbox, place, NIGHTLY, after=3 * DAY)
    await scheduler.due()
    await scheduler.due()
    assert dues(inbox) == ["2030-05-13T02:00:00Z"]


async def test_a_restart_sends_nothing_again(place: Place, inbox: RecordingInbox):
    await later(await begin(inbox, place, NIGHTLY), DAY)
    await (await begin(inbox, place, NIGHTLY)).due()
    assert len(inbox.batches) == 1


async def test_a_crash_after_the_acceptance_gives_the_same_turn(
    place: Place, inbox: RecordingInbox, monkeypatch: pytest.MonkeyPatch
):
    scheduler = await begin(inbox, place, NIGHTLY)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sempre.channels.files.scheduler._remember", crash)
    with pytest.raises(KeyboardInterrupt):
        await later(scheduler, DAY)
    monkeypatch.undo()
    await (await begin(inbox, place, NIGHTLY)).due()
    assert len(inbox.batches) == 2
    assert dues(inbox) == ["2030-05-11T02:00:00Z"]


async def test_an_outage_of_the_store_only_delays(place: Place, inbox: RecordingInbox):
    scheduler = await begin(inbox, place, NIGHTLY)
    inbox.outage = UnavailableError("The database does not answer.")
    with pytest.raises(UnavailableError):
        await later(scheduler, DAY)
    inbox.outage = None
    await scheduler.due()
    assert dues(inbox) == ["2030-05-11T02:00:00Z"]


async def test_a_clock_that_jumps_back_sends_nothing_twice_and_does_not_fall_silent(
    place: Place, inbox: RecordingInbox
):
    scheduler = await begin(inbox, place, NIGHTLY)
    await later(scheduler, 400 * DAY)
    await later(scheduler, -399 * DAY)
    await later(scheduler, DAY)
    assert dues(inbox) == ["2031-06-14T02:00:00Z", "2030-05-12T02:00:00Z"]
    await later(scheduler, 398 * DAY)
    assert dues(inbox)[2:] == [], "that moment had its turn"


async def test_a_schedule_that_is_changed_begins_anew(place: Place, inbox: RecordingInbox):
    await begin(inbox, place, NIGHTLY)
    changed = NIGHTLY.model_copy(update={"every": "11:00"})
    scheduler = await begin(inbox, place, changed, after=timedelta(days=2))
    await scheduler.due()
    assert inbox.messages == []
    await later(scheduler, DAY)
    assert dues(inbox) == ["2030-05-13T11:00:00Z"]


@pytest.mark.parametrize("damage", ["", "[]", '{"nightly 02:00": 3}', '{"nightly 02:00": "x"}'])
async def test_a_damaged_memory_begins_anew(place: Place, inbox: RecordingInbox, damage: str):
    await begin(inbox, place, NIGHTLY)
    (place.state / "schedule.json").write_text(damage)
    scheduler = await begin(inbox, place, NIGHTLY, after=DAY)
    await scheduler.due()
    assert inbox.messages == []
    await later(scheduler, DAY)
    assert len(inbox.messages) == 1


async def test_people_see_what_comes_next(place: Place, inbox: RecordingInbox):
    hourly = Schedule(name="hourly", every="1h", prompt="Look")
    scheduler = await begin(inbox, place, NIGHTLY, hourly)
    clock.shift(timedelta(minutes=30))
    assert [
        (one.name, one.every, one.next_at.isoformat()) for one in scheduler.upcoming("coder")
    ] == [
        ("nightly", "02:00", "2030-05-11T02:00:00+00:00"),
        ("hourly", "1h", "2030-05-10T13:00:00+00:00"),
    ]
    scheduler.remove("coder")
    assert scheduler.upcoming("coder") == []


async def test_the_channel_sends_them_by_itself(home: Path, inbox: RecordingInbox, opened: Open):
    often = Schedule(name="often", every="10s", prompt="Look")
    workers = {"night": WorkerSettings(schedule=(often,))}
    with clock.shifted(timedelta(seconds=9)):
        channel = await opened(workers=workers)
        await inbox.until(1)
    assert inbox.messages[0].channel == "files:night"
    assert channel.worker("night").schedule[0].name == "often"


async def test_what_is_no_schedule_stops_the_start(home: Path, inbox: RecordingInbox):
    wrong = Schedule(name="wrong", every="soon", prompt="Look")
    channel = make(home, workers={"night": WorkerSettings(schedule=(wrong,))})
    with pytest.raises(MisconfiguredError, match='every = "soon"'):
        await channel.open(inbox)
