"""Campaigns that no targeting names are open to all beside others, and a warning names them."""

from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.progress import Silent
from tests.shop import shop_mapping, write_shop


def warnings_of(folder: Path, targets: str, targeted: object) -> list[str]:
    write_shop(folder)
    names = [f"C{number}" for number in range(1, 9)]
    rows = "".join(f"{name},2024-03-01,2024-04-01\n" for name in names)
    (folder / "campaigns.csv").write_text("id,starts,ends\n" + rows)
    (folder / "offers.csv").write_text("campaign,product\n" + "".join(f"{name},tea\n" for name in names))
    (folder / "targets.csv").write_text("user,campaign\n" + targets)
    mapping = shop_mapping("x", participation={"targeted": targeted})
    return [w.text for w in check_files(folder, mapping, Silent()).warnings if w.code == "open_campaigns"]


@pytest.mark.parametrize(
    ("targets", "text"),
    [
        ("a,C1\na,C3\n", "6 of 8 campaigns target nobody and count as open to all: C2, C4, C5, C6, C7, ..."),
        (
            "".join(f"a,C{number}\n" for number in range(2, 9)),
            "1 of 8 campaigns targets nobody and counts as open",
        ),
        # All targetings are of users that no table has.
        ("x,C1\n", "8 of 8 campaigns target nobody"),
    ],
)
def test_campaigns_that_no_targeting_names_are_named(tmp_path: Path, targets: str, text: str) -> None:
    (warning,) = warnings_of(tmp_path, targets, "mixed")
    assert warning.startswith(text)


@pytest.mark.parametrize("targeted", [True, False])
def test_campaigns_that_are_not_opened_by_themselves_are_not_named(tmp_path: Path, targeted: bool) -> None:
    assert warnings_of(tmp_path, "a,C1\n", targeted) == []


def test_nothing_is_named_where_all_campaigns_target_users(tmp_path: Path) -> None:
    assert warnings_of(tmp_path, "".join(f"a,C{number}\n" for number in range(1, 9)), "mixed") == []
