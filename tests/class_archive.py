"""Class-data sharing for the tests' servers: an archive of parsed classes, which their JVMs map.

It almost halves the time in which a server starts. `java -Xshare:dump` creates it; see "Class Data Sharing"
in the manual of the JVM.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from graph.progress import Silent
from graph.server import local
from graph.server.runtime import Runtime, ensure_runtime

_VARIABLE = "JDK_JAVA_OPTIONS"
_MAX_LINE = 4096
"""`java -Xshare:dump` rejects lists with longer lines, which the JVM itself writes."""


def use_class_archive(cache: Path) -> None:
    """Let all JVMs that this process starts from now on use the archive; create it if it is missing."""
    runtime = ensure_runtime(cache, Silent())
    archive = cache / "tests" / f"classes-{_fingerprint(runtime)}.jsa"
    option = f"-XX:SharedArchiveFile={archive}"
    if option in os.environ.get(_VARIABLE, ""):
        return
    archive.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(archive.with_suffix(".lock")):
        if not archive.exists():
            with TemporaryDirectory() as folder:
                _create(archive, runtime, Path(folder), cache)
    # A JVM that cannot create one works without it.
    if archive.exists():
        os.environ[_VARIABLE] = f"{os.environ.get(_VARIABLE, '')} {option}"


def _create(archive: Path, runtime: Runtime, folder: Path, cache: Path) -> None:
    loaded_classes, class_list, new_archive = folder / "loaded", folder / "classes", folder / "classes.jsa"
    options = os.environ.get(_VARIABLE, "")
    os.environ[_VARIABLE] = f"{options} -XX:DumpLoadedClassList={loaded_classes}"
    try:
        local.up(folder / "home", cache)
    finally:
        os.environ[_VARIABLE] = options
        local.reset(folder / "home")
    lines = loaded_classes.read_text(encoding="utf-8").splitlines(keepends=True)
    class_list.write_text("".join(line for line in lines if len(line) < _MAX_LINE), encoding="utf-8")
    subprocess.run(
        [runtime.java, "-Xshare:dump", "-XX:+UseG1GC", f"-XX:SharedClassListFile={class_list}",
         f"-XX:SharedArchiveFile={new_archive}", "-cp", ":".join(map(str, runtime.class_path))],
        check=False, capture_output=True,
    )  # fmt: skip
    if new_archive.exists():
        shutil.copy(new_archive, archive.with_suffix(".new"))
        archive.with_suffix(".new").rename(archive)


def _fingerprint(runtime: Runtime) -> str:
    release = runtime.java.parents[1] / "release"
    names = " ".join(str(path) for path in runtime.class_path)
    return hashlib.sha256(names.encode() + release.read_bytes()).hexdigest()[:16]
