"""What a change of sempre.toml does to rights: what it takes is gone at once, what it gives waits for a person."""

import asyncio
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sempre import clock
from sempre.audit import Trail
from sempre.contract.actions import Action, OnAsk, Verdict
from sempre.db.notices import Notices
from sempre.errors import MisconfiguredError
from sempre.policy import Rights, judge
from sempre.rulebook import Book, Decision, Proposal, Proposals, Rulebook, Wish
from sempre.settings import BudgetSettings, RuleSettings, Settings, WorkerSettings
from sempre.workflows.permissions import Permissions
from tests.policy.worker import Disk
from tests.support.store import Store

WORKERS = ("coder", "writer")
COMMANDS = ("git push", "make all", "pytest -q", "rm -r build", "ls")
PLACES = ("", "workspaces/coder", "workspaces/coder/docs", "workspaces", "/srv/project")
BUDGETS = ("day_dollars", "day_tokens", "channel_dollars", "turn_dollars", "turn_tokens")


@dataclass(frozen=True)
class Started:
    """Permissions as one start of Sempre has them."""

    permissions: Permissions
    proposals: Proposals
    home: Path

    async def approve_all(self) -> None:
        for each in await self.proposals.every():
            if each.wanted and each.state is Decision.OPEN:
                await self.proposals.decide(each.id, approve=True, by="owner")

    async def change(self, settings: Settings) -> None:
        """While it runs."""
        self.permissions.take(await self.permissions.prepare(settings))

    def headlines(self) -> set[str]:
        """What waits for a person."""
        rows = (each for kind in KINDS for each in self.proposals.known(kind))
        waiting = [each for each in rows if each.state is Decision.OPEN]
        return {each.wish.headline for each in waiting if self.proposals.wants(each.id)}


KINDS = ("command", "tool", "directory", "on_ask", "rule", "sandbox_off", "loosened", "budget")


async def start(store: Store, home: Path, settings: Settings, *, node: str = "here") -> Started:
    audit = Trail(store.db, store.keyring)
    rulebook = Rulebook(store.db, audit, Notices(store.db))
    return await _opened(Proposals(store.db, audit), rulebook, home, settings, node)


async def _start(shelf: "Shelf", home: Path, settings: Settings) -> Started:
    return await _opened(shelf, NoRules(), home, settings, "here")


async def _opened(
    proposals: Proposals, rulebook: Rulebook, home: Path, settings: Settings, node: str
) -> Started:
    permissions = Permissions(
        settings=settings,
        workspaces=home / "workspaces",
        directory=lambda channel, worker: home / (worker.directory or f"workspaces/{channel[6:]}"),
        rulebook=rulebook,
        proposals=proposals,
        node=node,
    )
    await permissions.open(shipped=False)
    return Started(permissions, proposals, home)


def worker(**given: Any) -> Settings:
    return Settings(workers={"coder": WorkerSettings(**given)})


CHANNEL = "files:coder"
DEFAULT_TOOLS = set(WorkerSettings().tools)


@pytest.mark.parametrize(
    "after",
    [
        Settings(),
        worker(),
        worker(tools=("Read", "Bash")),
        Settings(workers={"builder": WorkerSettings(tools=("Read",), sandbox=True)}),
    ],
    ids=["no file", "an empty table", "another list", "a table of another name"],
)
async def test_a_narrower_list_of_tools_stays_until_a_person_approves_another(
    store: Store, tmp_path: Path, after: Settings
):
    await start(store, tmp_path, worker(tools=("Read",), sandbox=True))
    changed = await start(store, tmp_path, after)
    assert changed.permissions.tools(CHANNEL) == ("Read",)
    assert changed.permissions.sandbox(CHANNEL)
    assert f"{CHANNEL} has the tool Bash" in changed.headlines()
    assert f"{CHANNEL} runs its commands without a sandbox" in changed.headlines()
    await changed.approve_all()
    assert changed.permissions.tools(CHANNEL) == after.worker("coder").tools
    assert not changed.permissions.sandbox(CHANNEL)
    again = await start(store, tmp_path, after)
    assert again.permissions.tools(CHANNEL) == after.worker("coder").tools
    assert not again.headlines()


