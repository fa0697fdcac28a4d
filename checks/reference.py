"""The reference pages whose tables are made from the code: commands, settings, endpoints, metrics. `make fix` writes them anew; a test
compares. What stands outside the marks is written by hand."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from checks.commands import ROOT
from checks.server_reference import describe_endpoints, describe_metrics
from sempre.cli.commands import program
from sempre.settings import RuleSettings, Schedule, Settings, WorkerSettings

BEGIN, END = "<!-- made from the code: make fix -->", "<!-- until here -->"
FOLDER = ROOT / "docs" / "reference"


def renew(page: str, made: str) -> str:
    """Returns the page with what stands between the marks replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{made.strip()}\n\n{END}{after}"


def describe_commands() -> str:
    """Returns one section a command, in the order of the help."""
    return "\n\n".join(_sections(typer.main.get_command(program()), "sempre"))


def describe_settings() -> str:
    """Returns one table a section of sempre.toml."""
    parts: list[str] = []
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            rows = [_setting(name, *each) for each in field.annotation.model_fields.items()]
            parts.append(_table(f"[{name}]", ("setting", "default", "environment", ""), rows))
    for title, section in (
        ("[[rules]]", RuleSettings),
        ("[workers.NAME]", WorkerSettings),
        ("[[workers.NAME.schedule]]", Schedule),
    ):
        rows = [_setting(None, *each) for each in section.model_fields.items()]
        parts.append(_table(title, ("setting", "default", ""), rows))
    return "\n\n".join(parts)


PAGES: Mapping[Path, Callable[[], str]] = {
    FOLDER / "commands.md": describe_commands,
    FOLDER / "settings.md": describe_settings,
    FOLDER / "endpoints.md": describe_endpoints,
    FOLDER / "metrics.md": describe_metrics,
}


def write_reference() -> None:
    """Brings the pages up to date."""
    for path, describe in PAGES.items():
        path.write_text(renew(path.read_text("utf-8"), describe()), "utf-8")


def _sections(command: Any, path: str) -> Iterator[str]:
    children: Mapping[str, Any] = getattr(command, "commands", {})
    if not children:
        yield _section(command, path)
        return
    if path != "sempre":
        yield f"## {path}\n\n{command.help}"
    for name, child in children.items():
        yield from _sections(child, f"{path} {name}")


def _section(command: Any, path: str) -> str:
    usage = " ".join([path, "[OPTIONS]", *(_argument(each) for each in _of(command, "argument"))])
    level = "##" if path.count(" ") == 1 else "###"
    ordered = [*_of(command, "argument"), *_of(command, "option")]
    rows = [(_name(each), _explain(each)) for each in ordered]
    table = _table("", ("", ""), rows).strip()
    return f"{level} {path}\n\n    {usage}\n\n{command.help}\n\n{table}"


def _of(command: Any, kind: str) -> list[Any]:
    return [each for each in command.params if each.param_type_name == kind]


def _argument(parameter: Any) -> str:
    word = (parameter.metavar or parameter.name.upper()).strip("[]")
    return f"{word}" if parameter.required else f"[{word}]"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{_argument(parameter)}`"
    words = [*parameter.opts, *parameter.secondary_opts]
    value = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
    return ", ".join(f"`{word}{value}`" for word in words)


def _explain(parameter: Any) -> str:
    said = [str(parameter.help)]
    default = parameter.show_default
    if isinstance(default, str):
        said.append(f"Default: {default}.")
    elif parameter.default not in {None, False, ()} and parameter.param_type_name == "option":
        said.append(f"Default: {_plain(parameter)}.")
    if parameter.param_type_name == "option" and parameter.envvar:
        said.append(f"Environment: `{parameter.envvar}`.")
    return " ".join(said)


def _plain(parameter: Any) -> str:
    if parameter.secondary_opts:
        return f"`{parameter.opts[0]}`"
    return f"`{parameter.default}`"


def _setting(section: str | None, name: str, field: FieldInfo) -> tuple[str, ...]:
    default = _default(field)
    cells = [f"`{name}`", default]
    if section is not None:
        cells.append(f"`SEMPRE_{section.upper()}__{name.upper()}`")
    return (*cells, field.description or "")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    match value:
        case None | "" | ():
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return ", ".join(f"`{each}`" for each in cast("tuple[object, ...]", value))
        case _:
            return f"`{value}`"


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"## {title}\n"] if title else []
    lines += [_row(columns), _row(tuple("---" for _ in columns))]
    return "\n".join([*lines, *(_row(row) for row in rows)])


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
