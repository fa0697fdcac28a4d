"""Errors come as often as a script says, for each session by itself, and quotas lift on the product's clock."""

from datetime import timedelta

from sempre import clock
from sempre.rehearsal.directives import read_script
from sempre.rehearsal.faults import Faults, Refusal


def statuses(faults: Faults, prompt: str, session: str = "s", times: int = 4) -> list[int | None]:
    refusals = [faults.refuse(read_script(prompt), session) for _ in range(times)]
    return [refusal.status if refusal else None for refusal in refusals]


def test_error_without_number_comes_always():
    assert statuses(Faults(), "[[http:503]]") == [503] * 4


def test_error_comes_so_many_times_and_each_session_counts_for_itself():
    faults = Faults()
    assert statuses(faults, "[[http:500:2]]", "one") == [500, 500, None, None]
    assert statuses(faults, "[[http:500:2]]", "two") == [500, 500, None, None]
    assert statuses(faults, "[[http:500:2]] [[say:other]]", "one") == [500, 500, None, None]


def test_text_around_the_directives_does_not_start_the_count_anew():
    faults = Faults()
    assert statuses(faults, "[[http:500:1]]", times=1) == [500]
    assert statuses(faults, "This is attempt 2. [[http:500:1]]", times=1) == [None]


def test_script_that_was_played_to_its_end_fails_again():
    faults = Faults()
    prompt = "[[http:500:1]]"
    assert statuses(faults, prompt, times=2) == [500, None]
    faults.forget(read_script(prompt), "s")
    assert statuses(faults, prompt, times=2) == [500, None]


def test_cut_and_error_are_counted_apart():
    faults, script = Faults(), read_script("[[http:500:1]] [[cut:silent:1]]")
    assert faults.refuse(script, "s") is not None
    assert faults.refuse(script, "s") is None
    assert faults.ease(script, "s").cut is not None
    assert faults.ease(script, "s").cut is None


def quota(faults: Faults, prompt: str) -> Refusal | None:
    return faults.refuse(read_script(prompt), "s")


def test_quota_names_the_moment_it_lifts_and_lifts_then():
    faults, begun = Faults(), clock.now()
    first = quota(faults, "[[quota:60]]")
    assert first is not None
    assert first.headers["anthropic-ratelimit-unified-status"] == "rejected"
    assert first.headers["x-should-retry"] == "false"
    assert 59 <= int(first.headers["retry-after"]) <= 60
    reset = int(first.headers["anthropic-ratelimit-unified-reset"])
    assert 60 <= reset - begun.timestamp() < 62
    with clock.shifted(timedelta(seconds=58)):
        again = quota(faults, "[[quota:60]]")
        assert again is not None
        assert int(again.headers["anthropic-ratelimit-unified-reset"]) == reset
    with clock.shifted(timedelta(seconds=60)):
        assert quota(faults, "[[quota:60]]") is None


def test_quota_without_seconds_never_lifts():
    faults = Faults()
    for hours in (0, 1, 100):
        with clock.shifted(timedelta(hours=hours)):
            wall = quota(faults, "[[quota]]")
            assert wall is not None
            assert int(wall.headers["retry-after"]) == 3600


def test_payload_has_the_providers_form():
    refusal = quota(Faults(), "[[quota]]")
    assert refusal is not None
    payload = refusal.payload("req_1")
    assert (payload["type"], payload["request_id"]) == ("error", "req_1")
    assert payload["error"] == {"type": "rate_limit_error", "message": refusal.message}
