"""One line for each kind of event. What an agent or a tool wrote is made harmless."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sempre.cli.records.events import Event
from sempre.cli.wording import duration, head
from sempre.parsed import fields, items

LONGEST = 320
_INPUT = 160
# What says most about a call, of the inputs that tools have.
_TELLING = ("command", "file_path", "path", "pattern", "query", "url", "description", "prompt")
_Details = Mapping[str, object]


def headline(event: Event) -> str:
    """Also for kinds that are not known here."""
    wording = _WORDINGS.get(event.kind)
    said = wording(event.details) if wording else f"{event.kind} {_written_out(event.details)}"
    return head(said, LONGEST)


def _tool(details: _Details) -> str:
    given = fields(details.get("input"))
    said = next((str(given[key]) for key in _TELLING if key in given), _written_out(given))
    return f"→ {details.get('tool')} {head(said, _INPUT)}"


def _ended(details: _Details) -> str:
    return f"■ {details.get('state')}{_because(details)}"


def _retrying(details: _Details) -> str:
    seconds = details.get("in_seconds")
    when = (
        f"; again in {duration(timedelta(seconds=seconds))}"
        if isinstance(seconds, int | float) and seconds >= 1
        else "; again at once"
    )
    return f"! {details.get('message') or details.get('kind') or 'The attempt failed'}{when}"


def _because(details: _Details) -> str:
    failure = fields(details.get("failure"))
    return f": {failure.get('message')}" if failure else ""


def _visit(details: _Details) -> str:
    kind = details.get("kind")
    return "" if kind in {None, "work"} else f" ({kind})"


def _list(value: object) -> str:
    return ", ".join(str(each) for each in items(value))


def _written_out(details: _Details) -> str:
    return " ".join(f"{key}={value}" for key, value in details.items())


_WORDINGS: Mapping[str, Callable[[_Details], str]] = {
    "turn.accepted": lambda said: f"◆ #{said.get('number')} {said.get('head', '')}",
    "turn.started": lambda said: (
        f"▶ attempt {said.get('attempt')}"
        + (", its session goes on" if said.get("resumed") else ", a new session")
    ),
    "turn.tool": _tool,
    "turn.tool_refused": lambda said: f"✗ {said.get('tool')} refused: {said.get('reason')}",
    "turn.retrying": _retrying,
    "turn.waiting": lambda _: "‖ waits for a person, without a process",
    "turn.interrupted": lambda _: "‖ interrupted: everything is suspended",
    "turn.retried": lambda _: "↻ tried again by a person",
    "turn.purged": lambda _: "its dead letter was purged",
    "turn.note": lambda said: f"· {said.get('message') or _written_out(said)}",
    "turn.ended": _ended,
    "turn.published": lambda said: f"✓ {said.get('where')}",
    "session.lost": lambda said: f"· its session could not be resumed: {said.get('reason')}",
    "channel.parked": lambda said: (
        f"‖ parked: {said.get('reason')}"
        + (f" (until {said['until']})" if said.get("until") else "")
    ),
    "channel.stopped": lambda said: f"‖ stopped: {said.get('reason')}",
    "channel.paused": lambda said: (
        f"‖ paused by {said.get('by')}"
        + (f": {said['reason']}" if said.get("reason") else "")
        + (f" (until {said['until']})" if said.get("until") else "")
    ),
    "channel.resumed": lambda _: "▶ goes on",
    "agent.suspended": lambda said: (
        f"‖ everything is suspended by {said.get('by')}"
        + (f": {said['reason']}" if said.get("reason") else "")
    ),
    "agent.resumed": lambda said: f"▶ everything goes on, says {said.get('by')}",
    "session.reset": lambda said: f"· {said.get('by')} wants it to begin anew",
    "session.chosen": lambda said: f"· {said.get('by')} wants it to go on in a copy",
    "directives.changed": lambda said: f"· {said.get('by')} changed its directives",
    "approval.asked": lambda said: f"‖ asks a person (`sempre approvals`): {said.get('headline')}",
    "approval.decided": lambda said: f"· {said.get('by')} decided: {said.get('decision')}",
    "channel.notice": lambda said: f"· {said.get('reason') or _written_out(said)}",
    "card.created": lambda said: f"◆ {said.get('key')} written by {said.get('by')}",
    "card.changed": lambda said: f"· {said.get('by')} changed {_list(said.get('changed'))}",
    "card.moved": lambda said: f"· in {said.get('column')}",
    "run.queued": lambda said: f"◇ a run is wanted by {said.get('by')}",
    "run.started": lambda _: "▶ the run begins",
    "run.waiting": lambda said: f"‖ waits: {said.get('wait')} {_list(said.get('waits_on'))}",
    "run.stage": lambda said: f"━━ {said.get('stage')}{_visit(said)}",
    "run.stage_ended": lambda said: f"━━ {said.get('stage')}: {said.get('result')}",
    "run.plan_decided": lambda said: f"· the plan is {said.get('decision')} by {said.get('by')}",
    "run.cancelling": lambda said: f"■ {said.get('by')} cancels it",
    "run.ended": lambda said: f"■ the run is {said.get('state')}{_because(said)}",
    "run.settled": lambda said: f"✓ its work is {said.get('settlement')}",
    "system.started": lambda said: f"Sempre {said.get('version')} started ({said.get('mode')})",
    "system.stopping": lambda _: "Sempre stops",
}
