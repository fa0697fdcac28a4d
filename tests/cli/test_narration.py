"""Events as they are told: one stream as it comes, several side by side, and nothing that harms a terminal."""

import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sempre import clock
from sempre.cli.headlines import headline
from sempre.cli.narration import Narrator
from sempre.cli.pens import Ink, Named, Single
from sempre.cli.records.events import Event

KINDS = ["turn.accepted", "turn.text", "turn.thinking", "turn.tool", "turn.tool_result", "turn.note",
         "turn.tool_refused", "turn.retrying", "turn.ended", "channel.parked", "of.another.release"]  # fmt: skip


def event(kind: str, /, *, channel: str = "files:coder", **details: Any) -> Event:
    return Event(1, clock.now(), kind, channel, f"turn of {channel}", 1, details)


def tell(*events: Event, named: bool = False, colours: bool = False) -> str:
    out = io.StringIO()
    ink = Ink(out, colours=colours)
    narrator = Narrator(Named(ink) if named else Single(ink))
    for each in events:
        narrator.tell(each)
    return out.getvalue()


def test_pieces_of_a_text_run_on_and_blocks_begin_anew():
    told = tell(
        event("turn.text", block=1, text="One "),
        event("turn.text", block=1, text="line"),
        event("turn.text", block=2, text="Another\n"),
        event("turn.ended", state="answered"),
    )
    assert told == "One line\nAnother\n■ answered\n"


def test_texts_of_many_do_not_run_into_each_other():
    told = tell(
        event("turn.accepted", number=3, head="a", channel="files:coder"),
        event("turn.text", block=1, text="half ", channel="files:coder"),
        event("turn.text", block=1, text="other\nrest", channel="files:writer"),
        event("turn.text", block=1, text="whole\n", channel="files:coder"),
        event("turn.ended", state="answered", channel="files:writer"),
        named=True,
    )
    assert told.splitlines() == [
        "coder#3 ◆ #3 a",
        "writer other",
        "coder#3 half whole",
        "writer rest",
        "writer ■ answered",
    ]


def test_a_call_is_one_line_and_its_result_only_when_it_failed_or_took_long():
    call = event(
        "turn.tool", call_id="c", tool="Bash", input={"command": "ls\n-l", "description": "x"}
    )
    assert (
        tell(call, event("turn.tool_result", call_id="c", ok=True, output="x", duration_ms=5))
        == "→ Bash ls -l\n"
    )
    failed = event("turn.tool_result", call_id="c", ok=False, output="no\nsuch", duration_ms=5)
    assert tell(call, failed) == "→ Bash ls -l\n  ↳ failed: no such (0 s)\n"
    slow = event("turn.tool_result", call_id="c", ok=True, output="", duration_ms=61_000)
    assert tell(slow) == "  ↳ done (1 min)\n"


def test_a_refusal_is_told_once():
    refused = event("turn.tool_refused", call_id="c", tool="Bash", rule="r", reason="not allowed")
    result = event("turn.tool_result", call_id="c", ok=False, output="hook", duration_ms=1)
    assert tell(refused, result) == "✗ Bash refused: not allowed\n"


def test_a_subagent_is_set_in():
    told = tell(
        event("turn.tool", call_id="a", tool="Agent", input={"prompt": "count"}),
        event("turn.tool", call_id="b", tool="Read", input={"file_path": "x"}, parent="a"),
        event("turn.text", block=9, text="done\n\nall", parent="a"),
    )
    assert told == "→ Agent count\n  → Read x\n  done\n  all\n"


def test_what_is_not_known_is_told_all_the_same():
    assert headline(event("of.another.release", key="value")) == "of.another.release key=value"
    assert (
        headline(event("turn.ended", state="failed", failure={"kind": "k", "message": "m"}))
        == "■ failed: m"
    )
    assert (
        headline(event("turn.retrying", kind="transient", message="busy", in_seconds=90))
        == "! busy; again in 1 min"
    )


@given(
    st.lists(
        st.builds(
            event,
            st.sampled_from(KINDS),
            channel=st.text(max_size=5).map(lambda text: f"files:{text}"),
            text=st.text(),
            block=st.integers(0, 2),
            head=st.text(),
            tool=st.text(),
            input=st.dictionaries(st.sampled_from(["command", "other"]), st.text()),
            output=st.text(),
            ok=st.booleans(),
            message=st.text(),
            reason=st.text(),
            failure=st.none() | st.fixed_dictionaries({"message": st.text()}),
            in_seconds=st.none() | st.floats(0, 1e6),
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_no_event_reaches_the_terminal_with_a_control_character(events: list[Event], named: bool):
    told = tell(*events, named=named)
    assert not [
        sign for sign in told if sign not in "\n\t" and (ord(sign) < 32 or 127 <= ord(sign) < 160)
    ]
