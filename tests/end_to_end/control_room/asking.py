"""Agents that want to run what no rule allows, and what of it has run."""

import json
import re
import time
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.end_to_end.control_room.server import Server

PATIENCE = 60_000


def ask(server: Server, worker: str, command: str, answer: str = "done") -> None:
    """Has a worker's agent want to run a command that no rule allows."""
    name = re.sub(r"\W", "", command)[:20] + answer.replace(" ", "-")
    call = json.dumps({"command": command})
    server.drop(worker, name, f"[[tool:Bash {call}]][[say:{json.dumps(answer)}]]")


def made(server: Server, worker: str, name: str) -> Path:
    return server.rehearsal / "workspaces" / worker / name


def await_made(server: Server, worker: str, name: str) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while not made(server, worker, name).exists():
        assert time.monotonic() < deadline, server.log()[-4000:]
        time.sleep(0.05)


def in_hand(page: Page, text: str) -> Locator:
    """The call in hand, once it can be decided."""
    card = page.get_by_role("article").filter(has_text=text)
    expect(card).to_be_visible(timeout=PATIENCE)
    approve = card.get_by_role("button", name="Approve", exact=False).first
    expect(approve).to_have_attribute("aria-disabled", "false")
    return card
