"""The Grafana dashboard and the Prometheus rules are PromQL about metrics and labels that there are, and leave no metric
out."""

import json
import re
from typing import Any

import pytest
import yaml
from promql_parser import AggregateExpr, BinaryExpr, Call, NumberLiteral, parse_duration

from sempre.telemetry.metrics import REGISTRY
from tests.docs import promql
from tests.docs.sources import DOCS

FOLDER = DOCS.parent / "deploy" / "monitoring"
BOARD: dict[str, Any] = json.loads((FOLDER / "grafana-dashboard.json").read_text("utf-8"))
RULES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "prometheus-rules.yml").read_text("utf-8"))[
    "groups"
][0]["rules"]
_SHOWN = re.compile(r"\{\{ ?(?:\$labels\.)?([a-z_]+) ?\}\}")
_SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
_OF_COUNTERS = {"rate", "increase", "irate", "resets"}
_COMPARISONS = {">", "<", ">=", "<=", "==", "!="}

SERIES = {
    f"{family.name}{suffix}": family
    for family in REGISTRY.collect()
    for suffix in _SUFFIXES[family.type]
}
PANELS = [(panel, target) for panel in BOARD["panels"] for target in panel.get("targets", [])]
EXPRESSIONS: list[str] = [
    *(target["expr"] for _, target in PANELS),
    *(rule["expr"] for rule in RULES),
]


def labels_of(series: str) -> set[str]:
    if series == "up":  # Prometheus' own, of whatever it asks
        return {"job", "instance"}
    collector: Any = REGISTRY._names_to_collectors[SERIES[series].name]
    own = {"le"} if series.endswith("_bucket") else set[str]()
    return {*collector._labelnames, "job", "instance"} | own


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_is_promql_about_what_there_is(expression: str) -> None:
    parsed = promql.read(expression)
    for selector in promql.selectors(parsed):
        assert selector.name is not None
        assert selector.name in {*SERIES, "up"}
        matched = {each.name for each in selector.matchers.matchers}
        assert matched <= labels_of(selector.name)
    for part in promql.within(parsed):
        if isinstance(part, AggregateExpr) and part.modifier:
            assert set(part.modifier.labels) <= promql.labels(part.expr, labels_of)
        if isinstance(part, Call) and part.func.name in _OF_COUNTERS:
            (series,) = promql.selectors(part)
            assert SERIES[str(series.name)].type in {"counter", "histogram"}, "it may fall"
        if isinstance(part, Call) and part.func.name == "histogram_quantile":
            assert "le" in promql.labels(part.args[1], labels_of)


def test_what_is_no_promql_is_told() -> None:
    for wrong in ("sum(", "rate(sempre_queue_depth)", "sum by (x) sempre_queue_depth", "a b"):
        with pytest.raises(ValueError, match=r"."):
            promql.read(wrong)


def test_every_metric_has_its_place_on_the_board() -> None:
    shown = {
        SERIES[str(each.name)].name
        for _, target in PANELS
        for each in promql.selectors(promql.read(target["expr"]))
    }
    assert {family.name for family in SERIES.values()} == shown


def test_labels_that_are_shown_are_in_the_result() -> None:
    for panel, target in PANELS:
        given = promql.labels(promql.read(target["expr"]), labels_of)
        assert set(_SHOWN.findall(target["legendFormat"])) <= given, panel["title"]
    for rule in RULES:
        given = promql.labels(promql.read(rule["expr"]), labels_of) | {"value"}
        assert set(_SHOWN.findall(str(rule["annotations"]))) <= given, rule["alert"]


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_a_rule_fires_on_some_values_only(rule: dict[str, Any]) -> None:
    parsed = promql.read(rule["expr"])
    while isinstance(parsed, BinaryExpr) and str(parsed.op) not in _COMPARISONS:
        assert str(parsed.op) in {"and", "unless"}
        parsed = parsed.lhs
    assert isinstance(parsed, BinaryExpr), "without a comparison it fires always"
    assert isinstance(parsed.rhs, NumberLiteral)
    if "for" in rule:
        assert parse_duration(rule["for"]).total_seconds() > 0


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_every_rule_says_what_happened_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"].endswith(".")


def test_panels_have_ids_of_their_own_and_do_not_cover_each_other() -> None:
    panels = BOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
        assert panel["type"] == "row" or panel["description"], panel["title"]
