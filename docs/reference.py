"""Writes the generated pages: settings from the code, commands from the command line.

``python -m docs.reference``
"""

from pathlib import Path

import typer
from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from typer.main import get_command

from cli.main import app
from graph.settings import Settings

FOLDER = Path(__file__).parent


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


if __name__ == "__main__":
    (FOLDER / "settings.md").write_text(settings_page(), encoding="utf-8")
    (FOLDER / "commands.md").write_text(commands_page(), encoding="utf-8")
