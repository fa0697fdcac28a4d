"""What looks after a home while it runs: backups and their drills, alerts and their webhook, the doctor, profiles."""

import asyncio
import base64
import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

from sempre import clock, crypto, tasks
from sempre.access import Secrets
from sempre.alerts import (
    Alerts,
    BackupStanding,
    BudgetStanding,
    Courier,
    Sources,
    Thresholds,
    Watch,
    Way,
)
from sempre.api.care import Care, Figures, Webhook
from sempre.app import stores
from sempre.app.house import House
from sempre.app.plan import Plan
from sempre.backups import Copies, Rounds
from sempre.contract.finding import Finding
from sempre.contract.messages import TurnState
from sempre.conversations.standing import Standing
from sempre.crypto import Keyring
from sempre.settings import AlertSettings

_SECRET = "alerts.webhook"  # noqa: S105  (the name that it is stored under)


@asynccontextmanager
async def open_care(house: House, plan: Plan) -> AsyncIterator[Care]:
    """Everything here begins some time after the start, which it must not slow down."""
    keyring = await asyncio.to_thread(crypto.load, house.home.key, data_exists=True)
    copies, rounds = _backups(house, keyring)
    settings = house.settings.alerts
    alerts = Alerts(
        house.db,
        house.log,
        cooldown=timedelta(minutes=settings.cooldown_minutes),
        notifies=bool(settings.webhook_url),
    )
    courier, webhook = _webhook(house, keyring)
    hurry = courier.hurry if courier else _nobody
    watch = Watch(
        alerts,
        sources_of(house, rounds),
        thresholds_of(settings),
        node=house.node,
        every=settings.every_seconds,
        told=hurry,
    )
    async with AsyncExitStack() as stack:
        for name, work in (
            ("care.backups", rounds.run()),
            ("care.watch", watch.run()),
            *([("care.courier", courier.run())] if courier else []),
        ):
            stack.push_async_callback(tasks.stop, tasks.spawn(work, name=name))
        yield Care(
            copies=copies,
            rounds=rounds,
            alerts=alerts,
            webhook=webhook,
            figures=figures_of(house),
            hurry=hurry,
            diagnose=lambda: _diagnose(plan),
            profiles=house.home.state / "profiles",
        )


def thresholds_of(settings: AlertSettings) -> Thresholds:
    return Thresholds(
        queue=timedelta(minutes=settings.queue_minutes),
        failure_percent=settings.failure_percent,
        failure_turns=settings.failure_turns,
        failure_window=timedelta(minutes=settings.failure_minutes),
        approval=timedelta(minutes=settings.approval_minutes),
        disk_free=settings.disk_free_mb * 1_000_000,
        backup_grace=timedelta(minutes=settings.backup_grace_minutes),
        provider_window=timedelta(minutes=settings.provider_minutes),
        provider_failures=settings.provider_failures,
    )


def figures_of(house: House) -> Figures:
    async def budgets() -> Mapping[str, float]:
        read = await house.money.standings.read()
        return {str(each.scope): each.ratio for each in read if each.ratio is not None}

    return Figures(
        waits=Standing(house.db).waits, disk_free=lambda: _disk_free(house), budgets=budgets
    )


def sources_of(house: House, rounds: Rounds) -> Sources:
    standing = Standing(house.db)

    async def ended(window: timedelta) -> tuple[int, int]:
        by_state = await house.turns.ended_since(clock.now() - window)
        return (
            sum(count for (_, state), count in by_state.items() if state is TurnState.ANSWERED),
            sum(count for (_, state), count in by_state.items() if state is TurnState.FAILED),
        )

    async def attempts(window: timedelta) -> Mapping[str, int]:
        return await standing.endings(clock.now() - window)

    async def approvals() -> Mapping[str, tuple[int, datetime | None]]:
        return {"": await house.approvals.standing()}

    return Sources(
        queued=lambda: standing.in_state(TurnState.QUEUED),
        approvals=approvals,
        ended=ended,
        attempts=attempts,
        refusing=standing.refusing,
        budgets=lambda: _budgets(house),
        disk_free=lambda: _disk_free(house),
        backups=lambda: _backup_standing(rounds),
    )


def _backups(house: House, keyring: Keyring) -> tuple[Copies, Rounds]:
    home = house.home

    async def audit_head() -> str:
        head = await house.audit.head()
        return f"{head.sequence}:{head.mac}"

    copies = Copies(
        folder=home.backups,
        source=stores.source(home, house.settings, lambda: house.live.now.backups.pg_bin),
        keyring=keyring,
        keep=lambda: house.live.now.backups.keep,
        tell=house.log.append,
        audit_head=audit_head,
    )
    made = datetime.fromtimestamp((home.state / "node").stat().st_mtime, UTC)
    zone = house.settings.server.zone
    return copies, Rounds(copies, lambda: house.live.now.backups.plan(zone), since=made)


async def _backup_standing(rounds: Rounds) -> BackupStanding:
    standing = await rounds.standing()
    newest = standing.newest
    broken = newest is not None and newest.drill is not None and not newest.drill.passed
    return BackupStanding(
        missing_since=standing.missing_since,
        failure=standing.failure,
        drill_failed=newest.backup.name if newest and broken else None,
    )


async def _disk_free(house: House) -> int:
    return (await asyncio.to_thread(shutil.disk_usage, house.home.path)).free


async def _budgets(house: House) -> Sequence[BudgetStanding]:
    """What holds for one channel is told under its name; the general ones have nothing to count."""
    return [
        BudgetStanding(
            name=str(each.scope),
            percent=int(each.ratio * 100),
            reached=each.ratio >= 1,
        )
        for each in await house.money.standings.read()
        if each.ratio is not None and each.totals and each.budget.warns_at(each.totals.amount)
    ]


def _webhook(house: House, keyring: Keyring) -> tuple[Courier | None, Webhook | None]:
    settings = house.settings.alerts
    if not settings.webhook_url:
        return None, None
    secrets = Secrets(house.db, keyring)

    async def renew() -> str:
        fresh = f"whsec_{base64.b64encode(os.urandom(32)).decode()}"
        await secrets.set(_SECRET, fresh)
        return fresh

    async def secret() -> str:
        return await secrets.get(_SECRET) or await renew()

    way = Way(url=settings.webhook_url, secret=secret, attempts=settings.webhook_attempts)
    return Courier(house.db, house.log, way), Webhook(url=settings.webhook_url, renew=renew)


async def _diagnose(plan: Plan) -> Sequence[Finding]:
    """In a thread: it asks this server over HTTP, as the command line does."""
    look: Callable[[], Sequence[Finding]] = plan.diagnose
    return await asyncio.to_thread(look)


def _nobody() -> None:
    """There is no webhook to hurry."""
