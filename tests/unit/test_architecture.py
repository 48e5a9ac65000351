"""Dependencies point one way, and Cypher stays in its own files."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = {"cypher": 0, "graph": 1, "network": 2, "forecasting": 3, "jobs": 4, "api": 5, "cli": 6}
FILES = [path for folder in LAYERS for path in sorted((ROOT / folder).rglob("*.py"))]


def imported(path: Path) -> set[str]:
    """The first part of every module that a file imports, wherever it does so."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_imports_what_lies_above(path: Path) -> None:
    layer = LAYERS[path.relative_to(ROOT).parts[0]]
    above = {name for name in imported(path) if LAYERS.get(name, -1) > layer}
    assert not above
    assert "tests" not in imported(path)
    assert "benchmarks" not in imported(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_cypher_in_python(path: Path) -> None:
    if path.name == "readiness.py":
        return  # It sets the first password and probes GDS before any schema exists.
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not re.match(r"\s*(MATCH|MERGE|UNWIND|CREATE(?! TABLE)|CALL) ", node.value)
