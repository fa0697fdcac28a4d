import asyncio
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from sempre import crypto
from sempre.access import Secrets
from sempre.crypto import Keyring
from sempre.db import rotation
from sempre.db.database import Database
from sempre.db.rotation import reseal, rotate, sealed_columns
from sempre.errors import ConflictError, MisconfiguredError
from tests.support.store import Store, new_keyring, opened


@pytest.fixture
def key_file(store: Store, tmp_path: Path) -> Path:
    path = tmp_path / "state" / "key"
    crypto.store(path, store.keyring)
    return path


def keys(path: Path) -> Keyring:
    return crypto.parse(path.read_text())


def there(path: Path) -> bool:
    return path.exists() or path.with_suffix(".new").exists()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def fill(store: Store, count: int = 3) -> list[str]:
    """Something sealed in each of the tables that hold conversations, events and secrets."""
    ids = await store.accept(*(f"prompt {at}" for at in range(count)))
    await store.answer(ids[0], "the answer")
    await store.fail(ids[1])
    await Secrets(store.db, store.keyring).set("connection", "the credential")
    await store.log.flushed()
    return ids


async def everything(url: str, keyring: Keyring, ids: list[str]) -> list[object]:
    """All that is sealed, opened."""
    async with opened(url, keyring=keyring) as store:
        turns = [await store.turns.get(turn_id) for turn_id in ids]
        return [
            *turns,
            *[await store.attempts.of_turn(turn_id) for turn_id in ids],
            await store.dead_letters.page(),
            await store.log.after(0),
            await Secrets(store.db, keyring).get("connection"),
        ]


def test_every_sealed_column_is_found() -> None:
    names = {f"{column.table.name}.{column.name}" for column in sealed_columns()}
    assert names == {
        "approvals.changed_input",
        "approvals.decision_reason",
        "approvals.input",
        "approvals.risk_reason",
        "approvals.rule_reason",
        "approvals.why",
        "attempts.failure",
        "audit.details",
        "audit_keys.value",
        "boards.settings",
        "card_events.details",
        "card_images.body",
        "card_images.name",
        "cards.words",
        "dead_letters.failure",
        "directives.value",
        "event_packs.body",
        "events.details",
        "run_comments.text",
        "run_stages.comments",
        "run_stages.failure",
        "run_stages.output",
        "run_stages.verdict",
        "runs.failure",
        "runs.input",
        "runs.result",
        "secrets.value",
        "turns.answer",
        "turns.failure",
        "turns.prompt",
    }


async def test_after_a_rotation_the_new_key_alone_opens_everything(
    store: Store, key_file: Path
) -> None:
    ids = await fill(store)
    before = await everything(store.url, store.keyring, ids)
    done = await rotate(store.db, key_file)
    fresh = keys(key_file)
    assert list(fresh.keys) != list(store.keyring.keys)
    assert len(fresh.keys) == 1
    assert await everything(store.url, fresh, ids) == before
    assert done.keys_dropped == 1
    assert done.resealed >= 3 + 1 + 3 + 1
    with pytest.raises(crypto.UnreadableError):
        await store.turns.get(ids[0])
    if os.name != "nt":
        assert mode(key_file) == 0o600


