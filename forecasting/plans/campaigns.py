"""Campaigns that are planned here rather than imported: they have not begun, and can be taken back."""

from dataclasses import dataclass
from datetime import date, timedelta

from graph.connection import Graph
from graph.datasets import describe_dataset
from graph.errors import AlreadyThere, InvalidRequest, NotFound

_NAMED = 5
"""How many of what is not there an error names."""


@dataclass(frozen=True)
class NewCampaign:
    """What is planned: the first and the last day, whom it is to reach and what it promotes. What is None is
    taken from the campaign `like`, or is nothing.
    """

    id: str
    title: str
    starts: date
    ends: date
    kind: str | None = None
    users: list[str] | None = None
    products: list[str] | None = None
    like: str | None = None


def create_campaign(graph: Graph, dataset_id: str, wish: NewCampaign) -> None:
    """Plan a campaign.

    Raises NotFound (no such data set or campaign to be like), AlreadyThere (a campaign of that id) and
    InvalidRequest (days that lie in the data or are in disorder; users or products that are not there).
    """
    dataset = describe_dataset(graph, dataset_id)
    if wish.starts < dataset.now:
        raise InvalidRequest(
            f"The data reaches up to {dataset.last_day}: a campaign from {wish.starts} on is no plan.",
            f"Choose {dataset.now} or later, or import the campaign.",
        )
    if wish.ends < wish.starts:
        raise InvalidRequest(
            f"A campaign from {wish.starts} cannot end on {wish.ends}.", "Choose a later last day."
        )
    kind, users, products = _taken_over(graph, dataset_id, wish)
    missing = graph.run("campaigns/not_there", dataset=dataset_id, users=users, products=products)
    if missing:
        told = ", ".join(f"{row['what']} {row['id']!r}" for row in missing[:_NAMED])
        more = ", ..." if len(missing) > _NAMED else ""
        raise InvalidRequest(
            f"{len(missing)} users or products are not in the data set: {told}{more}.",
            "Import them first, or leave them out.",
        )
    made = graph.run(
        "campaigns/create",
        dataset=dataset_id,
        id=wish.id,
        title=wish.title,
        kind=kind,
        zone=dataset.zone,
        starts=dataset.moment(wish.starts),
        ends=dataset.moment(wish.ends + timedelta(days=1)),
        users=users,
        products=products,
    )
    if not made:
        raise AlreadyThere(f"There is a campaign {wish.id!r} already.", "Choose another id.")


def remove_planned(graph: Graph, dataset_id: str, campaign: str) -> None:
    """Take a planned campaign back, with what was forecast of it. Raises NotFound where nothing was planned
    under that id; an imported campaign stays.
    """
    if not graph.run("campaigns/remove_planned", dataset=dataset_id, id=campaign):
        raise NotFound(
            f"No campaign {campaign!r} was planned here.",
            "Imported campaigns go with their import: `groundswell import undo`.",
        )


def _taken_over(graph: Graph, dataset_id: str, wish: NewCampaign) -> tuple[str | None, list[str], list[str]]:
    kind, users, products = wish.kind, wish.users, wish.products
    if wish.like is not None:
        found = graph.run("campaigns/plan_of", dataset=dataset_id, id=wish.like)
        if not found:
            raise NotFound(
                f"There is no campaign {wish.like!r} to be like.", "GET /v1/campaigns lists those there are."
            )
        kind = kind or found[0]["kind"]
        users = found[0]["users"] if users is None else users
        products = found[0]["products"] if products is None else products
    return kind, sorted(set(users or [])), sorted(set(products or []))
