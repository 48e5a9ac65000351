"""Swaps a newly built store into the place of the server's own, safe against a kill at any point."""

import shutil
from pathlib import Path

from graph.server.folders import Folders

DATABASE = "neo4j"


def finish_swap(folders: Folders) -> None:
    """Complete the swap that the swap file names; do nothing where there is no such file."""
    if not folders.swap_file.exists():
        return
    staging = Path(folders.swap_file.read_text(encoding="utf-8"))
    for kind in ("transactions", "databases"):
        built, target = staging / kind / DATABASE, folders.data / kind / DATABASE
        # The rename removes the source, so repeating this after a kill is harmless.
        if built.exists():
            shutil.rmtree(target, ignore_errors=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            built.rename(target)
    folders.swap_file.unlink()
    shutil.rmtree(staging, ignore_errors=True)
