"""Columns of one file can have formats of their own."""

from pathlib import Path

import pandas as pd
import pytest

from graph.errors import InvalidRequest
from graph.importing.check import check_files
from graph.importing.mapping.formats import Numbers
from graph.importing.mapping.model import Mapping
from graph.progress import Silent
from tests.orders import HEADER, orders_mapping


def test_columns_of_one_file_have_their_own_formats(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("id\na\n")
    (tmp_path / "campaigns.csv").write_text("id,s,e\nF,01/03/2024,04/25/2024\n")
    (tmp_path / "orders.csv").write_text(HEADER + 'a,tea,2024-03-05,"1,5"\n')
    tables = orders_mapping().model_dump(mode="json", exclude_unset=True)["tables"]
    tables["campaigns"][0]["columns"] = {
        "id": "id",
        "starts": {"column": "s", "times": "%d/%m/%Y"},
        "ends": {"column": "e", "times": "%m/%d/%Y", "zone": "Asia/Tokyo"},
    }
    tables["behaviours"][0]["columns"]["value"] = {"column": "amount", "numbers": {"decimal": ","}}
    mapping = orders_mapping(tables=tables)
    # The mapping survives storing as JSON, as an upload does.
    assert Mapping.model_validate_json(mapping.model_dump_json()) == mapping
    report = check_files(tmp_path, mapping, Silent())
    assert report.total.rejected == 0
    (campaign,) = report.preview["campaigns"]
    assert pd.Timestamp(str(pd.to_datetime(campaign["starts"], unit="ms"))) == pd.Timestamp("2024-03-01")
    assert pd.Timestamp(str(pd.to_datetime(campaign["ends"], unit="ms"))) == pd.Timestamp("2024-04-24 15:00")
    assert report.preview["behaviours"][0]["value"] == 1.5
    changed = mapping.model_copy(deep=True)
    changed.tables["behaviours"][0].formats["value"].numbers = Numbers(decimal=".")
    source = mapping.tables["behaviours"][0]
    assert mapping.digest_of(source) != changed.digest_of(changed.tables["behaviours"][0])


def test_schema_of_mapping_files_describes_columns_and_rules() -> None:
    schema = Mapping.model_json_schema()
    source = schema["$defs"]["Source"]["properties"]
    (text, _, *settings) = source["columns"]["additionalProperties"]["anyOf"]
    column, *two_columns = (schema["$defs"][part["$ref"].rpartition("/")[2]] for part in settings)
    assert (text["type"], column["required"]) == ("string", ["column"])
    assert [columns["required"] for columns in two_columns] == [["date", "time"], ["date", "hour"]]
    assert {"times", "zone", "numbers", "missing", "as"} < set(column["properties"])
    assert {"is", "sign", "empty"} < set(schema["$defs"]["Rule"]["properties"])


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({"times": "iso"}, "columns.at: Input should be a valid string"),
        ({"column": "at", "time": "iso"}, "formats.at.time: Extra inputs are not permitted"),
        ({"column": "at", "as": "rate"}, "`as` is for the field discount"),
    ],
)
def test_error_in_the_format_of_a_column_names_its_place(column: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        orders_mapping({"at": column})
