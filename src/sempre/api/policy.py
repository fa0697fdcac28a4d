"""What agents may do: a person's rules, what channels do with what nobody decided, what the settings want, a tester."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import Field, JsonValue
from starlette.requests import Request

from sempre import ids, rulebook
from sempre.access import Scope
from sempre.api.authentication import needs, principal_of, require
from sempre.api.errors import may_answer
from sempre.api.given import Given
from sempre.api.parts import Parts
from sempre.api.schema import Form, View
from sempre.contract.actions import Action, OnAsk, Risk, Verdict
from sempre.contract.agents import Ending
from sempre.contract.rules import Rule
from sempre.errors import InvalidError
from sempre.policy import DEFAULTS, Question, check, widenings, widens
from sempre.rulebook import Decision
from sempre.workflows.remembered import FACTS

router = APIRouter(prefix="/api", tags=["policy"])
_MOST = 200
_CHANNEL = r"^[a-z]+:[^\x00-\x1f\x7f]{1,200}$"

ProposalId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{32}$", description="The id, as the list gives it.")
]
ChannelId = Annotated[
    str, Path(pattern=_CHANNEL, description="The channel, such as `files:coder`.")
]


class PolicyRule(View):
    """An empty condition holds for every call. docs/policy.md says how rules are read."""

    id: str = Field(description="Stands on the audit trail and in refusals as `rule:<id>`.")
    verdict: Verdict
    channel: str
    tool: str
    command: str = Field(description="The first words of a simple command.")
    path: str
    risk: Risk | None = Field(description="Allow up to it; ask or deny from it on.")
    note: str


class SettingsRule(View):
    """A rule of sempre.toml. They are asked after a person's own."""

    rule: PolicyRule
    holds: bool
    state: Decision | None = Field(description="null: it only narrows and needs no approval.")
    proposal_id: str | None = Field(
        description="What lets it hold; of a rule that only narrows, what would take it away."
    )


class PolicyChannel(View):
    channel: str
    on_ask: OnAsk
    unattended: bool = Field(description="Calls that a person should decide are allowed without.")
    source: Literal["person", "settings"]


class PolicyDefaults(View):
    """What holds when no rule says another."""

    programs: Sequence[str] = Field(description="Programs that run without asking; they only look.")
    git: Sequence[str] = Field(description="The same of git.")
    tools: Sequence[str] = Field(description="Tools that act within the session alone.")


class Policy(View):
    """`version` names the list of rules: send it back with a change."""

    version: str
    rules: Sequence[PolicyRule]
    settings_rules: Sequence[SettingsRule]
    channels: Sequence[PolicyChannel]
    proposals_waiting: int
    defaults: PolicyDefaults


class GivenRule(Form):
    id: str = Field(
        default="",
        pattern=r"^([0-9a-f-]{36})?$",
        description="Of a rule that is kept; empty for a new one.",
    )
    verdict: Verdict
    channel: str = Field(default="", max_length=220)
    tool: str = Field(default="", max_length=100)
    command: str = Field(default="", max_length=500)
    path: str = Field(default="", max_length=500)
    risk: Risk | None = None
    note: str = Field(default="", max_length=300)


class RuleList(Form):
    """The whole list in its order; the first that fits decides."""

    version: str = Field(description="`version` as it was read; 409 when it is another by now.")
    rules: Sequence[GivenRule] = Field(max_length=_MOST)


class OnAskChange(Form):
    on_ask: OnAsk | None = Field(description="null: what the settings say, again.")


class PolicyCase(Form):
    """A call to try. Nothing runs."""

    channel: str = Field(pattern=_CHANNEL)
    tool: str = Field(default="Bash", pattern=r"^[A-Za-z0-9_.-]{1,100}$")
    input: Mapping[str, JsonValue] = Field(
        description='The tool\'s own input, such as `{"command": "git push"}`.'
    )


class PolicyAnswer(View):
    """One thing that the call needs, and how it was answered."""

    needs: str = Field(description="In words: what runs, or what is read or written.")
    verdict: Verdict
    rule: str
    reason: str


