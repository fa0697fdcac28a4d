from datetime import UTC, datetime

import pytest

from sempre.agents.claude.quota import falls_at, is_wall

NOW = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)  # 21:00 in Berlin, 17:00 in São Paulo


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Claude AI usage limit reached|1795300000", datetime.fromtimestamp(1795300000, UTC)),
        (
            "You've hit your session limit · resets 10:30pm (Europe/Berlin)",
            datetime(2026, 11, 21, 21, 30, tzinfo=UTC),
        ),
        (
            "You've hit your limit · resets 3am (America/Sao_Paulo)",
            datetime(2026, 11, 22, 6, 0, tzinfo=UTC),
        ),
        (
            "You've hit your weekly limit · resets Nov 25, 1pm (UTC)",
            datetime(2026, 11, 25, 13, 0, tzinfo=UTC),
        ),
        (
            "You've hit your weekly limit · resets Jan 2 at 12am (UTC)",
            datetime(2027, 1, 2, 0, 0, tzinfo=UTC),
        ),
        (
            "Claude usage limit reached. Your limit will reset at 12pm (Etc/GMT+5).",
            datetime(2026, 11, 22, 17, 0, tzinfo=UTC),
        ),
    ],
)
def test_the_words_name_the_wall_and_its_end(text: str, moment: datetime) -> None:
    assert is_wall(text)
    assert falls_at(text, NOW) == moment


@pytest.mark.parametrize(
    "text",
    ["You've hit your limit · resets 25pm", "usage limit reached", "resets 3am (Nowhere/Land)"],
)
def test_an_end_that_cant_be_read_is_none(text: str) -> None:
    assert falls_at(text, NOW) is None


@pytest.mark.parametrize(
    "text", ["API Error: 500 boom", "Request rejected (429)", "prompt is too long", "rate limits"]
)
def test_other_errors_are_no_wall(text: str) -> None:
    assert not is_wall(text)
