import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sempre.channels.files.claim import Claims, left_over
from sempre.channels.files.layout import Place
from sempre.channels.files.take import (
    BUSY,
    CLOSED,
    UNSEEN,
    Gone,
    LeftAlone,
    LookAgain,
    Outcome,
    Sign,
    Stuck,
    Taken,
    Taker,
)
from sempre.contract.messages import Inbound

NOBODY = 65534


def taker_of(place: Place, *, leases: bool = True, limit: int = 1000) -> Taker:
    place.claimed.mkdir(exist_ok=True)
    return Taker(place, Claims(place), limit, leases=leases)


def message(outcome: Outcome) -> Inbound:
    assert isinstance(outcome, Taken)
    return outcome.message


def test_a_closed_file_is_claimed_and_read(place: Place):
    (place.queue / "hello.prompt").write_text("Hello")
    taken = message(taker_of(place).take("hello.prompt", CLOSED))
    claims, _ = left_over(place)
    assert taken.text == "Hello"
    assert taken.channel == "files:coder"
    assert [claim.id for claim in claims] == [taken.external_id]
    assert taken.origin == {"file": "hello.prompt", "claim": claims[0].name}
    assert not (place.queue / "hello.prompt").exists()


def test_one_that_is_being_written_is_left_alone_even_when_a_close_was_seen(place: Place):
    path = place.queue / "half.prompt"
    path.write_text("first half, ")
    with path.open("a") as second_writer:
        second_writer.write("second")
        second_writer.flush()
        assert taker_of(place).take("half.prompt", CLOSED) == BUSY
        second_writer.write(" half")
    assert message(taker_of(place).take("half.prompt", UNSEEN)).text == "first half, second half"


def test_without_leases_two_looks_must_agree(place: Place):
    path = place.queue / "slow.prompt"
    path.write_text("one")
    taker = taker_of(place, leases=False)
    first = taker.take("slow.prompt", UNSEEN)
    assert isinstance(first, LookAgain)
    path.write_text("one and two")
    second = taker.take("slow.prompt", Sign(seen=first.seen))
    assert isinstance(second, LookAgain)
    assert message(taker.take("slow.prompt", Sign(seen=second.seen))).text == "one and two"


def test_without_leases_a_seen_close_is_enough(place: Place):
    (place.queue / "a.prompt").write_text("now")
    assert message(taker_of(place, leases=False).take("a.prompt", CLOSED)).text == "now"


@pytest.mark.parametrize("sign", [CLOSED, UNSEEN])
def test_an_empty_file_is_looked_at_twice(place: Place, sign: Sign):
    (place.queue / "new.prompt").touch()
    taker = taker_of(place)
    first = taker.take("new.prompt", sign)
    assert isinstance(first, LookAgain)
    failure = message(taker.take("new.prompt", Sign(seen=first.seen))).failure
    assert failure is not None
    assert failure.kind == "prompt_empty"


def test_one_that_went_away_is_gone(place: Place):
    assert isinstance(taker_of(place).take("a.prompt", CLOSED), Gone)


def test_folders_pipes_and_sockets_are_not_touched(place: Place):
    (place.queue / "folder.prompt").mkdir()
    os.mkfifo(place.queue / "pipe.prompt")
    taker = taker_of(place)
    for name in ("folder.prompt", "pipe.prompt"):
        assert isinstance(taker.take(name, CLOSED), Gone)
        assert (place.queue / name).exists()


