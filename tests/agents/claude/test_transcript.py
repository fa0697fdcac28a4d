import json
from pathlib import Path
from typing import Any

from sempre.agents.claude import transcript
from sempre.agents.claude.totals import Count
from sempre.agents.claude.transcript import Answer
from sempre.contract.messages import Usage

Entry = dict[str, Any]
SESSION = "0b4e0e8e-6f3c-4a46-9d64-5a3c8a2f3f10"


def user(message_id: str, content: object = "do it", **fields: Any) -> Entry:
    return {"type": "user", "uuid": message_id, "message": {"content": content}, **fields}


def result() -> Entry:
    return user("r", [{"type": "tool_result", "tool_use_id": "t", "content": "ok"}])


def said(text: str, stop: str | None = "end_turn", *, model: str = "opus", **fields: Any) -> Entry:
    content = [{"type": "text", "text": text}]
    message = {"id": "m", "model": model, "stop_reason": stop, "content": content}
    return {"type": "assistant", "message": message, **fields}


def write(folder: Path, *entries: Entry, tail: str = "") -> Path:
    path = folder / "s.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries) + tail, "utf-8")
    return path


def test_a_finished_answer_is_found_behind_tools_and_attachments(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        user("a"),
        {"type": "attachment", "uuid": "x"},
        said("Using Bash.", "tool_use"),
        result(),
        said("thinking aloud"),
        said("the answer"),
        user("b"),
        said("another's"),
    )
    assert transcript.find_answer(path, ["a"]) == Answer("the answer", "opus")
    assert transcript.find_answer(path, ["b"]) == Answer("another's", "opus")


def test_what_is_no_finished_answer(tmp_path: Path) -> None:
    unfinished = [
        [],
        [said("half", None)],
        [said("Using Bash.", "tool_use")],
        [said("Using Bash.", "tool_use"), result()],
        [said("API Error: 500", "stop_sequence", model="<synthetic>", isApiErrorMessage=True)],
        [said("No response requested.", model="<synthetic>")],
        [said("done", isSidechain=True)],
        [said("cut", "max_tokens")],
    ]
    for entries in unfinished:
        path = write(tmp_path, user("a"), *entries, user("b"), said("another's"))
        assert transcript.find_answer(path, ["a"]) is None


def test_a_message_that_is_not_there_has_no_answer(tmp_path: Path) -> None:
    path = write(tmp_path, user("a"), said("the answer"))
    assert transcript.find_answer(path, ["unknown"]) is None


def test_the_newest_attempt_counts_first(tmp_path: Path) -> None:
    path = write(tmp_path, user("a"), said("old"), user("b"), said("new"))
    assert transcript.find_answer(path, ["a", "b"]) == Answer("new", "opus")
    assert transcript.find_answer(path, ["a", "c"]) == Answer("old", "opus")


def test_a_push_to_go_on_does_not_end_the_turn(tmp_path: Path) -> None:
    meta = user("m", "Output token limit hit. Resume.", isMeta=True)
    path = write(tmp_path, user("a"), said("half", "max_tokens"), meta, said("whole"))
    assert transcript.find_answer(path, ["a"]) == Answer("whole", "opus")


def test_half_a_last_line_is_left_out(tmp_path: Path) -> None:
    whole = json.dumps(said("the answer"))
    path = write(tmp_path, user("a"), tail=whole[: len(whole) // 2])
    assert transcript.find_answer(path, ["a"]) is None
    assert transcript.is_sound(path)
    path = write(
        tmp_path, user("a"), said("the answer"), tail='{"type": "user", "uuid": "b", "mess'
    )
    assert transcript.find_answer(path, ["a"]) == Answer("the answer", "opus")


def test_rubbish_is_not_sound(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_bytes(b"\x00\xff not json\n[]\n3\n")
    assert not transcript.is_sound(path)
    assert transcript.find_answer(path, ["a"]) is None


def test_the_last_sum_counts(tmp_path: Path) -> None:
    first = {"type": "cost-state", "totalCostUSD": 0.5, "modelUsage": {"opus": {"inputTokens": 1}}}
    path = write(tmp_path, first, user("a"), {**first, "totalCostUSD": 0.75})
    assert transcript.read_total(path) == Count(0.75, {"opus": Usage(input_tokens=1)})
    assert transcript.read_total(write(tmp_path, user("a"))) == Count()


def test_a_session_is_copied_once_and_never_over_our_own(tmp_path: Path) -> None:
    own, theirs = tmp_path / "own", tmp_path / "theirs"
    source = theirs / "projects" / "-home-ana-project" / f"{SESSION}.jsonl"
    source.parent.mkdir(parents=True)
    source.write_text("theirs")

    assert transcript.find(own, SESSION) is None
    assert transcript.adopt(own, theirs, SESSION)
    copy = transcript.find(own, SESSION)
    assert copy is not None
    assert copy == own / "projects" / "-home-ana-project" / f"{SESSION}.jsonl"
    assert copy.read_text() == "theirs"
    copy.write_text("ours, further on")
    assert transcript.adopt(own, theirs, SESSION)
    assert copy.read_text() == "ours, further on"
    assert source.read_text() == "theirs"
    assert not transcript.adopt(own, theirs, "unknown")


def test_what_is_no_session_id_finds_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "projects" / "-p"
    folder.mkdir(parents=True)
    (folder / f"{SESSION}.jsonl").write_text("x")
    (tmp_path / "secret.jsonl").write_text("x")

    assert transcript.find(tmp_path, SESSION)
    for wish in ("*", "?" * 36, "../../secret", ""):
        assert transcript.find(tmp_path, wish) is None
