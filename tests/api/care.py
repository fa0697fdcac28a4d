"""What looks after a Sempre, over a test's store: backups, alerts without a webhook."""

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from pathlib import Path

from sempre import clock, schedule
from sempre.alerts import Alerts
from sempre.api.care import Care, Figures
from sempre.backups import Copies, Rounds
from sempre.contract.finding import Finding
from sempre.conversations.standing import Standing
from sempre.db.files import Files
from sempre.db.postgres import Postgres
from sempre.db.source import Source
from tests.support.postgres_programs import pg_bin_of_tests
from tests.support.store import Store

FREE = 123_000_000


def _source(store: Store, state: Path) -> Source:
    if store.db.path is not None:
        return Files(state, [store.db.path])
    return Postgres(
        store.url,
        state=state,
        backups=state / "backups",
        node="here",
        pg_bin=lambda: pg_bin_of_tests(),  # as it is then: a test changes it
        dead_after=45,
    )


def care_of(store: Store, home: Path) -> Care:
    state = home / ".sempre"
    state.mkdir(exist_ok=True)
    copies = Copies(
        folder=state / "backups",
        source=_source(store, state),
        keyring=store.keyring,
        keep=lambda: 3,
        tell=store.log.append,
    )

    async def disk_free() -> int:
        return FREE

    async def budgets() -> Mapping[str, float]:
        return {"day": 0.5}

    async def diagnose() -> Sequence[Finding]:
        return [
            Finding(check="disk", level="ok", message="There is room."),
            Finding(check="clock", level="problem", message="It is late.", remedy="Set it."),
        ]

    return Care(
        copies=copies,
        rounds=Rounds(
            copies, lambda: schedule.parse("03:00", UTC), since=clock.now() - timedelta(days=3)
        ),
        alerts=Alerts(store.db, store.log, cooldown=timedelta(minutes=30), notifies=True),
        webhook=None,
        figures=Figures(waits=Standing(store.db).waits, disk_free=disk_free, budgets=budgets),
        hurry=lambda: None,
        diagnose=diagnose,
        profiles=state / "profiles",
    )
