"""Where model calls go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sempre.access import Kind
from sempre.api.loopback import Provider
from sempre.app.around import Around


@asynccontextmanager
async def open_provider(around: Around) -> AsyncIterator[Provider | None]:
    """None: the user's own login, which has no gateway."""
    connection = around.connection
    if around.rehearses:
        from sempre.rehearsal import MessagesApi  # what is scripted is loaded where it is played

        async with MessagesApi(label=True) as api:
            yield Provider(base_url=api.url, key="rehearsal")
    elif connection.kind is Kind.LOGIN:
        yield None
    elif connection.base_url:
        yield Provider(
            base_url=connection.base_url, key=connection.api_key, token=connection.auth_token
        )
    else:
        yield Provider(key=connection.api_key, token=connection.auth_token)
