"""Class-data sharing for the tests' servers: their JVMs map an archive of parsed classes.

A server starts with it in little more than half the time. `java -Xshare:dump` makes it; see "Class Data
Sharing" in the manual of the JVM.
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
_LONGEST_LINE = 4096
"""`java -Xshare:dump` refuses lists with longer ones, which the JVM itself writes."""


def use_class_archive(cache: Path) -> None:
    """Let all JVMs that this process starts from now on use the archive; make it if it is missing."""
    runtime = ensure_runtime(cache, Silent())
    archive = cache / "tests" / f"classes-{_fingerprint(runtime)}.jsa"
    option = f"-XX:SharedArchiveFile={archive}"
    if option in os.environ.get(_VARIABLE, ""):
        return
    archive.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(archive.with_suffix(".lock")):
        if not archive.exists():
            with TemporaryDirectory() as folder:
                _make(archive, runtime, Path(folder), cache)
    # A JVM that cannot make one works without.
    if archive.exists():
        os.environ[_VARIABLE] = f"{os.environ.get(_VARIABLE, '')} {option}"


def _make(archive: Path, runtime: Runtime, folder: Path, cache: Path) -> None:
    listed, classes, made = folder / "listed", folder / "classes", folder / "classes.jsa"
    options = os.environ.get(_VARIABLE, "")
    os.environ[_VARIABLE] = f"{options} -XX:DumpLoadedClassList={listed}"
    try:
        local.up(folder / "home", cache)
    finally:
        os.environ[_VARIABLE] = options
        local.reset(folder / "home")
    lines = listed.read_text(encoding="utf-8").splitlines(keepends=True)
    classes.write_text("".join(line for line in lines if len(line) < _LONGEST_LINE), encoding="utf-8")
    subprocess.run(
        [runtime.java, "-Xshare:dump", "-XX:+UseG1GC", f"-XX:SharedClassListFile={classes}",
         f"-XX:SharedArchiveFile={made}", "-cp", ":".join(map(str, runtime.class_path))],
        check=False, capture_output=True,
    )  # fmt: skip
    if made.exists():
        shutil.copy(made, archive.with_suffix(".new"))
        archive.with_suffix(".new").rename(archive)


def _fingerprint(runtime: Runtime) -> str:
    release = runtime.java.parents[1] / "release"
    names = " ".join(str(path) for path in runtime.class_path)
    return hashlib.sha256(names.encode() + release.read_bytes()).hexdigest()[:16]
