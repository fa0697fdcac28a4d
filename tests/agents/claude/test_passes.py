from pathlib import Path

import pytest

from sempre import clock
from sempre.agents.claude.passes import Pass, Passes


def caller() -> Pass:
    return Pass(channel="files:a", session_id="s", directory=Path("/work"))


def test_a_token_is_good_until_it_is_revoked() -> None:
    passes = Passes()
    mine = caller()
    token = passes.issue(mine)
    other = passes.issue(caller())

    assert passes.find(token) is mine
    assert passes.find("sempre_session_guess") is None
    passes.revoke(token)
    passes.revoke(token)
    assert passes.find(token) is None
    assert passes.find(other) is not None


def test_calls_belong_to_the_turn_at_work_and_old_walls_are_forgotten() -> None:
    mine = caller()
    mine.quota_until = clock.now()
    mine.begin("t1", "a1")
    assert (mine.turn_id, mine.attempt_id, mine.quota_until) == ("t1", "a1", None)
    mine.end()
    assert (mine.turn_id, mine.attempt_id) == (None, None)


def test_waits_that_overlap_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(clock, "ticks", lambda: now)
    mine = caller()
    mine.begin("t1", "a1")
    with mine.waiting():
        now = 103.0
        with mine.waiting():
            now = 105.0
            assert mine.waits
            assert mine.waited_seconds == 5
        now = 106.0
    now = 200.0
    assert not mine.waits
    assert mine.waited_seconds == 6
    mine.begin("t2", "a2")
    assert mine.waited_seconds == 0
