"""What is there after or during a run: its whole log, the programs at work in its worktree."""

from pathlib import Path

from tests.durability.cards import Board, Json


def read_log(board: Board, key: str, run_id: str, *, limit: int = 50) -> list[Json]:
    """All lines of a run, read page by page; they cover its events 1, 2, 3 … without a gap."""
    lines: list[Json] = []
    cursor, more = 0, True
    while more:
        page = board.person.get(
            f"/api/logs/{key}", execution=run_id, after=str(cursor), limit=str(limit)
        )
        lines += page["execution"]["logs"]
        cursor, more = page["next"], page["hasMore"]
    reached = 0
    for line in lines:
        assert line["sequence"] == reached + 1, f"a gap or a double before {line}"
        reached = line["lastSequence"]
    assert reached == cursor
    return lines


def said(lines: list[Json]) -> str:
    """What the agents of a log said, all of it."""
    return "".join(line["content"] for line in lines if line["type"] == "text")


def at_work(folder: Path) -> list[int]:
    """Processes whose folder is this one or lies in it."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            place = (entry / "cwd").readlink()
        except OSError:  # it has ended, or is not ours
            continue
        if place.is_relative_to(folder):
            found.append(int(entry.name))
    return found