class PolicyTest(View):
    """What would become of the call. `outcome` is after the channel's `on_ask`: `wait` is for a person."""

    verdict: Verdict
    rule: str
    reason: str
    risk: Risk
    risk_reason: str
    on_ask: OnAsk
    outcome: Literal["allow", "deny", "wait"]
    answers: Sequence[PolicyAnswer]


class PolicyProposal(View):
    """A right that sempre.toml names and that waits for a person, or was decided by one."""

    id: str
    kind: Literal[
        "command", "tool", "directory", "on_ask", "rule", "sandbox_off", "loosened", "budget"
    ]
    subject: str = Field(description="The channel it is for; empty for a rule that is for all.")
    wish: JsonValue
    headline: str
    state: Decision
    wanted: bool = Field(description="The settings still say so.")
    proposed_at: datetime
    decided_at: datetime | None
    decided_by: str | None


class ProposalList(View):
    items: Sequence[PolicyProposal]


class ProposalDecision(Form):
    decision: Literal["approve", "refuse"]


@router.get("/policy", responses=may_answer())
async def get_policy(parts: Given) -> Policy:
    """The rules in their order, and what each channel does with what a person should decide."""
    return await _policy(parts)


@router.put("/policy/rules", responses=may_answer(409))
async def put_policy_rules(parts: Given, request: Request, wanted: RuleList) -> Policy:
    """Another list instead. One that allows more than before needs the scope `approve`."""
    before = await parts.rulebook.look()
    before.require(wanted.version)
    after = _rules(wanted.rules, {each.id for each in before.rules})
    if widenings(before.rules, after):
        require(request, Scope.APPROVE)
    who = principal_of(request).who
    await parts.rulebook.replace(after, seen=before.version, by=who)
    _tell(parts, "rules", None, who)
    return await _policy(parts)


@router.put("/policy/channels/{channel}", responses=may_answer(404))
async def put_policy_channel(
    parts: Given, request: Request, channel: ChannelId, change: OnAskChange
) -> Policy:
    """What the channel does with a call that a person should decide. `allow` needs the scope `approve`."""
    await parts.proposals.every()
    settled = parts.permissions.on_ask_of_settings(channel)

    def may(before: OnAsk | None) -> None:
        if widens(before or settled, change.on_ask or settled):
            require(request, Scope.APPROVE)

    who = principal_of(request).who
    await parts.rulebook.set_on_ask(channel, change.on_ask, by=who, may=may)
    _tell(parts, "on_ask", channel, who)
    return await _policy(parts)


@router.post("/policy/test", responses=may_answer(), **needs(Scope.READ))
async def test_policy(parts: Given, case: PolicyCase) -> PolicyTest:
    """Which rule, which verdict, which risk: this call, on that channel. Nothing runs and nothing is recorded."""
    action = Action(
        channel=case.channel,
        turn_id=None,
        call_id="",
        tool=case.tool,
        input=case.input,
        directory=str(parts.permissions.directory(case.channel)),
    )
    judgement, answers = await parts.tool_rules.explain(action)
    on_ask = parts.permissions.on_ask(case.channel)
    return PolicyTest(
        verdict=judgement.verdict,
        rule=judgement.rule,
        reason=judgement.reason,
        risk=judgement.risk,
        risk_reason=judgement.risk_reason,
        on_ask=on_ask,
        outcome=_outcome(judgement.verdict, on_ask),
        answers=[
            PolicyAnswer(
                needs=_words(question), verdict=each.verdict, rule=each.rule, reason=each.reason
            )
            for question, each in answers
        ],
    )


@router.get("/policy/proposals", responses=may_answer())
async def list_policy_proposals(parts: Given) -> ProposalList:
    """What sempre.toml wants beyond what agents may do by themselves, the newest first."""
    found = await parts.proposals.every()
    return ProposalList(items=[_proposal(each) for each in found if each.wish.kind not in FACTS])


