"""docs/reference/endpoints.md and metrics.md are what the code says, and every metric is set somewhere."""

import re
from pathlib import Path

import pytest

from checks.reference import PAGES, renew
from sempre.telemetry import metrics
from tests.docs.sources import DOCS, SOURCE
from tests.support.document import api_document

REFERENCE = DOCS / "reference"


@pytest.mark.parametrize("name", ["endpoints.md", "metrics.md"])
def test_the_page_is_what_the_code_says(name: str) -> None:
    page = (REFERENCE / name).read_text("utf-8")
    made = PAGES[REFERENCE / name]()
    assert renew(page, made) == page, "run: make fix"


def test_every_endpoint_is_on_the_page_and_explained() -> None:
    page = (REFERENCE / "endpoints.md").read_text("utf-8")
    for path, item in api_document()["paths"].items():
        for method, operation in item.items():
            assert f"\n## {method.upper()} {path}\n" in page
            assert operation.get("description"), f"{method} {path} says nothing"


def test_every_parameter_is_explained() -> None:
    for path, item in api_document()["paths"].items():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), (path, parameter["name"])


def test_every_metric_is_on_the_page_and_set_somewhere() -> None:
    page = (REFERENCE / "metrics.md").read_text("utf-8")
    sources = "\n".join(
        path.read_text("utf-8") for path in SOURCE.rglob("*.py") if path != own_file()
    )
    named = {name: each for name, each in vars(metrics).items() if hasattr(each, "_documentation")}
    assert len(named) > 25
    for name, metric in named.items():
        assert re.search(rf"`{metric._name}(_total)?`", page), name
        assert re.search(rf"\b{name}\b", sources), f"nothing sets {name}"


def own_file() -> Path:
    assert metrics.__file__ is not None
    return Path(metrics.__file__)
