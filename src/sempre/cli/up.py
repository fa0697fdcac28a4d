"""`sempre up` and `sempre demo`. What they start is imported only then: it takes a second, and no other command
needs it. Meanwhile nothing is collected as garbage, which would take a fifth of that; `running` goes back to it."""

import gc
import os
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from sempre.cli.options import HomeOption
from sempre.cli.roles import RoleName
from sempre.dataclass_code import of_this_process as dataclass_code
from sempre.home import Home
from sempre.loading import later, without

_DEMO = Path("sempre-demo")
NOT_NEEDED = (
    "rich",  # structlog would draw tracebacks with it; ours are text
    "email_validator",  # FastAPI would check an address in its own document, where we have none
)

FIRST_USED_LATER = (  # by whom it is imported all the same
    "psycopg",  # DBOS, also where there is no Postgres
    "sqlalchemy.orm",  # DBOS, for the sessions that its users might give it
    "sqlalchemy.ext.asyncio",  # as above, and the database for long reads
    "croniter",  # DBOS, for schedules; it starts a program to see what machine this is
    "dateutil.parser",  # DBOS, for a format of ours that has no dates
    "yaml",  # DBOS, for a file of settings that we have not
    "uvicorn.supervisors",  # uvicorn, for its own command
    "dotenv",  # pydantic-settings, for files that we do not read
    "dbos.cli.migration",  # DBOS, for a command of its own
    "uvicorn.main",  # uvicorn, as above
    "prometheus_client.exposition",  # its whole package, for servers of its own; what is read is written by it
    "psutil",  # what ends programs, and is at hand when one starts
    "sqlalchemy.dialects.postgresql.asyncpg",  # its whole package, for drivers that we have not
    "sqlalchemy.dialects.postgresql.pg8000",
    "sqlalchemy.dialects.postgresql.psycopg2",
    "sqlalchemy.dialects.postgresql.psycopg2cffi",
)

HostOption = Annotated[
    str | None, typer.Option(show_default="127.0.0.1", help="Address to listen on.")
]
PortOption = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        show_default="8377",
        help="Port to listen on; a taken one moves to the next free one, 0 takes any.",
    ),
]
OpenOption = Annotated[bool, typer.Option("--open", help="Open the dashboard in the browser.")]
RoleOption = Annotated[
    list[RoleName] | None,
    typer.Option(
        show_default="all of them",
        help="What this process does; may be given more than once. worker: files and agents of this machine; "
        "channels: turns that any machine may answer; api: pages and commands.",
    ),
]
ReadyOption = Annotated[
    bool, typer.Option("--json", help="When ready, print one line of JSON instead of the welcome.")
]


def up(
    home: HomeOption = None,
    role: RoleOption = None,
    host: HostOption = None,
    port: PortOption = None,
    open_browser: OpenOption = False,
    json: ReadyOption = False,
) -> None:
    """Run Sempre on this home. Without a connected model it rehearses, in a home of its own."""
    running = _running()
    wishes = running.Wishes(host=host, port=port, open_browser=open_browser, json=json)
    running.run(Home.find(home), wishes, roles=role)


def demo(
    home: HomeOption = None,
    host: HostOption = None,
    port: PortOption = None,
    open_browser: OpenOption = False,
    json: ReadyOption = False,
) -> None:
    """Run the whole product on scripted answers, with a sample workspace, in `sempre-demo` or --home."""
    running = _running()
    wishes = running.Wishes(host=host, port=port, open_browser=open_browser, json=json)
    running.run(Home.find(home or _DEMO), wishes, demo=True)


def _running() -> ModuleType:
    gc.disable()  # there is no rubbish in what is imported, and a start imports a lot
    dataclass_code.recall()
    os.environ.setdefault(
        "PYDANTIC_DISABLE_PLUGINS", "__all__"
    )  # else it looks through all packages
    with without(*NOT_NEEDED), later(*FIRST_USED_LATER):
        from sempre.cli import running
    return running
