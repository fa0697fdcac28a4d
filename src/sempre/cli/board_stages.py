"""`sempre board stage`: what one stage is worked on with."""

from pathlib import Path
from typing import Annotated

import typer

from sempre.cli import screen
from sempre.cli.amounts import micros_of, tokens_of
from sempre.cli.boards import BoardArgument, change_board, find_board
from sempre.cli.cards import StageName
from sempre.cli.client import Server
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.records import read
from sempre.cli.records.boards import Board, StageTuning
from sempre.cli.texts import read_text
from sempre.cli.wording import count, dollars
from sempre.errors import InvalidError
from sempre.home import Home

stages = typer.Typer()  # part of `sempre board`

_NONE = "none"
StageArgument = Annotated[StageName, typer.Argument(metavar="STAGE", help="Which one.")]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", "-m", help="`none`: as sempre.toml says; empty: Claude Code's own."),
]
EffortOption = Annotated[
    str | None,
    typer.Option("--effort", help="`none`: as sempre.toml says; empty: Claude Code's own."),
]
InstructionsOption = Annotated[
    str | None,
    typer.Option("--instructions", "-i", help="Added to what the agent is told; empty: nothing."),
]
FileOption = Annotated[
    Path | None,
    typer.Option("--file", "-f", metavar="FILE", help="Its instructions; `-` reads stdin."),
]
BudgetOption = Annotated[
    str | None,
    typer.Option(
        "--budget", metavar="AMOUNT", help="Dollars for one visit; `none`: as sempre.toml says."
    ),
]
TokensOption = Annotated[
    str | None,
    typer.Option(
        "--tokens", metavar="COUNT", help="Tokens for one visit; `none`: as sempre.toml says."
    ),
]
WipOption = Annotated[
    str | None,
    typer.Option(
        "--wip", metavar="CARDS", help="Cards in it at once; `none`: no limit of its own."
    ),
]


@stages.command("stage")
def tune_stage(
    name: BoardArgument,
    stage: StageArgument,
    home: HomeOption = None,
    model: ModelOption = None,
    effort: EffortOption = None,
    instructions: InstructionsOption = None,
    file: FileOption = None,
    budget: BudgetOption = None,
    tokens: TokensOption = None,
    wip: WipOption = None,
    json: JsonOption = False,
) -> None:
    """Show what a stage is worked on with, or change it: what is not named stays."""
    given = {
        **_words(model=model, effort=effort),
        **_instructions(instructions, file),
        **_numbers(budget, tokens, wip),
    }
    server = Server.find(Home.find(home))
    now = find_board(server, name)
    if given:
        tuned = {**_sent(now), stage: {**_sent(now)[stage], **given}}
        now = read(change_board(server, now, {"stages": tuned}), Board)
    if json:
        screen.json(_sent(now)[stage])
    else:
        _print(now, stage)


def stage_line(tuned: StageTuning) -> str:
    """What is set of its own, in one line."""
    said = {
        "model": _name(tuned.model),
        "effort": _name(tuned.effort),
        "budget": "" if tuned.budget_micros is None else dollars(tuned.budget_micros),
        "tokens": "" if tuned.budget_tokens is None else count(tuned.budget_tokens),
        "cards at once": "" if tuned.wip is None else str(tuned.wip),
    }
    parts = [f"{name} {value}" for name, value in said.items() if value]
    return ", ".join([*parts, *(["own instructions"] if tuned.instructions else [])])


def _name(value: str | None) -> str:
    return "" if value is None else value or "Claude Code's own"


def _words(**said: str | None) -> dict[str, object]:
    return {
        name: None if value == _NONE else value for name, value in said.items() if value is not None
    }


def _instructions(text: str | None, file: Path | None) -> dict[str, object]:
    if text is not None and file is not None:
        raise InvalidError("Say the instructions with -i or with -f, not with both.")
    said = text if file is None else read_text(file)
    return {} if said is None else {"instructions": said}


def _numbers(budget: str | None, tokens: str | None, wip: str | None) -> dict[str, object]:
    given: dict[str, object] = {}
    if budget is not None:
        given["budget_micros"] = micros_of(budget)
    if tokens is not None:
        given["budget_tokens"] = tokens_of(tokens)
    if wip is not None:
        given["wip"] = _cards(wip)
    return given


def _cards(wip: str) -> int | None:
    if wip == _NONE:
        return None
    if not (wip.isascii() and wip.isdigit()) or not 1 <= int(wip) <= 100:
        raise InvalidError(f"{wip} is no number of cards. Say 1 to 100, or none.")
    return int(wip)


def _sent(board: Board) -> dict[str, dict[str, object]]:
    """Its stages, as the API takes and gives them."""
    from msgspec import to_builtins  # of use on this way only

    told: dict[str, dict[str, object]] = to_builtins(board.stages)
    return told


def _print(board: Board, stage: str) -> None:
    tuned = board.stages[stage]
    screen.say(f"{board.id} {stage}: {stage_line(tuned) or 'as sempre.toml says'}", bold=True)
    if tuned.instructions:
        screen.text(tuned.instructions)
