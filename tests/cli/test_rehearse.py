"""The scripted Messages API alone."""

import json
import signal
import socket
import urllib.request

import pytest

from tests.cli.shell import Shell
from tests.rehearsal.bodies import ask, encode
from tests.support.patience import PATIENCE


@pytest.mark.posix
def test_it_says_how_to_point_sempre_at_it_answers_and_ends(shell: Shell):
    with shell.start("rehearse", "--port", "0", "--json") as child:
        assert child.stdout is not None
        told = json.loads(child.stdout.readline())
        assert told["environment"]["ANTHROPIC_BASE_URL"] == told["url"]
        with urllib.request.urlopen(
            f"{told['url']}/v1/messages", encode(ask("[[say:hi]]"))
        ) as answer:
            text = json.load(answer)["content"][0]["text"]
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) == 0
    assert text == "Rehearsal: this answer is scripted.\n\nhi"


def test_a_port_that_is_taken_is_said(shell: Shell):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = shell.run("rehearse", "--port", str(taken.getsockname()[1]))
    assert said.code == 6
    assert "--port" in said.err
