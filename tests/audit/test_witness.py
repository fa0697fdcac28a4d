"""How a call ended goes from the log onto the trail."""

from collections.abc import Mapping

import pytest

from sempre.audit import Trail, Witness
from tests.support.store import CHANNEL, Store

TURN = "01a00000-0000-7000-8000-000000000001"


async def noted(
    store: Store, *told: tuple[str, Mapping[str, object]]
) -> list[Mapping[str, object]]:
    """What stands on the trail after the log has told these."""
    trail = Trail(store.db, store.keyring)
    store.log.watch(Witness(trail))
    for kind, details in told:
        store.log.append(kind, details, channel=CHANNEL, turn_id=TURN)
    await store.log.flushed()
    await trail.flush()
    entries = [each async for each in trail.every()]
    assert {(e.what, e.by, e.channel, e.turn_id) for e in entries} <= {
        ("action.ended", f"agent:{CHANNEL}", CHANNEL, TURN)
    }
    return [each.details for each in entries]


@pytest.mark.parametrize(
    ("tool", "ok", "output", "code"),
    [
        ("Bash", True, "fine", 0),
        ("Bash", False, "Exit code 2\nno such file", 2),
        ("Bash", False, "Error: Exit code 127\nnot found", 127),
        ("Bash", False, "Refused by Sempre: no. Exit code 3", None),
        ("Read", True, "text", None),
        ("Read", False, "Exit code 1", None),
    ],
)
async def test_a_command_ends_with_its_exit_code(
    store: Store, tool: str, ok: bool, output: str, code: int | None
) -> None:
    (found,) = await noted(
        store,
        ("turn.tool", {"call_id": "c1", "tool": tool, "input": {}}),
        ("turn.text", {"text": "meanwhile"}),
        ("turn.tool_result", {"call_id": "c1", "ok": ok, "output": output, "duration_ms": 7}),
    )
    assert found == {
        "call_id": "c1",
        "tool": tool,
        "ok": ok,
        "duration_ms": 7,
        **({} if code is None else {"exit_code": code}),
    }


async def test_a_call_of_before_a_restart_is_noted_without_its_tool(store: Store) -> None:
    (found,) = await noted(
        store, ("turn.tool_result", {"call_id": "c9", "ok": True, "output": "", "duration_ms": 1})
    )
    assert found == {"call_id": "c9", "tool": None, "ok": True, "duration_ms": 1}
