"""Writes the generated pages: settings from the code, commands from the command line.

``python -m docs.reference``
"""

from pathlib import Path

import typer
from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo
from typer.main import get_command

import cypher
from cli.main import app
from graph.importing.contract import TABLES, Field
from graph.importing.mapping import BehaviourKind, Mapping, Participation, Source
from graph.settings import Settings

FOLDER = Path(__file__).parent
PICTURES = FOLDER / "images" / "questions"


def settings_page() -> str:
    """Every setting as a table."""
    lines = [
        "# Settings",
        "",
        "Written by `make docs` from `graph/settings.py`. All come from the environment.",
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
    return [str(one) for one in alias.choices] if isinstance(alias, AliasChoices) else [str(alias)]


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "shown" in extra:
        return str(extra["shown"])
    return str(field.default or "") or "none"


def contract_page() -> str:
    """The tables of the contract and what a mapping may say."""
    lines = [
        "# Data contract",
        "",
        "Written by `make docs` from `graph/importing/contract.py` and `mapping.py`; how to use it is told",
        "in [Importing](importing.md). `users`, `campaigns` and `behaviours` are needed, everything else",
        "may be left out. **Bold** fields are needed in their table.",
        "",
        "| table | a row becomes | the same row again is known by | fields |",
        "| --- | --- | --- | --- |",
    ]
    for spec in TABLES.values():
        fields = "; ".join(_field(one) for one in spec.fields)
        more = "; any further columns under `attributes`" if spec.attributes else ""
        lines.append(f"| `{spec.name}` | `{spec.becomes}` | {spec.key} | {fields}{more} |")
    lines += [
        "",
        "Ids are texts of at most 1,000 characters. Moments are kept to the millisecond, in the zone of the",
        "mapping. Numbers are floating-point.",
    ]
    parts = (
        ("The mapping", Mapping), ("A source, under `tables`", Source),
        ("A kind of behaviour, under `kinds`", BehaviourKind), ("Under `participation`", Participation),
    )  # fmt: skip
    for title, model in parts:
        lines += ["", f"## {title}", "", "| key | meaning | default |", "| --- | --- | --- |"]
        for name, one in model.model_fields.items():
            default = "needed" if one.is_required() else _said(one.get_default(call_default_factory=True))
            lines.append(f"| `{name}` | {one.description or ''} | {default} |")
    return "\n".join(lines) + "\n"


def _field(one: Field) -> str:
    name = f"**{one.name}**" if one.required else one.name
    return f"{name}: {one.meaning} ({one.kind if one.refers is None else 'id of ' + one.refers})"


def _said(default: object) -> str:
    return "" if default in (None, [], {}, "") or isinstance(default, BaseModel) else f"`{default}`"


def commands_page() -> str:
    """Every command with its help text."""
    lines = ["# Commands", "", "Written by `make docs` from the command line's own help.", ""]
    lines += _commands(get_command(app), "groundswell")
    return "\n".join(lines) + "\n"


def _commands(command: typer.core.TyperGroup | typer.core.TyperCommand, name: str) -> list[str]:
    if isinstance(command, typer.core.TyperGroup):
        return [line for key, one in command.commands.items() for line in _commands(one, f"{name} {key}")]
    lines = [f"## {name}", "", str(command.help).strip(), "", "| | |", "| --- | --- |"]
    for one in command.params:
        shown = "/".join([*one.opts, *one.secondary_opts]) if one.param_type_name == "option" else one.name
        lines.append(f"| `{shown}` | {getattr(one, 'help', '') or ''} |")
    return [*lines, ""]


def questions_page() -> str:
    """Every saved question with its picture."""
    lines = [
        "# Saved questions",
        "",
        "Written by `make docs` from the headers of `cypher/explore/`. Pictures of Neo4j Browser, taken by",
        "`make screenshots` on the Complete Journey. How to ask: [Exploring](exploring.md).",
    ]
    for one in cypher.questions():
        name = one.name.rpartition("/")[2]
        defaults = ", ".join(f"`{key}` ({value})" for key, value in one.defaults.items())
        lines += ["", f"## {one.title}", "", f"`{name}`; parameters: {defaults}"]
        if (PICTURES / f"{name}.jpg").exists():
            lines += ["", f"![{one.title}](images/questions/{name}.jpg)"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (FOLDER / "settings.md").write_text(settings_page(), encoding="utf-8")
    (FOLDER / "data-contract.md").write_text(contract_page(), encoding="utf-8")
    (FOLDER / "commands.md").write_text(commands_page(), encoding="utf-8")
    (FOLDER / "questions.md").write_text(questions_page(), encoding="utf-8")
