"""What a start on a home with a model must not load before it is ready: together that was a fourth of a start."""

import subprocess
import sys
from pathlib import Path

# As `sempre up` does it, until it is ready; then it prints what is loaded, and ends.
SCRIPT = """
import sys
from sempre.cli import main, up

async def end(started, wishes):
    await started.ready.wait()
    print(*sys.modules)
    started.stop()

def lean():
    running = given()
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
    "croniter",
    "email_validator",
    "mcp",
    "multiprocessing",
    "opentelemetry.sdk",
    "psycopg",
    "pydantic.v1",
    "rich.console",
    "sempre.app.sample",
    "sempre.cli.card",
    "sempre.cli.doctor",
    "sempre.cli.status",
    "sempre.rehearsal",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
    "yaml",
}


def test_a_start_loads_nothing_that_is_not_needed_to_be_ready(
    tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={
            **clean_environment,
            "SEMPRE_HOME": str(tmp_path / "home"),
            "ANTHROPIC_API_KEY": "sk-ant-test-0123456789",
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "fastapi" in loaded
    assert loaded & NEVER == set()
