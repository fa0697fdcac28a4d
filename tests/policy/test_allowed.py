"""What a worker does all day is not in anybody's way."""

from pathlib import Path
from typing import Any

import pytest

from tests.policy import worker
from tests.policy.worker import Worker

COMMANDS = [
    "ls",
    "ls -la src",
    "ls -lah --color=auto {own}",
    "cat a.py src/b.py",
    "cat 'with space.txt' with\\ space.txt \"with space.txt\"",
    "cat relatório.txt",
    "cat link_in/b.py",
    "cat src/../a.py",
    "head -n 20 a.py && tail -5 a.py",
    "head -c100 a.py; wc -l a.py",
    "grep -rn 'def .*(self)' src --include='*.py'",
    'grep -E "a|b" a.py',
    "grep -rne /api/users -A 3 .",
    "grep '$HOME' a.py",
    "rg -n -g '*.py' 'import os' src | head -20",
    "rg --files | wc -l",
    "find . -name '*.py' -not -path './.git/*' -type f",
    "find src \\( -name a -o -name b \\) -print",
    "cat a.py | sort | uniq -c | sort -rn | head",
    "cut -d, -f1 a.py | tr a-z A-Z",
    "diff -u a.py src/b.py",
    "pwd",
    "echo 'it said: $(rm) `x` ; && | > #'",
    "echo hello > notes.txt",
    "ls src 2>/dev/null || echo none",
    "ls nowhere 2>&1 | head -3",
    "mkdir -p out/deep && touch out/deep/x.txt",
    "cd src && ls && cat b.py",
    "cd {own} && ls",
    "cd src; ls",
    "ls *.py src/?.py",
    "git status",
    "git --no-pager diff --stat HEAD~3",
    "git log --oneline -n 5 main..topic -- src",
    "git log --since='2 weeks ago' --author 'Ana Silva' -5",
    "git show HEAD^:src/b.py",
    "pytest -q tests/test_a.py -k 'a and not b'",
    "npm test -- --watch=false",
    "python -c 'print(1 + 1)'",
    "which python",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_looks_is_allowed(w: Worker, command: str):
    assert w.run(command).verdict == "allow", w.run(command)


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("Read", {"file_path": "{own}/a.py", "offset": 1, "limit": 10}),
    ("Read", {"file_path": "src/b.py"}),
    ("Edit", {"file_path": "{own}/a.py", "old_string": "a", "new_string": "b"}),
    ("Write", {"file_path": "{own}/new/deep/file.txt", "content": "{home}/.sempre/key"}),
    ("Write", {"file_path": "{own}/link_in/new.py", "content": ""}),
    ("NotebookEdit", {"notebook_path": "{own}/n.ipynb"}),
    ("Grep", {"pattern": "/etc/passwd", "path": "src", "glob": "*.{ts,tsx}"}),
    ("Grep", {"pattern": "x"}),
    ("Glob", {"pattern": "**/*.{ts,tsx}"}),
    ("Glob", {"pattern": "{own}/src/*.py"}),
    ("Bash", {"command": "ls", "description": "List files", "timeout": 5000}),
    (
        "Agent",
        {"description": "x", "prompt": "read {home}/.sempre", "subagent_type": "general-purpose"},
    ),
    ("TodoWrite", {"todos": [{"content": "x"}]}),
    ("StructuredOutput", {"anything": "goes"}),
    ("ToolSearch", {"query": "x"}),
]


@pytest.mark.parametrize(("tool", "given"), CALLS)
def test_a_call_within_the_own_directory_is_allowed(w: Worker, tool: str, given: dict[str, Any]):
    assert w.ask(tool, **given).verdict == "allow", w.ask(tool, **given)


def test_what_claude_code_laid_aside_for_the_worker_may_be_read(w: Worker):
    aside = "{home}/.sempre/claude/projects/p/s/tool-results/x.txt"
    assert w.ask("Read", file_path=aside).verdict == "allow"
    assert w.ask("Grep", pattern="output", path=aside).verdict == "allow"
    assert w.run(f"head -50 {aside} | grep output").verdict == "allow"
    assert w.run(f"echo x > {aside}").verdict == "deny"


def test_relative_paths_begin_where_the_shell_stands(w: Worker):
    assert w.run("cat b.py", cwd=w.own / "src").verdict == "allow"
    assert w.run("cat ../a.py", cwd=w.own / "src").verdict == "allow"
    assert w.run("cat ../../x", cwd=w.own / "src").verdict == "ask"
    assert w.run("ls", cwd=w.out).verdict == "ask"
    assert w.ask("Read", cwd=w.out, file_path="secret.txt").verdict == "ask"


