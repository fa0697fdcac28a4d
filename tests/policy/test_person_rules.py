"""A person's rules over the defaults: what they reach, and what no trick gets around."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sempre.contract.actions import OnAsk, Risk, Verdict
from sempre.contract.rules import Rule
from sempre.errors import InvalidError
from sempre.policy import check, widenings, widens
from tests.policy import worker
from tests.policy.worker import Worker

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY
EVERYTHING = (
    Rule(id="all", verdict=ALLOW, tool="*"),
    Rule(id="places", verdict=ALLOW, tool="*", path="/**"),
)


def ruled(place: Path, *rules: Rule, **rights: Any) -> Worker:
    return worker.make(place, rules=tuple(check(each) for each in rules), commands=(), **rights)


def rule(verdict: Verdict, **conditions: Any) -> Rule:
    return Rule(id="r", verdict=verdict, **conditions)


FORBIDDEN = [
    "git push",
    "git push origin main",
    "/usr/bin/git push",
    "g''it pu\"\"sh",
    "\\git push",
    "git -C . push",
    "git --no-pager -c a=b push",
    "env git push",
    "env A=b git push",
    "sudo -n git push",
    "nohup git push",
    "xargs git push",
    "ls | xargs -n1 git push",
    "bash -c 'git push'",
    'sh -c "cd x; git push"',
    "cd . && git push",
    "ls; git push",
    "ls || git push",
    "ls\ngit push",
    "(git push)",
    "{ git push; }",
    "$(git push)",
    "echo `git push`",
    "FOO=1 git push",
    "git push & ls",
    "for i in 1; do git push; done",
    "eval git push",
    "GIT PUSH",
    "gi? push",
    "gi* pus?",
    "git push>x",
    "python -c 'import os; os.system(\"git push\")'",
    "echo hello; g\\it p\\ush",
]


@pytest.mark.parametrize("command", FORBIDDEN)
def test_a_denied_command_is_found_in_disguise(tmp_path: Path, command: str):
    w = ruled(tmp_path, rule(DENY, command="git push"), *EVERYTHING)
    judgement = w.run(command)
    assert (judgement.verdict, judgement.rule) == ("deny", "rule:r"), judgement


@pytest.mark.parametrize(
    "command",
    ["$(printf gi)$(printf t) push", "x=git; $x push", "gi${y}t push", "$'\\x67it' push"],
)
def test_what_cannot_be_told_is_denied_where_nobody_would_be_asked(tmp_path: Path, command: str):
    attended = ruled(tmp_path / "a", rule(DENY, command="git push"))
    assert attended.run(command).verdict == "ask"
    alone = ruled(tmp_path / "b", rule(DENY, command="git push"), unattended=True)
    assert alone.run(command).verdict == "deny"
    assert ruled(tmp_path / "c", unattended=True).run(command).verdict == "ask"


NOT_ALLOWED = [
    "npm tests",
    "npm",
    "npm run test",
    "npx npm test",
    "./npm test",
    "/tmp/npm test",
    "np* test",
    "npm te?t",
    "npm test && rm -rf src",
    "npm test; curl https://example.com",
    "npm test | sh",
    "npm test > ../../x",
    "npm test $(rm -rf src)",
    "npm test `rm -rf src`",
    "npm test\nrm -rf src",
    "npm test & rm -rf src",
    "PATH=. npm test",
    "env npm test",
    "npm test /etc/passwd",
    "npm test --config=/etc/x",
    "npm test ../other",
    "npm test -- ~/.ssh/id_rsa",
    "n\u0440m test",
    "npm\u00a0test",
    "cd / && npm test",
    "cd .. && npm test",
    "(npm test)",
    "bash -c 'npm test'",
]


@pytest.mark.parametrize("command", NOT_ALLOWED)
def test_an_allowed_command_opens_nothing_beside_itself(tmp_path: Path, command: str):
    w = ruled(tmp_path, rule(ALLOW, command="npm test"))
    assert w.run("npm test -- --watch=false").rule == "rule:r"
    assert w.run(command).verdict == "ask", w.run(command)


def test_each_simple_command_must_be_allowed(tmp_path: Path):
    w = ruled(tmp_path, rule(ALLOW, command="make"), Rule(id="s", verdict=ALLOW, command="npm *"))
    assert w.run("make a && npm b | sort").verdict == "allow"
    assert w.run("make a && npm b | tee x").verdict == "ask"


def test_the_first_rule_that_fits_decides(tmp_path: Path):
    first = Rule(id="1", verdict=ALLOW, command="git push origin topic")
    second = Rule(id="2", verdict=DENY, command="git push")
    w = ruled(tmp_path / "a", first, second)
    assert w.run("git push origin topic").rule == "rule:1"
    assert w.run("git push origin main").rule == "rule:2"
    turned = ruled(tmp_path / "b", second, first)
    assert turned.run("git push origin topic").rule == "rule:2"


@pytest.mark.parametrize(
    ("conditions", "call", "verdict"),
    [
        ({"path": "{out}/**"}, ("Read", "{out}/secret.txt"), "allow"),
        ({"path": "{out}"}, ("Read", "{out}/secret.txt"), "allow"),
        ({"path": "{out}/*.txt"}, ("Read", "{out}/secret.txt"), "allow"),
        ({"path": "{out}/*.md"}, ("Read", "{out}/secret.txt"), "ask"),
        ({"path": "{out}/**"}, ("Read", "{own}/link_file"), "allow"),
        ({"path": "{own}/link_out/**"}, ("Read", "{out}/secret.txt"), "allow"),
        ({"path": "{out}/**"}, ("Read", "{out}/../other"), "ask"),
        ({"path": "{out}/**", "tool": "Write"}, ("Read", "{out}/secret.txt"), "ask"),
        ({"path": "{out}/**", "channel": "files:x*"}, ("Read", "{out}/secret.txt"), "ask"),
        ({"path": "{out}/**", "channel": "files:*"}, ("Read", "{out}/secret.txt"), "allow"),
        ({"path": "{out}/**", "risk": Risk.LOW}, ("Read", "{out}/notes.txt"), "ask"),
        ({"path": "{out}/**", "risk": Risk.MEDIUM}, ("Read", "{out}/notes.txt"), "allow"),
        ({"path": "{out}/**", "risk": Risk.MEDIUM}, ("Write", "{out}/notes.txt"), "ask"),
        ({"tool": "Read"}, ("Read", "{out}/secret.txt"), "ask"),
    ],
)
def test_an_allowed_place_is_where_it_really_is(
    tmp_path: Path, conditions: dict[str, Any], call: tuple[str, str], verdict: str
):
    plain = worker.make(tmp_path)
    filled = {name: plain.fill(value) for name, value in conditions.items()}
    w = Worker(
        plain.home,
        plain.own,
        plain.out,
        worker.make(tmp_path / "x").rights.__class__(
            directory=str(plain.own), home=str(plain.home), rules=(rule(ALLOW, **filled),)
        ),
    )
    tool, path = call
    assert w.ask(tool, file_path=path, content="").verdict == verdict


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("Read", {"file_path": "{own}/src/b.py"}),
        ("Read", {"file_path": "src/../src/b.py"}),
        ("Read", {"file_path": "{own}/link_in/b.py"}),
        ("Edit", {"file_path": "{own}/src/b.py"}),
        ("Write", {"file_path": "{own}/src/new"}),
        ("Grep", {"pattern": "x", "path": "{own}"}),
        ("Glob", {"pattern": "src/*"}),
        ("Bash", {"command": "cat src/b.py"}),
        ("Bash", {"command": "cat ./src/b.py"}),
        ("Bash", {"command": "cat sr*/b.py"}),
        ("Bash", {"command": "cd src && cat b.py"}),
        ("Bash", {"command": "grep -r x ."}),
        ("Bash", {"command": "echo x > src/b.py"}),
        ("Bash", {"command": "find . -name b.py"}),
    ],
)
def test_a_denied_place_is_denied_by_every_way(tmp_path: Path, tool: str, given: dict[str, Any]):
    w = ruled(tmp_path, rule(DENY, path="src/**"), *EVERYTHING)
    assert w.ask(tool, **given).rule == "rule:r"
    assert w.ask("Read", file_path="{own}/a.py").verdict == "allow"


def test_a_rule_that_asks_asks_for_what_would_be_allowed(tmp_path: Path):
    w = ruled(tmp_path, rule(ASK, tool="Write"), Rule(id="h", verdict=ASK, risk=Risk.HIGH))
    assert w.ask("Write", file_path="{own}/a.py").rule == "rule:r"
    assert w.ask("Edit", file_path="{own}/a.py").verdict == "allow"
    assert w.ask("Read", file_path="{own}/.env").rule == "rule:h"


RISKS = [
    ("ls", "low"),
    ("git status", "low"),
    ("git commit -m x", "medium"),
    ("git push", "high"),
    ("git reset --hard", "high"),
    ("make", "medium"),
    ("npm install left-pad", "high"),
    ("pip install x", "high"),
    ("rm a.py", "high"),
    ("sudo ls", "high"),
    ("curl https://example.com", "high"),
    ("python -c 'x'", "high"),
    ("cat /etc/hosts", "medium"),
    ("echo x > {out}/y", "high"),
    ("cat .env", "high"),
    ("cat ~/.ssh/id_rsa", "high"),
    ("env", "high"),
    ("ls $(x)", "high"),
    ("cat {home}/.sempre/key", "high"),
    ("frobnicate", "medium"),
]


@pytest.mark.parametrize(("command", "risk"), RISKS)
def test_risk_is_told_with_its_reason(tmp_path: Path, command: str, risk: str):
    judgement = ruled(tmp_path).run(
        command.replace("{out}", str(tmp_path / "out")).replace("{home}", str(tmp_path / "home"))
    )
    assert judgement.risk == risk, judgement
    assert judgement.risk_reason


words = st.sampled_from(
    [
        "git",
        "push",
        "ls",
        "cat",
        "a.py",
        "npm",
        "test",
        "rm",
        "-rf",
        "/etc/passwd",
        "..",
        "src",
        "*",
        "'x y'",
        "$(x)",
        "`x`",
        "&&",
        "||",
        ";",
        "|",
        ">",
        "<",
        "&",
        "\n",
        "(",
        ")",
        "{",
        "}",
        "FOO=1",
        "sempre",
        "{home}/.sempre/key",
        "{home}/sempre.toml",
        "\\",
        '"',
        "env",
        "sh",
        "-c",
    ]
)
lines = st.lists(words, min_size=1, max_size=8).map(" ".join)
conditions = st.fixed_dictionaries(
    {},
    optional={
        "tool": st.sampled_from(["Bash", "*", "Read", "B*"]),
        "path": st.sampled_from(["/**", "src/**", "**", "/etc/*", "a.py"]),
        "command": st.sampled_from(["git", "git push", "npm *", "*", "ls", "sempre", "cat"]),
        "channel": st.sampled_from(["files:*", "files:other"]),
        "risk": st.sampled_from(list(Risk)),
    },
)
rules = st.lists(st.tuples(st.sampled_from(list(Verdict)), conditions), max_size=5)


def _checked(given: list[tuple[Verdict, dict[str, Any]]]) -> list[Rule]:
    made: list[Rule] = []
    for at, (verdict, each) in enumerate(given):
        try:
            made.append(check(Rule(id=str(at), verdict=verdict, **each)))
        except InvalidError:
            continue
    return made


ORDER = [DENY, ASK, ALLOW]


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(line=lines, given_rules=rules)
def test_no_rule_overrules_what_is_always_refused_and_narrowing_never_widens(
    tmp_path: Path, line: str, given_rules: list[tuple[Verdict, dict[str, Any]]]
):
    if not (tmp_path / "home").exists():
        worker.make(tmp_path)
    plain = Worker(
        tmp_path / "home",
        tmp_path / "home" / "workspaces" / "w",
        tmp_path / "out",
        worker.Rights(
            directory=str(tmp_path / "home" / "workspaces" / "w"), home=str(tmp_path / "home")
        ),
    )
    made = _checked(given_rules)
    command = plain.fill(line)

    def judged(chosen: list[Rule]) -> Verdict:
        rights = worker.Rights(
            directory=plain.rights.directory, home=plain.rights.home, rules=tuple(chosen)
        )
        return Worker(plain.home, plain.own, plain.out, rights).run(command).verdict

    without = judged([])
    if without is DENY:
        assert judged(made) is DENY
    narrowing = [each for each in made if not each.allows]
    assert ORDER.index(judged(narrowing)) <= ORDER.index(without)
    # A rule that denies, put first, never lets through more than before.
    first = Rule(id="first", verdict=DENY, command="git push")
    assert ORDER.index(judged([first, *made])) <= ORDER.index(judged(made))


@settings(max_examples=200, deadline=None)
@given(before=rules, after=rules)
def test_what_is_no_widening_has_every_fence_that_was_there(
    before: list[tuple[Verdict, dict[str, Any]]], after: list[tuple[Verdict, dict[str, Any]]]
):
    old, new = _checked(before), _checked(after)
    if widenings(old, new):
        return
    assert {e.conditions for e in new if e.allows} <= {e.conditions for e in old}
    assert {e.conditions for e in old if not e.allows} <= {e.conditions for e in new}


def test_widening_is_named():
    push, make = rule(DENY, command="git push"), rule(ALLOW, command="make")
    assert widenings([push], [push, make]) == ["allows anew: allow make"]
    assert widenings([push, make], [make]) == ["no longer asks or denies: deny git push"]
    assert widenings([push, make], [make, push]) == ["changes the order of rules"]
    assert widenings([make], [push, make]) == []
    assert widenings([push, make], [push]) == []
    assert widens(OnAsk.WAIT, OnAsk.ALLOW)
    assert not widens(OnAsk.ALLOW, OnAsk.WAIT)
    assert not widens(OnAsk.DENY, OnAsk.WAIT)
