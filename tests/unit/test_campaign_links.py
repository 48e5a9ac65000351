"""Exports beside the user's own campaigns: their names are linked to its ids, or it is asked what counts."""

import json
from pathlib import Path
from typing import Any

import pytest

from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import UnansweredQuestions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

ORDERS = (
    "user,sku,at,utm_campaign\na,tea,2024-03-02 10:00,spring_sale\nb,tea,2024-03-03 10:00,spring_sale\n"
    "b,tea,2024-03-04 10:00,organic\nb,tea,2024-03-05 10:00,\n"
)
CAMPAIGNS = "campaign_id,title,start_date,end_date\nSPRING24,Spring,2024-03-01,2024-03-31\n"
NAMED = (
    "campaign_id;utm;start_date;end_date\n"
    "SPRING24;spring_sale;2024-03-01;2024-03-31\nMAY;x;2024-05-01;2024-05-02\n"
)


def segment_events() -> str:
    rows = [
        ("Product Viewed", "a", "tea", "2024-03-01T08:30:56Z", "spring_sale"),
        ("Order Completed", "a", "mug", "2024-03-02T08:30:56Z", "spring_sale"),
        ("Order Completed", "b", "mug", "2024-03-02T09:30:56Z", "organic"),
    ]
    return "".join(
        json.dumps(
            {
                "messageId": f"m{number}",
                "type": "track",
                "event": event,
                "anonymousId": user,
                "userId": user,
                "timestamp": at,
                "context": {"campaign": {"name": campaign}},
                "properties": {"product_id": product},
            }
        )
        + "\n"
        for number, (event, user, product, at, campaign) in enumerate(rows)
    )


def ga4_events() -> str:
    return "".join(
        json.dumps(
            {
                "event_date": "20240302",
                "event_timestamp": str(1709366400000000 + number),
                "event_name": "purchase",
                "user_pseudo_id": user,
                "collected_traffic_source": {"manual_campaign_name": campaign},
                "session_traffic_source_last_click": {"manual_campaign": {"campaign_name": "(not set)"}},
                "items": [{"item_id": "tea", "quantity": "1"}],
            }
        )
        + "\n"
        for number, (user, campaign) in enumerate([("a", "spring_sale"), ("b", "organic_2024")])
    )


