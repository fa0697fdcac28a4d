from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sempre import clock
from sempre.channels.files.claim import Claim, Claims, left_over, owners, parse
from sempre.channels.files.layout import Place

_FILE_NAMES = st.binary(min_size=1, max_size=247).filter(
    lambda name: b"/" not in name and b"\0" not in name
)


@given(_FILE_NAMES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_any_file_name_can_be_claimed_and_read_back(place: Place, stem: bytes):
    name = stem.decode("utf-8", "surrogateescape") + ".prompt"
    claim = Claims(place).make(name)
    assert len(claim.name.encode()) <= 255
    assert parse(claim.name) == claim
    assert claim.file.endswith(".prompt")


def test_what_is_no_claim_is_not_read_as_one():
    good = Claim(1, "0193b1c2-0000-7000-8000-000000000001", "a.prompt").name
    assert parse(good) is not None
    for bad in ("a.prompt", good[1:], good.replace("-a.prompt", ""), good.upper(), ".owners"):
        assert parse(bad) is None


def test_claims_only_rise_also_when_the_clock_jumps_back(place: Place):
    claims = Claims(place)
    first = claims.make("a.prompt")
    with clock.shifted(timedelta(days=-400)):
        second = claims.make("b.prompt")
        claims.after([Claim(first.moment + 5_000, first.id, "c.prompt")])
        third = claims.make("d.prompt")
    assert first.moment < second.moment
    assert third.moment == first.moment + 5_001


def test_left_over_claims_come_in_the_order_they_counted(place: Place):
    place.claimed.mkdir()
    claims = Claims(place)
    made = [claims.make(f"{name}.prompt") for name in ("z", "a", "m\nn", "ä 🎉")]
    for claim in reversed(made):
        (place.claimed / claim.name).touch()
    (place.claimed / "notes.txt").touch()
    (place.claimed / ".owners").touch()
    assert left_over(place) == (made, ["notes.txt"])


def test_a_folder_remembers_under_which_names_it_was(home: Path, place: Place):
    place.claimed.mkdir()
    assert owners(place) == ["coder"]
    place.queue.rename(place.queue.with_name("writer"))
    assert owners(Place(home, "writer")) == ["coder", "writer"]
    assert owners(Place(home, "writer")) == ["coder", "writer"]
