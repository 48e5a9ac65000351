"""Reads the results of network builds for the API, the page and the command line."""

from datetime import date

from graph.connection import Graph, Row
from graph.datasets import describe_dataset
from graph.users import user_not_found
from network.group_activity import observed_counts
from network.statistics import InfluenceTest, RiskRatio

_EDGE_FIELDS = ("source", "target", "probability")


def key_users(graph: Graph, dataset: str, campaign: str, run: str) -> list[Row]:
    """The key users of a campaign at the run's cut-off, by rank.

    Returns
    -------
    list[Row]
        Keys user, rank, score, low, high, centrality, group, participations, last, tags.
    """
    return graph.run("campaigns/key_users", dataset=dataset, campaign=campaign, run=run)


def neighbour_groups(graph: Graph, dataset: str, campaign: str, run: str) -> list[Row]:
    """The neighbour groups of a campaign at the run's cut-off: the rows of ``campaigns/neighbour_groups``.

    The users of a step of `activity` are None where the data does not cover the whole step.
    """
    groups = graph.run("campaigns/neighbour_groups", dataset=dataset, campaign=campaign, run=run)
    if not groups:
        return []
    data = describe_dataset(graph, dataset)
    for group in groups:
        starts, ends, cutoff = (date.fromisoformat(group.pop(key)) for key in ("starts", "ends", "cutoff"))
        observed = (group["step_days"], starts, ends, data.first_day, min(cutoff, data.end))
        for activity in group["activity"]:
            activity["users"] = observed_counts(activity["users"], *observed)
    return groups


def neighbourhood(graph: Graph, dataset: str, user: str, run: str, most: int) -> Row:
    """A user's roles and the strongest influences from and to the user.

    Returns
    -------
    Row
        Keys user, key_user_of, groups, influences, influenced_by; at most `most` influences each way.

    Raises
    ------
    NotFound
        If there is no such user.
    """
    roles = graph.run("users/roles", dataset=dataset, user=user, run=run)
    if not roles:
        raise user_not_found(dataset, user)
    rows = graph.run("users/neighbourhood", dataset=dataset, user=user, run=run, most=most)
    by_direction = {"out": list[Row](), "in": list[Row]()}
    for row in rows:
        by_direction[row.pop("direction")].append(row)
    return {**roles[0], "influences": by_direction["out"], "influenced_by": by_direction["in"]}


def tags(
    graph: Graph,
    dataset: str,
    run: str | None,
    limit: int,
    skip: int = 0,
    *,
    kind: str | None = None,
    text: str | None = None,
    key: bool = False,
) -> tuple[list[Row], int]:
    """A page of the data set's tags, the rows of ``tags/list``, and the number of tags on all pages.

    Parameters
    ----------
    run
        The network run whose behaviour tags and key tags count; None: stated tags only.
    kind, text
        Only tags of this kind, and with a text that contains this.
    key
        Only key tags, by rank.
    """
    filters = {"kind": kind, "text": text, "key": key}
    rows = graph.run("tags/list", dataset=dataset, run=run, limit=limit, skip=skip, **filters)
    return [row for row in rows if row["id"] is not None], rows[0]["total"]


def key_user_network(graph: Graph, dataset: str, campaign: str, run: str) -> list[Row]:
    """The strongest edges out of each key user, with rank and group of both ends."""
    return graph.run("campaigns/key_user_network", dataset=dataset, campaign=campaign, run=run)


def drawing(edges: list[Row], most: int) -> Row:
    """The part of a key user network that is drawn: its `most` strongest edges, and the users at their ends.

    Parameters
    ----------
    edges
        The rows of ``key_user_network``.
    most
        The largest number of edges.

    Returns
    -------
    Row
        Keys users (all key users, and the ends of the edges), influences (strongest first), left_out (the
        number of edges beyond `most`).
    """
    users: dict[str, Row] = {}
    for edge in edges:
        for side in ("source", "target"):
            if edge[side] is not None:
                user = {"user": edge[side], "rank": edge[f"{side}_rank"], "group": edge[f"{side}_group"]}
                users.setdefault(edge[side], user)
    links = [{field: edge[field] for field in _EDGE_FIELDS} for edge in edges if edge["target"] is not None]
    links.sort(key=lambda link: (-link["probability"], link["source"], link["target"]))
    kept = links[:most]
    ends = {link[side] for link in kept for side in ("source", "target")}
    drawn = [user for user_id, user in users.items() if user["rank"] or user_id in ends]
    return {"users": drawn, "influences": kept, "left_out": len(links) - len(kept)}


def describe_influence_test(test: InfluenceTest) -> str:
    """The influence test in a few sentences."""
    return (
        f"In {test.trials:,} cases, a user took part and a connected user could still take part; "
        f"{test.followed:,} of them did within {test.window_days} days. "
        f"Compared with similar users who are not connected: {_times(test.matched)}; "
        f"with the same participations in random order: {_times(test.shuffled)}; "
        f"with a random network: {_times(test.random)}. "
        f"After a key user, compared with similar users who are not connected: {_times(test.key_users)}."
    )


def _times(ratio: RiskRatio | None) -> str:
    return f"{ratio} times as often" if ratio else "too few participations to compare"
