"""Behaviours that name campaigns which no table has: loaded, counted in warnings, or rejected."""

from pathlib import Path

import pyarrow as pa
import pytest

from graph.errors import InvalidRequest
from graph.importing.check import Check, check_files
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.participation.campaign_names import CampaignNames
from graph.importing.values.id_index import IdIndex
from graph.progress import Silent

EVENTS = """user,sku,at,utm
a,tea,2024-03-02 10:00,F1
a,tea,2024-03-03 10:00,organic
b,tea,2024-03-04 10:00,organic
b,tea,2024-03-05 10:00,old
b,tea,2024-03-06 10:00,
"""


def mapping(object_column: str = "sku", object_kind: str = "product", **changes: object) -> Mapping:
    content = {
        "dataset": "x",
        "zone": "UTC",
        "max_rejected": 1,
        "tables": {
            "campaigns": {
                "files": "campaigns.csv",
                "columns": {"id": "id", "starts": "starts", "ends": "ends"},
            },
            "behaviours": {
                "files": "events.csv",
                "columns": {"user": "user", "object": object_column, "at": "at", "campaign": "utm"},
                "constants": {"kind": "order"},
            },
        },
        "kinds": {"order": {"type": "ORDERED", "object": object_kind, "counts": "named"}},
        "participation": {"targeted": False},
    }
    return parse_mapping(content | changes, "test")


def check(folder: Path, events: str = EVENTS, **changes: object) -> Check:
    (folder / "campaigns.csv").write_text("id,starts,ends\nF1,2024-03-01,2024-04-01\n")
    (folder / "events.csv").write_text(events)
    return check_files(folder, mapping(**changes), Silent())  # type: ignore[arg-type]


def test_behaviours_that_name_unknown_campaigns_are_loaded_and_counted_in_a_warning(tmp_path: Path) -> None:
    report = check(tmp_path)
    assert (report.tables["behaviours"].loaded, report.total.rejected) == (5, 0)
    (warning,) = report.warnings
    assert (warning.code, warning.count) == ("unknown_campaigns", 3)
    assert warning.examples == ["organic: 2", "old: 1"]
    assert warning.text.startswith("Behaviours that name a campaign that is not among the campaigns: 3.")
    assert report.tally.lines() == [
        "order: 5 behaviours, 1 count; 4 inside one, but not naming the campaign."
    ]


def test_unknown_campaigns_with_a_slash_can_only_be_added_in_a_table(tmp_path: Path) -> None:
    sentence = "Campaigns whose names contain `/` can only be added in a table."
    assert sentence in check(tmp_path, EVENTS.replace("old", "mail/old")).warnings[0].text
    assert sentence not in check(tmp_path).warnings[0].text


def test_behaviours_that_name_unknown_campaigns_are_rejected_where_the_mapping_says_so(
    tmp_path: Path,
) -> None:
    report = check(tmp_path, unknown={"campaigns": "reject"})
    assert (report.tables["behaviours"].loaded, report.warnings) == (2, [])
    assert report.reasons == {"events.csv: utm is not among the campaigns": 3}


def test_behaviours_on_unknown_campaigns_are_rejected_because_they_have_no_object(tmp_path: Path) -> None:
    report = check(tmp_path, object_column="utm", object_kind="campaign")
    assert report.reasons == {
        "events.csv: utm is not among the campaigns": 3,
        "events.csv: utm is missing": 1,
    }


def test_coupon_redeemed_for_an_unknown_campaign_does_not_count_for_the_campaign_of_the_coupon(
    tmp_path: Path,
) -> None:
    (tmp_path / "coupons.csv").write_text("id,campaign\ntea,F1\n")
    tables = mapping().model_dump(exclude_unset=True, mode="json")["tables"]
    tables["coupons"] = {"files": "coupons.csv", "columns": {"id": "id", "campaign": "campaign"}}
    report = check(tmp_path, object_kind="coupon", tables=tables)
    # One names the campaign of its coupon, and one names none.
    assert report.tally.counts["order"].counting == 2


@pytest.mark.parametrize(
    ("unknown", "problem"),
    [
        ({"campaigns": "add"}, "they need dates and cannot be added; choose keep or reject"),
        ({"users": "keep"}, "unknown: users: choose add or reject"),
        ({"orders": "add"}, "unknown: orders: choose among users, tags, products, coupons, campaigns"),
    ],
)
def test_impossible_outcomes_of_unknown_ids_are_refused(unknown: dict[str, str], problem: str) -> None:
    with pytest.raises(InvalidRequest, match=problem):
        mapping(unknown=unknown)


def test_files_that_name_campaigns_in_another_way_are_reported(tmp_path: Path) -> None:
    report = check(tmp_path, EVENTS.replace("F1", "spring_sale"))
    warnings = {warning.code: warning for warning in report.warnings}
    other = warnings["other_campaign_names"]
    assert other.text.startswith(
        "Few campaign names in behaviours are ids of campaigns (F1, ...): 0 of 3 in events.csv."
    )
    assert other.examples == ["organic", "old", "spring_sale"]


def test_names_are_counted_over_all_blocks_and_files() -> None:
    campaigns = IdIndex()
    for name in ("A", "B"):
        campaigns.add(name)
    names = CampaignNames()
    for file in ("1.csv", "1.csv", "2.csv"):
        names.add(file, pa.array(["x", "x", "y", None, "A"]), campaigns)
    (warning,) = names.warnings(campaigns)
    assert (warning.count, warning.examples) == (9, ["x: 6", "y: 3"])


def test_known_campaigns_cause_no_warning() -> None:
    campaigns = IdIndex()
    campaigns.add("A")
    names = CampaignNames()
    names.add("1.csv", pa.array(["A", None, "A"]), campaigns)
    assert names.warnings(campaigns) == []
