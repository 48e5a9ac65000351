"""Puts a store that was built beside the server's own into its place, whatever is killed when."""

import shutil
from pathlib import Path

from graph.server.folders import Folders

DATABASE = "neo4j"


def finish_swap(folders: Folders) -> None:
    """Carry out the swap that the swap file asks for; nothing where there is none."""
    if not folders.swap_file.exists():
        return
    staging = Path(folders.swap_file.read_text(encoding="utf-8"))
    for kind in ("transactions", "databases"):
        built, place = staging / kind / DATABASE, folders.data / kind / DATABASE
        # What was built is gone once it has taken its place: doing it again does nothing.
        if built.exists():
            shutil.rmtree(place, ignore_errors=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            built.rename(place)
    folders.swap_file.unlink()
    shutil.rmtree(staging, ignore_errors=True)
