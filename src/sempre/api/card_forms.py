"""How cards look, and what one sends about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from sempre.api.camel import CARD, CamelForm, CamelView
from sempre.api.executions import ActiveExecution, ExecutionSummary
from sempre.api.schema import LARGEST, Rows
from sempre.board.run import Side
from sempre.board.words import Column, Priority, SessionChoice, Stage, WorkflowStage

Text = Annotated[str, Field(max_length=100_000, pattern=r"^[^\x00]*$")]
Line = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Labels = Annotated[
    Sequence[Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f,]{1,40}$")]], Field(max_length=20)
]
Needs = Annotated[Sequence[Annotated[str, Field(pattern=CARD)]], Field(max_length=50)]
Amount = Annotated[int, Field(ge=0, le=10**15)]
RepositoryPath = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


class CardSummary(CamelView):
    """A card as the board shows it. Times are UTC."""

    id: str
    key: str = Field(description="How people say it: SHOP-12.")
    board: str
    number: int
    channel: str = Field(description="Its stages are turns there.")
    column: Column
    rank: str = Field(description="Orders its column; compares as text.")
    title: str
    labels: Rows[str]
    priority: Priority
    needs: Rows[str] = Field(description="Ids of cards that must be done before it runs.")
    model: str | None = Field(description="In the place of the board's.")
    budget_micros: int | None = Field(description="Of one run, in millionths of a dollar.")
    budget_tokens: int | None
    spec_path: str | None
    branch: str | None
    images: int = Field(description="How many it has.")
    version: int = Field(description="Goes into the next change.")
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    active_execution: ActiveExecution | None
    run: ExecutionSummary | None = Field(description="The same run, with all that a list shows.")


class Dependency(CamelView):
    """A card that must be done before."""

    id: str
    key: str
    title: str
    column: Column
    done: bool


class Card(CardSummary):
    """A card in full."""

    description: str = Field(description="Markdown.")
    dependencies: Rows[Dependency]


class NewCard(CamelForm):
    """`needs` are keys or ids."""

    board: Annotated[str, Field(max_length=40)]
    title: Line
    description: Text = ""
    column: Column = Column.BACKLOG
    labels: Labels = ()
    priority: Priority = Priority.NONE
    needs: Needs = ()
    model: Annotated[str, Field(max_length=200)] | None = None
    budget_micros: Amount | None = None
    budget_tokens: Amount | None = None
    spec_path: RepositoryPath | None = None


class CardChange(CamelForm):
    """What is left out stays; null takes away what may be missing. `version` is the one that it was made from."""

    version: Version
    title: Line | None = None
    description: Text | None = None
    labels: Labels | None = None
    priority: Priority | None = None
    needs: Needs | None = None
    model: Annotated[str, Field(max_length=200)] | None = None
    budget_micros: Amount | None = None
    budget_tokens: Amount | None = None
    spec_path: RepositoryPath | None = None
    branch: RepositoryPath | None = None


class CardMove(CamelForm):
    """To the end of a column, or beside one of its cards. `version` is the one that was looked at."""

    column: Column
    before: Annotated[str, Field(pattern=CARD)] | None = None
    after: Annotated[str, Field(pattern=CARD)] | None = None
    version: Version


class HistoryEntry(CamelView):
    """Something that happened to a card. `kind` is that of the event; docs/reference/events.md lists them."""

    id: str
    at: datetime
    by: str
    kind: str
    version: int
    details: Mapping[str, object]


class CardSpec(CamelView):
    """What plan wrote."""

    path: str | None
    text: str | None = Field(description="null: there is none, or its file is gone.")
    execution_id: str | None


class RunWish(CamelForm):
    """Nothing: the whole way, as the card says. `fromStage` begins later, `onlyStage` does one; the texts take the
    place of the card's for this run."""

    from_stage: Stage | None = None
    only_stage: Stage | None = None
    description: Text | None = None
    spec: Text | None = None
    instructions: Text | None = None
    comments: Text | None = Field(default=None, description="What shall be changed.")
    session: SessionChoice | None = Field(
        default=None, description="Left out: it goes on where the run before left off."
    )


class RetryWish(CamelForm):
    session: SessionChoice | None = Field(
        default=None, description="`fresh`: the agent begins a new conversation."
    )


class SendBack(CamelForm):
    comments: Annotated[str, Field(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")]


class StateChange(CamelForm):
    """What automation outside says of a card."""

    stage: WorkflowStage | None = None
    error: Text | None = None


class LineComment(CamelView):
    """A person's comment on a line of a diff."""

    id: str
    file: str
    line: int
    side: Side = Field(description="Which version's line.")
    text: str
    by: str
    at: datetime
    sent_in: str | None = Field(description="The run that the agent got it with; null: not yet.")


class NewComment(CamelForm):
    file: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
    line: Annotated[int, Field(ge=1, le=LARGEST)]
    side: Side = "new"
    text: Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"^[^\x00]*$")]


class Merged(CamelView):
    commit: str


class Rebased(CamelView):
    head: str
