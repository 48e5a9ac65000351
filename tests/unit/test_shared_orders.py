"""Orders that two sources read from files of their own count twice: a warning says how many."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from graph.importing.check import check_files
from graph.importing.mapping.model import parse_mapping
from graph.importing.warnings import DataWarning
from graph.progress import Silent

_ORDERS = "order_id,customer,sku,date,amount\n" + "".join(
    f"{5000 + n},c{n % 7},tea,2024-03-{1 + n % 20:02} 10:00,5\n" for n in range(40)
)
_FIELDS = {"user": "customer", "object": "sku", "at": "date", "value": "amount", "basket": "order_id"}


def _shared(folder: Path, rows: list[tuple[object, ...]], **settings: object) -> list[DataWarning]:
    """Return the warnings about orders in `rows` of a workbook and in a CSV file, each with a source."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["Order No", "Client", "Article", "Placed", "Sum"])
    for row in rows:
        sheet.append(row)
    book.save(folder / "orders_2024.xlsx")
    (folder / "orders.csv").write_text(_ORDERS)
    names = dict(zip(_FIELDS, ("Client", "Article", "Placed", "Sum", "Order No"), strict=True))
    common = {"constants": {"kind": "purchase"}, **settings}
    sources = [
        {"files": "orders.csv", "columns": _FIELDS, **common},
        {"files": "orders_2024.xlsx", "columns": names, **common},
    ]
    content = {
        "dataset": "shop", "zone": "UTC", "tables": {"behaviours": sources},
        "kinds": {"purchase": {"type": "PURCHASED", "counts": "any"}},
    }  # fmt: skip
    report = check_files(folder, parse_mapping(content, "test"), Silent())
    return [warning for warning in report.warnings if warning.code == "orders_in_several_sources"]


@pytest.mark.parametrize("settings", [{}, {"replaces": ["basket"]}])
def test_orders_of_two_sources_are_compared_by_number_user_and_day(
    tmp_path: Path, settings: dict[str, object]
) -> None:
    # Two lines of an order are one order; it was booked a day later with another article and amount.
    rows = [(5000 + n, f"c{n % 7}", "TEA-1", f"2024-03-{2 + n % 20:02}", 4.5) for n in (3, 3, 4, 30)]
    (warning,) = _shared(tmp_path, [*rows, (9000, "c1", "TEA-1", "2024-03-05", 4.5)], **settings)
    assert warning.count == 3
    assert warning.text.startswith(
        "3 orders are in orders.csv and in orders_2024.xlsx, with the same number,"
    )
    assert warning.examples[0] == "order 5003: orders.csv row 5, orders_2024.xlsx row 2"


def test_tills_that_begin_anew_with_their_numbers_share_no_orders(tmp_path: Path) -> None:
    other_days = [(5000 + n, f"c{n % 7}", "tea", f"2024-06-{1 + n % 20:02}", 5) for n in range(40)]
    other_users = [(5000 + n, f"d{n % 7}", "tea", f"2024-03-{1 + n % 20:02}", 5) for n in range(40)]
    assert _shared(tmp_path, [*other_days, *other_users]) == []
