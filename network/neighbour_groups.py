"""Neighbour groups: the communities of the spreading network that contain a campaign's key users."""

import numpy as np
import pandas as pd

from network.participation_history import ParticipationHistory

_TAGS_IN_NAME = 3


def form_groups(
    communities: pd.Series, history: ParticipationHistory, key_users: pd.DataFrame, run: str
) -> pd.DataFrame:
    """Form the neighbour groups of every campaign.

    A group consists of the users of one community whom the campaign can reach, if they include a key user.
    Groups rank by the summed score of their key users. Open campaigns share their groups.

    Parameters
    ----------
    communities
        Community labels indexed by user; users without a label are in no group.
    history
        The campaigns and their users.
    key_users
        Columns campaign, user, score.
    run
        The `Run` that the groups belong to; part of their ids.

    Returns
    -------
    pd.DataFrame
        Columns id, campaigns, rank, members, community.
    """
    open_campaigns = [campaign.id for campaign in history.campaigns if campaign.reached is None]
    reaches = [
        (campaign.id, [campaign.id], campaign.reached)
        for campaign in history.campaigns
        if campaign.reached is not None
    ]
    if open_campaigns:
        active = np.flatnonzero(np.isfinite(history.first_seen))
        reaches.append(("*", open_campaigns, active))
    rows = []
    for name, campaigns, reached in reaches:
        own = key_users[key_users["campaign"] == campaigns[0]]
        score = own.groupby(own["user"].map(communities))["score"].sum()
        users = pd.Series(history.users[reached])
        members = users.groupby(users.map(communities)).agg(sorted)
        ranked = score.sort_values(ascending=False, kind="stable").index
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


def group_names(groups: pd.DataFrame, user_tags: pd.DataFrame) -> list[str]:
    """Name each group after the three tags that its members have more of than all users.

    Parameters
    ----------
    groups
        Column members.
    user_tags
        Columns user, tag, text, weight.
    """
    user_tags = user_tags.assign(text=user_tags["text"].where(user_tags["text"] != "", user_tags["tag"]))
    overall = user_tags.groupby("text")["weight"].sum() / max(user_tags["user"].nunique(), 1)
    return [_name(user_tags[user_tags["user"].isin(members)], overall) for members in groups["members"]]


def _name(tags: pd.DataFrame, overall: pd.Series) -> str:
    if tags.empty:
        return "no tags"
    mean_weight = tags.groupby("text")["weight"].sum() / tags["user"].nunique()
    excess = mean_weight - overall.reindex(mean_weight.index)
    return ", ".join(excess.sort_values(ascending=False, kind="stable").index[:_TAGS_IN_NAME])
