"""Heads that were kept elsewhere are found again."""

import gzip
import json
from pathlib import Path

from sempre import clock
from sempre.audit import Head, anchors
from sempre.db import manifest
from sempre.db.manifest import Manifest

ONE, TWO = "1" * 64, "2" * 64


def line(sequence: int, mac: str) -> str:
    return json.dumps({"event": anchors.EVENT, "sequence": sequence, "mac": mac}) + "\n"


def test_the_newest_of_the_log_counts(tmp_path: Path):
    log = tmp_path / "sempre.jsonl"
    log.write_text(line(3, ONE) + '{"event": "other"}\n' + line(9, TWO) + '{"event": "audit.head')
    assert anchors.from_log(log) == [Head(9, TWO)]


def test_a_log_that_was_put_aside_is_looked_through(tmp_path: Path):
    log = tmp_path / "sempre.jsonl"
    log.write_text('{"event": "audit.header", "note": "\\"audit.head\\""}\n')
    with gzip.open(tmp_path / "sempre-20260101.jsonl.gz", "wt") as packed:
        packed.write(line(2, ONE))
    with gzip.open(tmp_path / "sempre-20260102.jsonl.gz", "wt") as packed:
        packed.write(line(5, TWO))
    assert anchors.from_log(log) == [Head(5, TWO)]


def test_without_a_log_there_is_none(tmp_path: Path):
    assert anchors.known(tmp_path / "sempre.jsonl", tmp_path / "backups") == []


def test_backups_tell_where_the_trail_stood(tmp_path: Path):
    for name, head in (("a", f"7:{ONE}"), ("b", None), ("c", "nonsense"), ("d", "0:")):
        (tmp_path / name).mkdir()
        made = Manifest(version="1", made_at=clock.now(), reason="r", files={}, audit_head=head)
        manifest.store(tmp_path / name, made)
    (tmp_path / "e").mkdir()
    assert anchors.from_backups(tmp_path) == [Head(7, ONE)]