@pytest.mark.parametrize(
    "directory", [".", ".sempre", ".queue/w", ".output/w", "rehearsal/.sempre"]
)
def test_a_worker_whose_directory_is_sempres_own_may_do_nothing(tmp_path: Path, directory: str):
    place = tmp_path / "home" / directory
    w = worker.make(tmp_path, directory=str(place))
    for judgement in (w.run("ls", cwd=place), w.ask("TodoWrite", cwd=place, todos=[])):
        assert (judgement.verdict, judgement.rule) == ("deny", "no_directory")


def test_a_directory_around_the_home_is_guarded_by_name_and_against_walks(tmp_path: Path):
    w = worker.make(tmp_path, directory=str(tmp_path))
    assert w.run("cat out/secret.txt", cwd=tmp_path).verdict == "allow"
    assert w.run("cat home/.sempre/key", cwd=tmp_path).verdict == "deny"
    assert w.run("grep -r SECRET .", cwd=tmp_path).verdict == "deny"
    assert w.run("rg SECRET", cwd=tmp_path).verdict == "deny"
    assert w.run("find home -name key", cwd=tmp_path).verdict == "deny"
    assert w.run("ls -R", cwd=tmp_path).verdict == "deny"
    assert w.run("ls home", cwd=tmp_path).verdict == "allow"
    assert w.ask("Grep", cwd=tmp_path, pattern="SECRET").verdict == "deny"
    assert w.ask("Glob", cwd=tmp_path, pattern="**/*").verdict == "deny"


def test_a_further_protected_place_is_refused_like_sempres_own(tmp_path: Path):
    w = worker.make(tmp_path, protected=(str(tmp_path / "out"),))
    assert w.ask("Read", file_path=str(tmp_path / "out" / "secret.txt")).verdict == "deny"
    assert w.run("cat link_file").verdict == "deny"
    assert w.run("ls link_out").verdict == "deny"


@pytest.mark.parametrize("path", ["{own}/a.py", "/etc/passwd", "{home}/.sempre/key"])
def test_a_subagents_calls_are_judged_like_its_parents(w: Worker, path: str):
    assert w.ask("Read", subagent="a1", file_path=path) == w.ask("Read", file_path=path)


def test_a_pattern_may_not_turn_a_file_into_an_option(w: Worker):
    (w.own / "src" / "--pre=x").write_text("")
    assert w.run("rg x src/*").verdict == "allow"
    assert w.run("cd src && rg x *").verdict == "ask"
    assert w.run("rg x *", cwd=w.own / "src").verdict == "ask"
    assert w.run("pytest *", cwd=w.own / "src").verdict == "ask"


def test_a_pattern_is_judged_by_what_it_matches(w: Worker):
    assert w.run("cat src/*").verdict == "allow"
    assert w.run("cat link_*").verdict == "deny"  # link_state is among them
    assert w.run("cat .claude/*").verdict == "deny"
    assert w.run("cat link_o*/secret.txt").verdict == "ask"


@pytest.mark.parametrize("planted", ["src/HEAD", "HEAD", "src/.git"])
def test_git_does_not_run_where_a_repository_may_have_been_planted(w: Worker, planted: str):
    assert w.run("git status", cwd=w.own / "src").verdict == "allow"
    (w.own / planted).write_text("ref: refs/heads/x")
    assert w.run("git status", cwd=w.own / "src").verdict == "ask"
    assert w.run("cd src && git log").verdict == "ask"


def test_git_does_not_run_in_a_repository_around_the_directory(w: Worker):
    (w.own / ".git" / "config").unlink()
    (w.own / ".git").rmdir()
    (w.home / "workspaces" / ".git").mkdir()
    assert w.run("git show HEAD:other/theirs.txt").verdict == "ask"


def test_the_rule_and_the_reason_say_what_to_do(w: Worker):
    judgement = w.run("make deploy")
    assert judgement.rule == "command"
    assert "`make`" in judgement.reason
    assert "sempre.toml" in judgement.reason
    judgement = w.run("cat /etc/passwd")
    assert judgement.rule == "outside"
    assert "/etc/passwd" in judgement.reason
    assert str(w.own) in judgement.reason
