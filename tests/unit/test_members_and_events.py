"""Listings of members with totals and titles, and reports of tickets whose events have names."""

from pathlib import Path
from typing import Any

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

ORDERS = "order_id,member_no,product_id,date,amount\n" + "".join(
    f"o{number},M{number},P{number},2024-03-1{number},3.5\n" for number in range(6)
)
MEMBERS = "member_no,title,surname,joined\n" + "".join(
    f"M{number},{('Mr', 'Ms', 'Dr.')[number % 3]},Brown,2020-01-0{number + 1}\n" for number in range(6)
)


def infer(folder: Path, **files: str) -> Any:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return load_yaml(infer_mapping(folder, "shop", "UTC"))


def test_forms_of_address_are_no_names(tmp_path: Path) -> None:
    (users,) = infer(tmp_path, orders=ORDERS, members=MEMBERS)["tables"]["users"]
    assert users["columns"] == {"id": "member_no"}
    assert users["attributes"]["title"] == "title"


def test_members_of_two_exports_are_users(tmp_path: Path) -> None:
    files = {"members_2024-04": MEMBERS, "members_2024-05": MEMBERS}
    (users,) = infer(tmp_path, orders=ORDERS, **files)["tables"]["users"]
    assert users["files"] == "members_*.csv"


@pytest.mark.parametrize("total", ["Total members:", "Total members: 6", "Total: 6"])
def test_the_number_of_members_is_no_member(tmp_path: Path, total: str) -> None:
    mapping = infer(tmp_path, orders=ORDERS, members=MEMBERS + f"{total},,,\n")
    report = check_files(tmp_path, parse_mapping(mapping, "test"), Silent())
    assert (report.tables["users"].loaded, report.tables["users"].rejected) == (6, 1)


@pytest.mark.parametrize("name", ["Total Immersion", "Total 90"])
def test_names_that_begin_with_total_are_kept(tmp_path: Path, name: str) -> None:
    mapping = infer(tmp_path, orders=ORDERS, members=MEMBERS + f"{name},,,\n")
    assert check_files(tmp_path, parse_mapping(mapping, "test"), Silent()).tables["users"].rejected == 0


@pytest.mark.parametrize(("more", "product"), [("event_id,", "event_id"), ("", "event_name")])
def test_events_of_tickets_are_products(tmp_path: Path, more: str, product: str) -> None:
    header = f"order_no,email,order_date,{more}event_name,discount_code,order_status,amount\n"
    rows = "".join(
        f"{number},u{number}@x.org,2024-03-1{number},{'7,' * bool(more)}"
        f"{('Spring Gala', 'Poetry Slam')[number % 2]},EARLY,Completed,9.50\n"
        for number in range(6)
    )
    mapping = infer(tmp_path, attendees=header + rows)
    (source,) = mapping["tables"]["behaviours"]
    assert (source["columns"]["object"], source["constants"]) == (product, {"kind": "purchase"})
    assert list(mapping["kinds"]) == ["purchase"]


@pytest.mark.parametrize("empty", [False, True])
def test_answers_of_members_are_asked_about_where_campaigns_list_the_events(
    tmp_path: Path, *, empty: bool
) -> None:
    answers = ("yes", "no", "waitlist")
    rows = "".join(
        f"r{number},{'' if empty and number == 0 else f'ev-{number % 5}'},m{number % 20},"
        f"{answers[number % 3]},2024-03-0{number % 9 + 1} 09:41\n"
        for number in range(60)
    )
    rsvps = "RSVP ID,Event ID,Member ID,Response,RSVPed at\n" + rows
    campaigns = (
        'campaign_id,name,start_date,end_date,featured_events\nA,Spring,2024-03-05,2024-03-20,"ev-1; ev-2"\n'
    )
    mapping = infer(tmp_path, rsvps=rsvps, campaigns=campaigns)
    (source,) = mapping["tables"]["behaviours"]
    assert source["columns"]["object"] == "Event ID"
    if empty:  # Rows without an event are left out, and the answers are statuses of the rest.
        assert "no" in source["where"]["Response"]["is_not"]["choose"]
    else:
        kinds = mapping["kinds"]
        assert {name: kind["counts"]["choose"] for name, kind in kinds.items()} == dict.fromkeys(
            answers, ["promoted", "never"]
        )