def test_a_link_is_refused_and_what_it_points_to_stays(place: Place, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("do not read")
    (place.queue / "other.prompt").write_text("another prompt")
    (place.queue / "out.prompt").symlink_to(secret)
    (place.queue / "in.prompt").symlink_to("other.prompt")
    (place.queue / "nowhere.prompt").symlink_to("missing")
    taker = taker_of(place)
    for name in ("out.prompt", "in.prompt", "nowhere.prompt"):
        taken = message(taker.take(name, CLOSED))
        assert taken.failure is not None
        assert taken.failure.kind == "prompt_symlink"
        assert taken.text == ""
        assert not (place.queue / name).is_symlink()
    assert secret.read_text() == "do not read"
    assert (place.queue / "other.prompt").read_text() == "another prompt"
    again = [taker.read_again(claim).failure for claim in left_over(place)[0]]
    assert [failure and failure.kind for failure in again] == ["prompt_symlink"] * 3


def test_one_over_the_limit_is_not_read_into_memory(place: Place):
    with (place.queue / "big.prompt").open("wb") as file:
        file.truncate(1 << 40)  # a hole; reading it whole would end the test
    failure = message(taker_of(place).take("big.prompt", CLOSED)).failure
    assert failure is not None
    assert failure.kind == "prompt_too_large"
    assert str(1 << 40) in failure.message


@contextmanager
def somebody_else() -> Iterator[Place]:
    """A home of another user, and this process as that user; as root, permissions forbid nothing."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), "coder")
        place.claimed.mkdir(parents=True)
        if os.geteuid() != 0:
            yield place
            return
        for path in (Path(folder), place.queue.parent, place.queue, place.claimed):
            os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield place
        finally:
            os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are POSIX's")
def test_an_unreadable_one_becomes_a_failure(place: Place):
    with somebody_else() as place:
        path = place.queue / "locked.prompt"
        path.write_text("secret")
        path.chmod(0)
        taker = taker_of(place)
        taken = message(taker.take("locked.prompt", CLOSED))
        assert taken.failure is not None
        assert taken.failure.kind == "prompt_unreadable"
        assert "Permission denied" in taken.failure.message
        assert taker.read_again(left_over(place)[0][0]).failure == taken.failure


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are POSIX's")
def test_a_queue_that_may_not_be_changed_leaves_the_prompt_where_it_is(place: Place):
    with somebody_else() as place:
        path = place.queue / "a.prompt"
        path.write_text("wait")
        taker = taker_of(place)
        place.queue.chmod(0o500)
        outcome = taker.take("a.prompt", CLOSED)
        place.queue.chmod(0o700)
        assert isinstance(outcome, Stuck)
        assert message(taker.take("a.prompt", CLOSED)).text == "wait"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs two users")
def test_a_file_of_another_user_needs_two_looks_when_its_close_was_not_seen():
    """A lease is refused on it, so nobody can tell whether somebody writes."""
    with somebody_else() as place:
        os.seteuid(0)
        (place.queue / "theirs.prompt").write_text("from root")
        os.seteuid(NOBODY)
        taker = taker_of(place)
        first = taker.take("theirs.prompt", UNSEEN)
        assert isinstance(first, LookAgain)
        assert message(taker.take("theirs.prompt", Sign(seen=first.seen))).text == "from root"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs two users")
def test_one_that_only_its_owner_may_move_is_left_alone():
    """As in a shared folder with the sticky bit; the others must not wait for it."""
    with somebody_else() as place:
        os.seteuid(0)
        (place.queue / "theirs.prompt").write_text("from root")
        os.chown(place.queue, 0, 0)
        place.queue.chmod(0o1777)
        os.seteuid(NOBODY)
        outcome = taker_of(place).take("theirs.prompt", CLOSED)
        assert isinstance(outcome, LeftAlone)
        assert "its owner" in outcome.reason
        assert (place.queue / "theirs.prompt").exists()


def test_a_removed_claims_folder_is_made_again(place: Place):
    taker = taker_of(place)
    place.claimed.rmdir()
    (place.queue / "a.prompt").write_text("go on")
    assert message(taker.take("a.prompt", CLOSED)).text == "go on"


def test_a_file_in_place_of_the_claims_folder_stops_the_taking_only(place: Place):
    taker = taker_of(place)
    place.claimed.rmdir()
    place.claimed.write_text("in the way")
    (place.queue / "a.prompt").write_text("wait")
    assert isinstance(taker.take("a.prompt", CLOSED), Stuck)
    assert (place.queue / "a.prompt").read_text() == "wait"
