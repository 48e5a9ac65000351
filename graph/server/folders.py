"""Where the managed server keeps its files, and whether they can be written."""

import errno
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from graph.errors import FolderUnusable

_NEEDED_BYTES = 300 * 1024 * 1024


@dataclass(frozen=True)
class Folders:
    """The layout below one home: ``neo4j/{data,logs,conf,plugins,...}``, password and state."""

    home: Path

    @property
    def neo4j(self) -> Path:
        """Neo4j's own home folder."""
        return self.home / "neo4j"

    @property
    def data(self) -> Path:
        """The database files."""
        return self.neo4j / "data"

    @property
    def conf(self) -> Path:
        """The folder of neo4j.conf."""
        return self.neo4j / "conf"

    @property
    def plugins(self) -> Path:
        """The jars whose procedures Neo4j registers."""
        return self.neo4j / "plugins"

    @property
    def console(self) -> Path:
        """What the server prints while it runs."""
        return self.neo4j / "logs" / "console.log"

    @property
    def password_file(self) -> Path:
        """The generated password, readable by its owner alone."""
        return self.home / "neo4j-password"

    @property
    def state_file(self) -> Path:
        """Which process serves this folder, and on which ports."""
        return self.home / "server.json"

    @property
    def lock_file(self) -> Path:
        """Held while a server is being started or stopped."""
        return self.home / "server.lock"

    @property
    def swap_file(self) -> Path:
        """Names the store that is to take the place of the database's own."""
        return self.home / "server.swap"

    def prepare(self) -> None:
        """Make the folders. Raises FolderUnusable."""
        for folder in (self.data, self.conf, self.plugins, self.console.parent):
            make_writable(folder)

    def password(self) -> str:
        """The password of the database in this home, generated at first use."""
        if not self.password_file.exists():
            make_writable(self.home)
            self.password_file.touch(mode=0o600)
            self.password_file.write_text(secrets.token_urlsafe(24), encoding="ascii")
        return self.password_file.read_text(encoding="ascii").strip()


def make_writable(folder: Path, needed_bytes: int = _NEEDED_BYTES) -> None:
    """Make `folder` and see that a file can be written there with room to spare.

    Raises FolderUnusable, which names the folder and says what to do.
    """
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"\0")
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise unusable(folder, error, needed_bytes) from error
    if free < needed_bytes:
        raise unusable(folder, OSError(errno.ENOSPC, "No space left on device"), needed_bytes)


def unusable(folder: Path, error: OSError, needed_bytes: int = _NEEDED_BYTES) -> FolderUnusable:
    """The FolderUnusable that `error`, met while writing to `folder`, amounts to."""
    if error.errno == errno.ENOSPC:
        needed = needed_bytes // 1024**2
        return FolderUnusable(
            f"The disk of {folder} is full.",
            f"Free at least {needed} MB there, or choose another "
            "folder with GROUNDSWELL_HOME (data) or GROUNDSWELL_CACHE (downloads).",
        )
    return FolderUnusable(
        f"The folder {folder} cannot be written ({error.strerror}).",
        "Give yourself the right to write there, or choose another folder with "
        "GROUNDSWELL_HOME (data) or GROUNDSWELL_CACHE (downloads).",
    )
