"""Codes of single use, codes in another letter case than in the table, and times since moments of users."""

from pathlib import Path

import pytest

from graph.errors import InvalidRequest
from graph.importing.check import Check, check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.mapping.questions import UnansweredQuestions, resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

HEADER = "order_id,customer_id,product_id,order_date,voucher_code\n"


def write_orders(folder: Path, codes: list[str]) -> None:
    rows = [f"{n},c{n},tea,2024-03-{n % 28 + 1:02},{code}\n" for n, code in enumerate(codes)]
    (folder / "orders.csv").write_text(HEADER + "".join(rows))


def answered(folder: Path, *answers: str) -> Mapping:
    return parse_mapping(load_yaml(write_answers(infer_mapping(folder, "shop"), list(answers))), "test")


def campaigns(report: Check) -> set[object]:
    return {row["id"] for row in report.preview["campaigns"]}


SPRING = [f"SPRING-{number:04X}" for number in range(100, 160)]
WELCOME = [f"WELCOME-{number:04X}" for number in range(100, 140)]


def test_common_part_of_codes_of_single_use_is_asked(tmp_path: Path) -> None:
    write_orders(tmp_path, [*SPRING, *WELCOME, "", ""])
    (question,) = resolve_questions(load_yaml(infer_mapping(tmp_path, "shop")))[1]
    assert question.path == "ids.campaigns"
    assert "100 of 100 codes in voucher_code of orders.csv are of one user" in question.ask
    assert "SPRING (60 codes), WELCOME (40 codes)" in question.ask
    report = check_files(tmp_path, answered(tmp_path, "without_suffix"), Silent())
    assert campaigns(report) == {"SPRING", "WELCOME"}
    assert report.tally.counts["purchase"].counting == 100
    each = check_files(tmp_path, answered(tmp_path, "as_written"), Silent())
    assert each.tables["campaigns"].loaded == 100


def test_codes_of_several_users_stay_campaigns_of_their_own(tmp_path: Path) -> None:
    write_orders(tmp_path, [*SPRING, *["SUMMER-2023", "SUMMER-2024"] * 20, "SPRING-SALE", "SPRING-SALE"])
    (question,) = resolve_questions(load_yaml(infer_mapping(tmp_path, "shop")))[1]
    assert (
        "codes that several users have stay campaigns: SPRING-SALE, SUMMER-2023, SUMMER-2024." in question.ask
    )
    assert "SPRING (60 codes)?" in question.ask
    report = check_files(tmp_path, answered(tmp_path, "without_suffix"), Silent())
    assert campaigns(report) == {"SPRING", "SPRING-SALE", "SUMMER-2023", "SUMMER-2024"}


def test_ids_in_a_table_of_campaigns_keep_their_suffix(tmp_path: Path) -> None:
    write_orders(tmp_path, [*SPRING, "EASTER-2024", "SUMMER-4F7A", "SUMMER-4F7A"])
    dates = "2024-01-01,2024-12-31"
    windows = {"id": "id", "starts": "starts", "ends": "ends"}
    (tmp_path / "campaigns.csv").write_text(
        f"id,starts,ends\nSPRING,{dates}\nEASTER-2024,{dates}\nSUMMER,{dates}\n"
    )
    columns = {"user": "customer_id", "object": "product_id", "at": "order_date", "campaign": "voucher_code"}
    content = {
        "dataset": "shop", "zone": "UTC", "ids": {"campaigns": ["lower_case", "without_suffix"]},
        "tables": {
            "campaigns": {"files": "campaigns.csv", "columns": windows},
            "behaviours": {"files": "orders.csv", "columns": columns, "constants": {"kind": "purchase"}},
        },
        "kinds": {"purchase": {"type": "PURCHASED", "counts": "named"}},
        "participation": {"targeted": False},
    }  # fmt: skip
    report = check_files(tmp_path, parse_mapping(content, "test"), Silent())
    assert campaigns(report) == {"spring", "easter-2024", "summer"}
    assert report.tally.counting == 63


