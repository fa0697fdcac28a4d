"""A session that begins as a copy of another: the copy remembers, the original stays as it was."""

from sempre import ids
from sempre.contract.agents import Session
from tests.agents.claude.rig import Notes, Rig


def copy_of(session: Session) -> Session:
    return Session(id=ids.random_uuid(), started=False, parent=session.id)


async def test_a_copy_goes_on_with_the_memory_and_the_original_stays(rig: Rig) -> None:
    original = (await rig.ask("[[say:one]]")).session
    wanted = rig.sessions["files:a"] = copy_of(original)
    notes = Notes()
    copied = await rig.ask("[[say:two]] [[nmsg]]", notes)
    assert copied.text == "two nmsg=4"
    assert copied.session == Session(id=wanted.id, started=True)
    assert notes.of("session.forked")[0]["parent"] == original.id

    rig.sessions["files:b"] = original
    again = await rig.ask("[[say:three]] [[nmsg]]", channel="files:b")
    assert again.text == "three nmsg=4", "it knows nothing of what the copy was asked"
    more = await rig.ask("[[say:four]] [[nmsg]]")
    assert more.text == "four nmsg=6"
    await rig.agent.close()
    rig.start()
    resumed = await rig.ask("[[say:five]] [[nmsg]]")
    assert (resumed.text, resumed.session.id) == ("five nmsg=8", wanted.id)


async def test_another_worker_goes_on_in_its_own_directory(rig: Rig) -> None:
    original = (await rig.ask("[[say:one]]")).session
    other = rig.root / "elsewhere"
    other.mkdir()
    rig.set(directory=other)
    rig.sessions["files:b"] = copy_of(original)
    copied = await rig.ask("[[say:two]] [[nmsg]]", channel="files:b")
    # Claude Code may add a word about the new place; an empty session would have two.
    assert copied.text in {"two nmsg=4", "two nmsg=5"}


async def test_a_copy_that_was_begun_before_a_crash_is_resumed_and_not_copied_again(
    rig: Rig,
) -> None:
    original = (await rig.ask("[[say:one]]")).session
    wanted = rig.sessions["files:a"] = copy_of(original)
    await rig.ask("[[say:two]]")
    await rig.agent.close()
    rig.start()
    rig.sessions["files:a"] = (
        wanted  # as the database knows it, when nothing of that was noted down
    )
    notes = Notes()
    resumed = await rig.ask("[[say:three]] [[nmsg]]", notes)
    assert resumed.text == "three nmsg=6"
    assert notes.of("session.resumed")


async def test_a_copy_of_what_is_gone_begins_empty_and_says_so(rig: Rig) -> None:
    gone = Session(id=ids.random_uuid(), started=True)
    wanted = rig.sessions["files:a"] = copy_of(gone)
    notes = Notes()
    outcome = await rig.ask("[[say:one]] [[nmsg]]", notes)
    assert outcome.text == "one nmsg=2"
    assert outcome.session.id == wanted.id
    assert notes.of("session.lost")[0]["session_id"] == gone.id
