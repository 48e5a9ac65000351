"""Fetches jars from a Maven repository into a folder, and keeps only what has its checksum."""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from jgo.maven import MavenContext

from graph.errors import RuntimeUnavailable
from graph.progress import Progress
from graph.server.folders import make_writable, unusable
from graph.server.jars import Jar, sha256

_THREADS = 16
_TIMEOUT_SECONDS = 30
_PAUSES_SECONDS = (0.5, 2.0)
_WHOLE_RUNTIME_BYTES = 600 * 1024 * 1024


def fetch_all(jars: list[Jar], folder: Path, progress: Progress, mirror: str | None) -> None:
    """Fetch `jars` into `folder`, in parallel; `mirror` is the address of a repository to ask instead of
    Maven Central. Raises RuntimeUnavailable and FolderUnusable.
    """
    make_writable(folder, _WHOLE_RUNTIME_BYTES)
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
