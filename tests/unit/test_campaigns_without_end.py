"""Campaigns whose end is empty: `init` names them, their rows say what to do."""

from pathlib import Path

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.open_ends import open_end
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

CAMPAIGNS = (
    "campaign_id,start,end\nSPRING,2024-03-01,2024-03-31\nEVER,2024-01-01,\nMAY,2024-05-01,2024-05-31\n"
)
ORDERS = "order_id,customer,date,sku,campaign\n" + "".join(
    f"o{number},c,2024-03-0{number},tea,{campaign}\n"
    for number, campaign in enumerate(["SPRING", "EVER", "EVER", "OTHER"], 1)
)


def write(folder: Path) -> str:
    (folder / "campaigns.csv").write_text(CAMPAIGNS)
    (folder / "orders.csv").write_text(ORDERS)
    return infer_mapping(folder, "shop", "UTC")


def test_init_names_campaigns_without_an_end(tmp_path: Path) -> None:
    text = write(tmp_path)
    assert "# 1 campaigns of campaigns.csv have no end (EVER) and are rejected" in text
    advice = (
        "a second source of this file with `where: {end: {empty: true}}` and "
        f"`constants: {{ends: {open_end()}}}`"
    )
    assert f"{advice}, and leave them out here with `where: {{end: {{empty: false}}}}`" in text


def test_rejected_row_says_what_to_do_and_orders_are_counted(tmp_path: Path) -> None:
    report = check_files(tmp_path, parse_mapping(load_yaml(write(tmp_path)), "test"), Silent())
    (reason,) = report.reasons
    assert reason.startswith("campaigns.csv: end is missing: give the campaign an end (a second source")
    warnings = {warning.code: warning for warning in report.warnings}
    assert (warnings["rejected_campaigns"].count, warnings["rejected_campaigns"].examples) == (2, ["EVER: 2"])
    assert (warnings["unknown_campaigns"].count, warnings["unknown_campaigns"].examples) == (1, ["OTHER: 1"])


def test_rule_of_the_message_leaves_them_out(tmp_path: Path) -> None:
    content = load_yaml(write(tmp_path))
    content["tables"]["campaigns"][0]["where"] = {"end": {"empty": False}}
    report = check_files(tmp_path, parse_mapping(content, "test"), Silent())
    assert (report.tables["campaigns"].loaded, report.tables["campaigns"].left_out) == (2, 1)
    assert not report.reasons


def test_a_second_source_of_the_message_gives_them_an_end(tmp_path: Path) -> None:
    content = load_yaml(write(tmp_path))
    (dated,) = content["tables"]["campaigns"]
    columns = {name: column for name, column in dated["columns"].items() if name != "ends"}
    always = {
        **dated,
        "columns": columns,
        "where": {"end": {"empty": True}},
        "constants": {"ends": str(open_end())},
    }
    content["tables"]["campaigns"] = [{**dated, "where": {"end": {"empty": False}}}, always]
    report = check_files(tmp_path, parse_mapping(content, "test"), Silent())
    assert (report.tables["campaigns"].loaded, report.reasons) == (3, {})
    assert report.tally.counts["purchase"].counting == 3
