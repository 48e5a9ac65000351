"""Numbers of units are integers where they are whole."""

import pyarrow as pa
import pytest

from graph.importing.engines.units import is_whole, to_values


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([1.0, 0.0, -3.0], [1, 0, -3]),
        ([1.0, 0.5, None], [1, 0.5, None]),
        ([None, 2.0], [None, 2]),
        ([1e300, 1.0], [1e300, 1]),
    ],
)
def test_whole_units_become_integers(units: list[float | None], expected: list[float | None]) -> None:
    column = pa.array(units, pa.float64())
    values = to_values(column)
    assert values == expected
    assert [type(value) for value in values] == [type(value) for value in expected]
    assert is_whole(column).tolist() == [not isinstance(value, float) for value in expected]