@router.post(
    "/policy/proposals/{id}/decision", responses=may_answer(404, 409), **needs(Scope.APPROVE)
)
async def decide_policy_proposal(
    parts: Given,
    request: Request,
    id: ProposalId,
    decision: ProposalDecision,
) -> PolicyProposal:
    """Approve or refuse exactly this. It may be decided anew later."""
    approve = decision.decision == "approve"
    who = principal_of(request).who
    decided = await parts.proposals.decide(id, approve=approve, by=who)
    wish = decided.wish
    _tell(parts, "proposal", wish.subject or None, who)
    if approve and wish.kind == "directory":
        await _go_on(parts, wish.subject, by=who)
    return _proposal(decided)


async def _go_on(parts: Parts, channel: str, *, by: str) -> None:
    """A worker that had no approved directory was stopped; no other stop is lifted."""
    row = next((each for each in await parts.channels.every() if each.id == channel), None)
    if row is not None and row.state == "stopped" and row.state_kind == Ending.MISCONFIGURED.value:
        await parts.control.resume(channel, by=by)


def _tell(parts: Parts, what: str, channel: str | None, by: str) -> None:
    parts.log.append("policy.changed", {"what": what, "by": by}, channel=channel)


async def _policy(parts: Parts) -> Policy:
    book = await parts.rulebook.look()
    known = {f"files:{name}" for name in parts.settings.workers}
    known |= {each.channel for each in parts.workers()} | set(book.on_ask)
    return Policy(
        version=book.version,
        rules=[_rule(each) for each in book.rules],
        settings_rules=[
            SettingsRule(
                rule=_rule(each.rule),
                holds=each.state in (None, Decision.APPROVED),
                state=each.state,
                proposal_id=each.proposal,
            )
            for each in parts.permissions.said()
        ],
        channels=[_channel(parts, each, book) for each in sorted(known)],
        proposals_waiting=parts.proposals.waiting,
        defaults=PolicyDefaults(programs=DEFAULTS.programs, git=DEFAULTS.git, tools=DEFAULTS.tools),
    )


def _channel(parts: Parts, channel: str, book: rulebook.Book) -> PolicyChannel:
    on_ask = parts.permissions.on_ask(channel)
    return PolicyChannel(
        channel=channel,
        on_ask=on_ask,
        unattended=on_ask is OnAsk.ALLOW,
        source="person" if channel in book.on_ask else "settings",
    )


def _rules(given: Sequence[GivenRule], known: set[str]) -> Sequence[Rule]:
    """Raises InvalidError, naming the place in the list."""
    made: list[Rule] = []
    for at, each in enumerate(given, start=1):
        if each.id and (each.id not in known or each.id in {rule.id for rule in made}):
            raise InvalidError(f"Rule {at} has the id {each.id}, which no other rule may have.")
        rule = Rule(
            id=each.id or ids.new_id(),
            verdict=each.verdict,
            channel=each.channel,
            tool=each.tool,
            command=each.command,
            path=each.path,
            risk=each.risk,
            note=each.note,
        )
        try:
            made.append(check(rule))
        except InvalidError as error:
            raise InvalidError(f"Rule {at}: {error.message}") from error
    return made


def _rule(rule: Rule) -> PolicyRule:
    return PolicyRule.model_validate(vars(rule))


def _proposal(proposal: rulebook.Proposal) -> PolicyProposal:
    wish = proposal.wish
    return PolicyProposal.model_validate(
        {
            **vars(proposal),
            "kind": wish.kind,
            "subject": wish.subject,
            "wish": wish.value,
            "headline": wish.headline,
        }
    )


def _outcome(verdict: Verdict, on_ask: OnAsk) -> Literal["allow", "deny", "wait"]:
    if verdict is not Verdict.ASK:
        return "allow" if verdict is Verdict.ALLOW else "deny"
    return on_ask.value


def _words(question: Question) -> str:
    if question.of_place:
        how = "write" if question.writes else "go through" if question.walks else "read"
        return f"{how} {question.place or 'a place that is not clear'}"
    if question.text is not None:
        return f"run what is not understood: {question.text[:200]}"
    if question.words is not None:
        return f"run {' '.join(question.words)[:200]}"
    return f"use {question.tool}"
