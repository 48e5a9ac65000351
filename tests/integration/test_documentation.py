"""Every block of the documentation does what its page says, as it is written there."""

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
from tests.documentation import FIRST, PAGES, ROOT, Block, Reader, blocks, commands, spans

# The page that one starts with trains twice over: real work may take its time on a busy machine.
pytestmark = pytest.mark.timeout(1800)
BLOCKS = [block for page in PAGES for block in blocks(page)]
SAID = {
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
    "network build": "Evidence that users influence one another",
    "network update": "updated since",
    "plan": "P10",
    "serve": "Groundswell is at http://127.0.0.1:8000/",
    "train": "MASE",
    "what-if": "In total",
    "who": "Likely to take part within",
}
"""What each command is to print."""
DRAWN = ("", "graph", "graph/network", "forecasting", "api")
"""Where the folders of a drawing lie."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who has followed the page that one starts with, as all other pages suppose."""
    one = Reader(tmp_path_factory.mktemp("reader"))
    try:
        for block in blocks(FIRST):
            if block.language == "sh":
                one.run(block)
        yield one
    finally:
        one.leave()


def runs(reader: Reader, block: Block) -> None:
    """A block of commands prints what they are to print, and the API answers as the block says."""
    told = reader.run(block)
    assert told.out.strip()
    assert "Traceback" not in told.err
    for command in commands(block):
        assert SAID[command] in " ".join(told.out.split()), command
    answered = set(re.findall(r"^HTTP ([345]\d\d)$", told.err, re.MULTILINE))
    assert answered == set(re.findall(r"# .*?\b([345]\d\d)\b", block.text))


def computes(reader: Reader, block: Block) -> None:
    """A block of Python prints something."""
    assert reader.run(block).out.strip()


def shows(reader: Reader, block: Block) -> None:
    """Its lines are among those that the page's commands above it printed, in this order."""
    above = [one for one in blocks(block.page) if one.language == "sh" and one.line < block.line]
    printed = (" ".join(line.split()) for one in above for line in reader.run(one).out.splitlines())
    lines = block.text.splitlines()
    assert lines
    for line in lines:
        assert any(" ".join(line.split()) in one for one in printed), line


def maps(reader: Reader, block: Block) -> None:
    """It is a mapping, a part of one or some of its tables, and what the commands above it wrote."""
    said = yaml.safe_load(block.text)
    whole: dict[str, Any] = {"tables": said} if set(said) <= set(TABLES) else said
    assert whole
    for key, part in whole.items():
        TypeAdapter(Mapping.model_fields[key].annotation).validate_python(part)
    shows(reader, block)


def leads(_reader: Reader, block: Block) -> None:
    """Each entry of a table of contents is a page."""
    entries = [line for line in block.text.splitlines() if line and not line.startswith(":")]
    assert entries
    assert {f"docs/{entry}.md" for entry in entries} <= set(PAGES)


def draws(_reader: Reader, block: Block) -> None:
    """A drawing names folders that are there."""
    named = re.findall(r"(?<![\w/])(?:\w+/)+", block.text)
    assert named
    for one in named:
        assert any((ROOT / folder / one).is_dir() for folder in DRAWN), one


CHECKS = {
    "sh": runs, "python": computes, "text": shows, "json": shows, "yaml": maps, "none": draws,
    "{toctree}": leads,
}  # fmt: skip


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block(reader: Reader, block: Block) -> None:
    CHECKS[block.language](reader, block)


def test_no_block_escapes() -> None:
    assert {block.page for block in BLOCKS} > {"README.md", "docs/index.md", FIRST}
    assert {block.language for block in BLOCKS} == set(CHECKS)
    fences = sum((ROOT / page).read_text(encoding="utf-8").count("\n```") for page in PAGES)
    assert fences == 2 * len(BLOCKS)


@pytest.mark.parametrize("page", PAGES)
def test_what_prose_names_is_there(page: str) -> None:
    verbs = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for span in spans(page):
        assert set(re.findall(r"\bmake ([a-z][a-z-]*)", span)) <= verbs
        if span.startswith("groundswell "):
            find_command(span)


def find_command(span: str) -> None:
    """Follow the words of a command line to a command and its options."""
    found: Any = get_command(app)
    for word in span.split()[1:]:
        if isinstance(found, typer.core.TyperGroup):
            assert word in found.commands, span
            found = found.commands[word]
        elif word.startswith("-"):
            assert any(word in (*one.opts, *one.secondary_opts) for one in found.params), span


def test_every_page_is_in_the_contents() -> None:
    contents = [block.text.split() for block in BLOCKS if block.language == "{toctree}"]
    listed = {f"docs/{word}.md" for words in contents for word in words}
    assert {page for page in PAGES if page.startswith("docs/")} - listed == {"docs/index.md"}


def test_the_written_pages_are_current() -> None:
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
