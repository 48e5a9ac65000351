"""Campaigns that were cancelled, or are drafts, did not run."""

from pathlib import Path

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import resolve_questions
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent


def _infer(folder: Path, *statuses: str, column: str = "status") -> str:
    campaigns = [f"C{row},{status},2024-03-05,2024-03-12,s{row} s9" for row, status in enumerate(statuses)]
    orders = [f"o{row},c{row},s{row % 10},2024-03-{6 + row % 6:02},5.00" for row in range(40)]
    for name, lines in {
        "campaigns": [f"campaign_id,{column},start_date,end_date,skus", *campaigns],
        "orders": ["order_id,customer_id,sku,ordered_at,amount", *orders],
    }.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]))
    return infer_mapping(folder, "shop", "UTC")


def test_cancelled_campaigns_and_drafts_are_left_out_with_their_products(tmp_path: Path) -> None:
    text = _infer(tmp_path, "Completed", "Cancelled", "Draft", "Completed")
    assert "leaves out: Cancelled 1, Draft 1; loads: Completed 2" in text
    report = check_files(tmp_path, parse_mapping(load_yaml(text), "test"), Silent())
    assert (report.tables["campaigns"].loaded, report.tables["campaigns"].left_out) == (2, 2)
    assert (report.tables["promotions"].loaded, report.tables["promotions"].rejected) == (4, 0)


def test_unknown_statuses_of_campaigns_are_asked(tmp_path: Path) -> None:
    questions = resolve_questions(load_yaml(_infer(tmp_path, "Live", "Draft", "Zeta", "Live")))[1]
    question, of_products = questions
    assert question.path == "tables.campaigns.0.where.status.is_not"
    assert of_products.ask == question.ask
    assert "Unknown: Zeta 1. Draft 1 did not run. Live 2 are loaded." in question.ask
    assert question.choose == ("Draft", ("Draft", "Zeta"), "none of them")


def test_columns_that_state_no_status_are_no_rules(tmp_path: Path) -> None:
    assert resolve_questions(load_yaml(_infer(tmp_path, "Bayern", "Hessen", column="state")))[1] == []
    assert "where" not in _infer(tmp_path, "Draft beer", "Tea", column="theme")
