"""`sempre policy`: what agents may do. Whatever allows more than before needs a token of scope `approve`."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from msgspec import Raw, Struct, ValidationError, convert, structs

from sempre import clock
from sempre.cli import screen
from sempre.cli.client import Server
from sempre.cli.groups import Listing
from sempre.cli.options import HomeOption, JsonOption
from sempre.cli.records import read
from sempre.cli.records.policy import (
    Policy,
    PolicyProposal,
    PolicyRule,
    PolicyTest,
    ProposalList,
    SettingsRule,
)
from sempre.cli.references import channel_of
from sempre.cli.wording import head, plural, since
from sempre.errors import InvalidError, NotFoundError
from sempre.home import Home

policy = typer.Typer(
    cls=Listing,
    help="What agents may do: list, apply, test, on-ask, proposals, approve, refuse. By itself it lists. What allows "
    "more than before needs a token of scope `approve` in SEMPRE_TOKEN.",
)
_PATH = "/api/policy"
_SHELL = "Bash"
_CONDITIONS = ("channel", "tool", "command", "path", "risk")


class _File(Struct, forbid_unknown_fields=True):
    """`rules = []` lays down none."""

    rules: list[dict[str, str]]


ChannelArgument = Annotated[
    str,
    typer.Argument(metavar="CHANNEL", help="A worker's name, or a channel such as files:coder."),
]
WordsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CALL...",
        help="A command in quotes; or a tool and its input as NAME=VALUE, such as `Read file_path=/etc/hosts`.",
    ),
]
FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="TOML with [[rules]], as in sempre.toml.")
]
OnAskArgument = Annotated[
    str,
    typer.Argument(
        metavar="WHAT",
        help="wait: for a person; deny; allow: unattended; settings: what sempre.toml says.",
    ),
]
IdArgument = Annotated[
    list[str],
    typer.Argument(metavar="ID...", help="As `sempre policy proposals` shows it; or `all`."),
]


@policy.command("list")
def list_rules(home: HomeOption = None, json: JsonOption = False) -> None:
    """List the rules in the order in which they are asked, and what channels do with what nobody decided."""
    answer = Server.find(Home.find(home)).get(_PATH)
    if json:
        screen.json(answer)
        return
    found = read(answer, Policy)
    rules = [("yours", each) for each in found.rules]
    rules += [(_origin(each), each.rule) for each in found.settings_rules]
    if rules:
        columns = ("verdict", *_CONDITIONS, "from", "id")
        screen.table(columns, [_rule_row(each, origin) for origin, each in rules])
    else:
        screen.say("No rules: the defaults hold. docs/policy.md tells them.")
    unattended = [each.channel for each in found.channels if each.unattended]
    if unattended:
        screen.say(f"Unattended: {', '.join(unattended)}", colour="yellow")
    if found.proposals_waiting:
        waiting = plural(found.proposals_waiting, "right")
        screen.note(f"{waiting} in sempre.toml waits for approval: `sempre policy proposals`.")


@policy.command("apply")
def apply_rules(file: FileArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Put the rules of a file in the place of all that were laid down before."""
    given = _rules_in(file)
    server = Server.find(Home.find(home))
    now = read(server.get(_PATH), Policy)
    known = {_conditions(structs.asdict(each)): each.id for each in now.rules}
    rules = [{**each, "id": known.pop(_conditions(each), "")} for each in given]
    answer = server.ask("PUT", f"{_PATH}/rules", body={"version": now.version, "rules": rules})
    if json:
        screen.json(answer)
        return
    screen.say(f"{plural(len(read(answer, Policy).rules), 'rule')} laid down.")


