"""Generates the reference pages from the code: settings, data contract, commands and saved questions.

Run as ``python -m docs.reference``.
"""

from pathlib import Path

import typer
from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo
from typer.main import get_command

import cypher
from cli.main import app
from graph.importing.contract import TABLES, Field
from graph.importing.mapping.kinds import BehaviourKind, Participation
from graph.importing.mapping.model import Mapping
from graph.importing.mapping.source import ColumnSettings, Join, Source
from graph.importing.mapping.where import Rule
from graph.settings import Settings

FOLDER = Path(__file__).parent
_COMPLETION = (
    "`groundswell --install-completion` lets your shell complete commands and options with the Tab key."
)
PICTURES = FOLDER / "images" / "questions"


def settings_page() -> str:
    """Return the page of settings."""
    lines = [
        "# Settings",
        "",
        "`make docs` generates this page from `graph/settings.py`. All settings are environment variables.",
        "",
        "| variable | meaning | default |",
        "| --- | --- | --- |",
    ]
    for field in Settings.model_fields.values():
        names = " or ".join(f"`{name}`" for name in _names(field))
        lines.append(f"| {names} | {field.description} | {_default(field)} |")
    return "\n".join(lines) + "\n"


def _names(field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    return [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else [str(alias)]


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "default_description" in extra:
        return str(extra["default_description"])
    return str(field.default or "") or "none"


def contract_page() -> str:
    """Return the page of the data contract: the tables and the options of a mapping."""
    lines = [
        "# Data contract",
        "",
        "`make docs` generates this page from `graph/importing/contract.py` and `graph/importing/mapping/`.",
        "[Importing](importing.md) shows how to use it. A data set needs `behaviours`, all other tables are",
        "optional: users, products and coupons that behaviours name are added, and campaigns can come later.",
        "Fields in **bold** are required in their table.",
        "",
        "| table | a row becomes | key | fields |",
        "| --- | --- | --- | --- |",
    ]
    for spec in TABLES.values():
        fields = "; ".join(_field(field) for field in spec.fields)
        more = "; any further columns under `attributes`" if spec.attributes else ""
        lines.append(f"| `{spec.name}` | `{spec.becomes}` | {spec.key} | {fields}{more} |")
    lines += [
        "",
        "Ids are strings of at most 1,000 characters. Times have millisecond precision and the zone of the",
        "mapping. Numbers are floating-point.",
    ]
    parts = (
        ("The mapping", Mapping), ("A source, under `tables`", Source),
        ("A join, under `join` of a source", Join),
        ("A column with its own format, under `columns`", ColumnSettings), ("A rule, under `where`", Rule),
        ("A kind of behaviour, under `kinds`", BehaviourKind), ("Under `participation`", Participation),
    )  # fmt: skip
    for title, model in parts:
        lines += ["", f"## {title}", "", "| key | meaning | default |", "| --- | --- | --- |"]
        for name, field in model.model_fields.items():
            default = (
                "required" if field.is_required() else _code(field.get_default(call_default_factory=True))
            )
            lines.append(f"| `{field.alias or name}` | {field.description or ''} | {default} |")
    return "\n".join(lines) + "\n"


def _field(field: Field) -> str:
    name = f"**{field.name}**" if field.required else field.name
    return f"{name}: {field.meaning} ({field.kind if field.refers is None else 'id of ' + field.refers})"


def _code(default: object) -> str:
    return "" if default in (None, [], {}, "") or isinstance(default, BaseModel) else f"`{default}`"


def commands_page() -> str:
    """Return the page of commands with their help texts."""
    lines = [
        "# Commands",
        "",
        "`make docs` generates this page from the help of the command line.",
        "",
        _COMPLETION,
        "",
    ]
    lines += _commands(get_command(app), "groundswell")
    return "\n".join(lines) + "\n"


def _commands(command: typer.core.TyperGroup | typer.core.TyperCommand, name: str) -> list[str]:
    if isinstance(command, typer.core.TyperGroup):
        own = _describe(command, name) if command.invoke_without_command and command.params else []
        subs = command.commands.items()
        return [*own, *(line for key, sub in subs for line in _commands(sub, f"{name} {key}"))]
    return _describe(command, name)


def _describe(command: typer.core.TyperGroup | typer.core.TyperCommand, name: str) -> list[str]:
    lines = [f"## {name}", "", str(command.help).strip(), "", "| | |", "| --- | --- |"]
    for parameter in command.params:
        option = parameter.param_type_name == "option"
        label = "/".join([*parameter.opts, *parameter.secondary_opts]) if option else parameter.name
        lines.append(f"| `{label}` | {getattr(parameter, 'help', '') or ''} |")
    return [*lines, ""]


def questions_page() -> str:
    """Return the page of saved questions with their screenshots."""
    lines = [
        "# Saved questions",
        "",
        "`make docs` generates this page from the headers of `cypher/explore/`. `make screenshots` takes the",
        "screenshots in Neo4j Browser on the Complete Journey. [Exploring](exploring.md) shows how to run",
        "the questions.",
    ]
    for question in cypher.questions():
        name = question.name.rpartition("/")[2]
        defaults = ", ".join(f"`{key}` ({value})" for key, value in question.defaults.items())
        lines += ["", f"## {question.title}", "", f"`{name}`; parameters: {defaults}"]
        if (PICTURES / f"{name}.jpg").exists():
            lines += ["", f"![{question.title}](images/questions/{name}.jpg)"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (FOLDER / "settings.md").write_text(settings_page(), encoding="utf-8")
    (FOLDER / "data-contract.md").write_text(contract_page(), encoding="utf-8")
    (FOLDER / "commands.md").write_text(commands_page(), encoding="utf-8")
    (FOLDER / "questions.md").write_text(questions_page(), encoding="utf-8")