async def test_what_was_taken_away_again_is_decided_anew(store: Store, tmp_path: Path):
    narrow, wide = worker(tools=("Read",)), worker(tools=("Read", "Bash", "WebFetch"))
    wanted = worker(commands=("make",), on_ask="allow", tools=("Read",))
    running = await start(store, tmp_path, narrow)
    for settings in (wide, wanted):
        await running.change(settings)
        await running.approve_all()
        assert not running.headlines()
        await running.change(narrow)
        await running.change(settings)
        assert running.headlines()
        assert running.permissions.tools(CHANNEL) == ("Read",)
        assert running.permissions.commands(CHANNEL) == []
        assert running.permissions.on_ask(CHANNEL) is OnAsk.WAIT


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [
        ("", "workspaces/coder/docs", False),
        ("workspaces/coder/docs", "", True),
        ("workspaces/coder/docs", "workspaces/coder", True),
        ("", "workspaces", True),
        ("", "workspaces/writer", True),
        ("workspaces/coder/docs", "workspaces/coder/docs/deep", False),
    ],
)
async def test_a_wider_directory_stops_the_worker_until_a_person_approves_it(
    store: Store, tmp_path: Path, before: str, after: str, held: bool
):
    await start(store, tmp_path, worker(directory=before))
    changed = await start(store, tmp_path, worker(directory=after))
    assert _works_in(changed, CHANNEL) is (not held)
    await changed.approve_all()
    assert _works_in(changed, CHANNEL)


async def test_a_raised_budget_waits_and_a_lowered_one_does_not(store: Store, tmp_path: Path):
    def budgets(**given: float) -> Settings:
        return Settings(budgets=BudgetSettings(**given))  # type: ignore[arg-type]  (what a test says)

    running = await start(store, tmp_path, budgets(day_dollars=10, turn_tokens=1000))
    await running.change(budgets(day_dollars=50))
    assert running.headlines() == {
        "sempre.toml raises the budget day_dollars to 50.0",
        "sempre.toml takes the budget turn_tokens away",
    }
    now = running.permissions.budgets()
    assert (now.day_dollars, now.turn_tokens) == (10, 1000)
    await running.approve_all()
    now = running.permissions.budgets()
    assert (now.day_dollars, now.turn_tokens) == (50, None)
    await running.change(budgets(day_dollars=30, turn_tokens=10))
    assert running.permissions.budgets().day_dollars == 30
    again = await start(store, tmp_path, budgets(day_dollars=50, turn_tokens=10))
    assert again.permissions.budgets().day_dollars == 30
    assert running.headlines() == set()


async def test_each_machine_has_a_file_of_its_own(store: Store, tmp_path: Path):
    await start(store, tmp_path, worker(tools=("Read",), sandbox=True), node="one")
    other = await start(store, tmp_path, Settings(), node="two")
    assert not other.headlines()


_GUARDED = ("git", "make")  # few, so that rules often are about the same command
_RULES = st.builds(
    RuleSettings,
    verdict=st.sampled_from(["allow", "ask", "deny"]),
    command=st.sampled_from([*_GUARDED, "git push", "rm"]),
    channel=st.sampled_from(["", "files:coder"]),
)
_GUARDS = st.builds(
    lambda verdict, command: (
        RuleSettings(verdict=verdict, command=command),
        RuleSettings(verdict="allow", command=command),
    ),
    st.sampled_from(["ask", "deny"]),
    st.sampled_from(_GUARDED),
)
_RULE_LISTS = st.lists(st.one_of(_GUARDS, _RULES.map(lambda each: (each,))), max_size=3).map(
    lambda found: tuple(itertools.chain.from_iterable(found))
)
_WORKERS = st.builds(
    WorkerSettings,
    directory=st.sampled_from(PLACES),
    tools=st.lists(
        st.sampled_from(["Read", "Bash", "Write", "WebFetch"]), unique=True, min_size=1
    ).map(tuple),
    commands=st.lists(st.sampled_from(["make", "rm"]), unique=True).map(tuple),
    on_ask=st.sampled_from(["wait", "deny", "allow"]),
    sandbox=st.booleans(),
)
_CAPS = st.one_of(st.none(), st.sampled_from([1, 10, 100]))
_SETTINGS = st.builds(
    Settings,
    rules=_RULE_LISTS,
    workers=st.dictionaries(st.sampled_from(WORKERS), _WORKERS, max_size=2),
    budgets=st.builds(BudgetSettings, **dict.fromkeys(BUDGETS, _CAPS)),
)


