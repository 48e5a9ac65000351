"""Import a folder from Python: `python -m examples.import_files DIR`.

Writes a first mapping and imports the files into the database of the settings (by default the local one),
like `groundswell import init` and `groundswell import run`.
"""

import sys
from pathlib import Path

from graph.connection import connect
from graph.importing.inference.infer import infer_mapping
from graph.importing.job import import_files
from graph.importing.mapping.model import FILE_NAME, read_mapping
from graph.progress import Silent
from graph.settings import Settings


def main(folder: Path, dataset: str) -> None:
    """Import `folder` and print how many rows were loaded and rejected."""
    mapping = folder / FILE_NAME
    if not mapping.exists():
        mapping.write_text(infer_mapping(folder, dataset, zone="Europe/Berlin"), encoding="utf-8")
    settings = Settings()
    with connect(settings) as graph:
        report = import_files(graph, settings, folder, read_mapping(mapping), Silent())
    for table, counts in report.tables.items():
        print(f"{table}: {counts.loaded:,} of {counts.read:,} rows loaded, {counts.rejected:,} rejected")  # noqa: T201
    print(f"The database holds {report.counts['users']:,} users; rejected rows: {report.rejects}")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "example")
