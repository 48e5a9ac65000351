"""A user is targeted when a campaign first reached them, whatever the order of the rows."""

from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.progress import Silent
from tests.shop import shop_mapping, write_shop

NEWEST_FIRST = "b,F1,2024-03-20 09:00\na,F1,2024-03-20 09:00\nb,F1,2024-03-02 09:00\na,F1,\nc,F1,2024-03-20\n"
"""A reminder to each of two users, then the first mail to them, which has no time in one case."""


@pytest.mark.parametrize("size", [1, 40_000])
@pytest.mark.parametrize("cut", [0, 2])
def test_first_of_several_targetings_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, cut: int
) -> None:
    monkeypatch.setattr("graph.importing.reading.blocks.BLOCK_ROWS", size)
    write_shop(tmp_path)
    rows = NEWEST_FIRST.splitlines(keepends=True)
    (tmp_path / "targets.csv").write_text("user,campaign,at\n" + "".join(rows[:cut]))
    (tmp_path / "targets_2.csv").write_text("user,campaign,at\n" + "".join(rows[cut:]))
    (tmp_path / "orders.csv").write_text(
        "user,product,at,amount\n"
        "a,tea,2024-03-01 10:00,1\nb,tea,2024-03-01 10:00,1\nb,tea,2024-03-02 10:00,1\nc,tea,2024-03-03,1\n"
    )
    tables = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]
    targetings = tables["targetings"][0]
    tables["targetings"] = [targetings | {"files": "targets*.csv"}]
    tables["targetings"][0]["columns"]["at"] = "at"
    check = check_files(tmp_path, shop_mapping("shop", tables=tables), Silent())
    assert (check.tables["targetings"].loaded, check.tables["targetings"].unchanged) == (3, 2)
    assert check.tally.lines() == [
        "order: 4 behaviours, 2 count; 2 of users whom the campaign had not targeted by then."
    ]
