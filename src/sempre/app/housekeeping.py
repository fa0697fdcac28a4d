"""Forgets what the settings say is old and packs what is seldom read, once an hour."""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

import structlog

from sempre import clock, crypto
from sempre.app.house import House
from sempre.audit import anchors
from sempre.board import OpenRuns
from sempre.conversations.standing import Standing
from sempre.crypto import Keyring
from sempre.db import Database, retention
from sempre.errors import UnavailableError
from sempre.events import Archive
from sempre.settings import Settings
from sempre.telemetry import metrics

_log = structlog.stdlib.get_logger(__name__)
_FIRST_SECONDS = 10.0  # what a start has to do comes first
_EVERY = 3600.0


async def run(house: House) -> None:
    """Until cancelled. A database that is away is tried again an hour later."""
    keyring = await asyncio.to_thread(crypto.load, house.home.key, data_exists=True)
    await asyncio.sleep(_FIRST_SECONDS)
    while True:
        try:
            await tidy(house, keyring)
        except UnavailableError as error:
            _log.warning("app.not_collected", reason=error.message)
        await asyncio.sleep(_EVERY)


async def tidy(house: House, keyring: Keyring) -> None:
    """Once. Raises UnavailableError; what was done until then is done."""
    settings, now = house.settings, clock.now()
    await house.engine.collect(now - timedelta(days=settings.engine.retention_days))
    await tend_log(house.db, keyring, settings)
    await tend_trail(house)
    for name in retention.RULES:
        days = days_of(name, settings)
        if days:
            gone = await retention.forget(house.db, name, now - timedelta(days=days))
            metrics.FORGOTTEN.labels(name).inc(gone)


async def tend_log(db: Database, keyring: Keyring, settings: Settings) -> None:
    """Old events go, those of turns that ended some days ago are packed."""
    events, now = settings.events, clock.now()
    archive, standing = Archive(db, keyring), Standing(db)
    old, ended = (
        now - timedelta(days=days) for days in (events.retention_days, events.compress_days)
    )
    gone = await archive.forget(old, partial(_needless, standing, OpenRuns(db), now))
    metrics.FORGOTTEN.labels("events").inc(gone)
    packed = await archive.pack(ended, partial(_closed, standing, ended))
    metrics.EVENTS_PACKED.inc(packed)


async def tend_trail(house: House) -> None:
    """Where the audit trail stands goes into the log, so that one that is cut off later shows."""
    if days := house.settings.retention.audit_days:
        gone = await house.audit.forget(timedelta(days=days))
        metrics.FORGOTTEN.labels("audit").inc(gone)
    head = await house.audit.head()
    if head.sequence:
        _log.info(anchors.EVENT, sequence=head.sequence, mac=head.mac)


def days_of(name: str, settings: Settings) -> int:
    """0: this table's rows are not forgotten by age."""
    rule = retention.RULES[name]
    if rule.old is None:
        return 0
    if rule.setting is None:
        return rule.days
    section, _, field = rule.setting.partition(".")
    return int(getattr(getattr(settings, section), field))


async def _needless(
    standing: Standing, runs: OpenRuns, before: datetime, turn_ids: Collection[str]
) -> frozenset[str]:
    """A run's log is numbered on from what is there, so it stays until the run ends."""
    closed = await standing.closed(turn_ids, before)
    return closed - await runs.turns(closed)


async def _closed(
    standing: Standing, before: datetime, turn_ids: Collection[str]
) -> frozenset[str]:
    return await standing.closed(turn_ids, before)
