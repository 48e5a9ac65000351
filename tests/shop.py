"""A small shop: its exports, all valid, and their mapping; tests change both."""

from collections.abc import Callable
from pathlib import Path

from graph.importing.mapping.model import Mapping, parse_mapping
from graph.importing.report import ImportReport

HEADER = "user,product,at,amount\n"
Import = Callable[..., ImportReport]


def write_shop(folder: Path) -> None:
    """Write the exports."""
    (folder / "users.csv").write_text("id,city\na,Ulm\nb,Bonn\nc,Ulm\n")
    (folder / "campaigns.csv").write_text("id,starts,ends\nF1,2024-03-01,2024-04-01\n")
    (folder / "targets.csv").write_text("user,campaign\na,F1\nb,F1\n")
    (folder / "offers.csv").write_text("campaign,product\nF1,tea\n")
    (folder / "orders.csv").write_text(
        HEADER + "a,tea,2024-03-02 10:00,3.5\nb,mug,2024-03-03 11:00,8\na,tea,2024-05-01 09:00,3.5\n"
    )


def shop_mapping(dataset: str, **changes: object) -> Mapping:
    """The mapping of the small shop, with changes at its top level."""
    document: dict[str, object] = {
        "dataset": dataset,
        "zone": "Europe/Berlin",
        "max_rejected": 1,
        "tables": {
            "users": {"files": "users.csv", "columns": {"id": "id"}, "attributes": {"city": "city"}},
            "campaigns": {
                "files": "campaigns.csv",
                "columns": {"id": "id", "starts": "starts", "ends": "ends"},
            },
            "targetings": {"files": "targets.csv", "columns": {"user": "user", "campaign": "campaign"}},
            "promotions": {"files": "offers.csv", "columns": {"campaign": "campaign", "product": "product"}},
            "behaviours": {
                "files": "orders*.csv",
                "columns": {"user": "user", "object": "product", "at": "at", "value": "amount"},
                "constants": {"kind": "order"},
            },
        },
        "kinds": {"order": {"type": "ORDERED", "counts": "promoted"}},
    }
    return parse_mapping(document | changes, "test")
