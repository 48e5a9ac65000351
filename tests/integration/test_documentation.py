"""Every block of the documentation does what its page says, as written there."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pydantic import TypeAdapter
from typer.main import get_command

from cli.main import app
from docs import reference
from graph.importing.contract import TABLES
from graph.importing.mapping import Mapping
from tests.documentation import FIRST, PAGES, ROOT, Block, Terminal, blocks, commands, spans

# The first test waits for every command of the first page, which is slow on a busy machine.
pytestmark = pytest.mark.timeout(1800)
BLOCKS = [block for page in PAGES for block in blocks(page)]
EXPECTED_OUTPUT = {
    "backtest": "MASE",
    "browser": "Connected, with the saved questions",
    "db backup": "relationships to",
    "db down": "Neo4j has stopped",
    "db restore": "; the server is running",
    "db up": "Browser",
    "explain": "What drives the forecast",
    "export network": "influences of network/",
    "export question": "rows to",
    "forecast": "P50 (P10 to P90)",
    "import check": "What an empty database would get",
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
    "network build": "Influence between users is",
    "network update": "updated since",
    "plan": "P10",
    "serve": "Groundswell is at http://127.0.0.1:8000/",
    "train": "MASE",
    "what-if": "In total",
    "who": "Likely to take part within",
}
"""A part of what each command prints."""
DRAWN = ("", "graph", "graph/network", "forecasting", "api")
"""The folders that drawings start from."""


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A session that has followed the first page, as every other page assumes."""
    session = Terminal(tmp_path_factory.mktemp("terminal"))
    try:
        for block in blocks(FIRST):
            if block.language == "sh":
                session.run(block)
        yield session
    finally:
        session.close()


def runs(terminal: Terminal, block: Block) -> None:
    """Commands print what they should, and the API answers with the status codes that the block names."""
    outcome = terminal.run(block)
    assert outcome.out.strip()
    assert "Traceback" not in outcome.err
    for command in commands(block):
        assert EXPECTED_OUTPUT[command] in " ".join(outcome.out.split()), command
    status_codes = set(re.findall(r"^HTTP ([345]\d\d)$", outcome.err, re.MULTILINE))
    assert status_codes == set(re.findall(r"# .*?\b([345]\d\d)\b", block.text))


def computes(terminal: Terminal, block: Block) -> None:
    """Python code prints something."""
    assert terminal.run(block).out.strip()


def shows(terminal: Terminal, block: Block) -> None:
    """The commands above the block printed its lines, in this order."""
    above = [other for other in blocks(block.page) if other.language == "sh" and other.line < block.line]
    printed = (" ".join(line.split()) for other in above for line in terminal.run(other).out.splitlines())
    lines = block.text.splitlines()
    assert lines
    for line in lines:
        assert any(" ".join(line.split()) in other for other in printed), line


def maps(terminal: Terminal, block: Block) -> None:
    """YAML is a mapping, a part of one or some of its tables, and the commands above the block wrote it."""
    parsed = yaml.safe_load(block.text)
    mapping: dict[str, Any] = {"tables": parsed} if set(parsed) <= set(TABLES) else parsed
    assert mapping
    for key, part in mapping.items():
        TypeAdapter(Mapping.model_fields[key].annotation).validate_python(part)
    shows(terminal, block)


def leads(_terminal: Terminal, block: Block) -> None:
    """Each entry of a table of contents is a page."""
    entries = contents(block)
    assert entries
    assert entries <= set(PAGES)


def draws(_terminal: Terminal, block: Block) -> None:
    """A drawing names folders that exist."""
    folders = re.findall(r"(?<![\w/])(?:\w+/)+", block.text)
    assert folders
    for folder in folders:
        assert any((ROOT / parent / folder).is_dir() for parent in DRAWN), folder


def contents(block: Block) -> set[str]:
    """The pages of a table of contents, whose entries are relative to its own page."""
    entries = (line for line in block.text.splitlines() if line and not line.startswith(":"))
    return {str(Path(block.page).parent / f"{entry}.md") for entry in entries}


CHECKS = {
    "sh": runs, "python": computes, "text": shows, "json": shows, "yaml": maps, "none": draws,
    "{toctree}": leads,
}  # fmt: skip


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_block_does_what_its_page_says(terminal: Terminal, block: Block) -> None:
    CHECKS[block.language](terminal, block)


def test_every_block_is_checked() -> None:
    assert {block.page for block in BLOCKS} > {"README.md", "docs/index.md", FIRST}
    assert {block.language for block in BLOCKS} == set(CHECKS)
    fences = sum((ROOT / page).read_text(encoding="utf-8").count("\n```") for page in PAGES)
    assert fences == 2 * len(BLOCKS)


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_prose_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for span in spans(page):
        assert set(re.findall(r"\bmake ([a-z][a-z-]*)", span)) <= targets
        if span.startswith("groundswell "):
            find_command(span)


def find_command(span: str) -> None:
    """Follow the words of a command line to a command and its options."""
    command: Any = get_command(app)
    for word in span.split()[1:]:
        if isinstance(command, typer.core.TyperGroup):
            assert word in command.commands, span
            command = command.commands[word]
        elif word.startswith("-"):
            assert any(word in (*option.opts, *option.secondary_opts) for option in command.params), span


def test_every_page_is_in_the_contents() -> None:
    listed = set().union(*(contents(block) for block in BLOCKS if block.language == "{toctree}"))
    assert {page for page in PAGES if page.startswith("docs/")} - listed == {"docs/index.md"}


def test_generated_pages_are_current() -> None:
    pages = {
        "settings": reference.settings_page, "data-contract": reference.contract_page,
        "commands": reference.commands_page, "questions": reference.questions_page,
    }  # fmt: skip
    for name, write in pages.items():
        assert (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") == write(), "Run `make docs`."


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", "docs", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Start here" in (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
