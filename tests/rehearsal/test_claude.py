"""The real Claude Code CLI talks to the rehearsal: every directive does there what the docs say.

One session serves most tests, so each also shows that earlier prompts, answered or not, don't count.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sempre.rehearsal import Call, MessagesApi, Outcome, write_say, write_tool
from tests.rehearsal.cli import Cli, Turn, running_cli
from tests.support.environment import allowed_environment
from tests.support.patience import PATIENCE

pytestmark = [
    pytest.mark.claude,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("rehearsal-claude"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api() -> AsyncIterator[MessagesApi]:
    async with MessagesApi(pace=0.001) as api:
        yield api


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cli(api: MessagesApi, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cli]:
    home, work = tmp_path_factory.mktemp("user"), tmp_path_factory.mktemp("work")
    async with running_cli(api.url, allowed_environment(home), work) as cli:
        yield cli


@pytest.fixture(autouse=True)
def only_known_paths(api: MessagesApi):
    yield
    assert api.record.unexpected == []


async def calls_of(api: MessagesApi, cli: Cli, prompt: str) -> tuple[Turn, list[Call]]:
    before = len(api.record.calls)
    turn = await cli.ask(prompt)
    return turn, api.record.calls[before:]


async def test_text_is_answered_as_written_down_to_brackets(api: MessagesApi, cli: Cli):
    text = 'a "quoted" ]] line\nand an emoji 🌱 [[x]]'
    turn, (call,) = await calls_of(api, cli, write_say(text))
    assert (turn.result["is_error"], turn.result["result"]) == (False, text)
    assert (call.path, call.stream, call.outcome) == ("/v1/messages", True, Outcome.ANSWERED)
    assert call.session == turn.result["session_id"]
    assert call.headers["anthropic-version"] == "2023-06-01"


async def test_tools_run_one_an_api_turn_and_their_results_come_back(api: MessagesApi, cli: Cli):
    note = cli.directory / "note.md"
    prompt = (
        write_tool("Bash", command="echo $((6*7)); [[ -d . ]] && echo there")
        + write_tool("Write", file_path=str(note), content="[[deep]] ]]\n")
        + "[[say:done]]"
    )
    turn, calls = await calls_of(api, cli, prompt)
    assert turn.result["result"] == "done"
    assert note.read_text() == "[[deep]] ]]\n"
    assert [len(call.results) for call in calls] == [0, 1, 2]
    assert calls[1].results[0].text == "42\nthere"
    assert [block["name"] for block in turn.blocks("tool_use")] == ["Bash", "Write"]


async def test_tools_together_come_in_one_message(api: MessagesApi, cli: Cli):
    calls = "".join(write_tool("Bash", command=f"echo {n}") for n in range(3))
    turn, (first, last) = await calls_of(api, cli, f"[[tools:together]]{calls}[[say:all three]]")
    assert (turn.result["result"], first.results) == ("all three", ())
    assert sorted(result.text for result in last.results) == [
        "0",
        "1",
        "2",
    ]  # they run side by side


async def test_failing_tool_is_told_as_an_error(api: MessagesApi, cli: Cli):
    _, calls = await calls_of(api, cli, write_tool("Bash", command="exit 3") + "[[say:so what]]")
    assert calls[-1].results[0].is_error


async def test_subagent_asks_in_its_own_name_and_reports_back(api: MessagesApi, cli: Cli):
    inner = 'look here [[tool:Bash {"command":"echo inner"}]] [[say:found it]]'
    turn, calls = await calls_of(api, cli, f"[[agent:{inner}]] [[say:parent done]]")
    assert turn.result["result"] == "parent done"
    mine, subagents = [c for c in calls if not c.agent], [c for c in calls if c.agent]
    assert len(mine) == 2
    assert len(subagents) == 2
    assert {call.prompt for call in subagents} == {inner}
    assert subagents[1].results[0].text == "inner"
    assert "found it" in mine[1].results[0].text
    assert len({call.session for call in calls}) == 1


async def test_thinking_comes_before_the_text(cli: Cli):
    turn = await cli.ask("[[think:let me see]] [[say:seen]]")
    assert turn.blocks("thinking")[0]["thinking"] == "let me see"
    assert turn.result["result"] == "seen"


async def test_full_answer_is_pushed_on_once(api: MessagesApi, cli: Cli):
    turn, calls = await calls_of(api, cli, "[[maxtok]] [[say:half]]")
    assert (turn.result["is_error"], turn.result["stop_reason"], len(calls)) == (
        False,
        "end_turn",
        2,
    )


async def test_text_arrives_in_pieces(cli: Cli):
    turn = await cli.ask("[[drip:5:0.02]] [[say:0123456789]]")
    events = [m["event"] for m in turn.messages if m["type"] == "stream_event"]
    pieces = [e["delta"]["text"] for e in events if e["type"] == "content_block_delta"]
    assert pieces == ["01", "23", "45", "67", "89"]


async def test_given_token_numbers_reach_the_result(cli: Cli):
    turn = await cli.ask("[[usage:1200:34]] [[say:x]]")
    assert turn.result["usage"]["input_tokens"] == 1200
    assert turn.result["usage"]["output_tokens"] == 34


async def test_counted_tokens_of_the_record_equal_those_of_the_result(api: MessagesApi, cli: Cli):
    prompt = write_tool("Bash", command="true") + "[[say:counted]]"
    turn, calls = await calls_of(api, cli, prompt)
    total = api.record.total(calls)
    usage = turn.result["usage"]
    assert total.cache_read_input_tokens > 0
    assert total.output_tokens > 2
    for name in (*total.__struct_fields__,):
        assert usage[name] == getattr(total, name), name


@pytest.mark.parametrize(
    ("script", "status", "error", "asked"),
    [
        ("[[http:400]]", 400, "unknown", 6),  # it tries other forms of the request
        ("[[auth]]", 401, "authentication_failed", 2),
        ("[[http:402]]", 402, "unknown", 1),
        ("[[http:403]]", 403, "authentication_failed", 1),
        ("[[http:404]]", 404, "model_not_found", 2),
        ("[[http:429]]", 429, "rate_limit", 2),
        ("[[http:500]]", 500, "server_error", 2),
        ("[[http:529]]", 529, "server_error", 2),
        ("[[quota:600]]", 429, "rate_limit", 1),
    ],
)
async def test_each_error_status_is_understood(
    api: MessagesApi, cli: Cli, script: str, status: int, error: str, asked: int
):
    turn, calls = await calls_of(api, cli, f"{script} [[say:never]]")
    assert (turn.result["is_error"], turn.result["api_error_status"]) == (True, status)
    assert [m["error"] for m in turn.messages if m["type"] == "assistant"] == [error]
    assert [(call.status, call.outcome) for call in calls] == [(status, Outcome.REFUSED)] * asked
    assert (await cli.ask("[[say:same session]]")).result["result"] == "same session"


async def test_too_large_makes_the_cli_compact_and_ask_again(api: MessagesApi, cli: Cli):
    turn, calls = await calls_of(api, cli, "[[http:413:1]] [[say:small enough]]")
    assert turn.result["result"] == "small enough"
    assert "compact_boundary" in turn.subtypes()
    assert [call.status for call in calls] == [413, 200, 200]
    assert "<summary>" in calls[1].prompt


async def test_error_that_comes_once_is_retried_by_the_cli(api: MessagesApi, cli: Cli):
    turn, calls = await calls_of(api, cli, "[[http:500:1]] [[say:after all]]")
    assert turn.result["result"] == "after all"
    assert "api_retry" in turn.subtypes()
    assert [call.status for call in calls] == [500, 200]


async def test_quota_lifts_when_its_time_has_come(cli: Cli):
    prompt = "[[quota:1]] [[say:good again]]"
    assert (await cli.ask(prompt)).result["api_error_status"] == 429
    await asyncio.sleep(1.0)
    assert (await cli.ask(prompt)).result["result"] == "good again"


@pytest.mark.parametrize("fault", ["[[cut]]", "[[sseerror]]"])
async def test_broken_stream_is_asked_for_again_in_one_piece(
    api: MessagesApi, cli: Cli, fault: str
):
    turn, calls = await calls_of(api, cli, f"{fault} [[say:whole at last]]")
    assert turn.result["result"] == "whole at last"
    assert [(call.stream, call.outcome) for call in calls] == [
        (True, Outcome.BROKEN),
        (True, Outcome.BROKEN),
        (False, Outcome.ANSWERED),
    ]


@pytest.mark.parametrize("where", ["silent", "headers"])
async def test_connection_cut_before_the_answer_is_retried(api: MessagesApi, cli: Cli, where: str):
    turn, calls = await calls_of(api, cli, f"[[cut:{where}:1]] [[say:through]]")
    assert turn.result["result"] == "through"
    assert [call.outcome for call in calls] == [Outcome.BROKEN, Outcome.ANSWERED]


async def test_stall_and_hang_only_take_time(cli: Cli):
    begun = time.monotonic()
    turn = await cli.ask("[[hang:0.2]] [[stall:0.3]] [[say:slow but whole]]")
    assert turn.result["result"] == "slow but whole"
    assert time.monotonic() - begun >= 0.5


async def test_interrupt_ends_the_answer_at_the_provider_too(api: MessagesApi, cli: Cli):
    before = len(api.record.calls)
    prompt = {"role": "user", "content": "[[stall:600]] [[say:never finished]]"}
    await cli.write({"type": "user", "message": prompt})
    while (await cli.read_line()).get("event", {}).get("type") != "content_block_delta":
        pass
    request = {"subtype": "interrupt"}
    await cli.write({"type": "control_request", "request_id": "1", "request": request})
    turn = await cli.read_turn()
    assert turn.result["terminal_reason"] == "aborted_streaming"
    call = api.record.calls[before]
    async with asyncio.timeout(PATIENCE):
        await api.record.settled()
    assert (call.outcome, call.usage and call.usage.output_tokens) == (Outcome.GONE, 1)
    assert (await cli.ask("[[say:go on]]")).result["result"] == "go on"


async def test_unusable_directive_says_what_is_wrong(cli: Cli):
    result = (await cli.ask("[[delay:soon]]")).result["result"]
    assert "[[delay:soon]]" in result
    assert "expected seconds" in result


async def test_prompt_without_script_gets_a_demo_with_a_real_tool(api: MessagesApi, cli: Cli):
    turn, calls = await calls_of(api, cli, "por favor, escreva uma nota sobre o mar")
    assert turn.result["result"].startswith("Ensaio: esta resposta segue um roteiro.")
    assert "sobre o mar" in (cli.directory / "rehearsal-note.md").read_text()
    assert len(calls) == 2


async def test_context_is_counted_on_demand(api: MessagesApi, cli: Cli):
    before = len(api.record.calls)
    request = {"subtype": "get_context_usage"}
    await cli.write({"type": "control_request", "request_id": "2", "request": request})
    while (await cli.read_line())["type"] != "control_response":
        pass
    calls = api.record.calls[before:]
    assert {call.path for call in calls} == {"/v1/messages/count_tokens"}
    assert all(call.answered for call in calls)


async def test_structured_output_is_the_given_object(api: MessagesApi, tmp_path: Path):
    wanted = {"verdict": "approve", "files": [["a.py", 3]]}
    schema = {
        "type": "object",
        "properties": {"verdict": {"type": "string"}, "files": {"type": "array"}},
        "required": ["verdict"],
    }
    base = allowed_environment(tmp_path)
    options = ("--json-schema", json.dumps(schema))
    async with running_cli(api.url, base, tmp_path, *options) as cli:
        turn = await cli.ask(f"review it [[structured:{json.dumps(wanted)}]]")
        assert turn.result["structured_output"] == wanted
        turn = await cli.ask("[[say:no object]]")
        assert (turn.result.get("structured_output"), turn.result["result"]) == (None, "no object")


async def test_label_says_in_each_answer_that_it_is_scripted(tmp_path: Path):
    async with (
        MessagesApi(label=True, pace=0) as api,
        running_cli(api.url, allowed_environment(tmp_path), tmp_path) as cli,
    ):
        turn = await cli.ask("[[say:forty-two]]")
        assert turn.result["result"] == "Rehearsal: this answer is scripted.\n\nforty-two"
        turn = await cli.ask("hello there")
        assert turn.result["result"].count("Rehearsal: this answer is scripted.") == 1
