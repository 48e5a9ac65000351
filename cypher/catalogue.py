"""Writes ``cypher/CATALOGUE.md`` from the headers: ``python -m cypher.catalogue``."""

from pathlib import Path

import cypher

CATALOGUE = Path(__file__).with_name("CATALOGUE.md")


def render() -> str:
    """The catalogue of every statement as Markdown."""
    lines = [
        "# Catalogue of Cypher statements",
        "",
        "Generated from the files' headers by `make docs`. Each file pastes into Neo4j Browser and",
        "runs once its parameters are set (`:param {dataset: 'complete-journey'}`).",
    ]
    folder = ""
    for name in cypher.names():
        head, _, tail = name.rpartition("/")
        if head != folder:
            folder = head
            lines += ["", f"## {head}", "", "| file | what | parameters | returns |", "|---|---|---|---|"]
        one = cypher.statement(name)
        parameters = ", ".join(f"`${key}` {kind}" for key, kind in one.parameters.items()) or "none"
        lines.append(f"| `{tail}` | {one.title} | {parameters} | {one.returns} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    CATALOGUE.write_text(render(), encoding="utf-8")
