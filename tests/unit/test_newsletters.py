"""A table of recipients with the time of sending says whom a campaign targeted, not what they did."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

ORDERS = "order_id,email,date,sku,amount\n" + "".join(
    f"o{number},c{number}@x.org,2024-03-1{number},tea,3.5\n" for number in range(6)
)
CAMPAIGNS = "campaign_id,start,end\nSPRING,2024-03-01,2024-03-31\n"


def write(folder: Path, header: str, **more: str) -> None:
    rows = "".join(f"c{number}@x.org,SPRING,2024-03-0{number} 09:00\n" for number in range(1, 9))
    for name, text in {"orders": ORDERS, "newsletter": header + "\n" + rows, **more}.items():
        (folder / f"{name}.csv").write_text(text)


def check(folder: Path, *answers: str) -> Check:
    text = infer_mapping(folder, "shop", "UTC")
    assert len(resolve_questions(load_yaml(text))[1]) == len(answers)
    return check_files(folder, parse_mapping(load_yaml(write_answers(text, list(answers))), "test"), Silent())


@pytest.mark.parametrize(
    "header",
    ["email,campaign,sent_at", "recipient,campaign,delivered_at", "subscriber_id,newsletter,Send date"],
)
def test_recipients_of_a_newsletter_are_targeted(tmp_path: Path, header: str) -> None:
    write(tmp_path, header, campaigns=CAMPAIGNS)
    report = check(tmp_path)
    assert (report.tables["targetings"].loaded, report.tables["behaviours"].loaded) == (8, 6)
    assert report.preview["targetings"][0] == {"user": "c1@x.org", "campaign": "SPRING", "at": 1709283600000}
    assert report.tally.counts["purchase"].untargeted == 1


def test_campaigns_that_only_a_newsletter_names_start_with_it(tmp_path: Path) -> None:
    write(tmp_path, "email,campaign,delivered_at")
    report = check(tmp_path, "14")
    assert report.tables["targetings"].loaded == 8
    (campaign,) = report.preview["campaigns"]
    assert (campaign["id"], campaign["starts"]) == ("SPRING", 1709283600000)
    assert report.tables["campaigns"].rejected == 0


def test_each_campaign_of_a_newsletter_starts_when_it_was_first_sent(tmp_path: Path) -> None:
    rows = (
        "a@x.org,SPRING,2024-03-09 09:00\n"
        "b@x.org,MAY,2024-05-02 08:00\n"
        "b@x.org,SPRING,2024-03-02 10:30\n"
        "a@x.org,MAY,2024-05-01 08:00\n"
    )
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "newsletter.csv").write_text("email,campaign,sent_at\n" + rows)
    windows = {
        row["id"]: [datetime.fromtimestamp(int(str(row[name])) / 1000, UTC) for name in ("starts", "ends")]
        for row in check(tmp_path, "14").preview["campaigns"]
    }
    assert {name: f"{starts:%m-%d %H:%M}" for name, (starts, _) in windows.items()} == {
        "SPRING": "03-02 10:30",
        "MAY": "05-01 08:00",
    }
    assert {(ends - starts).days for starts, ends in windows.values()} == {14}


def test_orders_with_the_time_of_delivery_are_no_targetings(tmp_path: Path) -> None:
    text = "email,campaign,sku,delivered_at\na@x.org,SPRING,tea,2024-03-01\nb@x.org,SPRING,tea,2024-03-02\n"
    (tmp_path / "export.csv").write_text(text)
    assert "targetings" not in check(tmp_path).tables


def test_opens_and_orders_by_coupon_both_count(tmp_path: Path) -> None:
    opens = "newsletter,email,opened_at\n" + "".join(
        f"SPRING,c{number}@x.org,2024-03-1{number} 09:00\n" for number in range(6)
    )
    orders = "order_id,email,date,sku,amount,coupon_code\n" + "".join(
        f"o{number},c{number}@x.org,2024-03-1{number},tea,3.5,SAVE\n" for number in range(6)
    )
    write(tmp_path, "email,newsletter,sent_at", opens=opens, orders=orders)
    report = check(tmp_path)
    counts = report.tally.counts
    # The newsletter targeted c1 to c8; nobody is targeted by the coupon, which is open to all.
    assert (counts["open"].counting, counts["open"].untargeted) == (5, 1)
    assert (counts["purchase"].counting, counts["purchase"].untargeted) == (6, 0)
