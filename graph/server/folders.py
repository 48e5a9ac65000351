"""Paths of the managed server's files, and checks that they can be written."""

import errno
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from graph.errors import FolderUnusable

_NEEDED_BYTES = 300 * 1024 * 1024


@dataclass(frozen=True)
class Folders:
    """Paths below one home: ``neo4j/{data,logs,conf,plugins,...}``, password and state."""

    home: Path

    @property
    def neo4j(self) -> Path:
        """Neo4j's home folder."""
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
        """The folder of jars whose procedures Neo4j registers."""
        return self.neo4j / "plugins"

    @property
    def console(self) -> Path:
        """The log of the server's console output."""
        return self.neo4j / "logs" / "console.log"

    @property
    def password_file(self) -> Path:
        """The file of the generated password, readable only by its owner."""
        return self.home / "neo4j-password"

    @property
    def state_file(self) -> Path:
        """The record of the server's process and ports."""
        return self.home / "server.json"

    @property
    def lock_file(self) -> Path:
        """The lock held while a server starts or stops."""
        return self.home / "server.lock"

    @property
    def swap_file(self) -> Path:
        """The file that names the store to swap in."""
        return self.home / "server.swap"

    def prepare(self) -> None:
        """Create the folders. Raises FolderUnusable."""
        for folder in (self.data, self.conf, self.plugins, self.console.parent):
            make_writable(folder)

    def password(self) -> str:
        """Return the database's password, generated at first use."""
        if not self.password_file.exists():
            make_writable(self.home)
            self.password_file.touch(mode=0o600)
            self.password_file.write_text(secrets.token_urlsafe(24), encoding="ascii")
        return self.password_file.read_text(encoding="ascii").strip()


def make_writable(folder: Path, needed_bytes: int = _NEEDED_BYTES) -> None:
    """Create `folder` and check that it is writable and has `needed_bytes` free. Raises FolderUnusable."""
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
    """Return the FolderUnusable for an `error` that occurred while writing to `folder`."""
    if error.errno == errno.ENOSPC:
        needed = needed_bytes // 1024**2
        return FolderUnusable(
            f"The disk of {folder} is full.",
            f"Free at least {needed} MB there, or choose another folder with GROUNDSWELL_HOME (data) or "
            "GROUNDSWELL_CACHE (downloads).",
        )
    return FolderUnusable(
        f"The folder {folder} cannot be written ({error.strerror}).",
        "Grant yourself write permission, or choose another folder with GROUNDSWELL_HOME (data) or "
        "GROUNDSWELL_CACHE (downloads).",
    )
