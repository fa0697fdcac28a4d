import pytest

from tests.board.kanban import Kanban
from tests.support.store import Store


@pytest.fixture
async def kanban(store: Store) -> Kanban:
    """With the board `shop`, its keys SHOP-1, SHOP-2 …"""
    kanban = Kanban(store)
    await kanban.board()
    return kanban
