"""Lists, adds and serializes campaigns."""

from typing import Literal

import pandas as pd

from api.schemas.campaigns import Campaign, FunnelStage
from api.schemas.requests import CampaignRequest
from forecasting.history.campaigns import campaign_list
from forecasting.plans.campaigns import NewCampaign, create_campaign
from forecasting.records import check_campaign, find_campaign
from graph.connection import Graph
from graph.datasets import Dataset, describe_dataset
from network.funnel import campaign_funnel

State = Literal["planned", "running", "ended"]
Order = Literal[
    "starts", "-starts", "ends", "-ends", "name", "-name",
    "targeted", "-targeted", "participants", "-participants",
]  # fmt: skip


def select_campaigns(
    graph: Graph,
    dataset: str,
    *,
    kind: str | None = None,
    state: str | None = None,
    sort: Order = "starts",
) -> pd.DataFrame:
    """Read the campaigns of a kind and in a state, sorted.

    Parameters
    ----------
    graph, dataset
        The database and the data set.
    kind, state
        Only campaigns of this kind, and in this state at the end of the data.
    sort
        A column; a minus sign sorts in descending order. Equal ones are sorted by id.

    Returns
    -------
    pd.DataFrame
        A ``campaign_list`` with the column `state`.
    """
    data = describe_dataset(graph, dataset)
    campaigns = campaign_list(graph, dataset)
    campaigns = campaigns.assign(state=pd.Series(campaign_states(campaigns, data), campaigns.index, object))
    if kind is not None:
        campaigns = campaigns[campaigns["kind"] == kind]
    if state is not None:
        campaigns = campaigns[campaigns["state"] == state]
    columns = [sort.removeprefix("-"), "id"]
    return campaigns.sort_values(columns, ascending=not sort.startswith("-"), kind="stable")


def campaign_states(campaigns: pd.DataFrame, dataset: Dataset) -> list[State]:
    """Return the state of each row of a ``campaign_list`` at the end of the data."""
    now = pd.Timestamp(dataset.end_moment)
    return [
        "planned" if campaign.starts >= now else "running" if campaign.ends > now else "ended"
        for campaign in campaigns.itertuples()
    ]


def read_funnel(graph: Graph, dataset: str, campaign: str) -> list[FunnelStage]:
    """Return the funnel of a campaign. Raises NotFound for an unknown campaign."""
    check_campaign(graph, dataset, campaign)
    return [FunnelStage(**vars(stage)) for stage in campaign_funnel(graph, dataset, campaign)]


def serialize_campaigns(campaigns: pd.DataFrame) -> list[Campaign]:
    """Return the response for the rows of ``select_campaigns``."""
    return [serialize_campaign(row) for _, row in campaigns.iterrows()]


def serialize_campaign(row: pd.Series) -> Campaign:
    """Return the response for a row of a ``campaign_list`` with its `state`."""
    fields = {**row.to_dict(), "kind": None if pd.isna(row["kind"]) else row["kind"]}
    last = row["ends"] - pd.Timedelta(days=1)
    return Campaign(**{**fields, "starts": row["starts"].date(), "ends": last.date()})


def read_campaign(graph: Graph, dataset: str, campaign_id: str) -> Campaign:
    """Read one campaign. Raises NotFound."""
    campaign = find_campaign(graph, dataset, campaign_id)
    (state,) = campaign_states(campaign.to_frame().T, describe_dataset(graph, dataset))
    return serialize_campaign(pd.Series({**campaign, "state": state}))


def add_campaign(graph: Graph, dataset: str, request: CampaignRequest) -> Campaign:
    """Create the campaign of a request and read it; its id follows the mapping's rules for ids.

    Raises as ``create_campaign`` does.
    """
    fields = request.model_dump(exclude={"dataset", "name"})
    new = NewCampaign(title=request.name or request.id, **fields)
    return read_campaign(graph, dataset, create_campaign(graph, dataset, new))
