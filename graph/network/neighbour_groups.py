"""Neighbour groups: the communities of the spreading network that hold a campaign's key users."""

import pandas as pd

_NAMED_BY = 3


def form_groups(
    communities: pd.Series,
    targetings: pd.DataFrame,
    key_users: pd.DataFrame,
    user_tags: pd.DataFrame,
    run: str,
) -> pd.DataFrame:
    """Columns id, campaign, name, rank, members.

    A group is what a campaign reached of a community with at least one of its key users; it is
    ranked by its key users' joint score. `communities` is indexed by user; `user_tags` has columns
    user, tag, text, weight.
    """
    overall = user_tags.groupby("text")["weight"].sum() / user_tags["user"].nunique()
    rows = []
    for campaign, reached in targetings.groupby("campaign")["user"]:
        own = key_users[key_users["campaign"] == campaign]
        standing = own.groupby(own["user"].map(communities))["score"].sum()
        members = reached.groupby(reached.map(communities)).agg(sorted)
        ranked = standing.sort_values(ascending=False, kind="stable").index
        for rank, community in enumerate(ranked, start=1):
            rows.append(
                {
                    "id": f"{campaign}/{run}/{int(community)}",
                    "campaign": campaign,
                    "name": _name(user_tags[user_tags["user"].isin(members[community])], overall),
                    "rank": rank,
                    "members": members[community],
                }
            )
    return pd.DataFrame(rows, columns=["id", "campaign", "name", "rank", "members"])


def _name(tags: pd.DataFrame, overall: pd.Series) -> str:
    """What sets the members apart: the texts of the tags they have more of than everybody."""
    if tags.empty:
        return "no tags"
    share = tags.groupby("text")["weight"].sum() / tags["user"].nunique()
    lift = share - overall.reindex(share.index)
    return ", ".join(lift.sort_values(ascending=False, kind="stable").index[:_NAMED_BY])
