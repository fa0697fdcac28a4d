"""What the references say of the server, made from the code: its endpoints and its metrics."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from prometheus_client import Metric

from sempre.api import openapi_document
from sempre.telemetry.metrics import REGISTRY

Schema = Mapping[str, Any]


def describe_endpoints() -> str:
    """Returns one section an operation, in the order of the document, then the models."""
    document = openapi_document()
    operations = [
        _operation(f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    models = [
        _model(name, schema)
        for name, schema in document["components"]["schemas"].items()
        if "properties" in schema
    ]
    return "\n\n".join([*operations, "## Models", *models])


def describe_metrics() -> str:
    """Returns one table with every metric."""
    rows = [_metric(each) for each in sorted(REGISTRY.collect(), key=lambda each: each.name)]
    return "\n".join(["| metric | type | labels | |", "| --- | --- | --- | --- |", *rows])


def _metric(family: Metric) -> str:
    name = f"{family.name}_total" if family.type == "counter" else family.name
    labels = ", ".join(f"`{label}`" for label in _labels(family.name)) or "none"
    return f"| `{name}` | {family.type} | {labels} | {family.documentation} |"


def _labels(name: str) -> tuple[str, ...]:
    # Samples show labels only once something happened; the collector knows them before.
    collector: Any = REGISTRY._names_to_collectors[name]  # noqa: SLF001  (no other way to them)
    return tuple(collector._labelnames)  # noqa: SLF001  (as above)


def _operation(title: str, operation: Schema) -> str:
    parts = [f"## {title}", f"`{operation['operationId']}`. {_said(operation)}".strip()]
    if parameters := [_parameter(each) for each in operation.get("parameters", [])]:
        parts.append("\n".join(["| parameter | in | |", "| --- | --- | --- |", *parameters]))
    if "requestBody" in operation:
        parts.append(f"Takes {_type(_json(operation['requestBody']))}.")
    parts.append("Answers " + "; ".join(_answers(operation["responses"])) + ".")
    return "\n\n".join(parts)


def _said(operation: Schema) -> str:
    return " ".join(str(operation.get("description", "")).split())


def _parameter(parameter: Schema) -> str:
    said = parameter.get("description", "")
    return f"| `{parameter['name']}` | {parameter['in']} | {said} {_bounds(parameter['schema'])} |"


def _bounds(schema: Schema) -> str:
    said = [
        f"{word} {schema[name]}."
        for name, word in (
            ("default", "Default:"),
            ("maximum", "At most"),
            ("maxLength", "Length at most"),
        )
        if schema.get(name) not in [None, [], 2**53 - 1]  # a default may be a list
    ]
    return " ".join(said)


def _answers(responses: Mapping[str, Schema]) -> Iterator[str]:
    errors = [status for status in responses if int(status) >= 400]
    for status, answer in responses.items():
        if status not in errors:
            schema = _json(answer)
            yield f"{status} {_type(schema)}" if schema else f"{status} without a body"
    if errors:
        yield "errors " + ", ".join(errors)


def _json(body: Schema) -> Schema:
    content: Mapping[str, Schema] = body.get("content", {})
    for each in content.values():
        return cast("Schema", each.get("schema", {}))
    return {}


def _model(name: str, schema: Schema) -> str:
    required = set(schema.get("required", []))
    rows = [
        f"| `{field}`{'' if field in required else ' (optional)'} | {_type(each)} | {each.get('description', '')} |"
        for field, each in schema["properties"].items()
    ]
    said = " ".join(str(schema.get("description", "")).split())
    head = f"### {name}" + (f"\n\n{said}" if said else "")
    return f"{head}\n\n" + "\n".join(["| field | type | |", "| --- | --- | --- |", *rows])


def _type(schema: Schema) -> str:
    if reference := schema.get("$ref"):
        name = str(reference).rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if options := schema.get("anyOf"):
        return " or ".join(_type(each) for each in options)
    if values := schema.get("enum"):
        return ", ".join(f"`{value}`" for value in values)
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("format") or schema.get("type") or "any value")
