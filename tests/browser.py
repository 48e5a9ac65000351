"""Finds a browser for the tests: an installed Chromium or Chrome, else Playwright's, else Debian's."""

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
# Without these options, the browser contacts hosts of its vendor, which fails on a closed network.
_OFFLINE_OPTIONS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync"]  # fmt: skip


def launch(playwright: Playwright) -> Browser:
    """Start a headless browser. Raises RuntimeError if there is none and none can be installed."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium has no sandbox for root.
    # Only one of several test processes installs a browser.
    with FileLock(Path(tempfile.gettempdir()) / "groundswell-test-browser.lock"):
        executable = _executable(Path(playwright.chromium.executable_path))
    return playwright.chromium.launch(executable_path=executable, args=[*_OFFLINE_OPTIONS, *sandbox])


@cache
def _executable(playwright_path: Path) -> str:
    """Path of the browser; `playwright_path` is where Playwright installs its own."""
    path = _installed() or _from_playwright(playwright_path) or _from_debian()
    if path is None:
        raise RuntimeError(
            "There is no browser. Install Chromium or Chrome, or allow `playwright install chromium` to "
            "download one."
        )
    return path


def _installed() -> str | None:
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def _from_playwright(path: Path) -> str | None:
    return str(path) if path.exists() or _download(path) else None


def _download(path: Path) -> bool:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        subprocess.run(command, check=True, timeout=300, capture_output=True)
    except (subprocess.SubprocessError, PlaywrightError):
        return False
    return path.exists()


def _from_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
        if subprocess.run(command, env=environment, capture_output=True).returncode:
            return None
    return _installed()
