"""What agents spend: the ledger of model calls, prices, and reading what the provider counted."""

from sempre.budgets.ledger import Ledger, Limits, OverBudgetError
from sempre.budgets.price_list import PriceList
from sempre.budgets.prices import Rates
from sempre.budgets.spending import Spending
from sempre.budgets.totals import CallState, Totals

__all__ = [
    "CallState",
    "Ledger",
    "Limits",
    "OverBudgetError",
    "PriceList",
    "Rates",
    "Spending",
    "Totals",
]
