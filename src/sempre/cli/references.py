"""Which turn a person means by `coder#12` or by an id."""

import re
from urllib.parse import quote

from sempre.cli.client import Server
from sempre.cli.records import read
from sempre.cli.records.turns import Turn, TurnPage
from sempre.errors import InvalidError, NotFoundError

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMED = re.compile(r"(?P<where>.+)#(?P<number>[0-9]{1,18})", re.DOTALL)


def is_turn(text: str) -> bool:
    """Whether it is of the form that names a turn."""
    return bool(_ID.fullmatch(text) or _NAMED.fullmatch(text))


def channel_of(text: str) -> str:
    """`coder` -> `files:coder`; a whole channel stays as it is."""
    return text if ":" in text else f"files:{text}"


def find_turn(server: Server, text: str) -> str:
    """The turn's id. Raises NotFoundError, InvalidError."""
    if _ID.fullmatch(text):
        return text
    named = _NAMED.fullmatch(text)
    if named is None:
        raise InvalidError(
            f"{text} names no turn. Say WORKER#NUMBER, such as coder#12, or the turn's id; `sempre turns` lists them."
        )
    cursor: str | None = None
    channel, number = channel_of(named["where"]), int(named["number"])
    while True:
        query = {"channel": channel, "q": f"#{number}", "limit": 1, "before": cursor}
        page = read(server.get("/api/turns", query), TurnPage)
        if page.items:
            return page.items[0].id
        if page.next is None:
            raise NotFoundError(
                f"There is no turn {text}. `sempre turns` lists those there are.",
                code="turn_not_found",
            )
        cursor = page.next


def get_turn(server: Server, text: str) -> tuple[Turn, bytes]:
    """The turn in full, read and as the server sent it."""
    answer = server.get(f"/api/turns/{quote(find_turn(server, text), safe='')}")
    return read(answer, Turn), answer
