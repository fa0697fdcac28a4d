"""Rules, what they answer, and those that wait for a person."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct


class PolicyRule(Struct, frozen=True):
    id: str
    verdict: str
    channel: str
    tool: str
    command: str
    path: str
    risk: str | None
    note: str


class SettingsRule(Struct, frozen=True):
    rule: PolicyRule
    holds: bool
    state: str | None
    proposal_id: str | None


class PolicyChannel(Struct, frozen=True):
    channel: str
    on_ask: str
    unattended: bool


class Policy(Struct, frozen=True):
    version: str
    rules: Sequence[PolicyRule]
    settings_rules: Sequence[SettingsRule]
    channels: Sequence[PolicyChannel]
    proposals_waiting: int


class PolicyAnswer(Struct, frozen=True):
    needs: str
    verdict: str
    rule: str
    reason: str


class PolicyTest(Struct, frozen=True):
    verdict: str
    rule: str
    reason: str
    risk: str
    risk_reason: str
    on_ask: str
    outcome: str
    answers: Sequence[PolicyAnswer]


class PolicyProposal(Struct, frozen=True):
    id: str
    headline: str
    state: str
    wanted: bool
    proposed_at: datetime


class ProposalList(Struct, frozen=True):
    items: Sequence[PolicyProposal]
