import subprocess
import sys

import pytest

_PASSES = (
    "from sempre import crash\n"
    "for n in range(5):\n"
    "    crash.point('here')\n"
    "    crash.point('there')\n"
    "    print(n, flush=True)\n"
)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
@pytest.mark.parametrize(
    ("at", "passes", "code"),
    [
        (None, 5, 0),
        ("here", 0, -9),
        ("there:3", 2, -9),
        ("here:9", 5, 0),
        ("elsewhere", 5, 0),
    ],
)
def test_the_process_dies_where_it_is_told_to(
    clean_environment: dict[str, str], at: str | None, passes: int, code: int
):
    environment = {**clean_environment, "PYTHONPATH": "src"}
    if at is not None:
        environment["SEMPRE_CRASH_AT"] = at
    run = subprocess.run(
        [sys.executable, "-c", _PASSES], env=environment, capture_output=True, check=False
    )
    assert run.returncode == code
    assert len(run.stdout.splitlines()) == passes