@policy.command("test")
def try_call(
    channel: ChannelArgument,
    call: WordsArgument,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Which rule, which verdict, which risk. Nothing runs. It ends with 0 when the call would run, else with 1."""
    tool, given = _call(call)
    body = {"channel": channel_of(channel), "tool": tool, "input": given}
    answer = Server.find(Home.find(home)).post(f"{_PATH}/test", body)
    found = read(answer, PolicyTest)
    if json:
        screen.json(answer)
    else:
        waits = {
            "allow": "would run",
            "deny": "would be refused",
            "wait": "would wait for a person",
        }
        screen.say(f"It {waits[found.outcome]}.", bold=True)
        screen.say(f"  verdict   {found.verdict}, rule {found.rule}")
        screen.say(f"  risk      {found.risk}: {found.risk_reason}")
        if found.reason:
            screen.say(f"  reason    {found.reason}")
        if found.verdict == "ask":
            screen.say(f"  on ask    {found.on_ask}")
        columns = ("needs", "verdict", "rule", "reason")
        rows = [(head(e.needs, 60), e.verdict, e.rule, e.reason) for e in found.answers]
        screen.table(columns, rows)
    if found.outcome != "allow":
        raise typer.Exit(1)


@policy.command("on-ask")
def set_on_ask(
    channel: ChannelArgument, what: OnAskArgument, home: HomeOption = None, json: JsonOption = False
) -> None:
    """What a channel does with a call that a person should decide."""
    if what not in ("wait", "deny", "allow", "settings"):
        raise InvalidError(f"{what} is none of wait, deny, allow, settings.")
    name = channel_of(channel)
    body = {"on_ask": None if what == "settings" else what}
    path = f"{_PATH}/channels/{quote(name, safe='')}"
    answer = Server.find(Home.find(home)).ask("PUT", path, body=body)
    if json:
        screen.json(answer)
        return
    found = next(each for each in read(answer, Policy).channels if each.channel == name)
    said = "is unattended: it asks nobody" if found.unattended else f"has on_ask = {found.on_ask}"
    screen.say(f"{name} {said}.")


@policy.command("proposals")
def list_proposals(home: HomeOption = None, json: JsonOption = False) -> None:
    """List what sempre.toml wants beyond what agents may do by themselves."""
    answer = Server.find(Home.find(home)).get(f"{_PATH}/proposals")
    if json:
        screen.json(answer)
        return
    items = [each for each in read(answer, ProposalList).items if each.wanted]
    if not items:
        screen.say("Nothing in sempre.toml needs approval.")
        return
    rows = [
        (each.id[:8], each.state, since(each.proposed_at, clock.now()), each.headline)
        for each in items
    ]
    screen.table(("id", "state", "since", "wants"), rows)


@policy.command("approve")
def approve(which: IdArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """Let it hold. Needs a token of scope `approve`."""
    _decide(which, "approve", home, as_json=json)


@policy.command("refuse")
def refuse(which: IdArgument, home: HomeOption = None, json: JsonOption = False) -> None:
    """It does not hold. Needs a token of scope `approve`."""
    _decide(which, "refuse", home, as_json=json)


def _decide(which: Sequence[str], decision: str, home: Path | None, *, as_json: bool) -> None:
    server = Server.find(Home.find(home))
    items = read(server.get(f"{_PATH}/proposals"), ProposalList).items
    chosen = [each for name in which for each in _chosen(items, name)]
    answers = [
        server.post(f"{_PATH}/proposals/{each.id}/decision", {"decision": decision})
        for each in chosen
    ]
    if as_json:
        screen.json([Raw(answer) for answer in answers])
        return
    for answer in answers:
        decided = read(answer, PolicyProposal)
        screen.say(f"{decided.state}: {decided.headline}")


def _chosen(items: Sequence[PolicyProposal], name: str) -> Sequence[PolicyProposal]:
    """Those that wait, or the one whose id begins so. Raises NotFoundError."""
    wanted = [each for each in items if each.wanted]
    if name == "all":
        return [each for each in wanted if each.state == "open"]
    found = [each for each in wanted if each.id.startswith(name)]
    if len(found) != 1:
        raise NotFoundError(
            f"No single proposal has an id that begins with {name}. `sempre policy proposals` lists them.",
            code="proposal_not_found",
        )
    return found


def _rules_in(file: Path) -> Sequence[Mapping[str, object]]:
    try:
        given = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise NotFoundError(f"{file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidError(f"{file} is not valid TOML: {error}.") from error
    try:
        rules = convert(given, _File).rules
    except ValidationError as error:
        raise InvalidError(f"{file} holds more or other than [[rules]]: {error}.") from error
    return [{name: value for name, value in each.items() if value} for each in rules]


def _conditions(rule: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(rule.get(name) or "") for name in ("verdict", *_CONDITIONS))


def _call(words: Sequence[str]) -> tuple[str, Mapping[str, object]]:
    """One text is a command; a tool's name comes with its input."""
    if len(words) == 1 and not words[0].isidentifier():
        return _SHELL, {"command": words[0]}
    tool, *given = words
    pairs = [each.partition("=") for each in given]
    if all(equals for _, equals, _ in pairs) and tool[:1].isupper():
        return tool, {name: value for name, _, value in pairs}
    return _SHELL, {"command": " ".join(words)}


def _origin(each: SettingsRule) -> str:
    if not each.holds:
        return "sempre.toml, waits"
    taken_back = each.state is None and each.proposal_id is not None
    return "sempre.toml before" if taken_back else "sempre.toml"


def _rule_row(rule: PolicyRule, origin: str) -> tuple[str, ...]:
    conditions = (rule.channel, rule.tool, rule.command, rule.path, rule.risk or "")
    return (rule.verdict, *(each or "any" for each in conditions), origin, rule.id[:13])
