"""The prices that hold here: the shipped list, and the rows that a person set instead."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sempre import clock
from sempre.budgets._store import prices
from sempre.budgets.prices import Rates, check_name, shipped
from sempre.contract.audit import Audit
from sempre.db import Database
from sempre.errors import InvalidError, NotFoundError

_DEAREST = 10**12  # micro-dollars for a million tokens; more is a typing mistake


@dataclass(frozen=True, kw_only=True)
class PriceRow:
    """One price as a person sees it. `own` rows come first and overrule."""

    model: str
    rates: Rates
    own: bool


class PriceList:
    """Reads and changes the rows; a change counts from the next call that is settled."""

    def __init__(self, db: Database, *, audit: Audit) -> None:
        self._db = db
        self._audit = audit

    async def list_prices(self) -> list[PriceRow]:
        own = await self._own()
        chosen = [PriceRow(model=model, rates=rates, own=True) for model, rates in own.items()]
        given = [
            PriceRow(model=model, rates=price.rates, own=False)
            for model, price in shipped().items()
        ]
        return chosen + sorted(given, key=lambda row: row.model)

    async def set_price(self, model: str, rates: Rates, *, by: str) -> PriceRow:
        """`model` is a name as the provider writes it, or its beginning and `*`. Raises InvalidError."""
        check_name(model)
        if not all(0 <= rate <= _DEAREST for rate in asdict(rates).values()):
            raise InvalidError("A price is from 0 to 1,000,000 dollars for a million tokens.")
        details = {"model": model, **asdict(rates)}
        await self._audit.record("price.changed", by=by, details=details)
        async with self._db.transaction() as session:
            await prices.write_price(session, model, rates, clock.now())
        return PriceRow(model=model, rates=rates, own=True)

    async def remove_price(self, model: str, *, by: str) -> None:
        """The shipped price holds again, if there is one. Raises NotFoundError."""
        if model not in await self._own():
            raise NotFoundError(f"No price of your own is set for {model}.")
        await self._audit.record("price.removed", by=by, details={"model": model})
        async with self._db.transaction() as session:
            await prices.delete_price(session, model)

    async def _own(self) -> Mapping[str, Rates]:
        async with self._db.reading() as session:
            return await prices.read_prices(session)
