"""Campaigns and what is known of them."""

import pandas as pd
from fastapi import APIRouter

from api import schemas
from api.deps import DatasetQuery, GraphDep, network_of
from forecasting.records import check_campaign, find_campaign
from forecasting.series import campaign_list, read_influence
from graph.importing.adapters.complete_journey import DATASET
from graph.network import results

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])


@router.get("")
def list_campaigns(graph: GraphDep, dataset: DatasetQuery = DATASET) -> list[schemas.Campaign]:
    """Every campaign of the data set, the earliest first."""
    return [_campaign(row) for _, row in campaign_list(graph, dataset).iterrows()]


@router.get("/{campaign_id}")
def get_campaign(campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET) -> schemas.Campaign:
    """One campaign."""
    return _campaign(find_campaign(graph, dataset, campaign_id))


@router.get("/{campaign_id}/influence")
def get_influence(
    campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET
) -> list[schemas.InfluenceStep]:
    """The campaign's influence, day by day."""
    campaign = find_campaign(graph, dataset, campaign_id)
    network = network_of(graph, dataset, campaign_id)
    frame = read_influence(graph, dataset, campaign, network.id).rename(columns={"y": "participants"})
    return [
        schemas.InfluenceStep(step=row.pop("ds").date(), **row)
        for row in frame.drop(columns=["unique_id", "in_window", "weight"]).to_dict("records")
    ]


@router.get("/{campaign_id}/key-users")
def get_key_users(
    campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET
) -> list[schemas.KeyUser]:
    """The campaign's key users, the strongest first."""
    check_campaign(graph, dataset, campaign_id)
    network = network_of(graph, dataset, campaign_id)
    rows = results.key_users(graph, dataset, campaign_id, network.id)
    return [schemas.KeyUser(**row, premise=network.premise.verdict) for row in rows]


@router.get("/{campaign_id}/neighbour-groups")
def get_neighbour_groups(
    campaign_id: str, graph: GraphDep, dataset: DatasetQuery = DATASET
) -> list[schemas.NeighbourGroup]:
    """The groups around the campaign's key users, the most influential first."""
    check_campaign(graph, dataset, campaign_id)
    run = network_of(graph, dataset, campaign_id).id
    rows = results.neighbour_groups(graph, dataset, campaign_id, run)
    return [schemas.NeighbourGroup(**row) for row in rows]


def _campaign(row: pd.Series) -> schemas.Campaign:
    last = row["ends"] - pd.Timedelta(days=1)
    return schemas.Campaign(**{**row.to_dict(), "starts": row["starts"].date(), "ends": last.date()})
