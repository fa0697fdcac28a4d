import subprocess
import sys


def test_the_agent_sdk_is_imported_only_when_it_is_warmed_up(
    clean_environment: dict[str, str],
) -> None:
    script = """
import asyncio, sys
from pathlib import Path
from sempre.agents.claude import Access, ClaudeAgent, Passes, Profile

async def profile(channel: str) -> Profile:
    return Profile(directory=Path())

access = Access(hook_url="", config_directory=Path())
agent = ClaudeAgent(profile=profile, access=access, passes=Passes(), state=Path("nowhere"))
print("claude_agent_sdk" in sys.modules)
asyncio.run(agent.warm_up())
print("claude_agent_sdk" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env=clean_environment, capture_output=True, text=True
    )
    assert done.stdout.split() == ["False", "True"], done.stderr
