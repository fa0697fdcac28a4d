"""`sempre suspend`: everything stops; `sempre resume --all` lets it go on."""

from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.pause import ReasonOption
from sempre.home import Home


def suspend(home: HomeOption = None, reason: ReasonOption = None, json: JsonOption = False) -> None:
    """Interrupt everything at once. Nothing is lost and nothing counts as failed; new prompts wait."""
    answer = Server.find(Home.find(home)).post("/api/agent/suspend", {"reason": reason})
    if json:
        screen.json(answer)
    else:
        screen.say("Everything is suspended. `sempre resume --all` lets it go on.")
