"""Downloads jars from a Maven repository into a folder; only those with the locked checksum are kept."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
from jgo.constants import MAVEN_CENTRAL_URL

from graph.errors import RuntimeUnavailable
from graph.progress import Progress
from graph.server.folders import make_writable, unusable
from graph.server.jars import Jar, sha256

_THREADS = 16
_TIMEOUT_SECONDS = 30
_PAUSES_SECONDS = (0.5, 2.0)
_WHOLE_RUNTIME_BYTES = 600 * 1024 * 1024


def download_jars(jars: list[Jar], folder: Path, progress: Progress, mirror: str | None) -> None:
    """Download `jars` into `folder`, in parallel.

    Parameters
    ----------
    jars
        The jars to download.
    folder
        Where verified jars are stored.
    progress
        Receives one unit per jar.
    mirror
        Address of a Maven repository to use instead of Maven Central.

    Raises
    ------
    RuntimeUnavailable
        A jar cannot be downloaded, or its checksum is wrong twice.
    FolderUnusable
        `folder` cannot be written or its disk is full.
    """
    make_writable(folder, _WHOLE_RUNTIME_BYTES)
    advance = progress.stage("Downloading Neo4j, Graph Data Science and Browser", len(jars))
    # Each process has its own staging folder, because two may fill one cache at once.
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as staging,
        httpx.Client(
            base_url=mirror or MAVEN_CENTRAL_URL, timeout=_TIMEOUT_SECONDS, follow_redirects=True
        ) as client,
        ThreadPoolExecutor(_THREADS) as pool,
    ):
        try:
            for _ in pool.map(partial(_download_verified, client, folder, Path(staging)), jars):
                advance(1)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _download_verified(client: httpx.Client, folder: Path, staging: Path, jar: Jar) -> None:
    path = staging / jar.filename
    for _attempt in ("first", "second"):
        try:
            _download(client, jar, path)
        except httpx.HTTPError as error:
            status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else ""
            raise RuntimeUnavailable(
                f"{jar} is not in the cache and could not be downloaded ({status or type(error).__name__}).",
                "Connect to a network that reaches Maven Central (HTTPS_PROXY sets a proxy), "
                "or name a mirror in GROUNDSWELL_MAVEN_MIRROR, or copy the cache folder of a machine that "
                "has it and set GROUNDSWELL_CACHE.",
            ) from error
        except OSError as error:
            raise unusable(folder, error, _WHOLE_RUNTIME_BYTES) from error
        if sha256(path) == jar.sha256:
            path.replace(folder / jar.filename)
            return
    raise RuntimeUnavailable(
        f"{jar} was downloaded twice and its checksum was wrong both times.",
        "The repository serves a different file from the one this release was made with. Check for a proxy "
        "that alters downloads; if there is none, report it.",
    )


def _download(client: httpx.Client, jar: Jar, path: Path) -> None:
    """Stream a jar to `path`; retry, because many parallel requests can overload a name server."""
    for pause in (*_PAUSES_SECONDS, None):
        try:
            with client.stream("GET", jar.repository_path) as response, path.open("wb") as file:
                response.raise_for_status()
                for chunk in response.iter_bytes():
                    file.write(chunk)
            return
        except httpx.HTTPError as error:
            refused = isinstance(error, httpx.HTTPStatusError) and error.response.status_code == 404
            if pause is None or refused:
                raise
            time.sleep(pause)
