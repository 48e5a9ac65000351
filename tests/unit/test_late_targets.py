"""Which behaviours count for users whom a campaign targets after its start."""

from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.progress import Silent
from tests.shop import HEADER, shop_mapping, write_shop

TARGETS = "user,campaign,at\na,F1,\nb,F1,2024-03-05 09:00\nc,F1,2024-02-20\n"


@pytest.mark.parametrize(
    ("user", "at", "counting"),
    [
        ("a", "2024-03-02 10:00", 1),  # Targeted from the start.
        ("c", "2024-03-02 10:00", 1),  # Before the start.
        ("b", "2024-03-02 10:00", 0),
        ("b", "2024-03-05 08:59", 0),
        ("b", "2024-03-05 09:00", 1),
        ("b", "2024-03-05", 1),  # Without a time of day.
        ("b", "2024-03-04", 0),
    ],
)
def test_behaviours_count_from_the_targeting_on(tmp_path: Path, user: str, at: str, counting: int) -> None:
    write_shop(tmp_path)
    (tmp_path / "targets.csv").write_text(TARGETS)
    (tmp_path / "orders.csv").write_text(f"{HEADER}{user},tea,{at},1\n")
    tables = shop_mapping("shop").model_dump(exclude_unset=True, mode="json")["tables"]
    tables["targetings"][0]["columns"]["at"] = "at"
    counts = check_files(tmp_path, shop_mapping("shop", tables=tables), Silent()).tally.counts["order"]
    assert (counts.counting, counts.untargeted) == (counting, 1 - counting)
