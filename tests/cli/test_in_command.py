"""A person in command, from a terminal: tokens, suspending, pausing, sessions, many dead letters at once."""

import re
from pathlib import Path

import pytest

from sempre.cli.client import Server
from sempre.errors import ConflictError
from sempre.home import Home
from tests.cli.shell import Shell, read_until
from tests.support.patience import PATIENCE, wait_until

pytestmark = [pytest.mark.claude, pytest.mark.slow, pytest.mark.timeout(900)]


def login_link(shell: Shell) -> str:
    """As the terminal of `sempre up` shows it."""
    printed = (shell.home.parent / f"{shell.home.name}.log").read_text()
    (link,) = re.findall(r"log in +(\S+)", printed)
    return link


@pytest.fixture(scope="module")
def approver(rehearsing: Shell) -> str:
    """The first token that may approve, made with the login link that only the terminal has."""
    link = login_link(rehearsing)
    words = ("--token-file", "-", "token", "create", "me", "--scope", "approve")
    made = rehearsing.run(*words, stdin=f"{link}\n".encode())
    assert made.code == 0, made.err
    again = rehearsing.run(*words, stdin=f"{link}\n".encode())
    assert again.code == 5, "the link is used up"
    assert "opens nothing" in again.err
    return made.out.strip()


def test_what_this_machine_has_makes_no_owner_and_says_how_to(rehearsing: Shell):
    refused = rehearsing.run("token", "create", "mine", "--scope", "approve")
    assert (refused.code, refused.out) == (5, "")
    for way in ("SEMPRE_TOKEN", "--token-file", "Settings", "login link"):
        assert way in refused.err
    link = rehearsing.json("login-link")["url"]
    words = ("--token-file", "-", "token", "create", "mine", "--scope", "approve")
    through = rehearsing.run(*words, stdin=link.encode())
    assert through.code == 5, "a link made with the token on disk gives no more than it has"


def test_sempres_own_files_are_not_taken_for_a_persons_token(rehearsing: Shell):
    own = str(rehearsing.home / ".sempre" / "token")
    refused = rehearsing.run("--token-file", own, "token", "create", "x", "--scope", "approve")
    assert refused.code == 5
    assert "Sempre's own files" in refused.err


