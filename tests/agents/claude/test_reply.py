from datetime import datetime, timedelta

from claude_agent_sdk import ResultMessage

from sempre import clock
from sempre.agents.claude.reply import Reply, judge, usage_of
from sempre.contract.agents import Ending
from sempre.contract.gate import BUDGET_MARKER
from sempre.contract.messages import Usage


def verdict(
    text: str,
    *,
    error: str | None = None,
    until: datetime | None = None,
    is_error: bool = True,
    api_error_status: int | None = None,
    terminal_reason: str = "api_error",
) -> Reply:
    message = ResultMessage(
        subtype="success",
        duration_ms=1,
        duration_api_ms=1,
        is_error=is_error,
        num_turns=1,
        session_id="s",
        result=text,
        api_error_status=api_error_status,
        terminal_reason=terminal_reason,
    )
    return judge(message, model="opus", error=error, until=until, usage=Usage())


def test_our_own_refusal_is_told_from_the_providers_by_its_mark() -> None:
    ours = verdict(
        f"API Error: 402 {BUDGET_MARKER} Today's budget is used up.", api_error_status=402
    )
    assert ours.ending is Ending.BUDGET
    assert ours.failure is not None
    assert ours.failure.message == "Today's budget is used up."
    assert verdict("API Error: 402 pay", api_error_status=402).ending is Ending.AUTHENTICATION


def test_what_to_do_is_a_sentence_of_its_own() -> None:
    reply = verdict("API Error: 400 prompt is odd", api_error_status=400)
    assert reply.failure is not None
    assert reply.failure.message.startswith("API Error: 400 prompt is odd. The provider")


def test_an_empty_account_is_not_a_bad_prompt() -> None:
    reply = verdict("API Error: 400 Your credit balance is too low", api_error_status=400)
    assert reply.failure is not None
    assert (reply.ending, reply.failure.kind) == (Ending.AUTHENTICATION, "billing")


def test_a_wall_in_claude_codes_own_words_has_its_end_from_them() -> None:
    reply = verdict("Claude AI usage limit reached|1795300000", error="rate_limit")
    assert reply.ending is Ending.QUOTA
    assert reply.until is not None
    assert reply.until.timestamp() == 1795300000
    unnamed = verdict("You've hit your session limit")
    assert (unnamed.ending, unnamed.until) == (Ending.QUOTA, None)


def test_the_gateways_word_on_a_wall_counts_for_a_429_only() -> None:
    until = clock.now() + timedelta(hours=1)
    assert verdict("Request rejected (429)", api_error_status=429, until=until).until == until
    assert verdict("API Error: 500", api_error_status=500, until=until).ending is Ending.TRANSIENT


def test_without_a_status_the_words_decide() -> None:
    assert verdict("API Error: Connection error.").ending is Ending.TRANSIENT
    assert verdict("x", error="server_error").ending is Ending.TRANSIENT
    assert verdict("Not logged in", error="authentication_failed").ending is Ending.AUTHENTICATION
    assert verdict("x", error="model_not_found").ending is Ending.MISCONFIGURED
    assert verdict("what?", error="unknown").ending is Ending.ERROR


def test_success_is_told_by_is_error_never_by_subtype() -> None:
    reply = verdict("fine", is_error=False, terminal_reason="completed")
    assert (reply.ending, reply.text, reply.model) == (Ending.ANSWERED, "fine", "opus")
    assert verdict("fine", terminal_reason="completed").ending is Ending.ERROR


def test_tokens_are_read_by_kind() -> None:
    counted = {"input_tokens": 3, "output_tokens": 5, "cache_read_input_tokens": 7}
    usage = usage_of({**counted, "cache_creation_input_tokens": None}, None)
    assert usage == Usage(
        input_tokens=3, output_tokens=5, cache_read_tokens=7, cache_write_tokens=0, cost_micros=None
    )
