"""What newer programs write for every server is taken out for older ones, and nothing else is."""

import io

import pytest

from sempre.db.postgres import script

HEAD = b"SET statement_timeout = 0;\nSET transaction_timeout = 0;\nSET lock_timeout = 0;\n"
ROWS = b"COPY public.turns FROM stdin;\nSET transaction_timeout = 0;\n\\.\n"


@pytest.mark.parametrize(
    ("older", "head"),
    [(True, HEAD.replace(b"SET transaction_timeout = 0;\n", b"")), (False, HEAD)],
)
def test_only_the_settings_at_the_head_are_looked_at(older: bool, head: bytes) -> None:
    filling = b"-- a line of a script\n" * 400
    to = io.BytesIO()
    script.pass_on(io.BytesIO(HEAD + filling + ROWS), to, older=older)
    assert to.getvalue() == head + filling + ROWS