def infer(folder: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (folder / name).write_text(text)
    return infer_mapping(folder, "shop", "UTC")


def check(folder: Path, text: str) -> tuple[Mapping, Check]:
    mapping = parse_mapping(load_yaml(text), "test")
    return mapping, check_files(folder, mapping, Silent())


def named_campaigns(report: Check) -> list[object]:
    return [row.get("campaign") for row in report.preview["behaviours"]]


@pytest.mark.parametrize("promotions", [False, True])
def test_what_counts_is_a_question_where_no_name_is_an_id(tmp_path: Path, promotions: bool) -> None:
    files = {"orders.csv": ORDERS, "campaigns.csv": CAMPAIGNS}
    if promotions:
        files["promotions.csv"] = "campaign_id,sku\nSPRING24,tea\n"
    text = infer(tmp_path, files)
    with pytest.raises(UnansweredQuestions) as error:
        parse_mapping(load_yaml(text), "test")
    (question,) = error.value.questions
    assert question.path == "kinds.purchase.counts"
    assert question.ask.startswith(
        "0 of 2 campaign names in utm_campaign of orders.csv (organic, spring_sale) are ids in campaigns.csv "
        "(SPRING24)."
    )
    assert question.choose == ("named", "promoted", "any") if promotions else ("named", "any")
    _, report = check(tmp_path, write_answers(text, ["any"]))
    assert report.tally.lines() == ["purchase: 4 behaviours, 4 count."]
    _, report = check(tmp_path, write_answers(text, ["named"]))
    assert report.tally.counting == 0
    assert {"unknown_campaigns", "other_campaign_names"} < {warning.code for warning in report.warnings}


@pytest.mark.parametrize("source", ["segment", "ga4"])
def test_what_counts_is_asked_for_sales_of_a_known_export(tmp_path: Path, source: str) -> None:
    events = segment_events() if source == "segment" else ga4_events()
    text = infer(tmp_path, {"events.jsonl": events, "campaigns.csv": CAMPAIGNS})
    with pytest.raises(UnansweredQuestions) as error:
        parse_mapping(load_yaml(text), "test")
    assert [question.path for question in error.value.questions] == ["kinds.purchase.counts"]
    mapping, _ = check(tmp_path, write_answers(text, ["any"]))
    assert mapping.kinds["purchase"].counts == "any"
    assert {kind.counts for kind in mapping.kinds.values()} == {"any", "named", "never"}


@pytest.mark.parametrize(
    ("file", "text", "names"),
    [
        ("orders.csv", ORDERS, ["SPRING24", "SPRING24", "organic", None]),
        ("events.jsonl", segment_events(), ["SPRING24", "SPRING24", "organic"]),
        ("events.jsonl", ga4_events(), ["SPRING24", "organic_2024"]),
    ],
)
def test_ids_are_looked_up_by_the_column_of_the_table_that_has_the_names(
    tmp_path: Path, file: str, text: str, names: list[str | None]
) -> None:
    mapping, report = check(tmp_path, infer(tmp_path, {file: text, "campaigns.csv": NAMED}))
    assert named_campaigns(report) == names
    assert report.tables["campaigns"].loaded == 2
    assert {kind.counts for kind in mapping.kinds.values()} <= {"named", "never"}
    assert report.tally.counting == names.count("SPRING24")


def test_ids_are_looked_up_below_a_title_in_the_table(tmp_path: Path) -> None:
    titled = "Our campaigns of 2024\n\n" + NAMED
    _, report = check(tmp_path, infer(tmp_path, {"orders.csv": ORDERS, "campaigns.csv": titled}))
    assert named_campaigns(report) == ["SPRING24", "SPRING24", "organic", None]


def test_codes_are_looked_up_in_the_table_of_coupons(tmp_path: Path) -> None:
    files = {
        "orders.csv": ORDERS.replace("utm_campaign", "coupon_code"),
        "campaigns.csv": CAMPAIGNS,
        "coupons.csv": "coupon_code,campaign_id\nspring_sale,SPRING24\nold,SPRING24\n",
    }
    _, report = check(tmp_path, infer(tmp_path, files))
    assert named_campaigns(report) == ["SPRING24", "SPRING24", "organic", None]
    assert report.tally.counting == 2


def test_names_that_a_rule_makes_equal_to_ids_are_linked_by_it(tmp_path: Path) -> None:
    campaigns = CAMPAIGNS.replace("SPRING24", "Spring_Sale")
    mapping, report = check(tmp_path, infer(tmp_path, {"orders.csv": ORDERS, "campaigns.csv": campaigns}))
    assert mapping.ids == {"campaigns": ["lower_case"]}
    assert report.tally.counting == 2


@pytest.mark.parametrize(
    "campaigns",
    [
        CAMPAIGNS.replace("SPRING24", "spring_sale"),
        # Two campaigns of one name: which of them is meant cannot be looked up.
        NAMED.replace(";x;", ";spring_sale;").replace("SPRING24", "organic"),
    ],
)
def test_table_whose_ids_are_named_is_left_as_it_is(tmp_path: Path, campaigns: str) -> None:
    mapping, _ = check(tmp_path, infer(tmp_path, {"orders.csv": ORDERS, "campaigns.csv": campaigns}))
    (source,) = mapping.tables["behaviours"]
    assert (source.columns["campaign"], source.join, mapping.ids) == ("utm_campaign", [], {})


@pytest.mark.parametrize(
    ("names", "campaigns"),
    [
        # Small numbers and short names are in two columns by coincidence.
        (["1", "2", "3"], "campaign_id,priority,start_date,end_date\nA,3,{0}\nB,1,{0}\nC,2,{0}\n"),
        (["x1", "x2", "x3"], "campaign_id,tier,start_date,end_date\nA,x1,{0}\n"),
    ],
)
def test_coincidence_is_no_link(tmp_path: Path, names: list[str], campaigns: str) -> None:
    rows = [f"u{name},tea,2024-03-0{i} 10:00,{name}" for i, name in enumerate(names, 2)]
    files = {
        "orders.csv": "\n".join(["user,sku,at,utm_campaign", *rows, ""]),
        "campaigns.csv": campaigns.format("2024-03-01,2024-03-31"),
    }
    text = infer(tmp_path, files)
    assert "join:" not in text
    with pytest.raises(UnansweredQuestions, match="kinds.purchase.counts"):
        parse_mapping(load_yaml(text), "test")


def test_short_names_and_long_numbers_link_if_several_match(tmp_path: Path) -> None:
    campaigns = "campaign_id,ads_id,start_date,end_date\nA,{1},{0}\nB,{2},{0}\n"
    for first, second in (("sp1", "sp2"), ("73645", "73646")):
        orders = ORDERS.replace("spring_sale", first).replace("organic", second)
        table = campaigns.format("2024-03-01,2024-03-31", first, second)
        _, report = check(tmp_path, infer(tmp_path, {"orders.csv": orders, "campaigns.csv": table}))
        assert named_campaigns(report) == ["A", "A", "B", None]


def test_ambiguous_names_in_the_table_are_asked_about(tmp_path: Path) -> None:
    campaigns = NAMED.replace(";x;", ";spring_sale;")
    text = infer(tmp_path, {"orders.csv": ORDERS, "campaigns.csv": campaigns})
    assert "join:" not in text
    with pytest.raises(UnansweredQuestions, match="kinds.purchase.counts"):
        parse_mapping(load_yaml(text), "test")


def test_names_with_a_common_part_are_not_linked_by_it(tmp_path: Path) -> None:
    orders = ORDERS.replace("spring_sale", "spring_de", 1).replace("spring_sale", "spring_fr")
    (tmp_path / "orders.csv").write_text(orders)
    (tmp_path / "campaigns.csv").write_text(CAMPAIGNS.replace("SPRING24", "spring"))
    text = infer_mapping(tmp_path)
    assert "without_suffix" not in text
    with pytest.raises(UnansweredQuestions, match="campaign names in utm_campaign"):
        parse_mapping(load_yaml(text), "test")


def inferred(folder: Path, **files: str) -> Any:
    return load_yaml(infer(folder, {f"{name}.csv": text for name, text in files.items()}))


def orders_with(column: str, *values: str) -> str:
    rows = "".join(
        f"o{number},c{number},tea,2024-03-1{number},3.5,{value}\n" for number, value in enumerate(values)
    )
    return f"order_id,customer_id,sku,date,amount,{column}\n{rows}"


def test_a_column_of_any_name_with_ids_of_campaigns_names_them(tmp_path: Path) -> None:
    campaigns = CAMPAIGNS + "MAY24,May,2024-05-01,2024-05-31\n"
    orders = orders_with("ref", "SPRING24", "", "MAY24", "SPRING24", "x")
    mapping = inferred(tmp_path, campaigns=campaigns, orders=orders)
    source = mapping["tables"]["behaviours"][0]
    assert (source["columns"]["campaign"], mapping["kinds"]["purchase"]["counts"]) == ("ref", "named")
    report = check_files(tmp_path, parse_mapping(mapping, "test"), Silent())
    assert report.tally.counts["purchase"].counting == 2


def test_stores_that_campaigns_state_do_not_name_them(tmp_path: Path) -> None:
    campaigns = (
        "campaign_id,branch,start,end\nS,Berlin,2024-03-01,2024-03-31\nM,Hamburg,2024-05-01,2024-05-31\n"
    )
    mapping = inferred(
        tmp_path, campaigns=campaigns, orders=orders_with("branch", *["Berlin", "Hamburg"] * 3)
    )
    assert "campaign" not in mapping["tables"]["behaviours"][0]["columns"]


def test_target_users_of_codes_are_linked_to_the_ids(tmp_path: Path) -> None:
    campaigns = "campaign_id,campaign_code,start,end\nX-1,SPRING,{0}\nX-2,MAY,{0}\n"
    sends = "campaign,customer_id\nSPRING,c1\nSPRING,c2\nMAY,c1\n"
    campaigns = campaigns.format("2024-03-01,2024-03-31")
    mapping = inferred(tmp_path, campaigns=campaigns, sends=sends, orders=orders_with("note", *"abc"))
    report = check_files(tmp_path, parse_mapping(mapping, "test"), Silent())
    assert [row["campaign"] for row in report.preview["targetings"]] == ["X-1", "X-1", "X-2"]


def test_a_column_that_may_name_campaigns_and_does_not_is_asked_about(tmp_path: Path) -> None:
    mapping = inferred(tmp_path, campaigns=CAMPAIGNS, orders=orders_with("applied_offers", "A1", "B2", ""))
    question = mapping["kinds"]["purchase"]["counts"]
    assert question["choose"] == ["any", "never"]
    assert "applied_offers of orders.csv may name campaigns" in question["ask"]
