"""Neighbour groups: the communities of the spreading network that hold a campaign's key users."""

import numpy as np
import pandas as pd

from network.participation_history import ParticipationHistory

_NAMED_BY = 3


def form_groups(
    communities: pd.Series, history: ParticipationHistory, key_users: pd.DataFrame, run: str
) -> pd.DataFrame:
    """Columns id, campaigns, rank, members, community.

    A group is what a campaign reached of a community with at least one of its key users; it is
    ranked by its key users' joint score. Open campaigns share theirs. `communities` is indexed by user; a
    user who is not in it is in no group.
    """
    open_to_all = [one.id for one in history.campaigns if one.reached is None]
    reaches = [(one.id, [one.id], one.reached) for one in history.campaigns if one.reached is not None]
    if open_to_all:
        everybody = np.flatnonzero(np.isfinite(history.first_seen))
        reaches.append(("*", open_to_all, everybody))
    rows = []
    for name, campaigns, reached in reaches:
        own = key_users[key_users["campaign"] == campaigns[0]]
        standing = own.groupby(own["user"].map(communities))["score"].sum()
        users = pd.Series(history.users[reached])
        members = users.groupby(users.map(communities)).agg(sorted)
        ranked = standing.sort_values(ascending=False, kind="stable").index
        rows += [
            {
                "id": f"{name}/{run}/{int(community)}",
                "campaigns": campaigns,
                "rank": rank,
                "members": members[community],
                "community": int(community),
            }
            for rank, community in enumerate(ranked, start=1)
        ]
    return pd.DataFrame(rows, columns=["id", "campaigns", "rank", "members", "community"])


def names_of(groups: pd.DataFrame, user_tags: pd.DataFrame) -> list[str]:
    """By the tags that set their members apart; `user_tags` has columns user, tag, text, weight."""
    user_tags = user_tags.assign(text=user_tags["text"].where(user_tags["text"] != "", user_tags["tag"]))
    overall = user_tags.groupby("text")["weight"].sum() / max(user_tags["user"].nunique(), 1)
    return [_name(user_tags[user_tags["user"].isin(members)], overall) for members in groups["members"]]


def _name(tags: pd.DataFrame, overall: pd.Series) -> str:
    """What sets the members apart: the texts of the tags they have more of than everybody."""
    if tags.empty:
        return "no tags"
    share = tags.groupby("text")["weight"].sum() / tags["user"].nunique()
    lift = share - overall.reindex(share.index)
    return ", ".join(lift.sort_values(ascending=False, kind="stable").index[:_NAMED_BY])
