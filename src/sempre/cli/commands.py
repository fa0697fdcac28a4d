"""Puts the commands together, and turns our errors into one line and an exit code."""

import io
import sys
from typing import Annotated, NoReturn

import typer

from sempre.cli import (
    alerts,
    approvals,
    audit,
    backup,
    board,
    board_stages,
    budget,
    card,
    card_comments,
    card_log,
    card_running,
    connection,
    dead,
    doctor,
    keys,
    logins,
    pause,
    policy,
    prices,
    profile,
    rehearse,
    resume,
    send,
    sessions,
    spend,
    status,
    supervision,
    suspend,
    tail,
    tokens,
    trust,
    turns,
    up,
)
from sempre.cli.authority import TokenFileOption, take_from
from sempre.cli.exits import complain, exit_code
from sempre.errors import InvalidError, SempreError

app = typer.Typer(
    name="sempre",
    help="A self-hosted, stateful, always-on runtime for AI agents.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 what was asked about failed, 2 wrong usage, 3 not found, 4 conflict, 5 refused, "
    "6 unavailable (Sempre does not run, or not in time), 7 misconfigured.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from sempre import __version__  # slow to find

        typer.echo(f"sempre {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version."
        ),
    ] = False,
    token_file: TokenFileOption = None,
) -> None:
    """A self-hosted, stateful, always-on runtime for AI agents."""
    take_from(token_file)


_RUN, _WORK, _CARE = "Run", "Work with it", "Look after it"
app.command(rich_help_panel=_RUN)(up.up)
app.command(rich_help_panel=_RUN)(up.demo)
app.command(rich_help_panel=_RUN)(connection.connect)
app.command(rich_help_panel=_RUN)(connection.disconnect)
app.command("login-link", rich_help_panel=_RUN)(logins.login_link)
app.add_typer(tokens.token, name="token", rich_help_panel=_RUN)
app.command(rich_help_panel=_WORK)(status.status)
board.board.add_typer(board_stages.stages)
app.add_typer(board.board, name="board", rich_help_panel=_WORK)
for _part in (card_running.running, card_log.reading, card_comments.commenting):
    card.card.add_typer(_part)
app.add_typer(card.card, name="card", rich_help_panel=_WORK)
app.add_typer(approvals.approvals, name="approvals", rich_help_panel=_WORK)
app.command(rich_help_panel=_WORK)(send.send)
app.command(rich_help_panel=_WORK)(tail.tail)
app.add_typer(turns.turns, name="turns", rich_help_panel=_WORK)
app.command(rich_help_panel=_WORK)(turns.cancel)
app.command(rich_help_panel=_WORK)(turns.retry)
app.command(rich_help_panel=_WORK)(pause.pause)
app.command(rich_help_panel=_WORK)(resume.resume)
app.command(rich_help_panel=_WORK)(suspend.suspend)
app.add_typer(sessions.sessions, name="sessions", rich_help_panel=_WORK)
app.add_typer(dead.dead, name="dead", rich_help_panel=_WORK)
app.add_typer(budget.budget, name="budget", rich_help_panel=_WORK)
app.command(rich_help_panel=_WORK)(spend.spend)
app.add_typer(prices.prices, name="prices", rich_help_panel=_WORK)
app.add_typer(policy.policy, name="policy", rich_help_panel=_CARE)
app.command(rich_help_panel=_CARE)(trust.trust)
app.add_typer(audit.audit, name="audit", rich_help_panel=_CARE)
app.command(rich_help_panel=_CARE)(doctor.doctor)
app.add_typer(alerts.alerts, name="alerts", rich_help_panel=_CARE)
app.command(rich_help_panel=_CARE)(profile.profile)
app.add_typer(backup.backup, name="backup", rich_help_panel=_CARE)
app.add_typer(keys.key, name="key", rich_help_panel=_CARE)
app.add_typer(supervision.service, name="service", rich_help_panel=_CARE)
app.command(rich_help_panel=_CARE)(rehearse.rehearse)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign shows another
    try:
        app()
    except SempreError as error:
        _refuse(error)
    except UnicodeEncodeError:  # a name in bytes of another encoding; as a file's name it is good
        _refuse(InvalidError("A word of this command is not UTF-8. Write it anew."))


def _refuse(error: SempreError) -> NoReturn:
    complain(error, as_json="--json" in sys.argv)
    sys.exit(exit_code(error))
