"""Calls that wait for a person as `sempre approvals` and `sempre status` list them."""

from collections.abc import Sequence

from sempre import clock
from sempre.cli import screen
from sempre.cli.records.approvals import ApprovalSummary
from sempre.cli.wording import head, since


def print_table(found: Sequence[ApprovalSummary]) -> None:
    screen.table(("id", "turn", "for", "state", "risk", "call"), [_row(each) for each in found])


def _row(approval: ApprovalSummary) -> tuple[str, ...]:
    return (
        approval.id,
        approval.turn,
        since(approval.asked_at, clock.now()),
        approval.state,
        approval.risk,
        head(approval.headline, 200),
    )
