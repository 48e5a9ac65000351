"""Campaigns, their influence, key users and neighbour groups."""

from datetime import date
from typing import Annotated
from urllib.parse import quote

import pandas as pd
from fastapi import APIRouter, Query, Response

from api.deps import DatasetDep, DatasetQuery, GraphDep, PageDep, named_dataset, read_endpoint, set_total
from api.schemas.campaigns import (
    Campaign,
    CampaignNetwork,
    FunnelStage,
    GroupStep,
    InfluenceStep,
    KeyUser,
    NeighbourGroup,
)
from api.schemas.date_types import Day
from api.schemas.requests import CampaignRequest
from api.serializers.campaigns import (
    Order,
    State,
    add_campaign,
    read_campaign,
    read_funnel,
    select_campaigns,
    serialize_campaigns,
)
from api.strict_route import StrictRoute
from forecasting.history.series import participants_by_group, read_influence
from forecasting.plans.campaigns import remove_planned
from forecasting.records import find_campaign, network_of
from graph.datasets import resolve_dataset
from network import queries

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=StrictRoute)


@router.get("")
@read_endpoint
def list_campaigns(
    graph: GraphDep,
    response: Response,
    dataset: DatasetDep,
    kind: Annotated[str | None, Query(description="Only campaigns of this kind")] = None,
    state: Annotated[
        State | None, Query(description="Only campaigns in this state at the end of the data")
    ] = None,
    sort: Annotated[Order, Query(description="Sort key; a minus sign sorts in descending order")] = "starts",
    *,
    page: PageDep,
) -> list[Campaign]:
    """List the campaigns of a data set."""
    campaigns = select_campaigns(graph, dataset, kind=kind, state=state, sort=sort)
    set_total(response, len(campaigns))
    return serialize_campaigns(campaigns.iloc[page.offset : page.offset + page.limit])


@router.post("", status_code=201)
def create_campaign(
    request: CampaignRequest, graph: GraphDep, response: Response, dataset: DatasetQuery = None
) -> Campaign:
    """Create a planned campaign, which can then be forecast (`/plan`)."""
    dataset = resolve_dataset(graph, named_dataset(request, dataset))
    added = add_campaign(graph, dataset, request)
    response.headers["Location"] = f"/v1/campaigns/{quote(added.id, safe='')}?dataset={quote(dataset)}"
    return added


@router.delete("/{campaign_id}", status_code=204)
def remove_campaign(campaign_id: str, graph: GraphDep, dataset: DatasetDep) -> None:
    """Remove a campaign that was created with this API, and its forecasts."""
    remove_planned(graph, dataset, campaign_id)


@router.get("/{campaign_id}")
@read_endpoint
def get_campaign(campaign_id: str, graph: GraphDep, dataset: DatasetDep) -> Campaign:
    """Return one campaign."""
    return read_campaign(graph, dataset, campaign_id)


@router.get("/{campaign_id}/funnel")
@read_endpoint
def get_funnel(
    campaign_id: str, graph: GraphDep, response: Response, dataset: DatasetDep
) -> list[FunnelStage]:
    """Return how many users showed each kind of behaviour in the campaign's window, in the usual order.

    Of kinds that do not count as participation, those of its target users with its products or coupons, or
    that name it, belong to it; all of them if it promotes no products. If it is open to all, those with
    it, its products or coupons do.
    """
    stages = read_funnel(graph, dataset, campaign_id)
    set_total(response, len(stages))
    return stages


SinceQuery = Annotated[Day | None, Query(description="First day")]
UntilQuery = Annotated[Day | None, Query(description="Last day")]


@router.get("/{campaign_id}/influence")
@read_endpoint
def get_influence(
    campaign_id: str,
    graph: GraphDep,
    response: Response,
    dataset: DatasetDep,
    since: SinceQuery = None,
    until: UntilQuery = None,
) -> list[InfluenceStep]:
    """Return the campaign's influence per day. Days before or after the data are not known, and left out."""
    campaign = find_campaign(graph, dataset, campaign_id)
    network = network_of(graph, dataset, campaign_id)
    frame = read_influence(graph, dataset, campaign, network.id).rename(columns={"y": "participants"})
    frame = frame.drop(columns=["unique_id", "in_window", "weight"]).assign(step=frame["ds"].dt.date)
    frame = frame[_within(frame["step"], since, until)].drop(columns="ds")
    set_total(response, len(frame))
    return [InfluenceStep(**row) for row in frame.to_dict("records")]


@router.get("/{campaign_id}/influence/groups")
@read_endpoint
def get_influence_by_group(
    campaign_id: str,
    graph: GraphDep,
    response: Response,
    dataset: DatasetDep,
    since: SinceQuery = None,
    until: UntilQuery = None,
) -> list[GroupStep]:
    """Return the participants per day and neighbour group.

    Days without participants, and days before or after the data, are omitted.
    """
    network = network_of(graph, dataset, campaign_id)
    frame = participants_by_group(graph, dataset, campaign_id, network.id)
    rows = frame[_within(frame["step"], since, until)].astype(object)
    set_total(response, len(rows))
    return [GroupStep(**row) for row in rows.where(rows.notna(), None).to_dict("records")]


@router.get("/{campaign_id}/network")
@read_endpoint
def get_network(
    campaign_id: str,
    graph: GraphDep,
    dataset: DatasetDep,
    most: Annotated[int, Query(ge=1, le=5000, description="Maximum number of influences")] = 1000,
) -> CampaignNetwork:
    """Return the network around the campaign's key users, for drawing; strongest influences first."""
    network = network_of(graph, dataset, campaign_id)
    drawing = queries.drawing(queries.key_user_network(graph, dataset, campaign_id, network.id), most)
    return CampaignNetwork(network=network.id, influence_verdict=network.influence_test.verdict, **drawing)


@router.get("/{campaign_id}/key-users")
@read_endpoint
def get_key_users(
    campaign_id: str, graph: GraphDep, response: Response, dataset: DatasetDep, page: PageDep
) -> list[KeyUser]:
    """List the campaign's key users, strongest first."""
    network = network_of(graph, dataset, campaign_id)
    rows = page.of(queries.key_users(graph, dataset, campaign_id, network.id), response)
    return [KeyUser(**row, influence_verdict=network.influence_test.verdict) for row in rows]


@router.get("/{campaign_id}/neighbour-groups")
@read_endpoint
def get_neighbour_groups(
    campaign_id: str, graph: GraphDep, response: Response, dataset: DatasetDep, page: PageDep
) -> list[NeighbourGroup]:
    """List the groups around the campaign's key users, most influential first."""
    run = network_of(graph, dataset, campaign_id).id
    rows = page.of(queries.neighbour_groups(graph, dataset, campaign_id, run), response)
    return [NeighbourGroup(**row) for row in rows]


def _within(days: pd.Series, since: date | None, until: date | None) -> pd.Series:
    return (days >= (since or date.min)) & (days <= (until or date.max))
