"""What Neo4j Browser is served with: its own files, and beside them our questions, style and tour.

The folder lies on the server's class path in place of Browser's own jar, so that Neo4j itself serves it: only
a page of Browser's own origin can fill Browser's storage.
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
_INSIDE = "browser/"


def lay_out(folders: Folders, runtime: Runtime) -> Path:
    """The folder for the class path: unpacked once, our own files written anew each time."""
    place = folders.neo4j / _FOLDER
    (jar,) = runtime.browser_jars
    unpacked = place / f"{jar.name}.unpacked"
    try:
        if not unpacked.exists():
            shutil.rmtree(place, ignore_errors=True)
            with zipfile.ZipFile(jar) as files:
                files.extractall(place, [name for name in files.namelist() if name.startswith(_INSIDE)])
            unpacked.touch()
        write_own(place / _INSIDE)
    except OSError as error:
        raise unusable(place, error) from error
    return place


def write_own(folder: Path, dataset: str | None = None) -> None:
    """Our files, with the questions as they are now, asked about `dataset`. Raises OSError."""
    own = resources.files(__package__) / "browser"
    for name in ("groundswell.html", "groundswell.js"):
        (folder / name).write_text((own / name).read_text(encoding="utf-8"), encoding="utf-8")
    style = json.loads((own / "style.json").read_text(encoding="utf-8"))
    data = {"favourites": [_favourite(one, dataset) for one in cypher.questions()], "style": style}
    (folder / "groundswell-data.js").write_text(
        f"const GROUNDSWELL = {json.dumps(data)};\n", encoding="utf-8"
    )
    tour = (own / "tour.html").read_text(encoding="utf-8")
    tour = re.sub(r"\{\{(\w+)\}\}", partial(_runnable, dataset=dataset), tour)
    (folder / "tour.html").write_text(tour, encoding="utf-8")


def _favourite(one: cypher.Statement, dataset: str | None) -> str:
    """A question as Browser keeps it: its title as a comment, literals for its parameters."""
    parameters = one.defaults | ({"dataset": dataset} if dataset else {})
    return f"// {one.title}\n{filled(one, parameters)}"


def filled(one: cypher.Statement, parameters: dict[str, object]) -> str:
    """A statement with literals for its parameters, to be read and run by a person.

    Only for showing: what Groundswell itself runs is always sent with parameters.
    """
    return re.sub(r"\$(\w+)", lambda found: json.dumps(parameters[found[1]]), one.text.strip())


def _runnable(found: re.Match[str], dataset: str | None) -> str:
    text = html.escape(_favourite(cypher.statement(f"explore/{found[1]}"), dataset), quote=False)
    return f'<pre class="pre-scrollable code runnable">{text}</pre>'


def opening_page(
    folders: Folders, http: str, bolt: str, user: str, password: str, dataset: str | None = None
) -> Path:
    """A page, readable by its owner alone, that opens Browser connected, with questions about `dataset`.

    The password goes from this file to the page by the address's fragment, which is sent to no server;
    as an argument of a web browser's process everybody on the machine could read it.
    """
    fragment = urlencode({"bolt": bolt, "user": user, "password": password})
    address = json.dumps(f"{http}/browser/groundswell.html#{fragment}")
    path = folders.home / "open-browser.html"
    own = folders.neo4j / _FOLDER / _INSIDE
    if not own.exists():
        raise NotReady(
            "The running server was started before it could serve this page.",
            "Start it anew: `groundswell db down`, then `groundswell db up`.",
        )
    try:
        write_own(own, dataset)
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        script = f"<script>location.replace({address})</script>"
        head = '<!doctype html><meta charset="utf-8"><title>Neo4j Browser</title>'
        path.write_text(head + script, encoding="utf-8")
    except OSError as error:
        raise unusable(path, error) from error
    return path
