"""Deciding while Sempre does not run: into the home's own store, for whoever shows what it takes, and on the trail."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from sempre import clock, crypto
from sempre.access import OWNER, Logins, Principal, Scope, Tokens
from sempre.app import stores
from sempre.approvals import Approval, State
from sempre.audit import Trail
from sempre.events import Log
from sempre.home import Home, Lock
from sempre.settings import Settings
from tests.approvals.desk import Desk
from tests.cli.shell import Result, Shell
from tests.support.store import Store

_OWNER = Principal(via="cookie", who="owner", scopes=OWNER)


@dataclass
class Left:
    """What a Sempre left that went away while a call waited. `shown` are things that a person may have."""

    shell: Shell
    asked: Approval
    held: Approval
    shown: dict[str, str] = field(default_factory=dict[str, str])

    def decide(self, *words: str, token: str = "") -> Result:
        return self.run(*words, SEMPRE_TOKEN=token)

    def run(self, *words: str, **environment: str) -> Result:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            return self.shell.run("approvals", *words)

    def look(self) -> tuple[Approval, list[tuple[str, str]], list[str]]:
        """The call as it stands, what the trail has of it, which must be whole, and what the log says."""

        async def looked() -> tuple[Approval, list[tuple[str, str]], list[str]]:
            async with living(self.shell.home) as store:
                trail = Trail(store.db, store.keyring)
                entries = [(each.what, each.by) async for each in trail.every()]
                assert not (await trail.verify()).problems
                desk = Desk(store)
                return await desk.approvals.get(self.asked.id), entries, await desk.events()

        return asyncio.run(looked())

    def is_untouched(self) -> bool:
        approval, trailed, _ = self.look()
        return approval.state is State.PENDING and trailed == []


@asynccontextmanager
async def living(path: Path) -> AsyncIterator[Store]:
    home = Home(path)
    keyring, db = await asyncio.to_thread(stores.prepare, home, Settings())
    log = Log(db, keyring, flush_ms=1)
    log.open()
    try:
        yield Store(url=stores.address(home, Settings()), db=db, keyring=keyring, log=log)
    finally:
        await log.close()
        await db.close()


@pytest.fixture
def left(shell: Shell, migrated_file: Path) -> Left:
    async def lay_down() -> Left:
        Home(shell.home).make()
        crypto.load(Home(shell.home).key, data_exists=False)
        shutil.copy(migrated_file, Home(shell.home).database)
        async with living(shell.home) as store:
            desk, tokens = Desk(store), Tokens(store.db)
            asked, held = await desk.asked(), await desk.asked()
            assert await desk.approvals.defer(asked.session_id, asked.call_id)
            left = Left(shell, asked, held)
            for name, scope in (("phone", Scope.APPROVE), ("watch", Scope.OPERATE)):
                made = await tokens.create(name, [scope], by=_OWNER, expires_at=None)
                left.shown[name] = made.secret
            gone = await tokens.create("gone", [Scope.APPROVE], by=_OWNER, expires_at=None)
            await tokens.revoke(gone.token.id)
            left.shown["gone"] = gone.secret
            link = await Logins(store.db).create_link()
            left.shown["link"] = f"http://127.0.0.1:8787{link.path}"
        return left

    return asyncio.run(lay_down())


def test_a_call_is_seen_and_approved_with_a_token_and_that_is_on_the_trail(left: Left):
    assert "Bash: make deploy" in left.run("list").out
    assert '"make deploy"' in left.run("show", left.asked.id).out
    said = left.decide("approve", "coder#1", token=left.shown["phone"])
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "Bash: make deploy: approved. Sempre does not run here; the agent goes on with it once it does.\n"
    )
    approval, trailed, told = left.look()
    assert (approval.state, approval.decided_by) == (State.APPROVED, "token:phone")
    assert trailed == [("approval.decided", "token:phone")]
    assert told.count("approval.decided") == 1
    again = left.decide("refuse", left.asked.id, token=left.shown["phone"])
    assert again.code == 4
    assert "approved by token:phone" in again.err
    assert left.look()[0].state is State.APPROVED


def test_a_call_is_refused_with_a_reason_by_a_login_link_which_is_used_up(left: Left):
    words = ("refuse", left.asked.id, "--reason", "Not today.", "--json")
    said = left.decide(*words, token=left.shown["link"])
    assert (said.code, said.json["decision"], said.json["decided_by"]) == (0, "refuse", "owner")
    approval, trailed, _ = left.look()
    assert (approval.state, approval.decision_reason) == (State.REFUSED, "Not today.")
    assert trailed == [("approval.decided", "owner")]
    said = left.decide("refuse", left.asked.id, token=left.shown["link"])
    assert said.code == 5
    assert "used already" in said.err
    with closing(sqlite3.connect(Home(left.shell.home).database)) as rows:
        assert rows.execute("SELECT count(*) FROM logins").fetchone() == (0,), "no login is left"


@pytest.mark.parametrize("shown", ["", "watch", "gone", "made-up", "of-the-machine"])
def test_nobody_decides_without_a_token_that_may(left: Left, shown: str):
    home = Home(left.shell.home)
    home.token.write_text("sempre_local_left-by-a-crash")  # an agent could have read it
    left.shown["made-up"] = "sempre_token_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    left.shown["of-the-machine"] = home.token.read_text()
    said = left.decide("approve", left.asked.id, token=left.shown.get(shown, ""))
    assert said.code == 5, said
    assert "approve" in said.err or "opens nothing" in said.err
    assert left.is_untouched()


def test_sempres_own_files_are_no_token_of_a_persons(left: Left):
    file = Home(left.shell.home).state / "mine"
    file.write_text(left.shown["phone"])
    said = left.shell.run("--token-file", str(file), "approvals", "approve", left.asked.id)
    assert said.code == 5
    assert left.is_untouched()


def test_a_call_at_which_a_process_was_held_is_asked_again_and_so_not_decided(left: Left):
    said = left.decide("approve", left.held.id, token=left.shown["phone"])
    assert said.code == 4
    assert "sempre up" in said.err
    assert left.look()[1] == []


def test_what_came_too_late_is_said(left: Left, monkeypatch: pytest.MonkeyPatch):
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    said = left.decide("approve", left.asked.id, token=left.shown["phone"])
    assert said.code == 4
    assert "Nobody decided this in time" in said.err
    assert left.look()[0].state is State.EXPIRED


def test_another_input_needs_the_rules_and_so_a_running_sempre(left: Left):
    words = ("edit", left.asked.id, "--command", "make deploy-staging")
    said = left.decide(*words, token=left.shown["phone"])
    assert said.code == 6
    assert "sempre up" in said.err
    assert left.is_untouched()


def test_while_sempre_starts_the_store_is_its_own(left: Left):
    lock = Lock(Home(left.shell.home))
    try:
        said = left.decide("approve", left.asked.id, token=left.shown["phone"])
    finally:
        lock.release()
    assert said.code == 4
    assert left.is_untouched()


def test_where_nothing_is_there_is_nothing_to_decide(shell: Shell):
    said = shell.run("approvals")
    assert said.code == 6
    assert "does not run" in said.err
    assert list(shell.home.iterdir()) == []


def test_what_nobody_asked_is_not_found(left: Left):
    said = left.decide("approve", "coder#7", token=left.shown["phone"])
    assert said.code == 3
    assert left.decide("show", "unknown").code == 3
