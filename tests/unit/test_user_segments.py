"""A segment that a table of campaigns and the users have may state whom a campaign targets."""

from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent


def _infer(folder: Path, *segments: str) -> str:
    """Write ten users of each of three segments, who all buy within the windows of all campaigns."""
    of_users = ["Gold", "Silver", "Bronze"]
    tables = {
        "campaigns": ["campaign_id,start_date,end_date,target_segment"]
        + [f"C{row},2024-03-05,2024-03-20,{segment}" for row, segment in enumerate(segments)],
        "customers": ["customer_id,segment,city", *(f"m{i:02},{of_users[i % 3]},X" for i in range(30))],
        "orders": ["order_id,customer_id,sku,ordered_at,amount"]
        + [f"o{i},m{i:02},s{i % 5},2024-03-{6 + i % 9:02} 10:00,5.00" for i in range(30)],
    }
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]))
    return infer_mapping(folder, "shop", "UTC")


@pytest.mark.parametrize(("answer", "counting"), [("mixed", 20), ("false", 30)])
def test_users_of_a_segment_are_targeted_by_an_answer(tmp_path: Path, answer: str, counting: int) -> None:
    text = _infer(tmp_path, "Gold", "Silver")
    (question,) = resolve_questions(load_yaml(text))[1]
    assert question.path == "participation.targeted"
    assert "states the target_segment of each campaign (Gold, Silver), and customers.csv" in question.ask
    content = load_yaml(write_answers(text, [answer]))
    report = check_files(tmp_path, parse_mapping(content, "test"), Silent())
    assert report.tally.counts["purchase"].counting == counting


def test_segments_of_several_campaigns_are_asked_about_without_targetings(tmp_path: Path) -> None:
    text = _infer(tmp_path, "Gold", "Silver", "Gold")
    (question,) = resolve_questions(load_yaml(text))[1]
    assert question.path == "kinds.purchase.counts"
    assert "targetings" not in load_yaml(text)["tables"]  # type: ignore[index,call-overload]
