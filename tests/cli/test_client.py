"""Whom a command speaks to: the Sempre of this home, and nobody else who may listen there."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.cli.shell import Shell

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # the stand-in hangs up abruptly


def announce(home: Path, url: str) -> None:
    (home / ".sempre").mkdir()
    (home / ".sempre" / "server.json").write_text(json.dumps({"url": url, "mode": "live"}))
    (home / ".sempre" / "token").write_text("sempre_local_secret\n")


@contextmanager
def answering(status: int, body: bytes) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["host"])
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  (the name that http.server calls)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name there)
            """Into no test's output."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def refusal(code: str, message: str, remedy: str | None = None) -> bytes:
    said = {"code": code, "message": message, "remedy": remedy, "request_id": "r-1"}
    return json.dumps({"error": said}).encode()


def test_a_server_that_crashed_is_told_from_one_that_never_ran(shell: Shell):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    announce(shell.home, f"http://127.0.0.1:{port}")
    said = shell.run("status")
    assert said.code == 6
    assert "ended without saying so" in said.err
    assert "sempre up" in said.err


@pytest.mark.parametrize(
    ("status", "body", "code", "said"),
    [
        (404, refusal("turn_not_found", "There is no turn."), 3, "There is no turn."),
        (409, refusal("conflict", "It has ended."), 4, "It has ended."),
        (422, refusal("invalid", "Not of that form."), 5, "Not of that form."),
        (403, refusal("refused", "Policy says no."), 5, "Policy says no."),
        (503, refusal("unavailable", "The disk is full."), 6, "The disk is full."),
        (500, refusal("misconfigured", "No key. Put it back.", "Put it back."), 7, "No key. Put it back."),
        (500, refusal("internal", "Something broke."), 1, "Something broke. (request r-1)"),
        (401, refusal("unauthenticated", "Nobody."), 6, "is not the Sempre of this home"),
        (200, b"<html>another program</html>", 6, "is not the Sempre of this home"),
        (404, b"<html>another program</html>", 6, "is not the Sempre of this home"),
        (0, b"", 6, "hung up"),
    ],
)  # fmt: skip
def test_what_the_server_says_becomes_an_exit_code(
    shell: Shell, status: int, body: bytes, code: int, said: str
):
    with answering(status, body) as (url, _):
        announce(shell.home, url)
        got = shell.run("status")
    assert (got.code, got.out) == (code, "")
    assert said in got.err
    assert "sempre_local_secret" not in got.err


def test_it_asks_under_a_name_that_is_always_allowed_and_without_a_proxy(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with answering(404, refusal("x", "y")) as (url, asked):
        announce(shell.home, url)
        shell.run("status")
    assert asked == [f"localhost:{url.rpartition(':')[2]}"]


def test_a_send_that_was_cut_off_says_how_to_send_it_again_once(shell: Shell):
    with answering(0, b"") as (url, _):
        announce(shell.home, url)
        said = shell.run("send", "coder", "fix")
    assert said.code == 6
    assert "--key " in said.err
    assert "one turn of both" in said.err


@pytest.mark.posix
@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_the_token_of_another_user_is_not_ours(shell: Shell):
    announce(shell.home, "http://127.0.0.1:1")
    (shell.home / ".sempre" / "token").chmod(0)
    said = shell.run("status")
    assert said.code == 6
    assert "another user" in said.err
