"""The parts of the command line, in the order of the help, and where each stands. Loaded when asked for: all of them
take four times as long as one."""

from importlib import import_module
from typing import Any, NamedTuple

import typer

_RUN, _WORK, _CARE = "Run", "Work with it", "Look after it"


class Part(NamedTuple):
    """A command, or a group of them: what `module` has by the name of `attribute`."""

    word: str
    panel: str
    module: str
    attribute: str

    def add_to(self, app: typer.Typer) -> None:
        found: Any = getattr(import_module(f"sempre.cli.{self.module}"), self.attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=self.word, rich_help_panel=self.panel)
        else:
            app.command(self.word, rich_help_panel=self.panel)(found)


PARTS = (
    Part("up", _RUN, "up", "up"),
    Part("demo", _RUN, "up", "demo"),
    Part("connect", _RUN, "connection", "connect"),
    Part("disconnect", _RUN, "connection", "disconnect"),
    Part("login-link", _RUN, "logins", "login_link"),
    Part("token", _RUN, "tokens", "token"),
    Part("status", _WORK, "status", "status"),
    Part("board", _WORK, "board_group", "board"),
    Part("card", _WORK, "card_group", "card"),
    Part("approvals", _WORK, "approvals", "approvals"),
    Part("send", _WORK, "send", "send"),
    Part("tail", _WORK, "tail", "tail"),
    Part("turns", _WORK, "turns", "turns"),
    Part("cancel", _WORK, "turns", "cancel"),
    Part("retry", _WORK, "turns", "retry"),
    Part("pause", _WORK, "pause", "pause"),
    Part("resume", _WORK, "resume", "resume"),
    Part("suspend", _WORK, "suspend", "suspend"),
    Part("sessions", _WORK, "sessions", "sessions"),
    Part("dead", _WORK, "dead", "dead"),
    Part("budget", _WORK, "budget", "budget"),
    Part("spend", _WORK, "spend", "spend"),
    Part("prices", _WORK, "prices", "prices"),
    Part("policy", _CARE, "policy", "policy"),
    Part("trust", _CARE, "trust", "trust"),
    Part("audit", _CARE, "audit", "audit"),
    Part("doctor", _CARE, "doctor", "doctor"),
    Part("alerts", _CARE, "alerts", "alerts"),
    Part("profile", _CARE, "profile", "profile"),
    Part("backup", _CARE, "backup", "backup"),
    Part("key", _CARE, "keys", "key"),
    Part("service", _CARE, "supervision", "service"),
    Part("rehearse", _CARE, "rehearse", "rehearse"),
)
