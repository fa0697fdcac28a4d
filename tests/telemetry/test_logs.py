import gzip
import io
import json
import logging
import re
import stat
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from sempre.telemetry import logs
from sempre.telemetry.concealment import conceal
from sempre.telemetry.context import bound, chosen_request_id, origin, request_id
from sempre.telemetry.metrics import LOG_LINES_LOST
from tests.support.patience import wait_until

log = structlog.stdlib.get_logger("sempre.test")


@pytest.fixture
def terminal() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def folder(tmp_path: Path, terminal: io.StringIO) -> Iterator[Path]:
    """Logging as the product sets it up; afterwards as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for handler in handlers:
        root.removeHandler(handler)
    shown = warnings.showwarning
    logs.configure(folder=tmp_path / "log", terminal=terminal)
    yield tmp_path / "log"
    logging.captureWarnings(False)
    warnings.showwarning = shown
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(level)
    structlog.reset_defaults()


def lines(folder: Path) -> list[dict[str, Any]]:
    text = (folder / logs.FILE_NAME).read_text("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def test_a_line_goes_to_the_file_as_json_and_to_the_terminal_readable(
    folder: Path, terminal: io.StringIO
) -> None:
    log.info("turn.accepted", channel="files:a", number=1, origin={"file": "x"})
    (line,) = lines(folder)
    assert (line["event"], line["level"], line["logger"]) == (
        "turn.accepted",
        "info",
        "sempre.test",
    )
    assert (line["channel"], line["number"], line["origin"]) == ("files:a", 1, {"file": "x"})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*\+00:00", line["timestamp"])
    shown = terminal.getvalue()
    assert re.search(r"\d\d:\d\d:\d\d info +turn.accepted channel=files:a number=1", shown)
    assert "\x1b" not in shown, "no colours where nobody sees them"


def test_other_libraries_go_the_same_way(folder: Path, terminal: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("it says %s", "so")
    logging.getLogger("uvicorn.access").info("GET /secret")
    (line,) = lines(folder)
    assert (line["event"], line["level"], line["logger"]) == (
        "it says so",
        "warning",
        "uvicorn.error",
    )
    assert "it says so" in terminal.getvalue()


def test_python_warnings_are_logged(folder: Path, terminal: io.StringIO) -> None:
    logging.captureWarnings(False)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logs.configure(folder=folder, terminal=terminal)
        warnings.warn_explicit("old way", DeprecationWarning, "x.py", 1, registry={})
    assert "old way" in lines(folder)[0]["event"]


def test_the_request_id_stands_in_every_line_of_its_request(folder: Path) -> None:
    with bound(request_id="r-1", turn=None):
        log.info("inside")
        logging.getLogger("library").warning("inside too")
        assert (request_id(), dict(origin())) == ("r-1", {"request_id": "r-1"})
    log.info("outside")
    told = [(line["event"], line.get("request_id"), "turn" in line) for line in lines(folder)]
    assert told == [
        ("inside", "r-1", False),
        ("inside too", "r-1", False),
        ("outside", None, False),
    ]
    assert (request_id(), dict(origin())) == ("", {})


def test_a_given_request_id_is_kept_only_when_it_can_stand_in_a_log() -> None:
    assert chosen_request_id("ci-7") == "ci-7"
    for odd in (None, "", "a b", "a\nb", "x" * 65, "é"):
        assert len(chosen_request_id(odd)) == 36


FORGED = 'innocent\n2026-01-01 info  turn.answered\r\x1b[2J\x1b]0;owned\x07\u009b31m\u2028{"event": "forged"}'


def test_nothing_from_outside_can_forge_a_line_or_move_the_cursor(
    folder: Path, terminal: io.StringIO
) -> None:
    log.warning(FORGED, value=FORGED, nested={"deep": [FORGED]}, **{f"key{FORGED}": 1})
    logging.getLogger("library").error("%s", FORGED)
    try:
        raise ValueError(FORGED)
    except ValueError:
        log.exception("failed")
    raw = (folder / logs.FILE_NAME).read_bytes().decode()
    assert len(raw.splitlines()) == 3
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", raw)
    assert [line["event"] for line in lines(folder)] == [FORGED, FORGED, "failed"]
    shown = terminal.getvalue()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", shown)
    for line in shown.splitlines():
        assert re.match(r"\d\d:\d\d:\d\d (warning|error) |    \| ", line), line


def test_a_known_secret_appears_nowhere_also_not_in_a_traceback(
    folder: Path, terminal: io.StringIO
) -> None:
    secret = 'CANARY "with" quotes\\and\tmore'
    conceal(secret)
    log.info("plain", value=secret, nested={"key": [secret]}, **{secret: 1})
    log.info("in the text %s", secret)
    logging.getLogger("library").warning("formatted %s and %r", secret, secret)
    try:
        try:
            raise KeyError(secret)
        except KeyError as error:
            raise RuntimeError(f"wrapped {secret}") from error
    except RuntimeError:
        log.exception("failed", stack_info=True)
    written = (folder / logs.FILE_NAME).read_text() + terminal.getvalue()
    assert "CANARY" not in written
    assert written.count("[concealed]") >= 12
    assert "RuntimeError: wrapped" in written


def test_what_is_no_json_is_shown_all_the_same(folder: Path, terminal: io.StringIO) -> None:
    log.info("odd", path=Path("/x"), number=2**70, half="\ud83d", raw=b"\xff", **{"5": 5})
    assert "odd" in terminal.getvalue()
    (line,) = lines(folder)
    assert (line["number"], line["half"], line["5"]) == (2**70, "\ufffd", 5)
    assert "Path('/x')" in line["path"]


def test_a_value_that_cannot_even_be_shown_costs_its_line_and_not_the_work(folder: Path) -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    before = LOG_LINES_LOST._value.get()
    log.info("fine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging, "raiseExceptions", False)
        log.info("broken", value=Broken())
    log.info("fine again")
    assert [line["event"] for line in lines(folder)] == ["fine", "fine again"]
    assert LOG_LINES_LOST._value.get() == before + 1


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another affair there")
def test_only_its_owner_reads_the_log(folder: Path) -> None:
    log.info("x")
    assert stat.S_IMODE((folder / logs.FILE_NAME).stat().st_mode) == 0o600


def test_a_full_file_is_packed_and_the_oldest_go(folder: Path, terminal: io.StringIO) -> None:
    logs.configure(folder=folder, terminal=terminal, max_bytes=2000, keep=3)
    for at in range(200):
        log.info("line", at=at, filler="x" * 60)
    settle()
    packed = sorted(folder.glob("*.gz"))
    assert len(packed) == 3
    assert sorted(path.name for path in folder.iterdir())[-1] == logs.FILE_NAME
    newest = [
        json.loads(line)["at"] for line in gzip.decompress(packed[-1].read_bytes()).splitlines()
    ]
    current = [line["at"] for line in lines(folder)]
    assert [*newest, *current] == list(range(newest[0], 200)), "nothing is lost at the seam"
    if sys.platform != "win32":
        assert stat.S_IMODE(packed[-1].stat().st_mode) == 0o600


def test_what_a_crash_left_unpacked_is_packed_later(folder: Path, terminal: io.StringIO) -> None:
    logs.configure(folder=folder, terminal=terminal, max_bytes=500, keep=5)
    left = folder / "sempre-20200101T000000000000.jsonl"
    left.write_text("{}\n")
    for at in range(20):
        log.info("line", at=at)
    settle()
    assert not left.exists()
    assert left.with_name(left.name + ".gz").exists()


def test_a_file_that_somebody_removed_is_begun_again(folder: Path) -> None:
    log.info("one")
    (folder / logs.FILE_NAME).unlink()
    log.info("two")
    assert [line["event"] for line in lines(folder)] == ["two"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit there")
def test_a_full_disk_costs_lines_and_not_the_work(folder: Path) -> None:
    import resource
    import signal

    before = LOG_LINES_LOST._value.get()
    log.info("before")
    size = (folder / logs.FILE_NAME).stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, hard))
    try:
        for _ in range(5):
            log.info("no room for this")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    log.info("after")
    assert LOG_LINES_LOST._value.get() == before + 5
    text = (folder / logs.FILE_NAME).read_text().splitlines()
    assert json.loads(text[0])["event"] == "before"
    assert json.loads(text[-1])["event"] == "after", "on a line of its own"


def test_many_threads_write_whole_lines(folder: Path) -> None:
    def write(name: int) -> None:
        for at in range(50):
            log.info("line", name=name, at=at)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines(folder)) == 200


def test_setting_up_twice_writes_once(folder: Path, terminal: io.StringIO) -> None:
    logs.configure(folder=folder, terminal=terminal)
    log.info("once")
    assert len(lines(folder)) == 1
    assert terminal.getvalue().count("once") == 1


def test_less_than_the_level_is_left_out(folder: Path, terminal: io.StringIO) -> None:
    logs.configure(folder=folder, terminal=terminal, level="warning")
    log.info("chatter")
    log.warning("matter")
    assert [line["event"] for line in lines(folder)] == ["matter"]


def settle() -> None:
    """Until the threads that pack have ended."""
    wait_until(lambda: all(thread.name != "log.pack" for thread in threading.enumerate()))