async def test_a_rotation_that_was_killed_anywhere_goes_on_where_it_was(
    store: Store, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await fill(store, 12)
    before = await everything(store.url, store.keyring, ids)
    monkeypatch.setattr(rotation, "_BATCH", 2)
    real = rotation._reseal_batch
    batches = 0

    async def killed_after(db: Database, keyring: Keyring, column: object, after: object) -> object:
        nonlocal batches
        if batches == 5:
            raise KeyboardInterrupt
        batches += 1
        return await real(db, keyring, column, after)  # type: ignore[arg-type]  (handed on as it came)

    monkeypatch.setattr(rotation, "_reseal_batch", killed_after)
    with pytest.raises(KeyboardInterrupt):
        await rotate(store.db, key_file)
    both = keys(key_file)
    assert len(both.keys) == 2
    assert await everything(store.url, both, ids) == before, "readable in the middle"
    batches = -1000
    done = await rotate(store.db, key_file)
    fresh = keys(key_file)
    assert (list(fresh.keys), done.keys_dropped) == ([both.current], 1)
    assert await everything(store.url, fresh, ids) == before


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
async def test_a_rotation_survives_kill_9(
    migrated_file: Path, tmp_path: Path, clean_environment: dict[str, str]
) -> None:
    import shutil

    url = f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'real.sqlite')}"
    key_file = tmp_path / "key"
    async with opened(url) as store:
        crypto.store(key_file, store.keyring)
        ids = await fill(store, 300)
        before = await everything(url, store.keyring, ids)
    script = (
        "import asyncio, os, pathlib, sys\n"
        "from sempre.db import Database, rotation\n"
        "rotation._BATCH = 10\n"
        "real, left = rotation._reseal_batch, [7]\n"
        "async def batch(*a):\n"
        "    left[0] -= 1\n"
        "    if left[0] < 0: os.kill(os.getpid(), 9)\n"
        "    return await real(*a)\n"
        "rotation._reseal_batch = batch\n"
        f"asyncio.run(rotation.rotate(Database({url!r}), pathlib.Path({str(key_file)!r})))\n"
    )
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script], env=clean_environment, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    db = Database(url)
    await rotate(db, key_file)
    await db.close()
    assert await everything(url, keys(key_file), ids) == before


async def test_a_process_that_still_seals_with_the_old_key_is_noticed_and_loses_nothing(
    store: Store, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await fill(store)
    real = rotation._count_others

    async def meanwhile(db: Database, keyring: Keyring, column: object) -> int:
        if getattr(column, "name", "") == "details":
            store.log.append("from the other process", {})
            await store.log.flushed()
        return await real(db, keyring, column)  # type: ignore[arg-type]  (handed on as it came)

    monkeypatch.setattr(rotation, "_count_others", meanwhile)
    with pytest.raises(ConflictError):
        await rotate(store.db, key_file)
    both = keys(key_file)
    assert len(both.keys) == 2
    assert await everything(store.url, both, ids)


async def test_the_old_key_can_be_kept_for_old_backups(store: Store, key_file: Path) -> None:
    archive = key_file.with_name("retired-keys")
    ids = await fill(store)
    await rotate(store.db, key_file, archive=archive)
    second = keys(key_file)
    await rotate(store.db, key_file, archive=archive)
    retired = keys(archive)
    assert set(retired.keys) == {*store.keyring.keys, *second.keys}
    assert await everything(store.url, keys(key_file), ids)


async def test_keys_from_the_environment_are_rotated_by_who_gives_them(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await fill(store)
    before = await everything(store.url, store.keyring, ids)
    monkeypatch.setenv("SEMPRE_KEY", crypto.dump(store.keyring))
    with pytest.raises(MisconfiguredError, match="SEMPRE_KEY"):
        await rotate(store.db, tmp_path / "no-key")
    both = store.keyring.rotated()
    monkeypatch.setenv("SEMPRE_KEY", crypto.dump(both))
    done = await rotate(store.db, tmp_path / "no-key")
    assert (done.resealed > 0, done.keys_dropped) == (True, 0)
    assert await everything(store.url, both.without_old(), ids) == before
    assert (await rotate(store.db, tmp_path / "no-key")).resealed == 0


async def test_a_missing_key_file_is_not_replaced_by_a_new_one(
    store: Store, tmp_path: Path
) -> None:
    with pytest.raises(MisconfiguredError):
        await rotate(store.db, tmp_path / "no-key")
    assert not there(tmp_path / "no-key")


async def test_a_key_that_opens_nothing_changes_nothing(store: Store) -> None:
    ids = await fill(store)
    before = await everything(store.url, store.keyring, ids)
    with pytest.raises(crypto.UnreadableError):
        await reseal(store.db, new_keyring())
    assert await everything(store.url, store.keyring, ids) == before
