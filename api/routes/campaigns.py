"""Campaigns and what is known of them."""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import quote

import pandas as pd
from fastapi import APIRouter, Query, Response

from api.deps import DatasetQuery, GraphDep, OffsetQuery, read_endpoint
from api.schemas import requests, resources
from api.schemas.date_types import Day
from api.serializers.campaigns import State, states
from forecasting.history.series import campaign_list, participants_by_group, read_influence
from forecasting.plans.campaigns import NewCampaign, remove_planned
from forecasting.plans.campaigns import create_campaign as create_planned
from forecasting.records import find_campaign, network_of
from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.importing.adapters.complete_journey import DATASET
from network import queries

Order = Literal[
    "starts", "-starts", "ends", "-ends", "name", "-name",
    "targeted", "-targeted", "participants", "-participants",
]  # fmt: skip

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])


@router.get("")
@read_endpoint
def list_campaigns(
    graph: GraphDep,
    response: Response,
    dataset: DatasetQuery = DATASET,
    kind: Annotated[str | None, Query(description="Of this kind only")] = None,
    state: Annotated[State | None, Query(description="In this state only, by the end of the data")] = None,
    sort: Annotated[Order, Query(description="By what; with a minus sign the largest first")] = "starts",
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
    offset: OffsetQuery = 0,
) -> list[resources.Campaign]:
    """The campaigns of a data set; `X-Total-Count` says how many there are without limit and offset."""
    campaigns = campaign_list(graph, dataset)
    if campaigns.empty:
        response.headers["X-Total-Count"] = "0"
        return []
    campaigns = campaigns.assign(state=states(campaigns, describe_dataset(graph, dataset)))
    if kind is not None:
        campaigns = campaigns[campaigns["kind"] == kind]
    if state is not None:
        campaigns = campaigns[campaigns["state"] == state]
    campaigns = campaigns.sort_values(
        [sort.removeprefix("-"), "id"], ascending=not sort.startswith("-"), kind="stable"
    )
    response.headers["X-Total-Count"] = str(len(campaigns))
    return [_campaign(row) for _, row in campaigns.iloc[offset : offset + limit].iterrows()]


@router.post("", status_code=201)
def create_campaign(wish: requests.Campaign, graph: GraphDep, response: Response) -> resources.Campaign:
    """Plan a campaign that has not begun: it can then be forecast (`/plan`) as one of the data's own."""
    told = wish.model_dump(exclude={"dataset", "name"})
    create_planned(graph, wish.dataset, NewCampaign(title=wish.name or wish.id, **told))
    response.headers["Location"] = f"/v1/campaigns/{wish.id}?dataset={quote(wish.dataset)}"
    return _find(graph, wish.dataset, wish.id)


@router.delete("/{campaign_id}", status_code=204)
def remove_campaign(campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET) -> None:
    """Take a campaign back that was planned here, with what was forecast of it."""
    remove_planned(graph, dataset, campaign_id)


@router.get("/{campaign_id}")
@read_endpoint
def get_campaign(campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET) -> resources.Campaign:
    """One campaign."""
    return _find(graph, dataset, campaign_id)


SinceQuery = Annotated[Day | None, Query(description="From this day on")]
UntilQuery = Annotated[Day | None, Query(description="Up to this day, which is the last one")]


@router.get("/{campaign_id}/influence")
@read_endpoint
def get_influence(
    campaign_id: str,
    graph: GraphDep,
    dataset: DatasetQuery = DATASET,
    since: SinceQuery = None,
    until: UntilQuery = None,
) -> list[resources.InfluenceStep]:
    """The campaign's influence, day by day."""
    campaign = find_campaign(graph, dataset, campaign_id)
    network = network_of(graph, dataset, campaign_id)
    frame = read_influence(graph, dataset, campaign, network.id).rename(columns={"y": "participants"})
    frame = frame.drop(columns=["unique_id", "in_window", "weight"]).assign(step=frame["ds"].dt.date)
    frame = frame[_within(frame["step"], since, until)].drop(columns="ds")
    return [resources.InfluenceStep(**row) for row in frame.to_dict("records")]


@router.get("/{campaign_id}/influence/groups")
@read_endpoint
def get_influence_by_group(
    campaign_id: str,
    graph: GraphDep,
    dataset: DatasetQuery = DATASET,
    since: SinceQuery = None,
    until: UntilQuery = None,
) -> list[resources.GroupStep]:
    """Who took part, day by day and neighbour group by neighbour group; days without anybody are left out."""
    network = network_of(graph, dataset, campaign_id)
    frame = participants_by_group(graph, dataset, campaign_id, network.id)
    rows = frame[_within(frame["step"], since, until)].astype(object)
    return [resources.GroupStep(**row) for row in rows.where(rows.notna(), None).to_dict("records")]


@router.get("/{campaign_id}/network")
@read_endpoint
def get_network(
    campaign_id: str,
    graph: GraphDep,
    dataset: DatasetQuery = DATASET,
    most: Annotated[int, Query(ge=1, le=5000, description="At most so many influences")] = 1000,
) -> resources.CampaignNetwork:
    """The campaign's key users and whom they influence most, to be drawn: the strongest influences first."""
    network = network_of(graph, dataset, campaign_id)
    drawn = queries.drawing(queries.key_user_network(graph, dataset, campaign_id, network.id), most)
    return resources.CampaignNetwork(
        network=network.id, influence_verdict=network.influence_test.verdict, **drawn
    )


@router.get("/{campaign_id}/key-users")
@read_endpoint
def get_key_users(
    campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET
) -> list[resources.KeyUser]:
    """The campaign's key users, the strongest first."""
    network = network_of(graph, dataset, campaign_id)
    rows = queries.key_users(graph, dataset, campaign_id, network.id)
    return [resources.KeyUser(**row, influence_verdict=network.influence_test.verdict) for row in rows]


@router.get("/{campaign_id}/neighbour-groups")
@read_endpoint
def get_neighbour_groups(
    campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET
) -> list[resources.NeighbourGroup]:
    """The groups around the campaign's key users, the most influential first."""
    run = network_of(graph, dataset, campaign_id).id
    rows = queries.neighbour_groups(graph, dataset, campaign_id, run)
    return [resources.NeighbourGroup(**row) for row in rows]


def _find(graph: Graph, dataset: str, campaign_id: str) -> resources.Campaign:
    found = find_campaign(graph, dataset, campaign_id)
    (state,) = states(found.to_frame().T, describe_dataset(graph, dataset))
    return _campaign(pd.Series({**found, "state": state}))


def _within(days: pd.Series, since: date | None, until: date | None) -> pd.Series:
    return (days >= (since or date.min)) & (days <= (until or date.max))


def _campaign(row: pd.Series) -> resources.Campaign:
    told = {**row.to_dict(), "kind": None if pd.isna(row["kind"]) else row["kind"]}
    last = row["ends"] - pd.Timedelta(days=1)
    return resources.Campaign(**{**told, "starts": row["starts"].date(), "ends": last.date()})