def test_codes_of_single_use_without_a_common_part_are_no_campaigns(tmp_path: Path) -> None:
    write_orders(tmp_path, [f"{number * 7919:06X}" for number in range(1, 80)])
    text = infer_mapping(tmp_path, "shop")
    assert "# 79 of 79 codes in voucher_code of orders.csv are of one user: they are no campaigns" in text
    mapping = parse_mapping(load_yaml(text), "test")
    assert "campaigns" not in mapping.tables
    assert check_files(tmp_path, mapping, Silent()).tables["behaviours"].loaded == 79


def test_codes_of_several_users_among_them_are_the_only_campaigns(tmp_path: Path) -> None:
    write_orders(tmp_path, [*(f"{number * 7919:06X}" for number in range(1, 80)), *["SUMMER", "WINTER"] * 20])
    report = check_files(tmp_path, answered(tmp_path), Silent())
    assert campaigns(report) == {"SUMMER", "WINTER"}
    assert report.tally.counting == 40
    assert {w.count for w in report.warnings if w.code == "unknown_campaigns"} == {79}


@pytest.mark.parametrize("codes", [SPRING[:49], ["SPRING-10", "SUMMER-10"] * 60])
def test_few_codes_and_shared_codes_are_campaigns(tmp_path: Path, codes: list[str]) -> None:
    write_orders(tmp_path, codes)
    report = check_files(tmp_path, answered(tmp_path), Silent())
    assert report.tables["campaigns"].loaded == len(set(codes))


def test_redeemed_codes_of_single_use_belong_to_their_common_part(tmp_path: Path) -> None:
    rows = [f"c{n},{code},2024-03-{n % 28 + 1:02}\n" for n, code in enumerate([*SPRING, *WELCOME])]
    (tmp_path / "redemptions.csv").write_text("customer_id,coupon_code,redeemed_at\n" + "".join(rows))
    report = check_files(tmp_path, answered(tmp_path, "without_suffix"), Silent())
    assert (report.tables["coupons"].loaded, report.tables["campaigns"].loaded) == (100, 2)
    assert report.tally.counting == 100


def test_codes_are_found_in_any_letter_case(tmp_path: Path) -> None:
    codes = ["summer10", "Summer10", "SPRING20", "spring20", "WINTER30", ""]
    write_orders(tmp_path, codes)
    (tmp_path / "campaigns.csv").write_text(
        "campaign,code,start_date,end_date\nSummer Sale,SUMMER10,2024-03-01,2024-03-31\n"
        "Spring Sale,SPRING20,2024-03-01,2024-03-31\nWinter Sale,WINTER30,2024-03-01,2024-03-31\n"
    )
    mapping = answered(tmp_path)
    (join,) = mapping.tables["behaviours"][0].join
    assert (join.on, join.ignore_case) == ({"voucher_code": "code"}, True)
    report = check_files(tmp_path, mapping, Silent())
    assert report.tally.counting == 5
    assert campaigns(report) == {"Summer Sale", "Spring Sale", "Winter Sale"}


@pytest.mark.parametrize("column", ["hours_since_install", "DaysSinceRegistration", "tage_seit_anmeldung"])
def test_times_since_a_moment_of_each_user_are_refused(tmp_path: Path, column: str) -> None:
    rows = "".join(f"u{n % 5},tea,{n // 5}\n" for n in range(40))
    (tmp_path / "events.csv").write_text(f"user_id,product_id,{column}\n{rows}")
    with pytest.raises(InvalidRequest, match=f"{column} counts from a moment of each user: deliver the time"):
        infer_mapping(tmp_path, "shop")


def test_question_about_numbers_says_that_moments_of_users_cannot_be_loaded(tmp_path: Path) -> None:
    rows = "".join(f"u{n % 5},tea,{n // 5}\n" for n in range(40))
    (tmp_path / "events.csv").write_text(f"user_id,product_id,time\n{rows}")
    with pytest.raises(UnansweredQuestions, match="count from a moment of each user"):
        answered(tmp_path)


def test_totals_within_a_log_are_rejected_with_their_reason(tmp_path: Path) -> None:
    write_orders(tmp_path, [""] * 60)
    with (tmp_path / "orders.csv").open("a") as file:
        file.write(",Total June,tea,2024-06-30,\n61,c1,tea,2024-07-01,\n")
    report = check_files(tmp_path, answered(tmp_path), Silent())
    assert [(error.column, error.value) for _, error in report.examples] == [("customer_id", "Total June")]
