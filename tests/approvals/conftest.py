import pytest

from tests.approvals.desk import Desk
from tests.support.store import Store


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)
