"""The funnel: users by kind of behaviour in a campaign, whether the kind counts as participation or not."""

from datetime import date
from pathlib import Path

import pytest

from forecasting.history.behaviours import read_behaviours
from forecasting.history.time_step import DAY, WEEK, Step
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.importing.job import import_files
from graph.importing.runs.rules import standing_rules
from graph.progress import Silent
from graph.settings import Settings
from network.funnel import FunnelStage, campaign_funnel
from tests.shop import shop_mapping

KINDS = {
    "click": {"type": "CLICKED", "object": "campaign", "counts": "never"},
    "view": {"type": "VIEWED"},
    "cart": {"type": "CARTED"},
    "buy": {"type": "PURCHASED", "counts": "promoted"},
    "back": {"type": "RETURNED", "returns": "buy"},
}
EVENTS = (
    "event,user,product,at\n"
    "click,b,F1,2024-03-02 08:00\n"
    "view,a,tea,2024-03-02 09:00\n"
    "view,a,tea,2024-03-03 09:00\n"
    "view,b,tea,2024-03-03 09:00\n"
    "view,a,tea,2024-03-04 09:00\n"
    "view,c,mug,2024-03-03 09:00\n"  # of no promoted product
    "view,c,tea,2024-02-03 09:00\n"  # before the campaign
    "cart,a,tea,2024-03-02 10:00\n"
    "buy,a,tea,2024-03-02 11:00\n"
    "buy,c,tea,2024-03-04 11:00\n"
    "back,a,tea,2024-03-05 11:00\n"
)


@pytest.mark.parametrize("targeted", [True, False])
def test_stages_are_the_users_of_each_kind_in_the_campaign(
    graph: Graph, settings: Settings, shop: Path, dataset: str, targeted: bool
) -> None:
    (shop / "events.csv").write_text(EVENTS)
    tables = shop_mapping(dataset).model_dump(exclude_unset=True, mode="json")["tables"]
    columns = {"user": "user", "object": "product", "at": "at", "kind": "event"}
    tables["behaviours"] = {"files": "events.csv", "columns": columns}
    if not targeted:
        del tables["targetings"]
    mapping = shop_mapping(dataset, tables=tables, kinds=KINDS, participation={"targeted": targeted})
    import_files(graph, settings, shop, mapping, Silent(), engine="stream")
    assert campaign_funnel(graph, dataset, "F1") == [
        FunnelStage("CLICKED", counts=False, users=1, of_previous=None),
        FunnelStage("VIEWED", counts=False, users=2, of_previous=1.0),
        FunnelStage("CARTED", counts=False, users=1, of_previous=0.5),
        FunnelStage("PURCHASED", counts=True, users=1 if targeted else 2, of_previous=1.0),
    ]
    data, rules = describe_dataset(graph, dataset), standing_rules(graph, dataset)

    def users_by(step: Step) -> list[list[object]]:
        scope = {"dataset": dataset, "before": data.moment(date(2024, 3, 4))}
        rows = read_behaviours(graph, ["F1"], rules, data.first_day, step, **scope)
        return rows.assign(ds=rows["ds"].dt.day)[["kind", "ds", "users"]].to_numpy().tolist()

    # Buyers are the participants; what happens at `before` or later is not read.
    assert users_by(DAY) == [["CARTED", 2, 1], ["CLICKED", 2, 1], ["VIEWED", 2, 1], ["VIEWED", 3, 2]]
    assert users_by(WEEK) == [["CARTED", 26, 1], ["CLICKED", 26, 1], ["VIEWED", 26, 2]]
