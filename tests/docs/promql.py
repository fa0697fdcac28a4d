"""What a PromQL expression asks for, as Prometheus itself would read it."""

from collections.abc import Callable

import promql_parser as promql

# Grafana puts the span in; any will do to read the rest.
_SPANS = {"$__rate_interval": "5m"}


def read(expression: str) -> promql.Expr:
    """Raises ValueError when it is none."""
    for name, span in _SPANS.items():
        expression = expression.replace(name, span)
    return promql.parse(expression)


def within(expression: promql.Expr) -> list[promql.Expr]:
    """It and all that it is made of."""
    found: list[promql.Expr] = []

    def note(each: promql.Expr) -> None:
        found.append(each)

    promql.walk(expression, note)
    return found


def selectors(expression: promql.Expr) -> list[promql.VectorSelector]:
    return [each for each in within(expression) if isinstance(each, promql.VectorSelector)]


def labels(expression: promql.Expr, of: Callable[[str], set[str]]) -> set[str]:
    """Those that its result can have; `of` gives those of a series."""
    if isinstance(expression, promql.AggregateExpr):
        inner = labels(expression.expr, of)
        return inner & set(expression.modifier.labels) if expression.modifier else set()
    if isinstance(expression, promql.Call) and expression.func.name == "histogram_quantile":
        return set().union(*(labels(each, of) for each in expression.args)) - {"le"}
    if isinstance(expression, promql.BinaryExpr):
        # A comparison, `and` and `or` with something of no labels keep those of the left.
        return labels(expression.lhs, of)
    return set().union(*(of(each.name or "") for each in selectors(expression)), set())
