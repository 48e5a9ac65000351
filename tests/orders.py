"""A delivery of orders, and mappings for it."""

from pathlib import Path

from graph.importing.check import Check, check_files
from graph.importing.mapping.model import Mapping, parse_mapping
from graph.progress import Silent

HEADER = "user,product,at,amount\n"


def orders_mapping(columns: dict[str, object] | None = None, **changes: object) -> Mapping:
    """A mapping of orders.csv; `columns` and further settings of its source, or of the mapping."""
    source = {
        "files": "orders.csv",
        "columns": {"user": "user", "object": "product", "at": "at", "value": "amount"} | (columns or {}),
        "constants": {"kind": "order"},
    }
    content: dict[str, object] = {
        "dataset": "x",
        "zone": "UTC",
        "max_rejected": 1,
        "unknown": {"users": "add"},
        "tables": {
            "users": {"files": "users.csv", "columns": {"id": "id"}},
            "campaigns": {"files": "campaigns.csv", "columns": {"id": "id", "starts": "s", "ends": "e"}},
            "behaviours": source | {key: changes.pop(key) for key in ("where", "missing") if key in changes},
        },
        "kinds": {"order": {"type": "ORDERED", "counts": "any"}},
        "participation": {"targeted": False},
    }
    return parse_mapping(content | changes, "test")


def check_orders(folder: Path, orders: str, mapping: Mapping) -> Check:
    """Write `orders` with a user and a campaign to `folder`, and check them."""
    (folder / "users.csv").write_text("id\na\n")
    (folder / "campaigns.csv").write_text("id,s,e\nF,2024-03-01,2024-04-01\n")
    (folder / "orders.csv").write_text(orders, encoding="utf-8")
    mapping.tables["campaigns"][0].times = ["iso"]
    return check_files(folder, mapping, Silent())
