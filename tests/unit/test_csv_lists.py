"""Lists as CSV and as data frames."""

import csv
import io
from datetime import date

import pandas as pd
import pytest
from fastapi import APIRouter, FastAPI, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel

from api.csv_lists import prefers_csv, to_csv
from api.frames import to_frame
from api.problems import add_problem_handlers
from api.strict_route import StrictRoute


class Size(BaseModel):
    width: float
    unit: str | None


class Item(BaseModel):
    id: str
    day: date
    count: int | None
    sold: bool
    size: Size | None
    tags: list[str]


SIZE = Size(width=1.5, unit=None)
ITEMS = [
    Item(id="007", day=date(2024, 1, 3), count=None, sold=True, size=SIZE, tags=["a", "ü"]),
    Item(id='a "b", c', day=date(2024, 1, 4), count=3, sold=False, size=None, tags=[]),
]
HEADER = '"id","day","count","sold","size.width","size.unit","tags"\r\n'


@pytest.fixture
def client() -> TestClient:
    app, router = FastAPI(), APIRouter(route_class=StrictRoute)

    @router.get("/shop/items")
    def items(response: Response, limit: int = 9) -> list[Item]:
        response.headers["X-Total-Count"] = "2"
        return ITEMS[:limit]

    @router.get("/item")
    def item() -> Item:
        return ITEMS[0]

    app.include_router(router)
    add_problem_handlers(app)
    return TestClient(app)


def test_rows_are_flat_and_texts_are_quoted() -> None:
    rows = [item.model_dump(mode="json") for item in ITEMS]
    assert to_csv(Item, rows) == HEADER + (
        '"007","2024-01-03",,True,1.5,,"[""a"", ""ü""]"\r\n"a ""b"", c","2024-01-04",3,False,,,"[]"\r\n'
    )
    assert to_csv(Item, []) == HEADER
    assert [row["id"] for row in csv.DictReader(io.StringIO(to_csv(Item, rows)))] == ["007", 'a "b", c']


@pytest.mark.parametrize(
    ("parameters", "accept", "is_csv"),
    [
        ({"format": "csv"}, "application/json", True),
        ({"format": "json"}, "text/csv", False),
        ({}, "text/csv", True),
        ({}, "text/csv, */*;q=0.1", True),
        ({}, "*/*", False),
        ({}, "text/html, application/json;q=0.9, text/csv;q=0.5", False),
    ],
)
def test_format_and_accept_choose_csv(
    client: TestClient, parameters: dict[str, str], accept: str, is_csv: bool
) -> None:
    response = client.get("/shop/items", params=parameters, headers={"Accept": accept})
    assert response.headers["X-Total-Count"] == "2"
    assert response.headers["Vary"] == "Accept"
    if is_csv:
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert response.headers["Content-Disposition"] == 'attachment; filename="items.csv"'
        assert response.text.startswith(HEADER)
        assert int(response.headers["Content-Length"]) == len(response.content)
    else:
        assert response.json()[0]["id"] == "007"


def test_unknown_formats_and_formats_of_single_objects_are_refused(client: TestClient) -> None:
    assert client.get("/shop/items?format=xml").status_code == 422
    assert client.get("/item?format=csv").status_code == 422
    assert client.get("/item", headers={"Accept": "text/csv"}).json()["id"] == "007"


def test_format_is_documented_for_lists_only(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    listed, single = paths["/shop/items"]["get"], paths["/item"]["get"]
    assert [parameter["name"] for parameter in listed["parameters"]] == ["limit", "format"]
    assert set(listed["responses"]["200"]["content"]) == {"application/json", "text/csv"}
    assert "parameters" not in single
    assert set(single["responses"]["200"]["content"]) == {"application/json"}


@pytest.mark.parametrize("accept", ["", ";q=x", "text/csv;q=x", "text/csv;q=0"])
def test_headers_without_csv_do_not_prefer_it(accept: str) -> None:
    assert not prefers_csv(accept)


def test_csv_is_read_by_pandas_as_documented(client: TestClient) -> None:
    text = client.get("/shop/items?format=csv").text
    frame = pd.read_csv(io.StringIO(text), dtype={"id": str, "user": str}, parse_dates=["day"])
    assert frame["id"].tolist() == ["007", 'a "b", c']
    assert frame["day"].tolist() == [pd.Timestamp("2024-01-03"), pd.Timestamp("2024-01-04")]


def test_models_become_a_frame_with_timestamps_and_text_ids() -> None:
    frame = to_frame(ITEMS)
    assert frame["id"].tolist() == ["007", 'a "b", c']
    assert frame["day"].tolist() == [pd.Timestamp("2024-01-03"), pd.Timestamp("2024-01-04")]
    assert frame["size.width"].iloc[0] == 1.5
    assert to_frame([]).empty
