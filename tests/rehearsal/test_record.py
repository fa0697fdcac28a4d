"""The record is the provider's own count, and holds no key."""

import json
from pathlib import Path

from sempre.rehearsal.record import Outcome, Record, fingerprint
from sempre.rehearsal.usage import Usage


def test_keys_are_kept_as_fingerprints_only(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    record = Record(log)
    headers = {"x-api-key": "sk-canary", "authorization": "Bearer sk-canary", "accept": "*/*"}
    call = record.begin("req_1", "POST", "/v1/messages", headers)
    record.asked(call)
    record.end(call, Outcome.ANSWERED)
    record.close()
    assert call.key == fingerprint("sk-canary") == call.headers["authorization"]
    assert call.headers["accept"] == "*/*"
    assert "sk-canary" not in repr(record.calls) + log.read_text()


def test_log_has_a_line_for_each_question_and_each_end(tmp_path: Path):
    log = tmp_path / "log.jsonl"
    record = Record(log)
    call = record.begin("req_1", "POST", "/v1/messages", {"x-claude-code-session-id": "s1"})
    call.model, call.prompt = "m", "[[say:x]]"
    record.asked(call)
    asked = json.loads(log.read_text())  # it is on disk before the answer
    call.status, call.usage = 200, Usage(1, 2, 3, 4)
    record.end(call, Outcome.ANSWERED)
    record.close()
    ended = json.loads(log.read_text().splitlines()[1])
    assert (asked["event"], asked["prompt"], asked["session"]) == ("asked", "[[say:x]]", "s1")
    assert (ended["event"], ended["outcome"], ended["request_id"]) == ("ended", "answered", "req_1")
    assert ended["usage"] == {
        "input_tokens": 1,
        "cache_creation_input_tokens": 2,
        "cache_read_input_tokens": 3,
        "output_tokens": 4,
    }


def test_total_sums_what_clients_were_told():
    record = Record()
    for tokens in (Usage(1, 2, 3, 4), None, Usage(10, 20, 30, 40)):
        call = record.begin("r", "POST", "/v1/messages", {})
        call.usage = tokens
    assert record.total() == Usage(11, 22, 33, 44)
    assert record.total(record.calls[1:]) == Usage(10, 20, 30, 40)
    assert record.total([]) == Usage()


def test_memory_keeps_the_newest_calls():
    record = Record(keep=3)
    for _ in range(5):
        record.begin("r", "GET", "/", {})
    assert [call.number for call in record.calls] == [3, 4, 5]


async def test_settled_waits_for_calls_under_way():
    record = Record()
    await record.settled()
    call = record.begin("r", "GET", "/", {})
    other = record.begin("r", "GET", "/", {})
    record.end(call, Outcome.GONE)
    record.end(call, Outcome.ANSWERED)  # it has ended; nothing changes that
    assert (call.outcome, record.busy) == (Outcome.GONE, True)
    record.end(other, Outcome.ANSWERED)
    await record.settled()
