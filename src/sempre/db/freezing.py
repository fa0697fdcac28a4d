"""A process may freeze in the middle of a transaction: a laptop's lid, a debugger, a machine that swaps. Postgres then
ends its connection, so that what the transaction has locked keeps nobody else waiting."""

import sqlalchemy as sa

# Less than `engine.dead_after_seconds` by default: who is declared dead holds nothing any more. And no less than this
# where that is short: a process that is only slow, on a machine with much to do, must get through.
LONGEST_SECONDS = 30.0
SHORTEST_SECONDS = 10.0


def bounded(address: sa.URL, seconds: float | None = None) -> dict[str, object]:
    """`connect_args` with which no transaction stands still for longer. What the address itself asks for counts more."""
    milliseconds = max(1, int((seconds or LONGEST_SECONDS) * 1000))
    asked = address.query.get("options", "")
    others = asked if isinstance(asked, str) else " ".join(asked)
    ours = f"-c idle_in_transaction_session_timeout={milliseconds}"
    return {"options": f"{ours} {others}".rstrip()}
