"""Brings a browser: an installed Chromium or Chrome, else Playwright's own, else Debian's."""

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from filelock import FileLock
from playwright.sync_api import Browser, Playwright
from playwright.sync_api import Error as PlaywrightError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# A headless browser on a closed network must not look up its maker's hosts.
_QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync"]  # fmt: skip


def launch(playwright: Playwright) -> Browser:
    """A headless browser. Raises RuntimeError where none can be had."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses its sandbox to root.
    # Of several test processes, one installs.
    with FileLock(Path(tempfile.gettempdir()) / "groundswell-test-browser.lock"):
        executable = _executable(Path(playwright.chromium.executable_path))
    return playwright.chromium.launch(executable_path=executable, args=[*_QUIET, *sandbox])


@cache
def _executable(own: Path) -> str:
    found = _installed() or (own if own.exists() or _download(own) else None) or _from_debian()
    if found is None:
        raise RuntimeError(
            "No browser: install Chromium or Chrome, or let `playwright install chromium` reach the network."
        )
    return str(found)


def _installed() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def _download(own: Path) -> bool:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        subprocess.run(command, check=True, timeout=300, capture_output=True)
    except (subprocess.SubprocessError, PlaywrightError):
        return False
    return own.exists()


def _from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
        if subprocess.run(command, env=environment, capture_output=True).returncode:
            return None
    return _installed()
