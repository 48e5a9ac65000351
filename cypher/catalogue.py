"""Writes ``cypher/README.md`` from the headers: ``python -m cypher.catalogue``."""

from pathlib import Path

import cypher

CATALOGUE = Path(__file__).with_name("README.md")


def render() -> str:
    """The catalogue of every statement as Markdown."""
    lines = [
        "# Catalogue of Cypher statements",
        "",
        "Generated from the files' headers by `make docs`. Each file pastes into Neo4j Browser and",
        "runs once its parameters are set (`:param {dataset: 'complete-journey'}`).",
    ]
    lines += _questions()
    folder = "explore"
    for name in (one for one in cypher.names() if not one.startswith("explore/")):
        head, _, tail = name.rpartition("/")
        if head != folder:
            folder = head
            lines += ["", f"## {head}", "", "| file | what | parameters | returns |", "|---|---|---|---|"]
        one = cypher.statement(name)
        parameters = ", ".join(f"`${key}` {kind}" for key, kind in one.parameters.items()) or "none"
        lines.append(f"| `{tail}` | {one.title} | {parameters} | {one.returns} |")
    return "\n".join(lines) + "\n"


def _questions() -> list[str]:
    """The saved questions first: they are what people look for."""
    lines = [
        "",
        "## explore: saved questions",
        "",
        "Each runs as it is on the Complete Journey, once imported, built and forecast (`groundswell demo`);",
        "`groundswell browser` opens Neo4j Browser with all of them among its favourites, and",
        "`groundswell export question NAME --to FILE` writes a result to a file.",
        "",
        "| question | file | parameters (defaults) | shows |",
        "|---|---|---|---|",
    ]
    for one in cypher.questions():
        defaults = ", ".join(f"`${key}` ({value})" for key, value in one.defaults.items())
        lines.append(f"| {one.title} | `{one.name.rpartition('/')[2]}` | {defaults} | {one.returns} |")
    return lines


if __name__ == "__main__":
    CATALOGUE.write_text(render(), encoding="utf-8")
