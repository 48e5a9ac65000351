"""Networks, models and forecasts as of an origin use no data at or after it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from safetensors.numpy import load_file

import cypher
from forecasting.evaluation.periods import BACKTEST_DAYS
from forecasting.forecasts import explain_campaign, forecast_campaign
from forecasting.history.read_history import read_history
from forecasting.klstm.forecaster import Configuration
from forecasting.plans.discounts import read_weeks
from forecasting.plans.job import PlanChange, plan_campaign
from forecasting.records import checkpoint_path, expected_groups, likely_users, redeemers_path
from forecasting.training import train
from graph.connection import Graph, Row
from graph.datasets import describe_dataset
from graph.importing.adapters.complete_journey import complete_journey
from graph.importing.job import import_prepared
from graph.importing.mapping.kinds import Participation
from graph.progress import Silent
from graph.settings import Settings
from network import queries
from network.build import build_network
from network.incremental_update import update_network
from network.runs import NetworkRun, networks, remove_network
from network.what_if import CampaignReach, SeedRequest
from tests.data import CAMPAIGN, CUTOFF, query, text_encoder

HOUSEHOLDS = 60
OPEN, PLANNED = "15", "22"
"""An open campaign that runs at the origin, and a planned one that begins after it."""
Reads = dict[tuple[str, str], Row]
Frames = dict[str, pd.DataFrame]
ROUNDING = 1e-6
"""Sums in single precision depend on the order of their terms, which memory alignment changes."""

# These statements change the database at or after $t: they remove and add behaviours, and add users,
# campaigns, targetings and tags. Campaigns that run at $t target every user. The planned campaign itself
# stays, because forecasts of plans may use it, but it targets further users after its first day.
CORRUPTIONS = (
    "UNWIND range(1, 20) AS i CREATE (:User {dataset: $d, id: '0 ' + $t + ' ' + i})",
    "MATCH (c:Campaign {dataset: $d}), (u:User {dataset: $d}) WHERE c.starts_at < datetime($t) "
    "AND (c.id = $open OR c.ends_at > datetime($t) AND NOT EXISTS { (u)-[:TARGETED_BY]->(c) }) "
    "CREATE (u)-[:TARGETED_BY {at: datetime($t)}]->(c)",
    "MATCH (c:Campaign {dataset: $d, id: $planned}), (u:User {dataset: $d}) "
    "WHERE NOT EXISTS { (u)-[:TARGETED_BY]->(c) } "
    "CREATE (u)-[:TARGETED_BY {at: c.starts_at + duration('P1D')}]->(c)",
    "MATCH (:User {dataset: $d})-[r:PURCHASED|PARTICIPATED_IN|REDEEMED]->() WHERE r.at >= datetime($t) "
    "WITH r, rand() AS chance WHERE chance < 0.5 DELETE r",
    "MATCH (p:Product {dataset: $d}) WHERE EXISTS { (:Campaign {id: $planned})-[:PROMOTES]->(p) } "
    "WITH collect(p)[..40] AS products MATCH (u:User {dataset: $d}) UNWIND products AS p "
    "CREATE (u)-[:PURCHASED {at: datetime($t), value: 1e6, discount: 9.0, coupon_discount: 9.0}]->(p)",
    "MATCH (u:User {dataset: $d}), (c:Campaign {dataset: $d}) WHERE c.starts_at < datetime($t) "
    "AND (EXISTS { (u)-[:TARGETED_BY]->(c) } OR c.id = $open) "
    "CREATE (u)-[:PARTICIPATED_IN {at: datetime($t), behaviour: 'REDEEMED', weight: 1000.0}]->(c)",
    "CREATE (c:Campaign {dataset: $d, id: 'invented ' + $t, name: 'Invented', kind: 'Invented', "
    "starts_at: datetime($t), ends_at: datetime($t) + duration('P28D')}) "
    "WITH c MATCH (u:User {dataset: $d}) CREATE (u)-[:TARGETED_BY {at: datetime($t)}]->(c)",
    "MATCH (c:Campaign {dataset: $d}), (u:User {dataset: $d}) "
    "WHERE c.starts_at >= datetime($t) AND c.id <> $planned CREATE (u)-[:TARGETED_BY {at: c.starts_at}]->(c)",
    "MATCH (u:User {dataset: $d}), (t:Tag {dataset: $d}) WITH u, t LIMIT 2000 "
    "CREATE (u)-[:HAS_TAG {source: 'stated', weight: 1.0, at: datetime($t)}]->(t)",
)


@contextmanager
def recorded_reads() -> Iterator[Reads]:
    """Record every statement that reads the database, by its name and its parameters.

    Statements on an in-memory projection are left out, because other statements read its content before.
    """
    reads: Reads = {}

    def recording(method: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(graph: Graph, name: str, /, **parameters: Any) -> Any:
            if cypher.statement(name).access == "read" and "graph" not in parameters:
                reads[name, repr(parameters)] = parameters
            return method(graph, name, **parameters)

        return wrapper

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Graph, "run", recording(Graph.run))
        patch.setattr(Graph, "frame", recording(Graph.frame))
        yield reads


def rows_of(graph: Graph, reads: Reads) -> dict[tuple[str, str], list[str]]:
    """The rows of each statement, in an order that does not depend on how they are stored."""
    return {key: sorted(map(_comparable, _rows(graph, key[0], reads[key]))) for key in reads}


def _rows(graph: Graph, name: str, parameters: Row) -> list[Row]:
    rows = graph.run(name, **parameters)
    if name == "campaigns/list":  # Campaigns that begin later are left out by those who use this list.
        rows = [row for row in rows if row["starts"] < str(CUTOFF)]
        if parameters["before"] is None:  # It finds campaigns then, whatever happened in them.
            return [{"id": row["id"], "starts": row["starts"]} for row in rows]
    return rows


def _comparable(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, dict):
        lists = [key for key in value if isinstance(value[key], list)]
        if len({len(value[key]) for key in lists}) == 1:  # Parallel lists: their entries belong together.
            entries = zip(*(map(_comparable, value[key]) for key in lists), strict=True)
            value = {**value, **dict.fromkeys(lists), "entries": [", ".join(entry) for entry in entries]}
        return repr([(key, _comparable(part)) for key, part in sorted(value.items())])
    if isinstance(value, list | tuple):
        return repr(sorted(map(_comparable, value)))
    return repr(value)


def corrupt(graph: Graph, dataset: str, day: date) -> None:
    for corruption in CORRUPTIONS:
        moment = f"{day}T00:00:00[America/New_York]"
        query(graph, corruption, d=dataset, t=moment, open=OPEN, planned=PLANNED)


def edges(graph: Graph, dataset: str, run: NetworkRun) -> pd.DataFrame:
    return graph.frame("influence/spreading_network", dataset=dataset, run=run.id).sort_values(
        ["source", "target"], ignore_index=True
    )


def roles(graph: Graph, dataset: str, run: NetworkRun) -> pd.DataFrame:
    return pd.DataFrame(
        {"campaign": campaign, "key_users": repr(queries.key_users(graph, dataset, campaign, run.id)),
         "groups": repr(queries.neighbour_groups(graph, dataset, campaign, run.id))}
        for campaign in (CAMPAIGN, OPEN, PLANNED)
    )  # fmt: skip


def weights(checkpoint: Path) -> pd.DataFrame:
    """All numbers of a trained model."""
    tensors = load_file(checkpoint)
    return pd.DataFrame(
        [(name, number) for name, tensor in tensors.items() for number in tensor.ravel()],
        columns=["tensor", "number"],
    )


def compute_results(graph: Graph, settings: Settings, dataset: str) -> Frames:
    """Networks, model, forecast, plan and seeds as of the origin, computed again.

    ``test_networks`` covers the ranking of next users.
    """
    for run in networks(graph, dataset):
        remove_network(graph, dataset, run.cutoff)
    earlier = CUTOFF - timedelta(days=BACKTEST_DAYS)
    build_network(graph, dataset, Silent(), encoder=text_encoder(), cutoff=earlier)
    updated = update_network(graph, dataset, Silent(), cutoff=CUTOFF)
    frames = {
        "edges updated": edges(graph, dataset, updated),
        "roles updated": roles(graph, dataset, updated),
    }
    remove_network(graph, dataset, CUTOFF)
    network = build_network(graph, dataset, Silent(), encoder=text_encoder(), cutoff=CUTOFF)
    frames |= {"edges": edges(graph, dataset, network), "roles": roles(graph, dataset, network)}

    configuration = Configuration(epochs=1, members=1)
    model = train(
        graph, settings, dataset, Silent(), cutoff=CUTOFF, configuration=configuration, retrain=True
    )
    assert model.network == network.id
    tested = model.back_test
    assert tested is not None
    frames["back-test"] = pd.DataFrame({"mae": tested.mae, "redeemers": tested.redeemers_mae})
    checkpoint = checkpoint_path(settings, model)
    frames |= {"weights": weights(checkpoint), "redeemers' weights": weights(redeemers_path(checkpoint))}
    for campaign in (CAMPAIGN, OPEN):
        frames |= {
            f"{name} of {campaign}": frame
            for name, frame in forecast_frames(graph, settings, dataset, campaign).items()
        }
    (plan,) = plan_campaign(graph, settings, dataset, PLANNED, [PlanChange()], Silent(), CUTOFF)
    planned_users = plan.participants.users.sort_values("user", ignore_index=True)
    frames |= {"plan": plan.participants.steps, "planned users": planned_users}

    reach = CampaignReach(graph, dataset, OPEN, network, None)
    seeds = reach.choose(SeedRequest(k=2))
    frames |= {"seeds": seeds, "reach": reach.spread(seeds["user"].tolist(), 5).days}
    history = read_history(graph, dataset, network, CUTOFF, Silent(), only=PLANNED, planned=True)
    assert OPEN in history.open_ids
    frames["campaigns"] = history.campaigns
    weeks = read_weeks(graph, dataset, PLANNED, CUTOFF, history.activity)
    frames["discounts"] = pd.DataFrame(weeks.depth)
    return frames


def forecast_frames(graph: Graph, settings: Settings, dataset: str, campaign: str) -> Frames:
    """The forecast of a campaign, of its users and of its groups, and their explanation."""
    forecast = forecast_campaign(graph, settings, dataset, campaign, 7, Silent())
    users = pd.DataFrame(likely_users(graph, dataset, forecast.id, 10_000)).sort_values("user")
    groups = pd.DataFrame(expected_groups(graph, dataset, forecast.id)).explode(["mean", "p10", "p50", "p90"])
    explanation, _ = explain_campaign(graph, settings, dataset, campaign, 7, Silent())
    return {
        "forecast": forecast.steps.assign(others=forecast.others_share),
        "users": users.drop(columns="rank").reset_index(drop=True),
        "groups": groups.reset_index(drop=True),
        "attributions": explanation.attributions.sort_values("feature", ignore_index=True),
        "associations": explanation.associations.sort_values("trait", ignore_index=True),
    }


def import_sample(graph: Graph, settings: Settings, dataset: str) -> None:
    """Import a few households, with an open campaign and a user without data before the origin."""
    prepared = complete_journey(settings.cache, dataset, HOUSEHOLDS)
    mixed = prepared.mapping.model_copy(update={"participation": Participation(targeted="mixed")})
    import_prepared(graph, settings, replace(prepared, mapping=mixed), Silent())
    query(graph, "MATCH (:Campaign {dataset: $d, id: $c})<-[r:TARGETED_BY]-() DELETE r", d=dataset, c=OPEN)
    query(
        graph,
        "MATCH (u:User {dataset: $d}) WITH u ORDER BY u.id LIMIT 1 MATCH (u)-[r]->() "
        "WHERE r.at < datetime($t) DELETE r",
        d=dataset, t=f"{CUTOFF}T00:00:00[America/New_York]",
    )  # fmt: skip


def test_results_use_nothing_at_or_after_the_origin(graph: Graph, settings: Settings, dataset: str) -> None:
    import_sample(graph, settings, dataset)
    with recorded_reads() as reads:
        results = compute_results(graph, settings, dataset)
    rows = rows_of(graph, reads)

    corrupt(graph, dataset, CUTOFF)
    assert changed_statements(rows, rows_of(graph, reads)) == set()
    corrupted_results = compute_results(graph, settings, dataset)
    assert corrupted_results.keys() == results.keys()
    for name in results:
        pd.testing.assert_frame_equal(corrupted_results[name], results[name], rtol=ROUNDING, obj=name)

    # The same corruption a day earlier changes the rows of each statement, so the test can fail.
    rows = rows_of(graph, reads)
    corrupt(graph, dataset, CUTOFF - timedelta(days=1))
    moment = describe_dataset(graph, dataset).moment(CUTOFF)
    with_cutoff = {name for (name, _), parameters in reads.items() if parameters.get("before") == moment}
    assert changed_statements(rows, rows_of(graph, reads)) >= with_cutoff


def changed_statements(
    before: dict[tuple[str, str], list[str]], after: dict[tuple[str, str], list[str]]
) -> set[str]:
    """The names of the statements that return different rows."""
    return {key[0] for key in before if before[key] != after[key]}
