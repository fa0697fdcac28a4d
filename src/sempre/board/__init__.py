"""The board: cards, their order, their runs through the stages, and the git worktrees these work in. The only place
that changes them."""

from sempre.board.automation import Automation
from sempre.board.board import Board, BoardSettings, StageSettings
from sempre.board.boards import Boards
from sempre.board.card import Card, CardText, HistoryEntry, Place, Wanted, channel_of
from sempre.board.cards import Cards
from sempre.board.comments import Comments
from sempre.board.image import Image
from sempre.board.images import Images
from sempre.board.open_runs import OpenRuns
from sempre.board.queue import Queue
from sempre.board.run import (
    Ended,
    LineComment,
    LoggedRun,
    LogPart,
    Request,
    Run,
    RunHead,
    RunInput,
    Step,
    Verdict,
    VerdictComment,
    Visit,
)
from sempre.board.runs import Runs
from sempre.board.visits import Visits

__all__ = [
    "Automation",
    "Board",
    "BoardSettings",
    "Boards",
    "Card",
    "CardText",
    "Cards",
    "Comments",
    "Ended",
    "HistoryEntry",
    "Image",
    "Images",
    "LineComment",
    "LogPart",
    "LoggedRun",
    "OpenRuns",
    "Place",
    "Queue",
    "Request",
    "Run",
    "RunHead",
    "RunInput",
    "Runs",
    "StageSettings",
    "Step",
    "Verdict",
    "VerdictComment",
    "Visit",
    "Visits",
    "Wanted",
    "channel_of",
]
