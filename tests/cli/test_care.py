"""Alerts and profiles of a running Sempre, from the command line."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sempre.cli.client import Server
from sempre.home import Home
from tests.cli.shell import Shell
from tests.support.patience import wait_until

NOBODY = "00000000-0000-7000-8000-000000000000"


def test_alerts_are_listed_and_an_unknown_one_is_not_acknowledged(rehearsing: Shell):
    assert rehearsing.json("alerts") == []
    assert rehearsing.run("alerts").out == "Nothing is wrong.\n"
    assert rehearsing.run("alerts", "acknowledge", NOBODY).code == 3


def test_without_a_webhook_the_way_to_one_is_told(rehearsing: Shell):
    for command in ("test", "secret"):
        said = rehearsing.run("alerts", command)
        assert said.code == 4
        assert "alerts.webhook_url" in said.err


def test_the_schedule_of_backups_is_what_the_file_sets_also_for_the_server(rehearsing: Shell):
    told = rehearsing.json("backup", "schedule")
    served = json.loads(Server.find(Home(rehearsing.home)).get("/api/backups"))
    assert (told["every"], told["keep"]) == ("6h", 3)
    assert (served["every"], served["keep"]) == ("6h", 3)
    assert datetime.fromisoformat(served["next_at"]) == datetime.fromisoformat(told["next_at"])
    said = rehearsing.run("backup", "schedule").out
    assert "sempre.toml" in said
    shown = rehearsing.run("backup", "schedule", "--help").out
    assert all(word in shown for word in ("sempre.toml", "backups.every", "backups.keep"))


def test_a_schedule_that_is_set_counts_for_the_server_that_runs(rehearsing: Shell):
    place = ("--home", str(rehearsing.home / "rehearsal"))
    server = Server.find(Home(rehearsing.home))

    def served() -> Mapping[str, object]:
        return json.loads(server.get("/api/backups"))

    set_now = rehearsing.json("backup", "schedule", "--every", "2h", "--keep", "4", *place)
    assert (set_now["every"], set_now["keep"]) == ("2h", 4)
    wait_until(lambda: (served()["every"], served()["keep"]) == ("2h", 4))
    rehearsing.json("backup", "schedule", "--every", "off", *place)
    wait_until(lambda: served()["every"] == "off")
    assert served()["next_at"] is None
    rehearsing.json("backup", "schedule", "--every", "6h", "--keep", "3", *place)
    wait_until(lambda: served()["every"] == "6h")


def test_a_profile_is_written_into_the_home(rehearsing: Shell):
    told = rehearsing.json("profile", "--seconds", "0.2")
    assert Path(told["cpu"]).is_relative_to(rehearsing.home)
    assert Path(told["cpu"]).stat().st_size > 0
    assert "CPU" in rehearsing.run("profile", "-s", "0.1").out


def test_the_page_is_told_what_the_doctor_says(rehearsing: Shell):
    told = json.loads(Server.find(Home(rehearsing.home)).get("/api/doctor"))
    checks = {each["check"] for each in told["findings"]}
    assert {"disk", "clock", "database", "claude", "server", "work", "protection"} <= checks
    assert all(each["remedy"] for each in told["findings"] if each["level"] == "problem")
