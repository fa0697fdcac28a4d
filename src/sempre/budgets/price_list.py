"""The prices that hold here: the shipped list, and the rows that a person set instead."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sempre import clock
from sempre.budgets import _store
from sempre.budgets.prices import Rates, check_name, shipped
from sempre.db import Database
from sempre.errors import InvalidError, NotFoundError

_DEAREST = 10**12  # micro-dollars for a million tokens; more is a typing mistake


@dataclass(frozen=True, kw_only=True)
class Row:
    """One price as a person sees it. `own` rows come first and overrule."""

    model: str
    rates: Rates
    own: bool


class PriceList:
    """Reads and changes the rows; a change counts from the next call that is settled."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def list_prices(self) -> list[Row]:
        own = await self._own()
        chosen = [Row(model=model, rates=rates, own=True) for model, rates in own.items()]
        given = [
            Row(model=model, rates=price.rates, own=False) for model, price in shipped().items()
        ]
        return chosen + sorted(given, key=lambda row: row.model)

    async def set_price(self, model: str, rates: Rates) -> None:
        """`model` is a name as the provider writes it, or its beginning and `*`. Raises InvalidError."""
        check_name(model)
        if not all(0 <= rate <= _DEAREST for rate in asdict(rates).values()):
            raise InvalidError("A price is from 0 to 1,000,000 dollars for a million tokens.")
        async with self._db.transaction() as session:
            await _store.write_price(session, model, rates, clock.now())

    async def remove_price(self, model: str) -> None:
        """The shipped price holds again, if there is one. Raises NotFoundError."""
        async with self._db.transaction() as session:
            if not await _store.delete_price(session, model):
                raise NotFoundError(f"No price of your own is set for {model}.")

    async def _own(self) -> Mapping[str, Rates]:
        async with self._db.reading() as session:
            return await _store.read_prices(session)
