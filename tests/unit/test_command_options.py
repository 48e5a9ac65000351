"""Options and help texts that all commands share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from api.schemas.imports import ImportCheck
from cli.main import app
from examples import messy_shop
from graph.importing.inference.infer import infer_mapping
from tests.command_line import groundswell

WITHOUT_JSON = {"campaigns remove", 
    "browser", "db backup", "db down", "db reset", "db restore", "db status", "db up", "demo",
    "export network", "export question", "export series", "import init", "import schema", "import undo",
    "jobs work", "keys make", "keys revoke", "network remove", "serve",
}  # fmt: skip
"""Commands that print a sentence or an address, or that write a file."""


def commands(group: TyperGroup, prefix: str = "") -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{prefix}{name} ")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{prefix}{name}", command


ROOT = get_command(app)
assert isinstance(ROOT, TyperGroup)
COMMANDS = dict(commands(ROOT))


def test_commands_that_print_results_can_print_json() -> None:
    flags = {
        name: {flag for option in command.params for flag in option.opts}
        for name, command in COMMANDS.items()
    }
    assert {name for name in flags if "--json" not in flags[name]} == WITHOUT_JSON


def test_shells_can_complete_commands() -> None:
    assert {"--install-completion", "--show-completion"} <= {
        flag for option in ROOT.params for flag in option.opts
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_help_texts_are_sentences(name: str) -> None:
    command = COMMANDS[name]
    for text in [command.help or "", *(getattr(option, "help", None) or "" for option in command.params)]:
        text = text.strip()
        assert text[:1].isupper() or text[:1] == "`" or text.startswith("bulk:"), text
        assert text.endswith((".", "?", ")")), text


def test_options_of_the_same_name_have_the_same_help() -> None:
    shared = ("--home", "--json", "--engine", "--max-rejected")
    for flag in shared:
        helps = {
            getattr(option, "help", None)
            for command in COMMANDS.values()
            for option in command.params
            if flag in option.opts
        }
        assert len(helps) == 1, (flag, helps)


def test_check_prints_the_response_of_the_api(tmp_path: Path) -> None:
    messy_shop.write(tmp_path)
    mapping = tmp_path / "groundswell.yaml"
    mapping.write_text(infer_mapping(tmp_path, "shop", "Europe/Berlin"), encoding="utf-8")
    result = groundswell("import", "check", str(tmp_path), "--json")
    printed = ImportCheck.model_validate_json(result.stdout)
    assert result.returncode == 0, result.stderr
    assert printed.mapping == mapping.read_text(encoding="utf-8")
    assert sum(counts.rejected for counts in printed.tables.values()) == sum(printed.reasons.values()) > 0
    assert any("excluded by `where`" in reason for reason in printed.left_out_reasons) == bool(
        sum(counts.left_out for counts in printed.tables.values())
    )
    # An import that would stop says so in the JSON, and in the exit code.
    stopped = groundswell("import", "check", str(tmp_path), "--max-rejected", "0", "--json")
    assert stopped.returncode == 1
    assert ImportCheck.model_validate_json(stopped.stdout).problem
