"""What a start on a home with a model must not load before it is ready: together that was a fourth of a start."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.environment import allowed_environment

# As `sempre up` does it, until it is ready and has said so; then it prints what is loaded, and how often the methods of
# a dataclass were compiled, and ends.
SCRIPT = """
import sys
from sempre import dataclass_code

compiled = []

def compile_(text, *arguments, **named):
    compiled.append(text)
    return compile(text, *arguments, **named)

dataclass_code.compile = compile_
dataclass_code.of_this_process = dataclass_code.DataclassCode(dataclass_code.Path("dataclasses"))

from sempre.cli import main, up

def lean():
    running = given()
    greet = running._greet

    async def end(started, wishes):
        sys.dont_write_bytecode = False  # it is asked by what greets, and imports are over
        await greet(started, wishes)
        print(len(compiled))
        print(*sys.modules)
        started.stop()

    running._greet = end
    return running

given, up._running = up._running, lean
sys.argv = ["sempre", "up", "--port", "0"]
main()
"""

NEVER = {
    "attr",
    "aiosqlite",
    "claude_agent_sdk",
    "click",
    "croniter",
    "email_validator",
    "fastapi.openapi.models",
    "fastapi.security",
    "http.server",
    "mcp",
    "multiprocessing",
    "opentelemetry.metrics",
    "opentelemetry.sdk",
    "opentelemetry.trace",
    "psutil",
    "psycopg",
    "pydantic.v1",
    "rich.console",
    "sempre.app.sample",
    "sempre.cli.card",
    "sempre.cli.doctor",
    "sempre.cli.status",
    "sempre.rehearsal",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
    "yaml",
}


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What two starts on one home said."""
    place = tmp_path_factory.mktemp("lean")
    environment = {
        **allowed_environment(place),
        "SEMPRE_HOME": str(place / "home"),
        "ANTHROPIC_API_KEY": "sk-ant-test-0123456789",
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    }
    return [start(place, environment) for _ in range(2)]


def start(place: Path, environment: dict[str, str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=place, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_start_loads_nothing_that_is_not_needed_to_be_ready(starts: list[list[str]]) -> None:
    loaded = set(starts[1][-1].split())
    assert "fastapi" in loaded
    assert loaded & NEVER == set()


def test_the_methods_of_a_dataclass_are_compiled_by_the_first_start(
    starts: list[list[str]],
) -> None:
    first, second = (int(said[-2]) for said in starts)
    assert first > 500
    assert second == 0