def test_a_token_of_the_owner_makes_and_revokes_others(
    rehearsing: Shell, approver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert approver.startswith("sempre_token_")
    monkeypatch.setenv("SEMPRE_TOKEN", approver)
    made = rehearsing.json("token", "create", "second", "--scope", "approve", "--expires", "2h")
    assert made["scopes"] == ["read", "operate", "approve"]
    assert made["created_by"] == "token:me"
    monkeypatch.delenv("SEMPRE_TOKEN")
    assert rehearsing.run("token", "revoke", "second").code == 5, "not with the token on disk"
    file = tmp_path / "token"
    file.write_text(approver)
    assert rehearsing.run("--token-file", str(file), "token", "revoke", "second").code == 0
    listed = rehearsing.run("token", "list")
    assert "me" in listed.out
    assert "second" not in listed.out
    assert "revoked" in rehearsing.run("token", "list", "--all").out
    assert approver not in listed.out + listed.err
    monkeypatch.setenv("SEMPRE_TOKEN", made["secret"])
    refused = rehearsing.run("token", "create", "third", "--scope", "approve")
    assert refused.code == 5
    assert "opens nothing" in refused.err


def test_day_to_day_tokens_need_nobody(rehearsing: Shell):
    made = rehearsing.run("token", "create", "grafana", "--scope", "read")
    assert made.code == 0
    assert rehearsing.run("token", "create", "grafana", "--scope", "read").code == 4
    assert rehearsing.run("token", "revoke", "grafana").code == 0
    assert rehearsing.run("token", "revoke", "grafana").code == 3
    assert rehearsing.run("token", "create", "x", "--expires", "soon").code == 5


def test_everything_stops_and_goes_on_where_it_was(rehearsing: Shell):
    sent = rehearsing.json("send", "coder", "[[hang:600]] [[say:done]]")
    name = f"coder#{sent['number']}"
    _until(rehearsing, name, "running")
    assert rehearsing.run("suspend", "--reason", "the bill").code == 0
    _until(rehearsing, name, "parked")
    said = rehearsing.run("status")
    assert "Everything is suspended by local" in said.out
    assert "the bill" in said.out
    queued = rehearsing.json("send", "writer", "[[say:later]]")
    _until(rehearsing, f"writer#{queued['number']}", "parked")
    assert rehearsing.run("resume").code == 5
    assert rehearsing.run("resume", "writer", "--all").code == 5
    assert "sempre resume --all" in rehearsing.run("resume", "writer").err
    assert rehearsing.run("resume", "--all").code == 0
    _until(rehearsing, f"writer#{queued['number']}", "answered")
    _until(rehearsing, name, "running")
    assert rehearsing.run("cancel", name).code == 0
    turn = rehearsing.json("turns", "show", name)
    counted = [each["counted"] for each in turn["attempt_log"]]
    assert counted == [False] * len(counted)
    assert len(counted) >= 2


def test_a_paused_worker_waits_for_its_resume(rehearsing: Shell):
    paused = rehearsing.json("pause", "writer", "--for", "2h", "--reason", "lunch")
    assert paused["pause"]["reason"] == "lunch"
    sent = rehearsing.json("send", "writer", "[[say:after lunch]]")
    name = f"writer#{sent['number']}"
    _until(rehearsing, name, "parked")
    assert "lunch" in rehearsing.run("status", "writer").out
    assert "writer is" in rehearsing.run("resume", "writer").out
    _until(rehearsing, name, "answered")
    assert rehearsing.run("pause", "nobody").code == 3
    assert rehearsing.run("pause", "writer", "--for", "0min").code == 5


def test_whoever_waits_for_an_answer_is_told_that_a_person_must_decide(rehearsing: Shell):
    push = '[[tool:Bash {"command": "git push"}]] [[say:pushed]]'
    with rehearsing.start("send", "coder", push, "--wait") as asking:
        assert asking.stderr is not None
        *_, asks = read_until("‖ asks a person", asking.stderr)
        assert "git push" in asks
        wait_until(lambda: rehearsing.json("turns", "coder", "--state", "waiting"))
        (waiting,) = rehearsing.json("turns", "coder", "--state", "waiting")
        name = f"coder#{waiting['number']}"
        behind = rehearsing.run("send", "coder", "[[say:then]]", "--wait", "--timeout", "1")
        assert (
            f"coder#{waiting['number'] + 1} waits: after {name}, which waits for a person"
            in behind.err
        )
        assert rehearsing.run("cancel", name).code == 0
        assert asking.wait(PATIENCE) == 1
    _until(rehearsing, f"coder#{waiting['number'] + 1}", "answered")


def test_a_session_begins_anew_and_a_copy_remembers(rehearsing: Shell):
    rehearsing.run("send", "writer", "[[say:one]]", "--wait")
    assert rehearsing.run("sessions", "fork", "writer").code == 0
    copied = rehearsing.run("send", "writer", "[[say:two]] [[nmsg]]", "--wait")
    assert int(copied.out.rpartition("nmsg=")[2]) > 2
    assert rehearsing.run("sessions", "reset", "writer").code == 0
    fresh = rehearsing.run("send", "writer", "[[say:three]] [[nmsg]]", "--wait")
    assert fresh.out.endswith("nmsg=2\n")
    found = rehearsing.json("sessions", "writer")
    assert [each["origin"] for each in found][:2] == ["reset", "fork"]
    assert [each["current"] for each in found][:2] == [True, False]
    assert rehearsing.run("sessions", "reset", "nobody").code == 3


def test_a_fork_to_a_worker_that_there_is_not_yet_makes_it(rehearsing: Shell):
    rehearsing.run("send", "writer", "[[say:one]]", "--wait")
    assert rehearsing.run("sessions", "fork", "writer", "--to", "editor").code == 0
    wait_until(lambda: "editor" in rehearsing.run("status").out)
    copied = rehearsing.run("send", "editor", "[[say:two]] [[nmsg]]", "--wait")
    assert int(copied.out.rpartition("nmsg=")[2]) > 2
    assert rehearsing.run("sessions", "fork", "writer", "--to", "../x").code == 5


def test_directives_hold_from_the_next_turn_on(rehearsing: Shell):
    server = Server.find(Home(rehearsing.home))
    path = "/api/workers/coder/directives"
    before = rehearsing.json("send", "coder", "[[say:one]]", "--wait")
    wish: dict[str, object] = {"version": 0, "model": "claude-haiku-4-5", "tools": ["Read"]}
    server.ask("PUT", path, body=wish)
    told = rehearsing.json("send", "coder", "[[say:two]]", "--wait")
    assert told["model"] == "claude-haiku-4-5"
    assert told["session_id"] == before["session_id"]
    with pytest.raises(ConflictError):
        server.ask("PUT", path, body=wish)
    server.ask("PUT", path, body={"version": 1})
    back = rehearsing.json("send", "coder", "[[say:three]]", "--wait")
    assert back["model"] == before["model"]


def test_dead_letters_are_cleared_by_what_they_have_in_common(rehearsing: Shell):
    for _ in range(2):
        rehearsing.run("send", "coder", "[[http:400]]", "--wait")
    rehearsing.run("send", "writer", "[[http:400]]", "--wait")
    letters = rehearsing.json("dead")
    kind = letters[0]["failure"]["kind"]
    assert rehearsing.run("dead", "purge").code == 5
    none = rehearsing.json("dead", "purge", "--older-than", "1d", "--yes")
    assert none == {"matched": 0, "done": 0, "skipped": 0}
    mine = [each for each in letters if each["worker"] == "coder"]
    done = rehearsing.json("dead", "retry", "--channel", "coder", "--kind", kind, "--yes")
    assert done["done"] == len(mine)
    wait_until(lambda: len(rehearsing.json("dead", "--channel", "coder")) == len(mine))
    gone = rehearsing.json("dead", "purge", "--all", "--yes")
    assert gone["done"] == len(letters)
    assert rehearsing.json("dead") == []


def _until(shell: Shell, name: str, state: str) -> None:
    wait_until(lambda: shell.json("turns", "show", name)["state"] == state)
