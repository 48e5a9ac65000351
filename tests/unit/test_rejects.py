"""The file of rejected rows."""

from pathlib import Path

from graph.importing.reading.lines import RowError
from graph.importing.runs.rejects import Rejects


def test_rejected_rows_are_sorted_by_file_and_row(tmp_path: Path) -> None:
    rejects = Rejects(tmp_path)
    batches = {
        # Import, digest of the mapping, table, file, block, digest of the block, part.
        "1/aaa/users/users.csv/0/x/0": ("users.csv", [7]),
        "1/zzz/behaviours/export/orders.csv/10/x/0": ("export/orders.csv", [50, 40]),
        "1/zzz/behaviours/export/orders.csv/9/x/1": ("export/orders.csv", [31]),
        "1/zzz/behaviours/export/orders.csv/9/x/0": ("export/orders.csv", [33]),
    }
    for batch, (file, rows) in batches.items():
        rejects.write(batch, file, [RowError(row, "at", "?", "is not a date") for row in rows])
    reasons = rejects.collect(batches)
    listed = [line.split(",")[:2] for line in rejects.file.read_text().splitlines()[1:]]
    assert listed == [
        ["export/orders.csv", "31"],
        ["export/orders.csv", "33"],
        ["export/orders.csv", "40"],
        ["export/orders.csv", "50"],
        ["users.csv", "7"],
    ]
    assert sum(reasons.values()) == 5
