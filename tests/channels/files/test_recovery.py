"""What a crash left in `.claimed/`, at the next start."""

import os
import shutil
from pathlib import Path

from sempre.channels.files.claim import Claim, Claims
from sempre.channels.files.layout import Place
from sempre.contract.messages import Inbound
from tests.channels.endings import answered, failed
from tests.channels.files.conftest import Open
from tests.channels.inbox import RecordingInbox


def claimed(place: Place, *texts: str) -> list[Claim]:
    place.claimed.mkdir(exist_ok=True)
    claims = Claims(place)
    made = [claims.make(f"{len(texts) - at}.prompt") for at in range(len(texts))]
    for claim, text in zip(made, texts, strict=True):
        (place.claimed / claim.name).write_text(text)
    return made


async def known(inbox: RecordingInbox, place: Place, claim: Claim, *, published: bool) -> None:
    await inbox.open(place.channel)
    message = Inbound(
        channel=place.channel, external_id=claim.id, text="", received_at=claim.counted_at
    )
    await inbox.accept([message])
    if published:
        inbox.given_out.add(claim.id)


async def test_claims_without_a_turn_come_first_and_in_the_order_they_counted(
    place: Place, inbox: RecordingInbox, opened: Open
):
    first, second = claimed(place, "first", "second")
    newer = place.queue / "newer.prompt"
    newer.write_text("newer")
    os.utime(newer, ns=(1, 1))
    await opened()
    await inbox.until(3)
    assert inbox.texts() == ["first", "second", "newer"]
    assert [m.external_id for m in inbox.messages[:2]] == [first.id, second.id]
    assert inbox.messages[0].received_at == first.counted_at
    assert inbox.messages[0].origin == {"file": "2.prompt", "claim": first.name}


async def test_a_claim_whose_turn_was_given_out_is_removed(
    place: Place, inbox: RecordingInbox, opened: Open
):
    (claim,) = claimed(place, "answered")
    await known(inbox, place, claim, published=True)
    await opened()
    assert not (place.claimed / claim.name).exists()
    assert len(inbox.messages) == 1


async def test_a_claim_whose_turn_waits_stays_until_the_turn_is_given_out(
    place: Place, inbox: RecordingInbox, opened: Open
):
    (claim,) = claimed(place, "running")
    await known(inbox, place, claim, published=False)
    channel = await opened()
    assert (place.claimed / claim.name).exists()
    assert len(inbox.messages) == 1
    # The turn of a claim that was accepted by an older version carries no name of it.
    await channel.send(answered(inbox.messages[0], 1, origin={"file": "1.prompt"}))
    await channel.settle(answered(inbox.messages[0], 1, origin={"file": "1.prompt"}))
    assert not (place.claimed / claim.name).exists()


async def test_an_unusable_claim_is_refused_as_it_was_the_first_time(
    place: Place, inbox: RecordingInbox, opened: Open
):
    (claim,) = claimed(place, "x")
    (place.claimed / claim.name).write_bytes(b"\xff\xfe")
    await opened()
    failure = inbox.messages[0].failure
    assert failure is not None
    assert failure.kind == "prompt_not_utf8"


async def test_many_claims_are_accepted_in_batches(
    place: Place, inbox: RecordingInbox, opened: Open
):
    claimed(place, *(str(number) for number in range(450)))
    await opened()
    assert inbox.texts() == [str(number) for number in range(450)]
    assert inbox.batches == [200, 200, 50]


async def test_what_sempre_did_not_put_there_is_left_alone_and_said(
    place: Place, inbox: RecordingInbox, opened: Open
):
    place.claimed.mkdir()
    (place.claimed / "notes.prompt").write_text("mine")
    await opened()
    assert inbox.said("claim_foreign")[0]["file"] == "notes.prompt"
    assert (place.claimed / "notes.prompt").read_text() == "mine"
    assert inbox.messages == []


async def test_a_copy_of_a_workers_folder_does_not_ask_again(
    home: Path, place: Place, inbox: RecordingInbox, opened: Open
):
    """A person copies `.queue/coder` to `.queue/writer` while its prompts wait for their answers."""
    channel = await opened()
    (place.queue / "a.prompt").write_text("once")
    await inbox.until(1)
    await channel.close()
    shutil.copytree(place.queue, home / ".queue" / "writer")
    channel = await opened()
    assert inbox.texts() == ["once"]


async def test_a_claim_is_kept_until_its_turn_is_marked(
    place: Place, inbox: RecordingInbox, opened: Open
):
    channel = await opened(rescan_seconds=600)
    (place.queue / "a.prompt").write_text("Hello")
    await inbox.until(1)
    message = answered(inbox.messages[0], 1)
    claim = place.claimed / message.origin["claim"]
    await channel.send(message)
    assert claim.exists()
    await channel.settle(message)
    assert not claim.exists()


async def test_a_mark_that_nobody_told_of_is_found_by_the_next_round(
    place: Place, inbox: RecordingInbox, opened: Open
):
    channel = await opened(rescan_seconds=0.05)
    for name in ("a", "b"):
        (place.queue / f"{name}.prompt").write_text("Hello")
    await inbox.until(2)
    first, second = (answered(message, at) for at, message in enumerate(inbox.messages, 1))
    await channel.send(first)
    await channel.send(second)
    inbox.given_out.add(first.external_id)
    while (place.claimed / first.origin["claim"]).exists():
        (place.queue / "tick.prompt").write_text("tick")
        await inbox.until(len(inbox.messages) + 1)
    assert (place.claimed / second.origin["claim"]).exists()


async def test_answered_prompts_are_kept_when_that_is_set(
    place: Place, inbox: RecordingInbox, opened: Open
):
    channel = await opened(keep_done=True)
    for name in ("a", "b"):
        (place.queue / f"{name}.prompt").write_text(f"prompt {name}")
        await inbox.until(1 if name == "a" else 2)
    good, bad = inbox.messages
    for message in (answered(good, 1), failed(bad, 2)):
        await channel.send(message)
        await channel.settle(message)
    assert [path.read_text() for path in place.done.iterdir()] == ["prompt a"]
    assert (place.failed / "b.prompt").read_text() == "prompt b"
    assert {path.name for path in place.claimed.iterdir()} == {".owners"}