@st.composite
def _edited(draw: st.DrawFn, before: Settings) -> Settings:
    """As people change a file: one thing of it. Files that have nothing in common hardly ever take just the rule away
    that stood before an approved one."""
    edits: list[st.SearchStrategy[Mapping[str, object]]] = [
        st.fixed_dictionaries({"budgets": st.builds(BudgetSettings)}),
        st.fixed_dictionaries(
            {"workers": st.dictionaries(st.sampled_from(WORKERS), _WORKERS, max_size=2)}
        ),
    ]
    if rules := before.rules:
        less = [(*rules[:at], *rules[at + 1 :]) for at in range(len(rules))]
        others = st.one_of(st.sampled_from(less), st.permutations(rules).map(tuple))
        edits += [st.fixed_dictionaries({"rules": others})] * 2
    return before.model_copy(update=dict(draw(st.one_of(edits))))


@st.composite
def _files(draw: st.DrawFn) -> Sequence[Settings]:
    files = [draw(_SETTINGS)]
    for _ in range(draw(st.integers(1, 3))):
        files.append(draw(st.one_of(_edited(files[-1]), _SETTINGS)))
    return files


_DENIED_AND_ALLOWED = (
    RuleSettings(verdict="deny", command="git push"),
    RuleSettings(verdict="allow", command="git"),
)

_DENIED = (RuleSettings(verdict="deny", command="git"),)
_FREE = worker(tools=("Bash",), on_ask="allow")


# One for each comparison, so that none can be switched off unseen, whatever is drawn.
@example([Settings(rules=_DENIED_AND_ALLOWED), Settings(rules=_DENIED_AND_ALLOWED[1:])], [True] * 4)
@example([_FREE.model_copy(update={"rules": _DENIED}), _FREE, _FREE, _FREE], [True] * 4)
@example([worker(tools=("Read",)), worker(tools=("Read", "WebFetch"))], [True] * 4)
@example([worker(directory=PLACES[2]), worker(directory=PLACES[3])], [True] * 4)
@example([worker(sandbox=True), worker()], [True] * 4)
@example([Settings(budgets=BudgetSettings(day_dollars=1)), Settings()], [True] * 4)
@given(
    files=_files(),
    approved=st.lists(st.sampled_from([True, True, False]), min_size=4, max_size=4),
)
@hypothesis_settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking these takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_no_change_of_the_file_allows_what_was_not_allowed_until_a_person_approves_it(
    files: Sequence[Settings], approved: Sequence[bool]
):
    """Whatever stood there before, whatever of it was approved, and whether Sempre runs or starts anew."""
    asyncio.run(_walk(Path("/home/of"), files, approved))


async def _walk(home: Path, files: Sequence[Settings], approved: Sequence[bool]) -> None:
    shelf = Shelf()
    running = await _start(shelf, home, files[0])
    for at, (before, after) in enumerate(itertools.pairwise(files)):
        if approved[at]:
            await running.approve_all()
        held = allowed(running) | by_itself(running, before)
        await running.change(after)
        assert allowed(running) <= held
        anew = await _start(shelf, home, after)
        assert allowed(anew) == allowed(running)
        assert anew.headlines() == running.headlines()
        running = anew
    await running.approve_all()
    assert not running.headlines()
    assert allowed(running) >= asked_for(running, files[-1])


class Shelf(Proposals):
    """Proposals that outlive a start and are on no disk: a walk has many."""

    def __init__(self) -> None:
        self._kept: dict[str, Proposal] = {}
        self._wanted: Mapping[str, Wish] = {}

    def state(self, wish: Wish) -> Decision:
        kept = self._kept.get(wish.id)
        return kept.state if kept else Decision.OPEN

    def known(self, kind: str) -> Sequence[Proposal]:
        return [each for each in reversed(self._kept.values()) if each.wish.kind == kind]

    @property
    def waiting(self) -> int:
        return 0

    async def every(self) -> Sequence[Proposal]:
        return [replace(each, wanted=self.wants(each.id)) for each in self._kept.values()]

    async def offer(
        self, wanted: Iterable[Wish], *, before: Collection[str] = (), shipped: bool = False
    ) -> None:
        self._wanted = {each.id: each for each in wanted}
        for each in self._wanted.values():
            self._kept.setdefault(each.id, _row(each, Decision.OPEN))

    async def remember(self, fact: Wish, *, instead: Sequence[Wish] = ()) -> None:
        for each in instead:
            self._kept.pop(each.id)
        self._kept[fact.id] = _row(fact, Decision.APPROVED)

    async def reopen(self, gone: Collection[str]) -> None:
        for each in gone:
            self._kept[each] = replace(self._kept[each], state=Decision.OPEN)

    async def decide(self, id: str, *, approve: bool, by: str) -> Proposal:
        assert approve
        assert by
        self._kept[id] = replace(self._kept[id], state=Decision.APPROVED)
        return self._kept[id]


