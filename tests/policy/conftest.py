from pathlib import Path

import pytest

from tests.policy import worker


@pytest.fixture
def w(tmp_path: Path) -> worker.Worker:
    return worker.make(tmp_path)
