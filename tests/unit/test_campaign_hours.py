"""Days and times of day of campaigns may be one window, or hours of each day, which only the user knows."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.inference.infer_again import infer_again
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.questions import resolve_questions, write_answers
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent


def _write(folder: Path, row: str) -> str:
    (folder / "campaigns.csv").write_text(f"campaign_id,start_date,end_date,start_time,end_time\n{row}\n")
    orders = "".join(f"o{day},c{day},tea,2024-03-{day:02} 12:00,5.00\n" for day in range(1, 29))
    (folder / "orders.csv").write_text(f"order_id,customer_id,sku,ordered_at,amount\n{orders}")
    return infer_mapping(folder, "shop", "UTC")


@pytest.mark.parametrize(
    ("answer", "window"),
    [
        ("one period", ["2024-03-04 15:00", "2024-03-17 18:00"]),
        ("whole days", ["2024-03-04 00:00", "2024-03-18 00:00"]),
    ],
)
def test_hours_that_may_be_those_of_each_day_are_asked_about(
    tmp_path: Path, answer: str, window: list[str]
) -> None:
    text = _write(tmp_path, "HH,2024-03-04,2024-03-17,15:00,18:00")
    (question,) = resolve_questions(load_yaml(text))[1]
    assert question.path == "tables.campaigns.0.columns.starts"
    assert "(HH: 2024-03-04 15:00 to 2024-03-17 18:00)" in question.ask
    assert "Hours of each day, as of a happy hour, cannot be mapped" in question.ask
    assert question.choose == ("one period", "whole days", "none of them: its rows are no campaigns")
    again = infer_again(tmp_path, write_answers(text, [answer]))
    assert again is not None
    report = check_files(tmp_path, parse_mapping(load_yaml(again.text), "test"), Silent())
    (row,) = report.preview["campaigns"]
    moments = [datetime.fromtimestamp(int(str(row[name])) / 1000, UTC) for name in ("starts", "ends")]
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in moments] == window


@pytest.mark.parametrize(
    "row", ["A,2024-03-04,2024-03-17,00:00,23:59", "A,2024-03-04,2024-03-04,15:00,18:00"]
)
def test_whole_days_and_hours_of_one_day_are_no_question(tmp_path: Path, row: str) -> None:
    text = _write(tmp_path, row)
    assert resolve_questions(load_yaml(text))[1] == []
    assert "starts: {date: start_date, time: start_time}" in text
