"""What a run changed, in git's own words; `patch` reads them. Nothing of the repository is changed."""

from sempre.board.git import Git

_FORM = (
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--find-renames",
    "--ignore-submodules=all",
)


async def words(git: Git, base: str, to: str, *, path: str | None, most: int) -> bytes:
    """Between two commits or trees, of one file or of all; cut off after `most` bytes. Raises GitError."""
    only = () if path is None else ("--", path)
    ran = await git.run(
        "diff",
        "--raw",
        "--numstat",
        "--patch",
        "-z",
        "--abbrev=12",
        *_FORM,
        base,
        to,
        *only,
        most=most,
    )
    return ran.out


async def names(git: Git, base: str, to: str) -> list[tuple[str, str]]:
    """The letter and the path of each changed file: A added, M modified, D deleted. A moved one is D and A."""
    ran = await git.run("diff", "--name-status", "--no-renames", "-z", base, to)
    fields = ran.names
    return [(letter[:1], path) for letter, path in zip(fields[::2], fields[1::2], strict=True)]
