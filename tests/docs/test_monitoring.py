"""The Grafana dashboard and the Prometheus rules name only metrics and labels that there are, and leave no metric out."""

import json
import re
from typing import Any

import pytest
import yaml

from sempre.telemetry.metrics import REGISTRY
from tests.docs.sources import DOCS

FOLDER = DOCS.parent / "deploy" / "monitoring"
BOARD: dict[str, Any] = json.loads((FOLDER / "grafana-dashboard.json").read_text("utf-8"))
RULES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "prometheus-rules.yml").read_text("utf-8"))[
    "groups"
][0]["rules"]
_NAME = re.compile(r"\bsempre_[a-z_]+")
_MATCHED = re.compile(r"(sempre_[a-z_]+)\{([a-z_]+)=")
_SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}

SERIES = {
    f"{family.name}{suffix}": family.name
    for family in REGISTRY.collect()
    for suffix in _SUFFIXES[family.type]
}


def expressions() -> list[str]:
    targets = [target for panel in BOARD["panels"] for target in panel.get("targets", [])]
    return [*(target["expr"] for target in targets), *(rule["expr"] for rule in RULES)]


def labels_of(family: str) -> tuple[str, ...]:
    collector: Any = REGISTRY._names_to_collectors[family]
    return collector._labelnames


def test_every_metric_that_is_named_exists() -> None:
    named = {name for each in expressions() for name in _NAME.findall(each)}
    assert len(named) > 30
    assert named - set(SERIES) == set()


def test_every_metric_has_its_place_on_the_board() -> None:
    shown = {SERIES[name] for each in expressions() for name in _NAME.findall(each)}
    assert set(SERIES.values()) - shown == set()


def test_labels_that_are_matched_or_shown_exist() -> None:
    for each in expressions():
        for name, label in _MATCHED.findall(each):
            assert label in labels_of(SERIES[name]), (name, label)
    for panel in BOARD["panels"]:
        for target in panel.get("targets", []):
            families = [SERIES[name] for name in _NAME.findall(target["expr"])]
            for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                assert label in labels_of(families[0]), (panel["title"], label)


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
