"""What agents spend and may spend: the ledger of model calls, prices, budgets, and reading what the provider counted."""

from sempre.budgets.amounts import Amount, Limit
from sempre.budgets.asked import Asked
from sempre.budgets.budget import Budget, Budgets, from_settings
from sempre.budgets.budget_list import BudgetList
from sempre.budgets.days import Day
from sempre.budgets.forecast import Method
from sempre.budgets.groups import Group, Stretch
from sempre.budgets.ledger import Ledger, Limits, OverBudgetError
from sempre.budgets.money import Money
from sempre.budgets.price_list import PriceList, PriceRow
from sempre.budgets.prices import Rates
from sempre.budgets.purse import Purse
from sempre.budgets.refusals import Refusal
from sempre.budgets.reports import Reports, SpendItem
from sempre.budgets.scopes import BudgetScope, Kind
from sempre.budgets.spending import Spending
from sempre.budgets.standing import Standing
from sempre.budgets.totals import CallState, Totals

__all__ = [
    "Amount",
    "Asked",
    "Budget",
    "BudgetList",
    "BudgetScope",
    "Budgets",
    "CallState",
    "Day",
    "Group",
    "Kind",
    "Ledger",
    "Limit",
    "Limits",
    "Method",
    "Money",
    "OverBudgetError",
    "PriceList",
    "PriceRow",
    "Purse",
    "Rates",
    "Refusal",
    "Reports",
    "SpendItem",
    "Spending",
    "Standing",
    "Stretch",
    "Totals",
    "from_settings",
]
