"""Every code block of the documentation is run or checked as written."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import TypeAdapter
from typer.main import get_command

from cli.main import app
from docs import reference
from graph.importing.contract import TABLES
from graph.importing.mapping.model import Mapping
from graph.importing.mapping.yaml_text import load_yaml
from tests import known_exports
from tests.documentation import FIRST, PAGES, ROOT, Block, Terminal, blocks, code_spans, commands

# The first test runs every command of the first page, which is slow on a busy machine.
pytestmark = pytest.mark.timeout(1800)
BLOCKS = [block for page in PAGES for block in blocks(page)]
EXPECTED_OUTPUT = {
    "backtest": "MASE",
    "browser": "Connected, with the saved questions",
    "campaigns": "Campaign",
    "db backup": "relationships to",
    "db down": "Neo4j has stopped",
    "db restore": "; the server is running",
    "db up": "Browser",
    "explain": "What drives the forecast",
    "funnel": "PURCHASED",
    "export network": "influences of network/",
    "export question": "rows to",
    "export series": "campaigns to series.csv",
    "forecast": "P50 (P10 to P90)",
    "import check": "into an empty database",
    "import complete-journey": "455 user tags, 200 users",
    "import init": "Review it",
    "import run": "The database now holds",
    "import undo": "Undid import/",
    "imports": "import/1",
    "jobs cancel": "Job ",
    "jobs list": "progress or result",
    "keys list": "dashboard",
    "keys make": "it is not shown again",
    "keys revoke": "is revoked",
    "network build": "Influence between users",
    "network update": "updated since",
    "plan": "P10",
    "serve": "Groundswell is at http://127.0.0.1:8000/",
    "train": "MASE",
    "what-if": "In total",
    "who": "Likely to take part within",
}
"""A part of the output of each command."""
DIAGRAM_ROOTS = ("", "graph", "graph/network", "forecasting", "api")
"""The folders that paths in diagrams are relative to."""


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A session that has run the first page, as every other page assumes."""
    session = Terminal(tmp_path_factory.mktemp("terminal"))
    try:
        for block in blocks(FIRST):
            if block.language == "sh":
                session.run(block)
        yield session
    finally:
        session.close()


def check_commands(terminal: Terminal, block: Block) -> None:
    """Commands print the expected output, and the API responds with the status codes in the comments."""
    output = terminal.run(block)
    assert output.out.strip()
    assert "Traceback" not in output.err
    for command in commands(block):
        assert EXPECTED_OUTPUT[command] in " ".join(output.out.split()), command
    status_codes = set(re.findall(r"^HTTP ([345]\d\d)$", output.err, re.MULTILINE))
    assert status_codes == set(re.findall(r"# .*?\b([345]\d\d)\b", block.text))


def check_python(terminal: Terminal, block: Block) -> None:
    """Python code runs and prints something."""
    assert terminal.run(block).out.strip()


def check_output(terminal: Terminal, block: Block) -> None:
    """The commands above the block print its lines, in this order."""
    commands_above = [
        other for other in blocks(block.page) if other.language == "sh" and other.line < block.line
    ]
    # An iterator, so that each line is searched after the one before it.
    printed_lines = (
        " ".join(line.split())
        for command in commands_above
        for line in terminal.run(command).out.splitlines()
    )
    lines = block.text.splitlines()
    assert lines
    for line in lines:
        assert any(" ".join(line.split()) in printed for printed in printed_lines), line


def check_mapping(terminal: Terminal, block: Block) -> None:
    """YAML is a valid mapping or a part of one; the commands above print it, unless it says "for example"."""
    parsed: Any = load_yaml(block.text)
    mapping: dict[str, Any] = {"tables": parsed} if set(parsed) <= set(TABLES) else parsed
    assert mapping
    for key, part in mapping.items():
        TypeAdapter(Mapping.model_fields[key].annotation).validate_python(part)
    if not block.text.startswith("# for example\n"):
        check_output(terminal, block)


def check_table_of_contents(_terminal: Terminal, block: Block) -> None:
    """Each entry of a table of contents is a page."""
    pages = pages_of_contents(block)
    assert pages
    assert pages <= set(PAGES)


def check_diagram(_terminal: Terminal, block: Block) -> None:
    """A diagram names existing folders."""
    folders = re.findall(r"(?<![\w/])(?:\w+/)+", block.text)
    assert folders
    for folder in folders:
        assert any((ROOT / parent / folder).is_dir() for parent in DIAGRAM_ROOTS), folder


def pages_of_contents(block: Block) -> set[str]:
    """The pages of a table of contents, whose entries are relative to its own page."""
    entries = (line for line in block.text.splitlines() if line and not line.startswith(":"))
    return {str(Path(block.page).parent / f"{entry}.md") for entry in entries}


def check_sample(terminal: Terminal, block: Block) -> None:
    """A sample of a known export is one that its own test loads; other text and JSON is output."""
    if block.page == known_exports.PAGE:
        assert any(block.text in files.values() for files in known_exports.samples().values())
    else:
        check_output(terminal, block)


def check_transcript(_terminal: Terminal, block: Block) -> None:
    """The commands of a transcript exist; it is not run, because its files are not in the repository."""
    typed = [line.removeprefix("$ ") for line in block.text.splitlines() if line.startswith("$ ")]
    assert typed
    for command in typed:
        if command.startswith("groundswell "):
            check_command_line(command)


CHECKS = {
    "sh": check_commands, "python": check_python, "text": check_sample, "json": check_sample,
    "yaml": check_mapping, "none": check_diagram, "{toctree}": check_table_of_contents,
    "console": check_transcript,
}  # fmt: skip


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_block_is_correct(terminal: Terminal, block: Block) -> None:
    CHECKS[block.language](terminal, block)


def test_every_block_is_checked() -> None:
    assert {block.page for block in BLOCKS} > {"README.md", "docs/index.md", FIRST}
    assert {block.language for block in BLOCKS} == set(CHECKS)
    fences = sum((ROOT / page).read_text(encoding="utf-8").count("\n```") for page in PAGES)
    assert fences == 2 * len(BLOCKS)


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_text_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for span in code_spans(page):
        assert set(re.findall(r"\bmake ([a-z][a-z-]*)", span)) <= targets
        if span.startswith("groundswell "):
            check_command_line(span)


def check_command_line(span: str) -> None:
    """Check the commands and options of a command line."""
    command: Any = get_command(app)
    for word in span.split()[1:]:
        if isinstance(command, typer.core.TyperGroup) and not word.startswith("-"):
            assert word in command.commands, span
            command = command.commands[word]
        elif word.startswith("-"):
            assert any(word in (*option.opts, *option.secondary_opts) for option in command.params), span


def test_every_page_is_in_a_table_of_contents() -> None:
    listed = set().union(*(pages_of_contents(block) for block in BLOCKS if block.language == "{toctree}"))
    assert {page for page in PAGES if page.startswith("docs/")} - listed == {"docs/index.md"}


def test_generated_pages_are_current() -> None:
    pages = {
        "settings": reference.settings_page, "data-contract": reference.contract_page,
        "commands": reference.commands_page, "questions": reference.questions_page,
    }  # fmt: skip
    for name, render in pages.items():
        assert (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") == render(), "Run `make docs`."


def test_site_is_built_without_warnings(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", "docs", str(tmp_path / "site")]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert "Start here" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
