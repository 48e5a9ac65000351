"""Import a folder from Python: `python -m examples.import_your_files DIR`.

Looks at the files, writes a first mapping, and imports them into the database of the settings (the local
one, if it runs). The same as `groundswell import init` and `import run`.
"""

import sys
from pathlib import Path

from graph.connection import connect
from graph.importing.infer_mapping import sketch
from graph.importing.job import import_files
from graph.importing.mapping import FILE_NAME, read_mapping
from graph.progress import Silent
from graph.settings import Settings


def main(folder: Path, dataset: str) -> None:
    """Import `folder` and say what became of its rows."""
    mapping = folder / FILE_NAME
    if not mapping.exists():
        mapping.write_text(sketch(folder, dataset, zone="Europe/Berlin"), encoding="utf-8")
    settings = Settings()
    with connect(settings) as graph:
        report = import_files(graph, settings, folder, read_mapping(mapping), Silent())
    for table, rows in report.tables.items():
        print(f"{table}: {rows.loaded:,} of {rows.read:,} rows loaded, {rows.rejected:,} rejected")  # noqa: T201
    print(f"The graph holds {report.counts['users']:,} users; rejected rows: {report.rejects}")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "example")
