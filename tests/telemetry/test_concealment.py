import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sempre.telemetry.concealment import MASK, conceal, without_secrets


@given(st.text(min_size=6, max_size=40, alphabet=st.characters(codec="utf-8")))
def test_a_concealed_value_is_found_in_any_form_it_may_be_written(secret: str) -> None:
    conceal(secret)
    forms = [secret, repr(secret), json.dumps(secret), json.dumps(secret, ensure_ascii=False)]
    for form in [*forms, quote(secret), quote(secret, safe="")]:
        assert secret not in without_secrets(f"before {form} after")


@pytest.mark.parametrize(
    "text",
    [
        "sempre_cookie_AbCdEfGhIjKlMnOpQrStUvWx",
        "sempre_local_0123456789-_abcdefgh",
        "sk-ant-api03-abcdefgh12345678",
        "authorization: Bearer abc.def-123456",
        "postgresql://user:hunter2@db/sempre",
        "http://me:p%40ss@proxy:3128",
        "GET /login?token=sempre_link_AbCdEfGhIjKlMnOpQrStUvWx",
    ],
)
def test_what_looks_like_a_secret_is_concealed_without_being_known(text: str) -> None:
    shown = without_secrets(text)
    assert MASK in shown
    for secret in ("AbCdEf", "0123456789", "abcdefgh", "123456", "hunter2", "p%40ss"):
        assert secret not in shown


@pytest.mark.parametrize(
    "text", ["sempre_turns is no token", "http://localhost:8377/x@y", "a bearer of news", "sk-ant"]
)
def test_ordinary_text_stays(text: str) -> None:
    assert without_secrets(text) == text


def test_short_values_are_left_alone_since_they_are_words() -> None:
    conceal("turn")
    assert without_secrets("turn ended") == "turn ended"


def test_a_secret_that_holds_another_is_concealed_whole() -> None:
    conceal("inner-secret")
    conceal("outer-inner-secret-outer")
    assert without_secrets("outer-inner-secret-outer") == MASK
