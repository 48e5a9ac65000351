"""Rules under `where` select the rows of a source."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from graph.errors import InvalidRequest
from graph.importing.mapping.formats import Numbers, ValueFormat
from graph.importing.mapping.where import Rule
from graph.importing.values.where import mask
from tests.orders import HEADER, check_orders, orders_mapping


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"is": ["C1", "2"]}, [0, 1]),
        ({"is_not": "2"}, [0, 2, 3, 4]),
        ({"starts_with": "C"}, [0, 4]),
        ({"not_starts_with": ["C", "x"]}, [1, 2, 3]),
        ({"matches": "^C?[12]$"}, [0, 1]),
        ({"not_matches": "[0-9]"}, [2, 4]),
        ({"empty": True}, [2]),
        ({"empty": False}, [0, 1, 3, 4]),
        ({"sign": "positive"}, [0, 1, 4]),  # Texts that are no numbers stay, and are rejected as such.
        ({"sign": "negative"}, [0, 3, 4]),
        ({"sign": "not_negative"}, [0, 1, 2, 4]),
        ({"empty": False, "not_starts_with": "C"}, [1, 3]),
    ],
)
def test_rule_selects_rows(rule: dict[str, object], kept: list[int]) -> None:
    columns = {"x": pa.array(["C1", " 2 ", "", "-3", "Cx"])}
    value_format = ValueFormat(times=("iso",), zone="UTC", numbers=Numbers(), missing=("",))
    found = mask(columns, {"x": Rule.model_validate(rule)}, value_format)
    assert np.flatnonzero(found).tolist() == kept


def test_sign_is_read_in_the_format_of_its_column(tmp_path: Path) -> None:
    comma = {"column": "amount", "numbers": {"decimal": ","}}
    mapping = orders_mapping({"value": comma}, where={"amount": {"sign": "positive"}})
    orders = HEADER + 'a,tea,2024-03-01,"1,5"\na,tea,2024-03-01,"-1,5"\n'
    counts = check_orders(tmp_path, orders, mapping).tables["behaviours"]
    assert (counts.loaded, counts.left_out) == (1, 1)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, "the rule is empty"),
        ({"begins_with": "C"}, "begins_with: Extra inputs are not permitted"),
        ({"matches": "("}, "is not a regular expression"),
        ({"matches": "(?<=P)1"}, "is not a regular expression of RE2: invalid perl operator"),
        ({"sign": "plus"}, "where.x.*sign"),
    ],
)
def test_invalid_rule_is_refused(rule: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        orders_mapping(where={"x": rule})


def test_rows_left_out_are_counted_apart_from_rejected_ones(tmp_path: Path) -> None:
    orders = (
        "user,product,at,amount,no\na,tea,2024-03-01,1,536\na,tea,2024-03-01,-1,C536\n,tea,2024-03-01,1,7\n"
    )
    where = {"no": {"not_starts_with": "C"}, "user": {"empty": False}}
    counts = check_orders(tmp_path, orders, orders_mapping(where=where)).tables["behaviours"]
    assert (counts.read, counts.loaded, counts.rejected, counts.left_out) == (1, 1, 0, 2)
