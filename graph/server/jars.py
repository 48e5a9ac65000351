"""The jars of Neo4j, Graph Data Science and Browser, as ``runtime.lock`` lists them.

A line is ``group:artifact:packaging[:classifier]:version sha256=...``; the list is made by
``python -m graph.server.update_lockfile``.
"""

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

_GDS_GROUP = "org.neo4j.gds"
# Neo4j registers procedures only from jars in its plugins folder; the other jars of GDS need only be on the
# class path.
_PROCEDURE_JARS = re.compile(r"(alpha-)?proc(-.*)?")


@dataclass(frozen=True)
class Jar:
    """One line of the lock file."""

    group: str
    artifact: str
    packaging: str
    classifier: str
    version: str
    sha256: str

    @property
    def filename(self) -> str:
        """Its file name in the cache, unique within the lock file."""
        tail = f"-{self.classifier}" if self.classifier else ""
        return f"{self.group}__{self.artifact}-{self.version}{tail}.{self.packaging}"

    @property
    def repository_path(self) -> str:
        """Its path in a Maven repository."""
        tail = f"-{self.classifier}" if self.classifier else ""
        file = f"{self.artifact}-{self.version}{tail}.{self.packaging}"
        return f"{self.group.replace('.', '/')}/{self.artifact}/{self.version}/{file}"

    @property
    def holds_procedures(self) -> bool:
        """Whether the jar must be in Neo4j's plugins folder."""
        return self.group == _GDS_GROUP and bool(_PROCEDURE_JARS.fullmatch(self.artifact))

    @property
    def holds_browser(self) -> bool:
        """Whether this jar holds the files of Neo4j Browser, and no classes."""
        return self.artifact == "neo4j-browser"

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"


def locked_jars(lock: str = "runtime.lock") -> list[Jar]:
    """The jars of a lock file of this package, in its order."""
    text = resources.files(__package__).joinpath(lock).read_text(encoding="ascii")
    lines = (line.strip() for line in text.splitlines())
    return [_parse(line) for line in lines if line and not line.startswith("#")]


def _parse(line: str) -> Jar:
    coordinate, _, checksum = line.partition(" sha256=")
    group, artifact, packaging, *classifier, version = coordinate.split(":")
    return Jar(group, artifact, packaging, "".join(classifier), version, checksum)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
