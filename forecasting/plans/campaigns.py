"""Create and delete campaigns that are not imported: mostly planned ones, which have not begun."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pyarrow as pa

from graph.connection import Graph, Row
from graph.dataset_lock import dataset_lock
from graph.datasets import describe_dataset, seconds_of
from graph.errors import AlreadyExists, InvalidRequest, NotFound
from graph.importing.participation.derive import derive_for_campaign
from graph.importing.reading.ids import WITHOUT_SUFFIX, normalise
from graph.importing.runs.rules import standing_rules
from graph.remedies import Remedy

_MAX_LISTED = 5
"""Missing users and products that an error message lists, at most."""


@dataclass(frozen=True)
class NewCampaign:
    """A campaign to plan.

    Attributes
    ----------
    id, title
        Id and display name.
    starts, ends
        First and last day.
    kind, users, products
        Kind, ids of the target users and of the promoted products; default: those of the campaign `like`.
    like
        Id of the campaign that supplies the defaults; None for no kind, users or products by default.
    """

    id: str
    title: str
    starts: date
    ends: date
    kind: str | None = None
    users: list[str] | None = None
    products: list[str] | None = None
    like: str | None = None


def create_campaign(graph: Graph, dataset_id: str, campaign: NewCampaign) -> str:
    """Create a campaign; where it begins before the last behaviour, derive its participations.

    Returns
    -------
    str
        Its id after the mapping's rules for ids, which its users and products follow as well.

    Raises
    ------
    NotFound
        If the data set or the campaign `like` does not exist.
    AlreadyExists
        If the id is in use.
    DatasetLocked
        If the campaign begins before the last behaviour, and another process changes the data set.
    InvalidRequest
        If the campaign ends before it starts, or if users or products do not exist.
    """
    dataset = describe_dataset(graph, dataset_id)
    if campaign.ends < campaign.starts:
        raise InvalidRequest(
            f"The last day of the campaign, {campaign.ends}, is before its first, {campaign.starts}.",
            f"Choose a last day from {campaign.starts} on.",
        )
    campaign = _with_equal_ids(graph, dataset_id, campaign)
    kind, users, products = _with_defaults(graph, dataset_id, campaign)
    missing = graph.run("campaigns/missing", dataset=dataset_id, users=users, products=products)
    if missing:
        listed = ", ".join(f"{row['what']} {row['id']!r}" for row in missing[:_MAX_LISTED])
        more = ", ..." if len(missing) > _MAX_LISTED else ""
        raise InvalidRequest(
            f"{len(missing)} users or products are not in the data set: {listed}{more}.",
            "Import them first, or leave them out.",
        )
    properties = {
        "dataset": dataset_id,
        "id": campaign.id,
        "title": campaign.title,
        "kind": kind,
        "zone": dataset.zone,
        "starts": dataset.moment(campaign.starts),
        "ends": dataset.moment(campaign.ends + timedelta(days=1)),
        "users": users,
        "products": products,
    }
    # Behaviours may also be later than the data's last complete day.
    last = graph.single("importing/span", dataset=dataset_id, since=0)["last"]
    if seconds_of(campaign.starts, dataset.zone) * 1000 > last:
        _create(graph, properties)
        return campaign.id
    with dataset_lock(graph, dataset_id, "creation of a campaign"):
        _create(graph, properties)
        derive_for_campaign(graph, dataset_id, campaign.id)
    return campaign.id


def _create(graph: Graph, properties: Row) -> None:
    if not graph.run("campaigns/create", **properties):
        raise AlreadyExists(
            f"A campaign with the id {properties['id']!r} already exists.", "Choose another id."
        )


def remove_planned(graph: Graph, dataset_id: str, campaign: str) -> None:
    """Delete a planned campaign and its forecasts.

    Raises
    ------
    NotFound
        If there is no planned campaign of that id; imported campaigns are not deleted.
    """
    if not graph.run("campaigns/remove_planned", dataset=dataset_id, id=campaign):
        raise NotFound(
            f"There is no planned campaign {campaign!r}.",
            Remedy(
                "An imported campaign is deleted with its import. List the imports",
                "list imports",
                dataset=dataset_id,
            ),
        )


def _with_equal_ids(graph: Graph, dataset_id: str, campaign: NewCampaign) -> NewCampaign:
    """Apply the rules for ids by which the data set was imported."""
    rules = standing_rules(graph, dataset_id).ids

    def apply(table: str, ids: list[str]) -> list[str]:
        # An id that a user states is no code of single use.
        own = [rule for rule in rules.get(table, ()) if rule != WITHOUT_SUFFIX or table != "campaigns"]
        return list(normalise(pa.array(ids, pa.string()), own).to_pylist())

    (own,) = apply("campaigns", [campaign.id])
    users = None if campaign.users is None else apply("users", campaign.users)
    products = None if campaign.products is None else apply("products", campaign.products)
    return replace(campaign, id=own, users=users, products=products)


def _with_defaults(
    graph: Graph, dataset_id: str, campaign: NewCampaign
) -> tuple[str | None, list[str], list[str]]:
    """Kind, users and products of `campaign`, with those of the campaign `like` where they are None."""
    kind, users, products = campaign.kind, campaign.users, campaign.products
    if campaign.like is not None:
        rows = graph.run("campaigns/plan_of", dataset=dataset_id, id=campaign.like)
        if not rows:
            raise NotFound(
                f"The campaign to copy from, {campaign.like!r}, does not exist.",
                Remedy("List the campaigns", "list campaigns", dataset=dataset_id),
            )
        defaults = rows[0]
        kind = kind or defaults["kind"]
        users = defaults["users"] if users is None else users
        products = defaults["products"] if products is None else products
    return kind, sorted(set(users or [])), sorted(set(products or []))
