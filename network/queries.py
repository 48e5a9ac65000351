"""Reads what network builds found, for whoever shows it."""

from graph.connection import Graph, Row
from graph.users import user_not_found
from network.runs import InfluenceTest, RiskRatio

_LINK = ("source", "target", "probability")


def key_users(graph: Graph, dataset: str, campaign: str, run: str) -> list[Row]:
    """user, rank, score, low, high, centrality, group, participations, last, tags; at the run's cut-off."""
    return graph.run("campaigns/key_users", dataset=dataset, campaign=campaign, run=run)


def neighbour_groups(graph: Graph, dataset: str, campaign: str, run: str) -> list[Row]:
    """id, rank, name, size, participants, key_users; as of the run's cut-off."""
    return graph.run("campaigns/neighbour_groups", dataset=dataset, campaign=campaign, run=run)


def neighbourhood(graph: Graph, dataset: str, user: str, run: str, most: int) -> Row:
    """user, key_user_of, groups, and the strongest influences: `influences` and `influenced_by`.

    Raises NotFound.
    """
    roles = graph.run("users/roles", dataset=dataset, user=user, run=run)
    if not roles:
        raise user_not_found(dataset, user)
    rows = graph.run("users/neighbourhood", dataset=dataset, user=user, run=run, most=most)
    sides = {"out": list[Row](), "in": list[Row]()}
    for row in rows:
        sides[row.pop("direction")].append(row)
    return {**roles[0], "influences": sides["out"], "influenced_by": sides["in"]}


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
) -> list[Row]:
    """The rows of ``tags/list``; derived tags and key tags are those of the network run."""
    wish = {"kind": kind, "text": text, "key": key}
    return graph.run("tags/list", dataset=dataset, run=run, limit=limit, skip=skip, **wish)


def key_user_network(graph: Graph, dataset: str, campaign: str, run: str) -> list[Row]:
    """The strongest edges out of each key user, with what there is to draw of both ends."""
    return graph.run("campaigns/key_user_network", dataset=dataset, campaign=campaign, run=run)


def drawing(edges: list[Row], most: int) -> Row:
    """`users`, the strongest `influences` among ``key_user_network``, and how many are `left_out`."""
    users: dict[str, Row] = {}
    for edge in edges:
        for side in ("source", "target"):
            if edge[side] is not None:
                told = {"user": edge[side], "rank": edge[f"{side}_rank"], "group": edge[f"{side}_group"]}
                users.setdefault(edge[side], told)
    links = [{key: edge[key] for key in _LINK} for edge in edges if edge["target"] is not None]
    links.sort(key=lambda link: (-link["probability"], link["source"], link["target"]))
    kept = links[:most]
    seen = {link[side] for link in kept for side in ("source", "target")}
    shown = [one for user, one in users.items() if one["rank"] or user in seen]
    return {"users": shown, "influences": kept, "left_out": len(links) - len(kept)}


def describe_influence_test(test: InfluenceTest) -> str:
    """The influence test in a few sentences."""
    return (
        f"In {test.trials:,} cases, somebody took part and a user joined to them could still do so; "
        f"{test.followed:,} did within {test.window_days} days. "
        f"Compared with users who are alike but not joined to them: {_times(test.matched)}; "
        f"with the same participations in another order: {_times(test.shuffled)}; "
        f"with a random network: {_times(test.random)}. "
        f"After a key user, compared with users who are alike: {_times(test.key_users)}."
    )


def _times(ratio: RiskRatio | None) -> str:
    return f"{ratio} times as often" if ratio else "too little happened to tell"