def _row(wish: Wish, state: Decision) -> Proposal:
    # Through JSON, as a database gives it back.
    value = msgspec.json.decode(msgspec.json.encode(wish.value))
    return Proposal(
        id=wish.id,
        wish=Wish(wish.kind, wish.subject, value),
        state=state,
        wanted=False,
        proposed_at=clock.now(),
        decided_at=None,
        decided_by=None,
    )


class NoRules(Rulebook):
    """A person laid none down."""

    def __init__(self) -> None:
        self._book = Book()

    async def open(self) -> None: ...


def _works_in(started: Started, channel: str) -> bool:
    try:
        started.permissions.require_directory(channel)
    except MisconfiguredError:
        return False
    return True


def allowed(started: Started) -> set[tuple[str, ...]]:
    """All that may happen without a person, as far as this test looks."""
    found = {("spends", *each) for each in _spent(started.permissions.budgets())}
    for name in WORKERS:
        channel = f"files:{name}"
        tools = started.permissions.tools(channel)
        found |= {("has", channel, each) for each in tools}
        if not started.permissions.sandbox(channel):
            found.add(("unboxed", channel))
        if _works_in(started, channel):
            found |= _in(started, channel, started.permissions.directory(channel))
        if "Bash" in tools:
            found |= {("runs", channel, each) for each in COMMANDS if _runs(started, channel, each)}
    return found


def by_itself(started: Started, before: Settings) -> set[tuple[str, ...]]:
    """A worker that was elsewhere may always come home."""
    found: set[tuple[str, ...]] = set()
    for name, each in before.workers.items():
        own = started.home / "workspaces" / name
        if not (started.home / (each.directory or own)).is_relative_to(own):
            found |= _in(started, f"files:{name}", own)
    return found


def asked_for(started: Started, settings: Settings) -> set[tuple[str, ...]]:
    """What a file names, but for what its own rules say about commands."""
    found = {("spends", *each) for each in _spent(settings.budgets)}
    for name, each in settings.workers.items():
        channel = f"files:{name}"
        found |= {("has", channel, tool) for tool in each.tools}
        found |= _in(started, channel, started.home / (each.directory or f"workspaces/{name}"))
        if not each.sandbox:
            found.add(("unboxed", channel))
    return found


def _spent(budgets: BudgetSettings) -> set[tuple[str, ...]]:
    said = budgets.model_dump()
    return {
        (name, str(amount))
        for name in BUDGETS
        for amount in (1, 10, 100, 1000)
        if said[name] is None or amount <= said[name]
    }


def _in(started: Started, channel: str, directory: Path) -> set[tuple[str, ...]]:
    places = [started.home / place for place in (*PLACES, "workspaces/writer") if place]
    return {("in", channel, str(each)) for each in places if each.is_relative_to(directory)}


def _runs(started: Started, channel: str, command: str) -> bool:
    own = str(started.home / "workspaces" / channel.partition(":")[2])
    on_ask = started.permissions.on_ask(channel)
    rights = Rights(
        directory=own,
        home=str(started.home),
        commands=started.permissions.commands(channel),
        rules=started.permissions.rules(),
        unattended=on_ask is OnAsk.ALLOW,
    )
    action = Action(
        channel=channel,
        turn_id=None,
        call_id="",
        tool="Bash",
        input={"command": command},
        directory=own,
    )
    verdict = judge(action, rights, Disk()).verdict
    return verdict is Verdict.ALLOW or (verdict is Verdict.ASK and rights.unattended)
