"""Killed while an alert is raised, or while it is told: nothing is doubled, nothing is forgotten."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.alerts.conftest import Receiver, receiver
from tests.support.patience import PATIENCE
from tests.support.server import Server

# Any machine has less free space than this, so the alert is raised at the first look.
SETTINGS = """
[alerts]
every_seconds = 0.2
disk_free_mb = 1000000000000
webhook_url = "{url}"
"""
__all__ = ["receiver"]  # a fixture


def alerts_in(home: Path) -> list[tuple[str, int, str]]:
    with closing(sqlite3.connect(home / ".sempre" / "sempre.sqlite")) as connection:
        return connection.execute(
            "SELECT n.id, n.attempts, n.state FROM alerts a JOIN alert_notices n ON n.alert_id = a.id"
            " WHERE a.rule = 'disk_low'"
        ).fetchall()


async def until_it_is_told(home: Path) -> tuple[str, int]:
    async with asyncio.timeout(PATIENCE):
        while True:
            for notice_id, attempts, state in alerts_in(home):
                if state == "delivered":
                    return notice_id, attempts
            await asyncio.sleep(0.05)


@pytest.mark.posix
@pytest.mark.slow
@pytest.mark.parametrize(("point", "sent"), [("settling", 1), ("sending", 1), ("sent", 2)])
async def test_an_alert_survives_a_kill_wherever_it_comes(
    tmp_path: Path,
    clean_environment: dict[str, str],
    receiver: Receiver,
    point: str,
    sent: int,
) -> None:
    home = tmp_path / "home"
    server = Server(home, clean_environment, ("demo",))
    (home / "sempre.toml").write_text(SETTINGS.format(url=receiver.url))
    try:
        server.start(SEMPRE_CRASH_AT=f"alert.{point}")
        code = await asyncio.to_thread(server.wait_dead)
        assert code == -9
        # Whoever claimed the notice is taken for dead after a minute; here it has passed.
        await asyncio.to_thread(server.start(SEMPRE_CLOCK_SHIFT="120").wait_ready)
        notice_id, attempts = await until_it_is_told(home)
        assert len(alerts_in(home)) == 1
        assert receiver.ids == [notice_id] * sent
        assert attempts == (1 if point == "settling" else 2)
        assert len({each.body for each in receiver.received}) == 1
        assert json.loads(receiver.received[0].body)["type"] == "alert.raised"
        assert await asyncio.to_thread(server.stop) == 0
    finally:
        server.end()
