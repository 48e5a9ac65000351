"""Layers import only lower layers, and Cypher stays in its own files."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import LONGEST_FIRST

ROOT = Path(__file__).parents[2]
LAYERS = {"cypher": 0, "graph": 1, "network": 2, "forecasting": 3, "jobs": 4, "api": 5, "cli": 6}
IMPORT_PARTS = (
    "vocabulary", "mapping", "reading", "values", "runs", "participation", "engines", "exports", "inference",
    "adapters",
)  # fmt: skip
INFERENCE_PARTS = ("files", "formats", "behaviours", "campaigns")
"""Parts of the inference of mappings, which import only those before them, and ``draft``."""
IMPORT_FOUNDATION = {"contract", "warnings"}
"""Modules of ``graph.importing`` itself that its parts import."""
FILES = [path for folder in LAYERS for path in sorted((ROOT / folder).rglob("*.py"))]


def imported_packages(path: Path) -> set[str]:
    """The top-level packages that a file imports, at module level or within functions."""
    packages = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            packages |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            packages.add(node.module.partition(".")[0])
    return packages


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_import_only_lower_layers(path: Path) -> None:
    layer = LAYERS[path.relative_to(ROOT).parts[0]]
    packages = imported_packages(path)
    assert not {package for package in packages if LAYERS.get(package, -1) > layer}
    assert "tests" not in packages
    assert "benchmarks" not in packages


def imported_parts(path: Path) -> set[str]:
    """The parts of `graph.importing` that a file imports."""
    modules = [
        node.module or ""
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    ]
    assert "graph.importing" not in modules, f"{path}: import from the module, not from the package"
    return {name.split(".")[2] for name in modules if name.startswith("graph.importing.")}


@pytest.mark.parametrize("part", IMPORT_PARTS)
def test_parts_of_the_import_import_only_lower_parts(part: str) -> None:
    lower = {*IMPORT_PARTS[: IMPORT_PARTS.index(part) + 1], *IMPORT_FOUNDATION}
    paths = sorted((ROOT / "graph/importing" / part).rglob("*.py"))
    assert paths
    for path in paths:
        assert imported_parts(path) <= lower, path


@pytest.mark.parametrize("part", INFERENCE_PARTS)
def test_parts_of_the_inference_import_only_lower_parts(part: str) -> None:
    lower = {*INFERENCE_PARTS[: INFERENCE_PARTS.index(part) + 1], "draft"}
    folder = ROOT / "graph/importing/inference"
    for path in (folder / part).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"from graph\.importing\.inference\.(\w+)", text)) <= lower, path
    assert {path.parent.name for path in folder.glob("*/__init__.py")} == set(INFERENCE_PARTS)


def test_every_part_of_the_import_has_its_place() -> None:
    parts = {path.parent.name for path in (ROOT / "graph/importing").glob("*/__init__.py")}
    assert parts == set(IMPORT_PARTS)


@pytest.mark.parametrize("module", sorted(IMPORT_FOUNDATION))
def test_the_foundation_of_the_import_imports_no_part(module: str) -> None:
    assert not imported_parts(ROOT / f"graph/importing/{module}.py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_python_contains_no_cypher(path: Path) -> None:
    if path.name == "readiness.py":
        return  # It sets the first password and probes GDS before any schema exists.
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not re.match(r"\s*(MATCH|MERGE|UNWIND|CREATE(?! TABLE)|CALL) ", node.value)


def test_files_that_run_first_exist() -> None:
    assert LONGEST_FIRST
    assert all((ROOT / "tests/integration" / name).is_file() for name in LONGEST_FIRST)
