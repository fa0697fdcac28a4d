import pytest

from sempre.access import Connection, Kind, Offer, find
from sempre.errors import InvalidError

KEY, TOKEN = "sk-ant-api03-CANARY-aaaa1111", "CANARY-token-bbbb2222"
STORED = Connection(kind=Kind.KEY, source="stored", api_key=KEY)


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({}, Kind.NONE),
        ({"ANTHROPIC_API_KEY": ""}, Kind.NONE),
        ({"ANTHROPIC_API_KEY": "  "}, Kind.NONE),
        ({"OTHER": KEY}, Kind.NONE),
        ({"ANTHROPIC_API_KEY": KEY}, Kind.KEY),
        ({"ANTHROPIC_AUTH_TOKEN": TOKEN}, Kind.TOKEN),
        ({"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}, Kind.BASE_URL),
        ({"CLAUDE_CONFIG_DIR": "/home/me/.claude"}, Kind.LOGIN),
        ({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_AUTH_TOKEN": TOKEN}, Kind.KEY),
        ({"ANTHROPIC_API_KEY": KEY, "CLAUDE_CONFIG_DIR": "/x"}, Kind.KEY),
        ({"ANTHROPIC_AUTH_TOKEN": TOKEN, "ANTHROPIC_BASE_URL": "http://h"}, Kind.TOKEN),
    ],
)
def test_what_counts_as_connected(environment: dict[str, str], kind: Kind) -> None:
    found = find(environment, None)
    assert found.kind is kind
    assert (found.source is None) == (kind is Kind.NONE)


def test_both_credentials_are_kept_where_both_are_given() -> None:
    found = find({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_AUTH_TOKEN": TOKEN}, None)
    assert (found.api_key, found.auth_token) == (KEY, TOKEN)


def test_the_environment_goes_before_what_is_stored_as_a_whole() -> None:
    assert find({}, STORED) is STORED
    found = find({"ANTHROPIC_BASE_URL": "http://elsewhere"}, STORED)
    assert (found.base_url, found.api_key) == ("http://elsewhere", None), (
        "a stored key is never sent to an address from the environment"
    )


def test_a_login_brings_no_credential_and_shows_its_folder() -> None:
    found = find({"CLAUDE_CONFIG_DIR": "~/.claude"}, None)
    assert (found.api_key, found.auth_token, found.base_url) == (None, None, None)
    assert found.config_directory is not None
    assert found.config_directory.is_absolute()
    assert found.hint == str(found.config_directory)


def test_no_credential_shows_in_a_repr() -> None:
    found = find({"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_AUTH_TOKEN": TOKEN}, None)
    for shown in (repr(found), str(found), repr(Offer(kind=Kind.KEY, value=KEY)), f"{found}"):
        assert "CANARY" not in shown
    assert found.hint == "…1111"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "short",
        "with space",
        "a\nb" * 5,
        "tab\there",
        '"quoted-value"',
        "x" * 1025,
        "é" * 20,
        "a\x00" * 9,
    ],
)
@pytest.mark.parametrize("kind", [Kind.KEY, Kind.TOKEN])
def test_what_is_no_credential_is_refused_without_repeating_it(kind: Kind, value: str) -> None:
    with pytest.raises(InvalidError) as refused:
        Offer(kind=kind, value=value).checked()
    assert not value or value not in str(refused.value)


def test_blanks_around_a_pasted_key_are_dropped() -> None:
    assert Offer(kind=Kind.KEY, value=f"  {KEY}\n").checked().api_key == KEY
