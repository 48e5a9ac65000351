"""The days of a data set as the graph records them: not those of stray stamps and unfinished days."""

from datetime import date
from pathlib import Path

import pandas as pd
from fastapi.testclient import TestClient

from api.app import create_app
from graph.connection import Graph, connect
from graph.datasets import datasets, describe_dataset
from graph.importing.undo import undo_import
from graph.progress import Silent
from graph.settings import Settings
from tests.command_line import database_environment, groundswell
from tests.shop import HEADER, Import

DAYS = pd.date_range("2024-01-01", "2024-02-29")
ORDERS = "".join(f"a,tea,{day:%Y-%m-%d} {hour}:30,1\n" for day in DAYS for hour in range(8, 22))


def test_stray_stamps_and_an_unfinished_day_do_not_set_the_days(
    graph: Graph, settings: Settings, load: Import, shop: Path, dataset: str
) -> None:
    (shop / "orders.csv").write_text(
        HEADER + "a,tea,1969-12-31 23:00,1\n" + ORDERS + "b,tea,2024-03-01 00:05,1\n"
    )
    report = load()
    assert [warning.code for warning in report.warnings] == ["stray_times", "unfinished_day"]
    described = describe_dataset(graph, dataset)
    assert (described.first_day, described.last_day) == (date(2024, 1, 1), date(2024, 2, 29))
    assert described.end == date(2024, 3, 1)
    assert described.reason is not None
    (row,) = (row for row in datasets(graph) if row["dataset"] == dataset)
    assert (row["last"], row["last_reason"]) == ("2024-02-29", described.reason)
    # Lists of campaigns say so.
    listed = groundswell("campaigns", "--dataset", dataset, **database_environment(settings))
    assert f"The data ends on 2024-02-29: {described.reason}." in " ".join(listed.stdout.split())
    with TestClient(create_app(settings, connect(settings), keys=False), base_url="http://127.0.0.1") as api:
        page = api.get("/campaigns", params={"dataset": dataset})
    assert f"Why it does not end later: {described.reason}." in page.text
    # The rest of the day arrives.
    with (shop / "orders.csv").open("a") as file:
        file.write("".join(f"b,tea,2024-03-01 {hour}:30,1\n" for hour in range(8, 22)))
    assert [warning.code for warning in load().warnings] == ["stray_times"]
    assert describe_dataset(graph, dataset).last_day == date(2024, 3, 1)
    undo_import(graph, dataset, 2, Silent())
    assert describe_dataset(graph, dataset).last_day == date(2024, 2, 29)


def test_the_stated_end_holds_until_another_delivery_of_behaviours(
    graph: Graph, load: Import, shop: Path, dataset: str
) -> None:
    (shop / "orders.csv").write_text(HEADER + ORDERS)
    warnings = load(complete_until="2024-02-20").warnings
    assert "after_complete_until" in [warning.code for warning in warnings]
    assert describe_dataset(graph, dataset).last_day == date(2024, 2, 20)
    (shop / "more.csv").write_text("id,starts,ends\nF2,2024-05-01,2024-06-01\n")
    columns = {"id": "id", "starts": "starts", "ends": "ends"}
    load(tables={"campaigns": {"files": "more.csv", "columns": columns}}, kinds={})
    assert describe_dataset(graph, dataset).last_day == date(2024, 2, 20)
    load()
    assert describe_dataset(graph, dataset).last_day == date(2024, 2, 29)
