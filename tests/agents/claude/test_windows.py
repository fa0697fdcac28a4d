import pytest

from sempre.agents.claude.windows import git_bash


@pytest.mark.parametrize(
    "git",
    [
        r"C:\Program Files\Git\cmd\git.exe",
        r"C:\Program Files\Git\bin\git.exe",
        r"C:\Program Files\Git\mingw64\bin\git.exe",
        r"C:\Program Files\Git\mingw64\libexec\git-core\git.exe",
        r"C:\Program Files\Git\usr\bin\git.exe",
        r"c:\program files\git\CMD\GIT.EXE",
    ],
)
def test_bash_is_found_from_wherever_git_lies(git: str) -> None:
    wanted = r"C:\Program Files\Git\usr\bin\bash.exe"
    found = git_bash(git, lambda path: path.lower() == wanted.lower())

    assert found is not None
    assert found.lower() == wanted.lower()


def test_gits_own_bash_comes_before_the_wrapper() -> None:
    there = {r"D:\Git\usr\bin\bash.exe", r"D:\Git\bin\bash.exe"}
    assert git_bash(r"D:\Git\cmd\git.exe", there.__contains__) == r"D:\Git\usr\bin\bash.exe"
    there.discard(r"D:\Git\usr\bin\bash.exe")
    assert git_bash(r"D:\Git\cmd\git.exe", there.__contains__) == r"D:\Git\bin\bash.exe"


def test_scoop_puts_a_stand_in_elsewhere() -> None:
    wanted = r"C:\Users\ana\scoop\apps\git\current\usr\bin\bash.exe"
    found = git_bash(r"C:\Users\ana\scoop\shims\git.exe", lambda path: path == wanted)
    assert found == wanted


def test_a_git_without_bash_gives_none() -> None:
    assert git_bash(r"C:\tools\git.exe", lambda _: False) is None
    assert git_bash(r"C:\MinGit\cmd\git.exe", lambda _: False) is None
