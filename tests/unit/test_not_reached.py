"""Control groups and failed messages are no targetings; what users respond to a campaign is a behaviour."""

from pathlib import Path
from typing import Any

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

ORDERS = "order_id,customer_id,product_id,date,amount\n" + "".join(
    f"o{number},c{number},P{number},2024-03-1{number},3.5\n" for number in range(6)
)
CAMPAIGNS = "campaign_id,name,start,end\nS1,Spring,2024-03-01,2024-03-31\nS2,May,2024-05-01,2024-05-31\n"


def infer(folder: Path, **files: str) -> Any:
    for name, text in ({"orders": ORDERS, "campaigns": CAMPAIGNS} | files).items():
        (folder / f"{name}.csv").write_text(text)
    return load_yaml(infer_mapping(folder, "shop", "UTC"))


def targets(column: str, *values: str) -> str:
    rows = "".join(f"S1,c{number},{value}\n" for number, value in enumerate(values * 3))
    return f"campaign_id,customer_id,{column}\n{rows}"


@pytest.mark.parametrize(
    ("column", "values", "left_out"),
    [
        ("group", ("TARGET", "CONTROL"), ["CONTROL"]),
        ("arm", ("treatment", "Control group"), ["Control group"]),
        ("cell", ("A", "B", "holdout"), ["holdout"]),
        ("arm", ("T", "C"), ["C"]),
        ("treatment", ("1", "0"), ["0"]),
        ("is_control", ("no", "yes"), ["yes"]),
        ("holdout_flag", ("Y", "N"), ["Y"]),
        ("delivery_status", ("DELIVERED", "FAILED", "Rejected"), ["FAILED", "Rejected"]),
        ("status", ("ok", "undelivered", "not sent", "error", "blocked"),
         ["undelivered", "not sent", "error", "blocked"]),
    ],
)  # fmt: skip
def test_whom_a_campaign_did_not_reach_is_not_targeted(
    tmp_path: Path, column: str, values: tuple[str, ...], left_out: list[str]
) -> None:
    mapping = infer(tmp_path, targets=targets(column, *values))
    rule = mapping["tables"]["targetings"][0]["where"][column]
    assert sorted(rule["is_not"]) == sorted(left_out)
    report = check_files(tmp_path, parse_mapping(mapping, "test"), Silent())
    assert report.tables["targetings"].loaded == 3 * (len(values) - len(left_out))


def test_groups_without_telling_names_are_asked_about(tmp_path: Path) -> None:
    rule = infer(tmp_path, targets=targets("group", "0", "1"))["tables"]["targetings"][0]["where"]["group"]
    assert "control group" in rule["is_not"]["ask"]
    assert rule["is_not"]["choose"] == ["none of them", "0", "1"]


def test_offers_that_users_rejected_reached_them(tmp_path: Path) -> None:
    source = infer(tmp_path, targets=targets("outcome", "rejected", "bought"))["tables"]["targetings"][0]
    assert "where" not in source


def test_responses_are_behaviours_of_which_declined_ones_never_count(tmp_path: Path) -> None:
    rows = "".join(
        f"{number},S1,c{number},2024-03-0{number} 12:00,{('ACCEPTED', 'DECLINED', 'OPT_OUT')[number % 3]}\n"
        for number in range(1, 7)
    )
    header = "response_id,campaign_id,customer_id,response_date,response\n"
    mapping = infer(tmp_path, responses=header + rows)
    assert "targetings" not in mapping["tables"]
    (responses,) = (
        source for source in mapping["tables"]["behaviours"] if source["files"] == "responses.csv"
    )
    assert responses["columns"] == {
        "user": "customer_id", "kind": "response", "object": "campaign_id", "at": "response_date"
    }  # fmt: skip
    counts = {name: kind["counts"] for name, kind in mapping["kinds"].items()}
    assert counts == {"purchase": "any", "ACCEPTED": "named", "DECLINED": "never", "OPT_OUT": "never"}
    report = check_files(tmp_path, parse_mapping(mapping, "test"), Silent())
    assert report.tables["behaviours"].loaded == 12


def test_responses_of_unknown_meaning_are_asked_about(tmp_path: Path) -> None:
    rows = "".join(
        f"S1,c{number},2024-03-0{number} 12:00,{('ACCEPTED', 'DECLINED', 'CALLBACK')[number % 3]}\n"
        for number in range(1, 7)
    )
    kinds = infer(tmp_path, responses="campaign_id,customer_id,response_date,response\n" + rows)["kinds"]
    assert kinds["CALLBACK"]["counts"]["choose"] == ["named", "never"]
    assert (kinds["ACCEPTED"]["counts"], kinds["DECLINED"]["counts"]) == ("named", "never")


def test_responses_without_a_time_target_nobody(tmp_path: Path) -> None:
    mapping = infer(tmp_path, replies=targets("response", "ACCEPTED", "DECLINED"))
    assert "targetings" not in mapping["tables"]


def test_short_forms_of_names_are_read(tmp_path: Path) -> None:
    """Columns of a telephone company's campaign tool."""
    campaigns = "CAMPAIGN_CD,CAMPAIGN_NAME,START_DT,END_DT\nS1,Spring,01/03/2024,31/03/2024\n"
    sent = "CAMPAIGN_CD,MSISDN,CONTACT_DTTM\n" + "".join(
        f"S1,3460000{n},1{n}/03/2024 10:00\n" for n in range(8)
    )
    tables = infer(tmp_path, campaigns=campaigns, targets=sent)["tables"]
    assert tables["campaigns"][0]["columns"] == {
        "id": "CAMPAIGN_CD", "name": "CAMPAIGN_NAME", "starts": "START_DT", "ends": "END_DT"
    }  # fmt: skip
    assert tables["targetings"][0]["columns"] == {
        "user": "MSISDN", "campaign": "CAMPAIGN_CD", "at": "CONTACT_DTTM"
    }  # fmt: skip
