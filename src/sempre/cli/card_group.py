"""`sempre card`: what is done with a card, with its runs, its log and its comments, as one group."""

from sempre.cli.card import card
from sempre.cli.card_comments import commenting
from sempre.cli.card_log import reading
from sempre.cli.card_running import running

for _part in (running, reading, commenting):
    card.add_typer(_part)

__all__ = ["card"]
