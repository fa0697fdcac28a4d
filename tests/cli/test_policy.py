"""Rules and the trail on the command line, against a real server."""

from collections.abc import Iterator

import pytest

from tests.cli.shell import Shell


@pytest.fixture
def rules(rehearsing: Shell) -> Iterator[Shell]:
    (rehearsing.home / "rules.toml").write_text(
        '[[rules]]\nverdict = "deny"\ncommand = "git push"\nnote = "Ask Ana."\n'
    )
    yield rehearsing
    (rehearsing.home / "rules.toml").unlink()


def test_rules_of_a_file_hold_and_are_tried(rules: Shell):
    assert rules.run("policy", "apply", str(rules.home / "rules.toml")).out == "1 rule laid down.\n"
    assert "git push" in rules.run("policy").out
    tried = rules.run("policy", "test", "coder", "env git push")
    assert (tried.code, tried.out.splitlines()[0]) == (1, "It would be refused.")
    assert "Ask Ana." in tried.out
    assert "high" in tried.out
    assert rules.run("policy", "test", "coder", "ls -la").code == 0
    waits = rules.run("policy", "test", "coder", "Read", "file_path=/etc/hosts")
    assert (waits.code, waits.out.splitlines()[0]) == (1, "It would wait for a person.")
    again = rules.run("policy", "apply", str(rules.home / "rules.toml"))
    assert again.code == 0


def test_the_token_of_this_machine_narrows_only(rules: Shell):
    wider = rules.home / "wider.toml"
    wider.write_text('[[rules]]\nverdict = "allow"\ncommand = "make"\n')
    refused = rules.run("policy", "apply", str(wider))
    assert refused.code == 5
    assert "SEMPRE_TOKEN" in refused.err
    assert rules.run("policy", "on-ask", "coder", "deny").code == 0
    assert rules.run("policy", "on-ask", "coder", "allow").code == 5
    assert (
        rules.run("policy", "on-ask", "coder", "settings").out == "files:coder has on_ask = wait.\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "rules = 1",
        "x = 1",
        "[[rules]]\nverdict = 1",
        "not toml",
        '[[rules]]\nverdict="deny"\nmore="x"',
    ],
)
def test_a_file_that_holds_no_rules_is_refused(rehearsing: Shell, text: str):
    file = rehearsing.home / "odd.toml"
    file.write_text(text)
    assert rehearsing.run("policy", "apply", str(file)).code == 5


def test_the_trail_is_listed_verified_and_exported(rules: Shell):
    rules.run("policy", "apply", str(rules.home / "rules.toml"))
    rules.run("policy", "on-ask", "writer", "deny")
    listed = rules.json("audit", "list", "--what", "policy.")
    assert {each["by"] for each in listed} == {"local"}
    assert listed[0]["details"]["on_ask"] == "deny"
    assert "policy.on_ask" in rules.run("audit").out
    whole = rules.run("audit", "verify")
    assert (whole.code, whole.out.startswith("The trail is whole")) == (0, True)
    lines = rules.run("audit", "export", "--channel", "writer").out.splitlines()
    assert len(lines) == 1
    odd = rules.run("audit", "verify", "--head", f"999999:{'0' * 64}")
    assert odd.code == 1
    assert "cut_off" in odd.out


def test_nothing_waits_and_nothing_can_be_trusted_here(rehearsing: Shell):
    assert "Nothing" in rehearsing.run("policy", "proposals").out
    assert rehearsing.run("policy", "approve", "abc").code == 3
    assert rehearsing.run("trust", "coder", "--show").out.startswith("coder: empty")
    assert rehearsing.run("trust", "coder", "--yes").code == 4
