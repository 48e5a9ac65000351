"""Writes ``cypher/README.md`` from the headers: ``python -m cypher.catalogue``."""

from pathlib import Path

import cypher

CATALOGUE = Path(__file__).with_name("README.md")
_COLUMNS = "| file | title | access | parameters | returns |"


def render() -> str:
    """Render the catalogue of all statements as Markdown."""
    lines = [
        "# Catalogue of Cypher statements",
        "",
        "Generated from the files' headers by `make docs`. Each file pastes into Neo4j Browser and",
        "runs once its parameters are set (`:param {dataset: 'complete-journey'}`).",
    ]
    lines += _questions()
    folder = "explore"
    for name in (name for name in cypher.names() if not name.startswith("explore/")):
        head, _, tail = name.rpartition("/")
        if head != folder:
            folder = head
            lines += ["", f"## {head}", "", _COLUMNS, "|---|---|---|---|---|"]
        entry = cypher.statement(name)
        parameters = ", ".join(f"`${key}` {kind}" for key, kind in entry.parameters.items()) or "none"
        lines.append(f"| `{tail}` | {entry.title} | {entry.access} | {parameters} | {entry.returns} |")
    return "\n".join(lines) + "\n"


def _questions() -> list[str]:
    lines = [
        "",
        "## explore: saved questions",
        "",
        "Each runs unchanged on the Complete Journey, imported, built and forecast by `groundswell demo`;",
        "`groundswell browser` opens Neo4j Browser with all of them among its favourites, and",
        "`groundswell export question NAME --to FILE` writes a result to a file.",
        "",
        "| question | file | parameters (defaults) | returns |",
        "|---|---|---|---|",
    ]
    for question in cypher.questions():
        defaults = ", ".join(f"`${key}` ({value})" for key, value in question.defaults.items())
        file = question.name.rpartition("/")[2]
        lines.append(f"| {question.title} | `{file}` | {defaults} | {question.returns} |")
    return lines


if __name__ == "__main__":
    CATALOGUE.write_text(render(), encoding="utf-8")
