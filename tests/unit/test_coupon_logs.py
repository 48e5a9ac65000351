"""Logs of redeemed coupons: each coupon belongs to a campaign, so that its redemptions count."""

from pathlib import Path

from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

LOG = (
    "user_id,coupon_id,date_received,date_used,merchant,discount_rate\n"
    "a,C1,2024-03-01,2024-03-05,M1,20%\nb,C1,2024-03-01,2024-03-07,M1,20%\n"
    "b,C2,2024-03-01,2024-04-09,M1,10%\nb,C3,2024-03-01,,M1,10%\n"
)
REDEEMED = (
    "user_id,coupon_id,campaign_id,used_at\na,C1,SPRING,2024-03-05\nb,C2,SPRING,2024-03-07\n"
    "b,C3,old,2024-03-08\n"
)


def checked(folder: Path, files: dict[str, str]) -> tuple[Mapping, Check]:
    for name, text in files.items():
        (folder / name).write_text(text)
    mapping = parse_mapping(load_yaml(infer_mapping(folder, "shop", "UTC")), "test")
    return mapping, check_files(folder, mapping, Silent())


def test_coupons_of_a_redemption_log_are_campaigns_of_their_own_without_others(tmp_path: Path) -> None:
    mapping, report = checked(tmp_path, {"coupon_redemptions.csv": LOG})
    assert mapping.kinds["redemption"].model_dump(include={"type", "object", "counts"}) == {
        "type": "REDEEMED",
        "object": "coupon",
        "counts": "named",
    }
    # C3 was received and never used.
    assert {table: counts.loaded for table, counts in report.tables.items()} == {
        "campaigns": 2,
        "coupons": 2,
        "behaviours": 3,
    }
    assert report.total.rejected == 0
    assert report.tally.lines() == ["redemption: 3 behaviours, 3 count."]


def test_coupons_of_a_redemption_log_belong_to_the_campaign_that_it_names(tmp_path: Path) -> None:
    campaigns = "campaign_id,start_date,end_date\nSPRING,2024-03-01,2024-03-06\n"
    files = {"coupon_usage.csv": REDEEMED, "campaigns.csv": campaigns}
    _, report = checked(tmp_path, files)
    assert report.preview["coupons"] == [
        {"id": "C1", "campaign": "SPRING"},
        {"id": "C2", "campaign": "SPRING"},
        {"id": "C3", "campaign": "old"},
    ]
    assert (report.tables["campaigns"].loaded, report.total.rejected) == (2, 0)
    # The dates of the table hold: the coupon of 7 March is after its campaign.
    assert report.tally.counts["redemption"].counting == 2


def test_codes_in_the_table_of_campaigns_link_redeemed_coupons(tmp_path: Path) -> None:
    campaigns = (
        "campaign_id,promo_code,start_date,end_date\nSPRING,C1,2024-03-01,2024-03-31\n"
        "APRIL,C2,2024-04-01,2024-04-30\n"
    )
    _, report = checked(tmp_path, {"coupon_redemptions.csv": LOG, "campaigns.csv": campaigns})
    assert report.preview["coupons"] == [
        {"id": "C1", "campaign": "SPRING"},
        {"id": "C2", "campaign": "APRIL"},
    ]
    assert (report.tables["campaigns"].loaded, report.tally.counting) == (2, 3)


def test_table_of_coupons_is_used_as_it_is(tmp_path: Path) -> None:
    files = {
        "coupon_redemptions.csv": LOG,
        "campaigns.csv": "campaign_id,start_date,end_date\nSPRING,2024-03-01,2024-03-31\n",
        "coupons.csv": "coupon_id,campaign_id\nC1,SPRING\n",
    }
    mapping, report = checked(tmp_path, files)
    assert [source.files for source in mapping.tables["coupons"]] == [["coupons.csv"]]
    assert report.tables["coupons"].loaded == 1


def test_redemptions_do_not_decide_what_orders_count_for(tmp_path: Path) -> None:
    orders = "customer_id,product_id,order_date\na,tea,2024-03-05\n"
    mapping, _ = checked(tmp_path, {"coupon_redemptions.csv": LOG, "orders.csv": orders})
    assert mapping.kinds["purchase"].counts == "any"
