"""Groups of commands in which one is meant when none is named: `sempre dead` is `sempre dead list`."""

from typing import ClassVar

from typer._click import Context
from typer.core import TyperGroup


class _Group(TyperGroup):
    usual: ClassVar[str]

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        first = args[0] if args else None
        if first not in {*self.commands, *ctx.help_option_names} and not ctx.resilient_parsing:
            args = [self.usual, *args]
        return super().parse_args(ctx, args)


class Listing(_Group):
    usual = "list"


class Creating(_Group):
    usual = "create"


class Showing(_Group):
    usual = "show"
