"""Installs the files that Neo4j serves as Browser: its own, and Groundswell's questions, style and tour.

The folder replaces Browser's jar on the server's class path, so that Neo4j itself serves it: only a page of
the same origin can write to Browser's local storage.
"""

import html
import json
import re
import shutil
import zipfile
from functools import partial
from importlib import resources
from pathlib import Path
from urllib.parse import urlencode

import cypher
from graph.errors import NotReady
from graph.server.folders import Folders, unusable
from graph.server.runtime import Runtime

_FOLDER = "browser-files"
_PREFIX = "browser/"


def install_files(folders: Folders, runtime: Runtime) -> Path:
    """Install the files and return their folder, to be put on the class path.

    Browser is unpacked once; Groundswell's files are rewritten each time. Raises FolderUnusable.
    """
    target = folders.neo4j / _FOLDER
    (jar,) = runtime.browser_jars
    unpacked = target / f"{jar.name}.unpacked"
    try:
        if not unpacked.exists():
            shutil.rmtree(target, ignore_errors=True)
            with zipfile.ZipFile(jar) as files:
                files.extractall(target, [name for name in files.namelist() if name.startswith(_PREFIX)])
            unpacked.touch()
        write_files(target / _PREFIX)
    except OSError as error:
        raise unusable(target, error) from error
    return target


def write_files(folder: Path, dataset: str | None = None) -> None:
    """Write Groundswell's files, with `dataset` as parameter of the questions. Raises OSError."""
    source = resources.files(__package__) / "browser"
    for name in ("groundswell.html", "groundswell.js"):
        (folder / name).write_text((source / name).read_text(encoding="utf-8"), encoding="utf-8")
    style = json.loads((source / "style.json").read_text(encoding="utf-8"))
    data = {"favourites": [_favourite(question, dataset) for question in cypher.questions()], "style": style}
    (folder / "groundswell-data.js").write_text(
        f"const GROUNDSWELL = {json.dumps(data)};\n", encoding="utf-8"
    )
    tour = (source / "tour.html").read_text(encoding="utf-8")
    tour = re.sub(r"\{\{(\w+)\}\}", partial(_runnable_block, dataset=dataset), tour)
    (folder / "tour.html").write_text(tour, encoding="utf-8")


def _favourite(question: cypher.Statement, dataset: str | None) -> str:
    """Format a question as Browser stores it: the title as a comment, literals for parameters."""
    parameters = question.defaults | ({"dataset": dataset} if dataset else {})
    return f"// {question.title}\n{inline_parameters(question, parameters)}"


def inline_parameters(statement: cypher.Statement, parameters: dict[str, object]) -> str:
    """Return a statement with literals in place of its parameters, for a person to read and run.

    For display only: Groundswell itself always sends parameters separately.
    """
    return re.sub(r"\$(\w+)", lambda match: json.dumps(parameters[match[1]]), statement.text.strip())


def _runnable_block(match: re.Match[str], dataset: str | None) -> str:
    text = html.escape(_favourite(cypher.statement(f"explore/{match[1]}"), dataset), quote=False)
    return f'<pre class="pre-scrollable code runnable">{text}</pre>'


def opening_page(
    folders: Folders, http: str, bolt: str, user: str, password: str, dataset: str | None = None
) -> Path:
    """Write a page that opens Browser connected, with the questions about `dataset`; return its path.

    Only its owner can read the file. It passes the password in the URL's fragment, which browsers send to no
    server; as a process argument, every user of the machine could read it.

    Raises
    ------
    NotReady
        The running server was started by a version without these files.
    FolderUnusable
        The files cannot be written.
    """
    fragment = urlencode({"bolt": bolt, "user": user, "password": password})
    address = json.dumps(f"{http}/browser/groundswell.html#{fragment}")
    path = folders.home / "open-browser.html"
    files = folders.neo4j / _FOLDER / _PREFIX
    if not files.exists():
        raise NotReady(
            "An earlier version of Groundswell started the running server, which cannot serve this page.",
            "Restart it: `groundswell db down`, then `groundswell db up`.",
        )
    try:
        write_files(files, dataset)
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        script = f"<script>location.replace({address})</script>"
        head = '<!doctype html><meta charset="utf-8"><title>Neo4j Browser</title>'
        path.write_text(head + script, encoding="utf-8")
    except OSError as error:
        raise unusable(path, error) from error
    return path
