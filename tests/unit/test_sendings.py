"""Events by which a campaign was sent or delivered to a user state whom it targeted."""

from pathlib import Path
from typing import Any

import pytest

from graph.importing.check import check_files
from graph.importing.inference.infer import infer_mapping
from graph.importing.mapping.model import parse_mapping
from graph.importing.mapping.yaml_text import load_yaml
from graph.progress import Silent

_USERS = 20


def _infer(folder: Path, *events: str) -> Any:
    """Write an order of each of 20 users in the window, and the events of the first twelve."""
    orders = [f"o{user},c{user:02},tea,2024-03-{6 + user % 6:02} 12:00,5.00" for user in range(_USERS)]
    sends = [
        f"A,c{user:02},{event},2024-03-05 09:{user:02}"
        for user in range(12)
        for event in events
        if (user < 3) == (event == "bounced") or event in ("sent", "Email Sent")
    ]
    files = {
        "campaigns": ["campaign_id,name,start_date,end_date", "A,Tea weeks,2024-03-05,2024-03-12"],
        "orders": ["order_id,customer_id,sku,ordered_at,amount", *orders],
        "sends": ["campaign_id,customer_id,event,event_time", *sends],
    }
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]))
    return load_yaml(infer_mapping(folder, "shop", "UTC"))


@pytest.mark.parametrize(
    ("events", "kinds", "counting"),
    [(("sent", "delivered", "bounced"), ["delivered"], 9), (("Email Sent", "opened"), ["Email Sent"], 12)],
)
def test_purchases_of_users_to_whom_nothing_was_sent_do_not_count(
    tmp_path: Path, events: tuple[str, ...], kinds: list[str], counting: int
) -> None:
    content = _infer(tmp_path, *events)
    (source,) = content["tables"]["targetings"]
    assert source["columns"] == {"user": "customer_id", "campaign": "campaign_id", "at": "event_time"}
    assert source["where"] == {"event": kinds}
    assert content["participation"] == {"targeted": "mixed", "window": True}
    report = check_files(tmp_path, parse_mapping(content, "test"), Silent())
    assert report.tally.counts["purchase"].counting == counting


def test_another_table_of_target_users_is_kept_alone(tmp_path: Path) -> None:
    (tmp_path / "audience.csv").write_text("campaign_id,customer_id\nA,c01\nA,c02\n")
    (source,) = _infer(tmp_path, "sent", "delivered")["tables"]["targetings"]
    assert source["files"] == "audience.csv"


def test_sent_messages_that_failed_are_named_where_nothing_states_deliveries(tmp_path: Path) -> None:
    _infer(tmp_path, "sent", "bounced")
    text = infer_mapping(tmp_path, "shop", "UTC")
    assert "whom campaigns reached, by event; those of bounced 3 are among them" in text
