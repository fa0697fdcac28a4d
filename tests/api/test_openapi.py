"""The document that types, clients and the parity gate are made from."""

import json
import re
import subprocess
import sys

import pytest

from sempre.api import (
    card_forms,
    card_images,
    card_logs,
    executions,
    run_diffs,
    runs,
)
from sempre.api.camel import CamelForm, CamelView
from tests.support.document import api_document

DOCUMENT = api_document()
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
CAMEL = {
    model.__name__
    for module in (card_forms, card_images, card_logs, executions, run_diffs, runs)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, CamelView | CamelForm)
}


def test_it_is_made_without_database_settings_or_loop(clean_environment: dict[str, str]) -> None:
    code = "import json; from sempre.api import openapi_document as d; print(json.dumps(d()))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=clean_environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == DOCUMENT


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_named_by_its_function_and_explained(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
    assert operation["summary"]


@pytest.mark.parametrize(
    "name", [name for name, (_, path, _) in OPERATIONS.items() if "/api" in path]
)
def test_every_operation_names_the_errors_that_it_may_give_in_the_one_form(name: str) -> None:
    _, path, operation = OPERATIONS[name]
    expected = {"401", "403", "422", "500", "503"} | ({"404"} if "{" in path else set())
    assert expected <= set(operation["responses"])
    for status, answer in operation["responses"].items():
        if (name, status) == ("get_card_log", "404"):
            continue  # programs that poll it know no other form than its own
        if int(status) >= 400:
            schema = answer["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ErrorAnswer"}, (name, status)
    assert operation["security"], "says how to log in"


def test_every_property_is_named_like_the_others() -> None:
    """Cards and their runs are in camelCase, as programs outside know them; all else is in snake_case."""
    for name, schema in DOCUMENT["components"]["schemas"].items():
        form = r"[a-z]+([A-Z][a-z]+)*" if name in CAMEL else r"[a-z]+(_[a-z]+)*"
        for field in schema.get("properties", {}):
            assert re.fullmatch(form, field), (name, field)


def test_every_field_of_an_answer_is_always_there() -> None:
    """A page need not ask whether a field is missing: unknown is null."""
    taken = {
        reference.rpartition("/")[2]
        for _, _, operation in OPERATIONS.values()
        for reference in _references(operation.get("requestBody", {}))
    }
    forms = taken | {
        reference.rpartition("/")[2]
        for name in taken
        for reference in _references(DOCUMENT["components"]["schemas"][name])
    }
    for name, schema in DOCUMENT["components"]["schemas"].items():
        if schema.get("type") == "object" and name not in forms:
            assert set(schema.get("required", [])) == set(schema.get("properties", {})), name


def _references(schema: object) -> list[str]:
    return re.findall(r"#/components/schemas/\w+", json.dumps(schema))
