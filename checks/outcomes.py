"""A plugin of pytest that says at once what failed, and writes it down for whoever started it (checks/second_chance.py)."""

import json
from pathlib import Path

import pytest

_OPTION = "--outcomes"
# What pytest-xdist calls the phase of a test that took its process with it.
_CRASHED = "???"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(_OPTION, type=Path, help="the file to write what passed and failed into")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption(_OPTION)
    if path is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Outcomes(path, config))


class _Outcomes:
    def __init__(self, path: Path, config: pytest.Config) -> None:
        self._path = path
        self._config = config
        self._passed: set[str] = set()
        self._failed: dict[str, None] = {}
        self._broken: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if str(report.when) == _CRASHED:
            self._broken.append(report.nodeid)
        elif report.failed:
            self._failed[report.nodeid] = None
            self._say(f"failed: {report.nodeid} ({report.when})")
        elif report.passed and report.when == "call":
            self._passed.add(report.nodeid)

    def _say(self, line: str) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            terminal.ensure_newline()
            terminal.write_line(line)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._broken.append(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        passed = sorted(self._passed - self._failed.keys())
        found = {"passed": passed, "failed": list(self._failed), "broken": self._broken}
        self._path.write_text(json.dumps(found), "utf-8")
