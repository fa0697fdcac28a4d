"""What a start on a home with a model must not load before it is ready: together that was a tenth of a start."""

import subprocess
import sys
from pathlib import Path

# As `sempre up` does it, until it is ready; then it prints what is loaded, and ends.
SCRIPT = """
import sys
from sempre.cli import main
from sempre.cli.lean import without
from sempre.cli.up import NOT_NEEDED
with without(*NOT_NEEDED):
    from sempre.cli import running

async def end(started, wishes):
    await started.ready.wait()
    print(*sys.modules)
    started.stop()

running._greet = end
sys.argv = ["sempre", "up", "--port", "0"]
main()
"""

NEVER = {
    "attr",
    "claude_agent_sdk",
    "email_validator",
    "mcp",
    "opentelemetry.sdk",
    "pydantic.v1",
    "rich.console",
    "sempre.app.sample",
    "sempre.cli.card",
    "sempre.cli.doctor",
    "sempre.cli.status",
    "sempre.rehearsal",
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
